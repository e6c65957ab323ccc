"""Figures of freight for the control tower, as questions to the database."""

from datetime import timedelta

from odoo.addons.logistics_connector_base.core.figures import Chosen
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_files import USER
from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFigures(FreightBooks):
    def setUp(self):
        super().setUp()
        self.shipments = self.ship(Book(5, 20))
        book = Book(5, 20, errors={"residential_wrong": 2, "weight_up": 2})
        self.bill = self.audited(book, invoices=1)
        self.env.flush_all()

    def rows(self, code, days=0):
        """[(band, amount)] of the company's rows, of the bill's day."""
        figure = self.env["logistics.figure"]._figures()[code]
        day = self.bill.date + timedelta(days=days)
        found = self.env.execute_query(figure._rows(day, day))
        return [row for row in found if row[1] == self.company.id]

    def chosen(self, code, *bands):
        day = self.bill.date
        text = Chosen(code, bands, day, day).as_text()
        lines = self.env["logistics.freight.bill.shipment"].with_user(self.auditor)
        return lines.search([("figure_rows", "=", text)]).sudo()

    def test_what_was_billed_is_the_bill(self):
        rows = self.rows("freight_spend")
        self.assertAlmostEqual(sum(row[5] for row in rows), self.bill.amount_net)
        self.assertEqual({row[3] for row in rows}, {self.bill.date})
        self.assertFalse(self.rows("freight_spend", days=1))
        clean = self.chosen("freight_spend", "clean")
        self.assertEqual(set(clean.mapped("verdict")) - {"tolerance"}, {"clean"})
        self.assertEqual(len(clean) + len(self.chosen("freight_spend", "differs")), len(rows))
        self.bill.sudo()._cancel()
        self.env.flush_all()
        self.assertFalse(self.rows("freight_spend"))

    def test_what_was_billed_too_much_by_what_was_decided(self):
        rows = self.rows("freight_error")
        self.assertAlmostEqual(sum(row[5] for row in rows), self.bill.stake_amount)
        line = self.chosen("freight_error", "open")[0]
        line.with_user(self.auditor)._decide("disputed", reason="not ordered")
        self.env.flush_all()
        self.assertEqual(self.chosen("freight_error", "disputed"), line)

    def test_in_the_currency_of_the_company(self):
        self.bill.sudo().company_rate = 0.5
        self.env.flush_all()
        rows = self.rows("freight_spend")
        self.assertAlmostEqual(sum(row[5] for row in rows), self.bill.amount_net / 2)

    def test_delivered_and_not_billed(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [
                    (0, 0, {"product_id": self.goods().id, "product_uom_qty": 4, "price_unit": 25})
                ],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = 3
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True, cancel_backorder=True).button_validate()
        self.env.flush_all()
        unbilled = [
            row for row in self.rows("delivered_unbilled") if row[0] in picking.move_ids.ids
        ]
        [[_id, _company, warehouse, day, band, amount]] = unbilled
        self.assertEqual((warehouse, day, band), (order.warehouse_id.id, None, "a"))
        self.assertAlmostEqual(amount, 75)

    def goods(self):
        return self.env["product.product"].create(
            {"name": "Lamp", "type": "consu", "invoice_policy": "delivery", "taxes_id": False}
        )

    def test_who_sees_them(self):
        figures = self.env["logistics.figure"]
        clerk = self.make_user("figures-clerk", USER, self.company)
        for code in ("freight_spend", "freight_error", "delivered_unbilled"):
            self.assertTrue(figures._figures()[code].with_user(self.auditor)._may_see())
            self.assertFalse(figures._figures()[code].with_user(clerk)._may_see())
