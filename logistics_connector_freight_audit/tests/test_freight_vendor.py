"""What was decided becomes a draft vendor bill, and nothing more."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_audit import AuditCommon
from .test_freight_files import USER

APPROVER = "logistics_connector_freight_audit.group_freight_approver"


class FreightBooks(AuditCommon):
    """A company with accounts, products by class and a carrier to be paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.company.currency_id = cls.env.ref("base.EUR")
        cls.company.write({"freight_line_limit": 1000.0, "freight_bill_limit": 100000.0})
        cls.vendor = cls.env["res.partner"].create({"name": "Carrier Ltd", "is_company": True})
        cls.products = {}
        for kind in ("base", "fuel", "disputed"):
            product = cls.env["product.product"].create(
                {"name": f"Freight {kind}", "type": "service", "supplier_taxes_id": [(5,)]}
            )
            if kind == "disputed":
                accounts = cls.env["account.account"].with_company(cls.company)
                product.with_company(cls.company).property_account_expense_id = accounts.create(
                    {
                        "name": "Disputed",
                        "code": "199901",
                        "account_type": "asset_current",
                        "company_ids": [(6, 0, cls.company.ids)],
                    }
                )
            cls.products[kind] = product
            cls.env["logistics.freight.product"].create(
                {"company_id": cls.company.id, "kind": kind, "product_id": product.id}
            )
        cls.approver = cls.make_user("books_approver", APPROVER, cls.company)


