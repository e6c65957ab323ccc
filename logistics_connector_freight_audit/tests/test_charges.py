"""What freight was estimated, booked and billed, side by side, for auditors only."""

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

AUDITOR = "logistics_connector_freight_audit.group_freight_auditor"
USER = "logistics_connector_base.group_logistics_user"
TOTALS = ["estimated_total", "booked_total", "billed_total", "expected_total", "freight_variance"]


@tagged("post_install", "-at_install")
class TestCharges(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.dollar = cls.env.ref("base.USD")
        (cls.euro | cls.dollar).active = True
        cls.company = cls.env["res.company"].create(
            {"name": "Northern Shop", "currency_id": cls.euro.id}
        )
        cls.other_company = cls.env["res.company"].create({"name": "Southern Shop"})
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.dollar.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
                for day, rate in (("2026-01-01", 2.0), ("2026-02-01", 4.0))
            ]
        )
        cls.auditor = cls.make_user("auditor", AUDITOR, cls.company)
        cls.clerk = cls.make_user("clerk", USER, cls.company)
        cls.stranger = cls.make_user("stranger", AUDITOR, cls.other_company)
        cls.shipment = cls.env["logistics.shipment"].create(
            {"company_id": cls.company.id, "carrier_name": "UPS", "ship_date": "2026-01-15"}
        )

    @classmethod
    def make_user(cls, login, group, company):
        return new_test_user(
            cls.env, login, group, company_id=company.id, company_ids=[(6, 0, company.ids)]
        )

    def charge(self, kind, amount, currency=None, shipment=None):
        return self.env["logistics.shipment.charge"].create(
            {
                "shipment_id": (shipment or self.shipment).id,
                "name": "Freight",
                "kind": kind,
                "amount": amount,
                "currency_id": (currency or self.euro).id,
            }
        )

    def totals(self):
        seen = self.shipment.with_user(self.auditor).read(TOTALS)[0]
        return tuple(seen[name] for name in TOTALS)

    def test_totals_by_kind_and_variance(self):
        self.charge("estimated", 10)
        self.assertEqual(self.totals(), (10, 0, 0, 10, 0))
        self.charge("booked", 9)
        self.charge("booked", 3)
        self.assertEqual(self.totals(), (10, 12, 0, 12, 0), "booked is expected once it is known")
        billed = self.charge("billed", 15)
        self.assertEqual(self.totals(), (10, 12, 15, 12, 3))
        self.assertEqual(self.shipment.with_user(self.auditor).freight_variance_ratio, 0.25)
        billed.unlink()
        self.assertEqual(self.totals(), (10, 12, 0, 12, 0), "not billed is no saving")

    def test_free_booking_that_was_billed_is_a_variance(self):
        self.charge("booked", 0)
        self.charge("billed", 5)
        self.assertEqual(self.totals(), (0, 0, 5, 0, 5))
        self.assertEqual(self.shipment.with_user(self.auditor).freight_variance_ratio, 0)

    def test_bill_without_expectation_is_no_variance(self):
        self.charge("billed", 5)
        self.assertEqual(self.totals(), (0, 0, 5, 0, 0))

    def test_approved_amounts_count_in_no_other_total(self):
        self.charge("approved", 5)
        self.assertEqual(self.totals(), (0, 0, 0, 0, 0))

    def test_other_currency_at_the_rate_of_the_day_the_goods_left(self):
        charge = self.charge("billed", 8, self.dollar)
        self.assertEqual(charge.company_amount, 4)
        self.assertEqual(charge.company_currency_id, self.euro)
        self.shipment.ship_date = "2026-02-15"
        self.assertEqual(charge.company_amount, 2)
        self.assertEqual(self.totals(), (0, 0, 2, 0, 0))

    def test_money_is_for_auditors(self):
        self.charge("billed", 5)
        self.assertIn("billed_total", self.shipment.with_user(self.auditor).fields_get())
        self.assertNotIn("billed_total", self.shipment.with_user(self.clerk).fields_get())
        with self.assertRaises(AccessError):
            self.shipment.with_user(self.clerk).read(["billed_total"])

    def test_menu_is_for_auditors(self):
        menu = self.env.ref("logistics_connector_freight_audit.menu_charge")
        menus = self.env["ir.ui.menu"]
        self.assertIn(menu.id, menus.with_user(self.auditor)._visible_menu_ids())
        self.assertNotIn(menu.id, menus.with_user(self.clerk)._visible_menu_ids())

    def test_form_shows_the_totals_to_auditors_only(self):
        view = self.env.ref("logistics_connector_base.view_logistics_shipment_form")
        shipments = self.env["logistics.shipment"]
        self.assertIn(
            'name="freight_variance"',
            shipments.with_user(self.auditor).get_view(view.id, "form")["arch"],
        )
        self.assertNotIn(
            'name="freight_variance"',
            shipments.with_user(self.clerk).get_view(view.id, "form")["arch"],
        )

    def test_auditor_reads_and_does_not_write_charges(self):
        charge = self.charge("booked", 5)
        with self.assertRaises(AccessError):
            charge.with_user(self.auditor).amount = 1
        with self.assertRaises(AccessError):
            charge.with_user(self.auditor).unlink()

    def test_approver_is_an_auditor_and_auditor_is_no_approver(self):
        approver = self.env.ref("logistics_connector_freight_audit.group_freight_approver")
        auditor = self.env.ref(AUDITOR)
        self.assertIn(auditor, approver.all_implied_ids)
        self.assertNotIn(approver, auditor.all_implied_ids)
        self.assertIn(self.env.ref(USER), auditor.all_implied_ids)

    def test_other_company_sees_no_charge(self):
        charge = self.charge("billed", 5)
        charges = self.env["logistics.shipment.charge"]
        self.assertIn(charge, charges.with_user(self.auditor).search([]))
        self.assertNotIn(charge, charges.with_user(self.stranger).search([]))
        with self.assertRaises(AccessError):
            charge.with_user(self.stranger).read(["amount"])

    def test_found_by_carrier_kind_and_difference(self):
        booked, billed = self.charge("booked", 5), self.charge("billed", 6)
        quiet = self.env["logistics.shipment"].create({"company_id": self.company.id})
        same = self.charge("booked", 5, shipment=quiet) | self.charge("billed", 5, shipment=quiet)
        charges = self.env["logistics.shipment.charge"].with_user(self.auditor)
        self.assertEqual(charges.search([("carrier_name", "ilike", "ups")]), booked | billed)
        self.assertEqual(charges.search([("kind", "=", "billed")]), billed | same[1])
        over = charges.search([("shipment_id.freight_variance", ">", 0)])
        self.assertEqual(over, booked | billed)

    def test_sums_never_mix_kinds(self):
        self.charge("booked", 5)
        self.charge("billed", 6)
        self.charge("billed", 8, self.dollar)
        charges = self.env["logistics.shipment.charge"].with_user(self.auditor)
        sums = [f"{kind}_amount:sum" for kind in ("estimated", "booked", "billed")]
        rows = charges._read_group([("shipment_id", "=", self.shipment.id)], ["carrier_name"], sums)
        self.assertEqual(rows, [("UPS", 0, 5, 10)])
        self.assertIsNone(charges._fields["company_amount"].aggregator)
