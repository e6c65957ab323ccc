"""Orders that a case holds are billed by no road."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .orders import OrdersCommon


@tagged("post_install", "-at_install")
class TestBillingHold(OrdersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.make_user(
            "hold_accountant",
            "account.group_account_invoice",
            "sales_team.group_sale_salesman_all_leads",
        )

    def setUp(self):
        super().setUp()
        self.order = self.sell((self.lamp, 2), (self.hours, 1))
        self.send(self.order.picking_ids)
        trouble = {
            "type": "delivery_exception", "key": "hold", "name": "Broken glass",
            "company_id": self.company.id,
        }  # fmt: skip
        self.case = self.env["logistics.exception"]._report([trouble])
        self.order._hold_billing(self.case)

    def pay(self, amount):
        provider = self.env["payment.provider"].create(
            {"name": "Cards", "code": "none", "state": "test", "company_id": self.company.id}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env["payment.method"].search([], limit=1).id,
                "reference": f"{self.order.name}-1",
                "amount": amount,
                "currency_id": self.order.currency_id.id,
                "partner_id": self.order.partner_id.id,
                "sale_order_ids": [Command.set(self.order.ids)],
                "state": "done",
            }
        )

    def wizard(self, method, **values):
        return (
            self.env["sale.advance.payment.inv"]
            .with_user(self.accountant)
            .with_context(active_model="sale.order", active_ids=self.order.ids)
            .create({"advance_payment_method": method, **values})
        )

    def test_neither_invoice_nor_down_payment(self):
        wizards = (
            self.wizard("delivered"),
            self.wizard("percentage", amount=10),
            self.wizard("fixed", fixed_amount=10),
        )
        for wizard in wizards:
            with self.assertRaisesRegex(UserError, "Broken glass"):
                wizard.create_invoices()
        self.assertFalse(self.order.invoice_ids)
        with self.assertRaisesRegex(UserError, "Broken glass"):
            self.order.with_user(self.accountant)._create_invoices(final=True)
        # One order that is held keeps the others of the same bill from being billed in silence.
        other = self.sell((self.hours, 1))
        with self.assertRaisesRegex(UserError, self.order.name):
            (self.order | other)._create_invoices()
        self.order._release_billing(self.case, "Replaced")
        wizards[1].create_invoices()
        self.assertEqual(len(self.order.invoice_ids), 1)

    def test_a_payment_is_booked_and_billed_later(self):
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        for amount in (self.order.amount_total, 1.0):
            with self.subTest(amount):
                paid = self.pay(amount)
                paid._invoice_sale_orders()
                self.assertFalse(self.order.invoice_ids)
                self.assertIn("It is paid", self.order.message_ids[0].body)
                paid.unlink()
        self.order._release_billing(self.case, "Replaced")
        self.pay(self.order.amount_total)._invoice_sale_orders()
        self.assertTrue(self.order.invoice_ids)

    def test_found_by_what_holds_it(self):
        orders = self.env["sale.order"].with_user(self.accountant)
        free = self.sell((self.lamp, 1))
        both = [("id", "in", (self.order | free).ids)]
        for condition, found in (
            (("billing_hold_reason", "!=", False), self.order),
            (("billing_hold_reason", "=", False), free),
            (("billing_hold_reason", "ilike", "glass"), self.order),
            (("billing_hold_reason", "ilike", "water"), orders),
            (("billing_hold_reason", "not ilike", "glass"), free),
            (("billing_hold_reason", "=", "Broken glass"), self.order),
            (("billing_hold_reason", "in", ["Broken glass", False]), self.order | free),
        ):
            with self.subTest(condition):
                self.assertEqual(orders.search([*both, condition], order="id"), found)
