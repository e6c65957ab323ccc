"""What is not proven is not billed, by whatever road."""

from odoo import Command
from odoo.addons.logistics_connector_base.tests.orders import OrdersCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestBillingPolicy(OrdersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_policy = "delivered"
        cls.accountant = cls.make_user(
            "policy_accountant",
            "account.group_account_invoice",
            "sales_team.group_sale_salesman_all_leads",
        )
        cls.auditor = cls.make_user(
            "policy_auditor", "logistics_connector_freight_audit.group_freight_auditor"
        )
        cls.approver = cls.make_user(
            "policy_approver", "logistics_connector_freight_audit.group_freight_approver"
        )

    def two_deliveries(self, product=None, first=3, ordered=5):
        """An order sent in two deliveries, of which the first has arrived."""
        product = product or self.lamp
        order = self.sell((product, ordered), price=10)
        one = order.picking_ids
        self.send(one, first)
        two = order.picking_ids - one
        self.send(two)
        self.tell(self.ship(one), "DLV_DELIVERED")
        self.ship(two, "MOV_IN_TRANSIT")
        self.sweep()
        return order, one, two

    def sweep(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "logistics_connector_freight_audit.cron_billing_sweep"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def sell(self, *lines, price=None, **values):
        order = super().sell(*lines, **values)
        if price:
            order.order_line.write({"price_unit": price, "tax_ids": [Command.clear()]})
        return order

    def wizard(self, orders, method="delivered", **values):
        return (
            self.env["sale.advance.payment.inv"]
            .with_user(self.accountant)
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create({"advance_payment_method": method, **values})
        )

    def billed(self, order):
        lines = order.invoice_ids.invoice_line_ids
        return sum(lines.filtered(lambda line: line.product_id == self.lamp).mapped("quantity"))

    def test_two_deliveries_one_proven_only_its_quantities(self):
        roads = {
            "wizard": lambda order: self.wizard(order).create_invoices(),
            "list": lambda order: self.wizard(order | other).create_invoices(),
            "rpc": lambda order: order.with_user(self.accountant)._create_invoices(final=True),
        }
        other = self.sell((self.hours, 1))
        for road, bill in roads.items():
            with self.subTest(road):
                order, one, two = self.two_deliveries()
                self.assertEqual((one.billing_state, two.billing_state), ("proven", "held"))
                line = order.order_line
                self.assertEqual((line.qty_delivered, line.qty_to_invoice), (5, 3))
                self.assertEqual(line.qty_waiting, 2)
                bill(order)
                self.assertEqual(self.billed(order), 3)
                self.assertEqual((line.qty_to_invoice, line.invoice_status), (0, "no"))
                self.assertEqual(order.invoice_status, "no", "it is not fully invoiced")
                with self.assertRaisesRegex(UserError, two.name):
                    self.wizard(order).create_invoices()
                self.tell(two.shipment_ids, "DLV_DELIVERED")
                # Nobody has swept since: whoever bills looks at the proofs.
                self.wizard(order).create_invoices()
                self.assertEqual(self.billed(order), 5)
                self.assertEqual(order.invoice_status, "invoiced")

    def test_down_payments_stay_invoiceable_and_are_not_given_back(self):
        order = self.sell((self.lamp, 2), price=100)
        self.send(order.picking_ids)
        self.assertEqual(order.picking_ids.billing_state, "held")
        self.wizard(order, "percentage", amount=30).create_invoices()
        down = order.invoice_ids
        down.action_post()
        self.assertEqual(down.amount_untaxed, 60)
        for final in (True, False):
            with self.assertRaisesRegex(UserError, order.picking_ids.name):
                order.with_user(self.accountant)._create_invoices(final=final)
        self.tell(self.ship(order.picking_ids), "DLV_DELIVERED")
        rest = order.with_user(self.accountant)._create_invoices(final=True)
        self.assertEqual((rest.move_type, rest.amount_untaxed), ("out_invoice", 140))

    def test_the_proof_itself(self):
        self.company.billing_policy = "pod"
        order = self.sell((self.lamp, 2))
        picking = order.picking_ids
        self.send(picking)
        shipment = self.ship(picking)
        self.tell(shipment, "DLV_DELIVERED")
        picking._judge_billing()
        self.assertEqual((picking.billing_proof, picking.billing_state), ("pod", "held"))
        self.tell(shipment, "DOC_POD")
        self.sweep()
        self.assertEqual((picking.billing_state, order.order_line.qty_to_invoice), ("proven", 2))

    def test_a_proof_that_is_withdrawn_holds_it_again(self):
        order = self.sell((self.lamp, 2))
        picking = order.picking_ids
        self.send(picking)
        shipment = self.ship(picking)
        self.tell(shipment, "DLV_DELIVERED")
        self.sweep()
        self.assertEqual(order.order_line.qty_to_invoice, 2)
        event = shipment.event_ids.filtered(lambda one: one.code == "DLV_DELIVERED")
        event._set_aside("It was another one.")
        self.assertFalse(shipment.delivered_at)
        self.sweep()
        self.assertEqual((picking.billing_state, order.order_line.qty_to_invoice), ("held", 0))

    def test_several_parcels_wait_for_the_last_one(self):
        order = self.sell((self.lamp, 2))
        picking = order.picking_ids
        self.send(picking)
        first = self.ship(picking)
        second = first.copy({"picking_ids": [Command.set(picking.ids)]})
        self.tell(first, "DLV_DELIVERED")
        picking._judge_billing()
        self.assertEqual(picking.billing_state, "held")
        second._record_own_event("SHP_CANCELLED", text="Not needed")
        picking._judge_billing()
        self.assertEqual(picking.billing_state, "proven")

    def test_what_comes_back_of_an_unproven_delivery(self):
        order, _one, two = self.two_deliveries()
        back = self.take_back(two, 2)
        self.send(back)
        line = order.order_line
        self.assertEqual((line.qty_delivered, line.qty_to_invoice, line.qty_waiting), (3, 3, 0))

    def test_units_of_the_order(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        line = {"product_id": self.lamp.id, "product_uom_qty": 1, "product_uom_id": dozen.id}
        order = self.sell(order_line=[Command.create(line)])
        self.assertEqual(order.picking_ids.move_ids.product_qty, 12)
        self.send(order.picking_ids)
        self.assertEqual((order.order_line.qty_delivered, order.order_line.qty_waiting), (1, 1))
        self.assertEqual(order.order_line.qty_to_invoice, 0)

    def test_a_customer_with_a_rule_of_its_own(self):
        self.customer.with_company(self.company).billing_policy = "odoo"
        order = self.sell((self.lamp, 1))
        self.send(order.picking_ids)
        self.assertFalse(order.picking_ids.billing_state)
        self.assertEqual(order.order_line.qty_to_invoice, 1)
        self.company.billing_policy = "odoo"
        self.customer.with_company(self.company).billing_policy = "pod"
        child = self.env["res.partner"].create({"name": "Dock", "parent_id": self.customer.id})
        order = self.sell((self.lamp, 1), partner_id=child.id)
        self.send(order.picking_ids)
        self.assertEqual(order.picking_ids.billing_proof, "pod")

    def test_what_is_billed_by_the_order_is_not_held(self):
        ordered = self.make_goods("Plate", invoice_policy="order")
        order = self.sell((ordered, 2), (self.hours, 1))
        self.send(order.picking_ids)
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [2, 1])

    def test_what_left_before_the_policy_stays_as_it_was(self):
        self.company.billing_policy = "odoo"
        order = self.sell((self.lamp, 2))
        self.send(order.picking_ids)
        self.company.billing_policy = "pod"
        self.sweep()
        self.assertEqual(order.order_line.qty_to_invoice, 2)

    def test_an_order_that_is_paid_is_billed_whole(self):
        order, _one, _two = self.two_deliveries()
        order._force_lines_to_invoice_policy_order()
        self.assertEqual(order._create_invoices().invoice_line_ids.quantity, 5)

    # -- by a person --------------------------------------------------------------------------

    def release(self, rows, user, reason="Confirmed by phone."):
        rows = rows.with_user(user)
        action = rows.action_release()
        wizard = self.env["logistics.billing.release"].with_user(user)
        wizard = wizard.with_context(**action["context"]).create({"reason": reason})
        wizard.action_release()

    def test_listed_with_age_and_value_and_let_go_with_a_reason(self):
        order, one, two = self.two_deliveries()
        self.env.cr.execute(
            "UPDATE stock_move SET date = date - interval '40 days' WHERE picking_id = %s",
            [two.id],
        )
        self.env.invalidate_all()
        unbilled = self.env["logistics.delivered.unbilled"].with_user(self.auditor)
        rows = unbilled.search([("order_id", "=", order.id)])
        # The older one is taken to be billed first.
        self.assertEqual(rows.mapped("picking_name"), [two.name, one.name])
        self.assertEqual(rows.mapped("amount"), [20, 30])
        self.assertEqual(rows.mapped("billing_state"), ["held", "proven"])
        self.assertEqual((rows[0].age, rows[0].age_group), (40, "c"))
        groups = unbilled.formatted_read_group(
            [("order_id", "=", order.id)], ["billing_state"], ["amount:sum"]
        )
        self.assertEqual({g["billing_state"]: g["amount:sum"] for g in groups}["held"], 20)
        for user, error in ((self.auditor, AccessError), (self.accountant, AccessError)):
            with self.assertRaises(error):
                self.release(rows[:1], user)
            with self.assertRaises(error):
                two.with_user(user).sudo(False)._release_billing("Why not")
        with self.assertRaisesRegex(UserError, "Say why"):
            self.release(rows[:1], self.approver, "  ")
        self.release(rows[:1], self.approver)
        self.assertEqual(two.billing_state, "released")
        self.assertIn("Confirmed by phone", order.message_ids[0].body)
        self.assertEqual(order.message_ids[0].author_id, self.approver.partner_id)
        self.assertEqual(order.order_line.qty_to_invoice, 5)
        with self.assertRaisesRegex(UserError, "does not wait"):
            self.release(rows[:1], self.approver)
        self.sweep()
        self.assertEqual(two.billing_state, "released", "a person's word stays")

    def test_billed_first_in_first_out_and_gone_from_the_list(self):
        order, _one, two = self.two_deliveries()
        unbilled = self.env["logistics.delivered.unbilled"]
        order._create_invoices()
        rows = unbilled.search([("order_id", "=", order.id)])
        self.assertEqual((rows.picking_id, rows.quantity), (two, 2))
        self.send(self.take_back(two, 1))
        rows = unbilled.search([("order_id", "=", order.id)])
        self.assertEqual((rows.picking_id, rows.quantity, rows.amount), (two, 1, 10))
        self.tell(two.shipment_ids, "DLV_DELIVERED")
        order._create_invoices()
        self.assertFalse(unbilled.search([("order_id", "=", order.id)]))

    def test_another_company_s_deliveries_are_nobody_s_here(self):
        order, _one, two = self.two_deliveries()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.approver.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        unbilled = self.env["logistics.delivered.unbilled"].with_user(self.approver)
        self.assertFalse(unbilled.search([("order_id", "=", order.id)]))
        with self.assertRaises(AccessError):
            two.with_user(self.approver).sudo(False)._release_billing("Mine")

    def test_other_currency_is_shown_in_the_company_s(self):
        other = self.env["res.currency"].create({"name": "XQQ", "symbol": "q", "rounding": 0.01})
        other.rate_ids = [Command.create({"rate": 4.0, "company_id": self.company.id})]
        pricelist = self.env["product.pricelist"].create({"name": "q", "currency_id": other.id})
        order = self.sell((self.lamp, 2), pricelist_id=pricelist.id, price=10)
        self.send(order.picking_ids)
        row = self.env["logistics.delivered.unbilled"].search([("order_id", "=", order.id)])
        self.assertEqual(row.amount, 5)

    # -- the customer's payment ----------------------------------------------------------------

    def test_customer_paid_is_what_odoo_has_reconciled(self):
        order, one, _two = self.two_deliveries()
        shipment = one.shipment_ids.with_user(self.auditor)
        self.assertEqual(shipment.customer_payment, "unbilled")
        first = order._create_invoices()
        self.assertEqual(shipment.customer_payment, "unbilled", "a draft bills nobody")
        first.action_post()
        self.assertEqual(shipment.customer_payment, "partly_billed")
        self.pay(first)
        self.assertEqual(shipment.customer_payment, "partly_paid")
        order.picking_ids.filtered(lambda p: p.billing_state == "held").with_user(
            self.approver
        ).sudo(False)._release_billing("Called.")
        rest = order._create_invoices()
        rest.action_post()
        self.pay(rest)
        self.assertEqual(shipment.customer_payment, "paid")
        self.assertTrue(shipment.customer_paid_on)

    def pay(self, invoice):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": journal.id})._create_payments()
        # In a chart with an outstanding account it is paid once the bank says so.
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
