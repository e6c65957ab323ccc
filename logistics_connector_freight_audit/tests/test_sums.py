"""Bill, charges, shipments and vendor bill come to one amount; what does not is found."""

from odoo.addons.logistics_connector_base.tests.sums import SumsMixin
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFreightBillSum(SumsMixin, FreightBooks):
    def setUp(self):
        super().setUp()
        self.ship(Book(5, 20))
        book = Book(5, 20, errors={"residential_wrong": 1, "weight_up": 1})
        self.bill = self.audited(book, invoices=1).with_user(self.auditor)
        self.bill.carrier_id.sudo().partner_id = self.vendor

    def vendor_bill(self):
        """The vendor bill, with something disputed in it."""
        self.bill.shipment_line_ids.filtered("stake_amount")._decide("disputed", "Not ordered.")
        self.bill.action_approve_clean()
        self.bill.action_create_vendor_bill()
        return self.bill.sudo().move_id

    def test_from_the_file_to_the_books(self):
        self.assertEqual(self.sum_of("freight_bill"), (0.0, {}))
        self.assertTrue(self.vendor_bill())
        self.assertEqual(self.sum_of("freight_bill"), (0.0, {}))
        numbers = self.numbers_of("freight_bill")
        self.assertAlmostEqual(numbers["bills"], self.bill.amount_net)
        self.assertEqual(numbers["bills"], numbers["charges"])

    def test_a_charge_that_is_gone(self):
        [charge] = self.bill.sudo().shipment_line_ids[0].charge_ids.filtered("net")[:1]
        net = charge.net
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM logistics_freight_bill_charge WHERE id = %s", (charge.id,))
        self.env.invalidate_all()
        difference, gaps = self.sum_of("freight_bill")
        self.assertAlmostEqual(difference, net)
        self.assertEqual(gaps, {self.bill.id: "charges"})

    def test_a_shipment_that_says_another_amount(self):
        self.bill.sudo().shipment_line_ids[0].billed_amount += 1
        self.assertEqual(self.sum_of("freight_bill"), (0.0, {self.bill.id: "lines"}))

    def test_a_vendor_bill_that_was_changed(self):
        move = self.vendor_bill()
        move.invoice_line_ids[0].price_unit += 0.5
        self.assertEqual(self.sum_of("freight_bill"), (0.0, {self.bill.id: "booked"}))
        move.invoice_line_ids[0].price_unit -= 0.5
        self.assertEqual(self.sum_of("freight_bill"), (0.0, {}))

    def test_a_bill_that_does_not_count(self):
        self.bill.sudo().amount_net += 5
        self.assertEqual(self.sum_of("freight_bill")[0], 5.0)
        self.bill.sudo()._cancel()
        self.assertEqual(self.sum_of("freight_bill"), (None, {}))