@tagged("post_install", "-at_install")
class TestFreightVendor(FreightBooks):
    def setUp(self):
        super().setUp()
        self.shipments = self.ship(Book(5, 20))
        book = Book(5, 20, errors={"residential_wrong": 1, "weight_up": 1})
        self.bill = self.audited(book, invoices=1).with_user(self.auditor)
        self.bill.carrier_id.sudo().partner_id = self.vendor

    def decided(self):
        differing = self.bill.shipment_line_ids.filtered("stake_amount")
        differing._decide("disputed", "Not ordered.")
        self.bill.action_approve_clean()
        self.assertEqual(self.bill.state, "decided")
        return differing

    def test_a_draft_by_class_with_the_dispute_apart(self):
        differing = self.decided()
        action = self.bill.action_create_vendor_bill()
        move = self.bill.sudo().move_id
        self.assertEqual((action["res_id"], self.bill.state), (move.id, "billed"))
        self.assertEqual((move.state, move.move_type), ("draft", "in_invoice"))
        self.assertEqual((move.partner_id, move.ref), (self.vendor, self.bill.name))
        self.assertEqual(
            (move.invoice_date, move.currency_id), (self.bill.date, self.bill.currency_id)
        )
        self.assertAlmostEqual(move.amount_untaxed, self.bill.amount_net)
        lines = {line.product_id: line.price_subtotal for line in move.invoice_line_ids}
        disputed = sum(differing.mapped("disputed_amount"))
        self.assertAlmostEqual(lines[self.products["disputed"]], disputed)
        fuel = sum(self.bill.charge_ids.filtered(lambda c: c.kind == "fuel").mapped("net"))
        self.assertLessEqual(lines[self.products["fuel"]], fuel + 0.001)
        self.assertIn("disputed", move.message_ids[0].body)

    def test_made_once_and_again_when_it_was_deleted(self):
        self.decided()
        self.bill.action_create_vendor_bill()
        with self.assertRaisesRegex(UserError, "Decide first"):
            self.bill.action_create_vendor_bill()
        with self.assertRaisesRegex(UserError, "not open for decisions"):
            self.bill.shipment_line_ids[0].action_undo()
        self.bill.sudo().move_id.unlink()
        self.assertEqual(self.bill.state, "decided")
        self.bill.action_create_vendor_bill()
        self.bill.sudo().move_id.button_cancel()
        self.assertEqual((self.bill.state, self.bill.sudo().move_id.ids), ("decided", []))

    def test_not_before_all_is_decided_and_set_up(self):
        with self.assertRaisesRegex(UserError, "Decide first"):
            self.bill.action_create_vendor_bill()
        self.decided()
        self.bill.carrier_id.sudo().partner_id = False
        with self.assertRaisesRegex(UserError, "whose vendor bills"):
            self.bill.action_create_vendor_bill()
        self.bill.carrier_id.sudo().partner_id = self.vendor
        self.env["logistics.freight.product"].search([("kind", "=", "disputed")]).unlink()
        with self.assertRaisesRegex(UserError, "Disputed"):
            self.bill.action_create_vendor_bill()
        self.assertFalse(self.bill.sudo().move_id)

    def test_one_that_was_entered_by_hand_is_found(self):
        self.decided()
        number = self.bill.name.lstrip("0").lower()
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": self.company.id,
                "partner_id": self.vendor.id,
                "ref": f"{number[:3]}-{number[3:]}",
            }
        )
        with self.assertRaisesRegex(UserError, "in the books already"):
            self.bill.action_create_vendor_bill()

    def test_a_credit_note_becomes_a_refund(self):
        self.decided()
        bill = self.bill.sudo()
        for charge in bill.charge_ids:
            charge.net = -charge.net
        for line in bill.shipment_line_ids:
            line.write({"billed_amount": -line.billed_amount, "disputed_amount": 0})
        self.bill.action_create_vendor_bill()
        move = bill.move_id
        self.assertEqual(move.move_type, "in_refund")
        self.assertAlmostEqual(move.amount_untaxed, bill.amount_net)

    def test_orders_bring_their_analytic_distribution(self):
        plan = self.env["account.analytic.plan"].create({"name": "Channels"})
        account = self.env["account.analytic.account"].create(
            {"name": "Web", "plan_id": plan.id, "company_id": self.company.id}
        )
        product = self.products["base"]
        for shipment in self.shipments.values():
            shipment.sale_order_ids = self.env["sale.order"].create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "order_line": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "analytic_distribution": {str(account.id): 100},
                            },
                        )
                    ],
                }
            )
        self.decided()
        self.bill.action_create_vendor_bill()
        for line in self.bill.sudo().move_id.invoice_line_ids:
            if line.product_id != self.products["disputed"]:
                self.assertEqual(line.analytic_distribution, {str(account.id): 100})

    def test_only_auditors_bring_bills_into_the_books(self):
        self.decided()
        clerk = self.make_user("clerk", USER, self.company)
        with self.assertRaises(AccessError):
            self.bill.with_user(clerk).action_create_vendor_bill()

    def test_what_the_carrier_refuses_is_written_off(self):
        self.decided()
        self.bill.action_create_vendor_bill()
        self.bill.sudo().move_id.action_post()
        disputes = self.bill.dispute_ids
        dispute = disputes.filtered(lambda one: one.reason == "weight")
        with self.assertRaises(AccessError):
            dispute.action_write_off()
        dispute = dispute.with_user(self.approver)
        with self.assertRaisesRegex(UserError, "cannot be done now"):
            dispute.action_write_off()
        for one in disputes:
            one.action_filed()
        line = dispute.line_ids
        dispute._take_answers({line: (0.0, "No.")})
        self.assertEqual((dispute.state, dispute.lost_amount), ("closed", line.claimed_amount))
        dispute.action_write_off()
        move = dispute.sudo().write_off_id
        self.assertEqual(move.state, "draft", "nothing posts itself")
        with self.assertRaisesRegex(UserError, "already"):
            dispute.action_write_off()
        move.action_post()
        accounts = {
            kind: product.product_tmpl_id.with_company(self.company)
            ._get_product_accounts()["expense"]
            .id
            for kind, product in self.products.items()
        }
        self.assertAlmostEqual(
            sum(move.line_ids.filtered(lambda one: one.balance > 0).mapped("balance")),
            line.claimed_amount,
        )
        back = move.line_ids.filtered(lambda one: one.balance < 0)
        self.assertEqual(back.account_id.id, accounts["disputed"])
        left = self.env["account.move.line"].search(
            [("account_id", "=", accounts["disputed"]), ("parent_state", "=", "posted")]
        )
        self.assertNotEqual(accounts["disputed"], accounts["base"])
        others = sum((disputes - dispute).mapped("claimed_amount"))
        self.assertAlmostEqual(sum(left.mapped("balance")), others)
        move.button_draft()
        move.unlink()
        dispute.action_write_off()
        self.assertTrue(dispute.sudo().write_off_id)
