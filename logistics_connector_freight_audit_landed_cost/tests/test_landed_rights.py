"""Who makes landed costs of freight, and who sees them."""

from odoo.addons.logistics_connector_freight_audit.tests.test_freight_files import AUDITOR, USER
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .landed_common import LandedCommon


@tagged("post_install", "-at_install")
class TestLandedRights(LandedCommon):
    def setUp(self):
        super().setUp()
        self.bill = self.inbound(self.receipt(self.light))
        self.move = self.booked_bill(self.bill)

    def test_an_auditor_without_stock_rights_makes_drafts(self):
        self.assertFalse(self.auditor.has_group("stock.group_stock_user"))
        action = self.bill.action_create_landed_costs()
        self.assertEqual(action["tag"], "display_notification")
        cost = self.costs(self.bill)
        self.assertIn(cost.name, action["params"]["message"])
        self.assertIn(cost.name, self.bill.message_ids[0].body)
        with self.assertRaises(AccessError):
            cost.with_user(self.auditor).button_validate()

    def test_whoever_values_stock_is_led_to_them(self):
        both = self.make_user(
            "both",
            f"{AUDITOR},stock.group_stock_manager,account.group_account_invoice",
            self.company,
        )
        bill = self.bill.with_user(both)
        action = bill.action_create_landed_costs()
        cost = self.costs(bill)
        self.assertEqual((action["res_model"], action["res_id"]), (cost._name, cost.id))
        self.assertEqual(cost.with_user(both).freight_bill_id, bill)
        self.assertEqual(bill.action_view_landed_costs()["res_id"], cost.id)

    def test_only_auditors_and_of_their_company(self):
        clerk = self.make_user("clerk", USER, self.company)
        stranger = self.make_user("stranger", AUDITOR, self.other)
        for user in (clerk, stranger):
            with self.assertRaises(AccessError):
                self.bill.with_user(user).action_create_landed_costs()
        self.assertFalse(self.costs(self.bill))

    def test_what_was_added_is_seen_by_auditors_of_the_company(self):
        self.bill.action_create_landed_costs()
        rows = self.env["logistics.freight.landed"]
        own = [("bill_id", "=", self.bill.id)]
        self.assertTrue(rows.with_user(self.auditor).search(own))
        with self.assertRaises(AccessError):
            rows.with_user(self.auditor).search(own).unlink()
        stranger = self.make_user("stranger", AUDITOR, self.other)
        self.assertFalse(rows.with_user(stranger).search(own))

    def test_receipts_of_another_company_bear_nothing(self):
        line = self.bill.sudo().shipment_line_ids.filtered("shipment_id.picking_ids")
        self.average.with_company(self.other).property_cost_method = "average"
        self.env.flush_all()
        self.cr.execute(
            "UPDATE stock_picking SET company_id = %s WHERE id = ANY(%s)",
            [self.other.id, line.shipment_id.picking_ids.ids],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "none has a receipt"):
            self.bill.action_create_landed_costs()

    def test_odoos_button_on_the_vendor_bill_makes_the_same(self):
        accountant = self.make_user(
            "accountant", "stock.group_stock_manager,account.group_account_invoice", self.company
        )
        move = self.move.with_user(accountant)
        self.assertTrue(move.landed_costs_visible)
        action = move.button_create_landed_costs()
        cost = self.costs(self.bill)
        self.assertEqual(action["res_id"], cost.id)
        self.assertTrue(cost.picking_ids)
        move.invalidate_recordset()
        self.assertFalse(move.landed_costs_visible)
        with self.assertRaisesRegex(UserError, "already"):
            move.button_create_landed_costs()
        with self.assertRaisesRegex(UserError, "already"):
            self.bill.action_create_landed_costs()

    def test_odoos_button_asks_for_the_rights_that_odoo_asks_for(self):
        clerk = self.make_user("clerk2", "account.group_account_invoice", self.company)
        with self.assertRaises(AccessError):
            self.move.with_user(clerk).button_create_landed_costs()

    def test_odoos_button_on_another_bill_is_odoos(self):
        other = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.company.id,
                "partner_id": self.vendor.id,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.landed_products["base"].id,
                            "price_unit": 7.0,
                            "is_landed_costs_line": True,
                        },
                    )
                ],
            }
        )
        other.with_company(self.company).button_create_landed_costs()
        self.assertEqual(other.landed_costs_ids.amount_total, 7.0)
        self.assertFalse(other.landed_costs_ids.freight_bill_id)

    def test_of_several_bills_those_that_brought_goods(self):
        other = self.bill.sudo().copy({"name": "OUT", "number_key": "OUT", "state": "open"})
        bills = self.bill | other.with_user(self.auditor)
        action = bills.action_create_landed_costs()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("Create the vendor bill", action["params"]["message"])
        self.assertTrue(self.costs(self.bill))
        with self.assertRaisesRegex(UserError, "already.*\n.*Create the vendor bill"):
            bills.action_create_landed_costs()
