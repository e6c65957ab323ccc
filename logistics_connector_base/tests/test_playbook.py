"""Playbooks: steps whose buttons act, and the trace that each leaves."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"


@tagged("post_install", "-at_install")
class TestPlaybook(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lisa = cls.make_user("playbook-lisa", USER)
        cls.customer, carrier = cls.env["res.partner"].create(
            [
                {"name": "Anke", "email": "anke@example.com"},
                {"name": "Parcel People", "email": "desk@parcels.example.com"},
            ]
        )
        cls.connection = cls.make_connection(partner_id=carrier.id)
        product = cls.env["product.product"].create({"name": "Lamp", "type": "consu"})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        cls.order.action_confirm()
        cls.shipment = cls.make_shipment(
            "1ZPLAY", partner_id=cls.customer.id, sale_order_ids=[(6, 0, cls.order.ids)]
        )

    def report(self, kind="delivery_exception", **values):
        trouble = {
            "type": kind,
            "key": f"playbook:{kind}",
            "name": "Something is wrong",
            "company_id": self.company.id,
            "shipment_id": self.shipment.id,
            "connection_id": self.connection.id,
            **values,
        }
        return self.env["logistics.exception"]._report([trouble]).with_user(self.lisa)

    def step(self, case, act):
        """The step with this button, as the form of the case shows it."""
        found = case.type_id.step_ids.filtered(lambda step: step.act == act)
        values = {"type_id": case.type_id.id, "name": f"Do {act}", "act": act}
        return found or found.sudo().create(values).with_user(self.lisa)

    def do(self, case, act):
        return case.action_do_step(self.step(case, act).id)

    def done(self, case):
        return [(trace.name, trace.user_id) for trace in case.step_trace_ids]

    # -- the trace ----------------------------------------------------------------------------

    def test_a_step_for_people_is_ticked_once_seen(self):
        case = self.report("processing_failure")
        step = case.type_id.step_ids.filtered(lambda step: not step.act)
        self.assertEqual([row["done"] for row in case.playbook_steps], ["", ""])
        case.action_do_step(step.id)
        shown = {row["id"]: row["done"] for row in case.playbook_steps}
        self.assertIn(self.lisa.name, shown.pop(step.id))
        self.assertEqual(list(shown.values()), [""])
        self.assertEqual(self.done(case), [(step.name, self.lisa)])
        self.assertIn(step.name, case.message_ids[0].body)
        # It is this case's: another one of the kind is untouched.
        other = self.report("processing_failure", key="playbook:other")
        self.assertEqual([row["done"] for row in other.playbook_steps], ["", ""])
        other.action_tick_step(step.id)
        self.assertEqual(self.done(other), [(step.name, self.lisa)])

    def test_what_does_not_apply_leaves_no_trace(self):
        case = self.report("parse_failure")
        with self.assertRaises(UserError):
            self.do(case, "retry")
        self.assertFalse(case.step_trace_ids)

    def test_only_its_own_playbook_and_only_while_open(self):
        case, other = self.report(), self.report("parse_failure", key="playbook:x")
        with self.assertRaises(UserError):
            case.action_do_step(self.step(other, "write_partner").id)
        step = self.step(case, "hold_billing")
        case.sudo()._close("resolved", "over")
        for method in (case.action_do_step, case.action_tick_step):
            with self.assertRaises(UserError):
                method(step.id)
        self.assertFalse(self.order.billing_hold_reason)

    def test_nobody_writes_a_trace_by_hand(self):
        case = self.report()
        with self.assertRaises(AccessError):
            self.env["logistics.exception.step"].with_user(self.lisa).create(
                {"exception_id": case.id, "name": "Made up", "user_id": self.env.uid}
            )
        with self.assertRaises(AccessError):
            self.step(case, "ask").name = "Mine"
        boss = self.make_user("playbook-boss", MANAGER)
        steps = [(0, 0, {"name": "Look at the scale", "act": False})]
        case.type_id.with_user(boss).write({"step_ids": steps})
        self.step(case, "ask").with_user(boss).name = "Ours"

    def test_other_companies_cases(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("playbook-stranger", USER, company=company)
        case = self.report()
        step = self.step(case, "hold_billing")
        with self.assertRaises(AccessError):
            case.with_user(stranger).action_do_step(step.id)
        self.assertFalse(self.order.billing_hold_reason)

    # -- what the buttons do ------------------------------------------------------------------

    def test_messages_are_worked_again(self):
        message = self.receive(self.connection, "{")
        case = self.exceptions("parse_failure").with_user(self.lisa)
        self.do(case, "retry")
        self.assertEqual(message.state, "received")
        self.assertEqual(len(case.step_trace_ids), 1)

    def send(self, action):
        """Send the letter that a step opened, as its window does."""
        composer = self.env["mail.compose.message"].with_user(self.lisa)
        composer = composer.with_context(**action["context"]).create({})
        composer._action_send_mail()
        return composer

    def test_a_letter_to_the_partner_is_noted_when_it_is_sent(self):
        case = self.report()
        action = self.do(case, "write_partner")
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertFalse(case.step_trace_ids, "it is not sent yet")
        self.send(action)
        sent = case.message_ids.filtered(lambda m: m.partner_ids == self.connection.partner_id)
        self.assertIn("1ZPLAY", sent.body)
        self.assertEqual(len(case.step_trace_ids), 1)
        # The letter comes from the case: an answer comes back to it.
        self.assertEqual((sent.model, sent.res_id), ("logistics.exception", case.id))

    def test_a_letter_to_the_customer(self):
        case = self.report()
        self.send(self.do(case, "tell_customer"))
        sent = case.message_ids.filtered(lambda m: m.partner_ids == self.customer)
        self.assertIn("Anke", sent.body)
        self.customer.email = False
        with self.assertRaises(UserError):
            self.do(case, "tell_customer")

    def test_nobody_to_write_to(self):
        self.connection.partner_id = False
        case = self.report()
        with self.assertRaises(UserError):
            self.do(case, "request_pod")

    def test_the_invoice_is_held_and_released(self):
        case = self.report()
        self.do(case, "hold_billing")
        self.assertIn("Something is wrong", self.order.billing_hold_reason)
        self.order.order_line.qty_delivered = 1
        with self.assertRaisesRegex(UserError, "Something is wrong"):
            self.order._create_invoices()
        self.do(case, "release_billing")
        self.assertFalse(self.order.billing_hold_reason)
        self.assertTrue(self.order._create_invoices())
        with self.assertRaises(UserError):
            self.do(case, "release_billing")
        self.assertEqual(len(case.step_trace_ids), 2)

    def held(self):
        self.env.invalidate_all()
        found = self.env["sale.order"].search([("billing_hold_reason", "!=", False)])
        self.assertEqual(self.order in found, bool(self.order.billing_hold_reason))
        return bool(self.order.billing_hold_reason)

    def test_each_case_holds_for_itself_and_no_longer_than_it_is_open(self):
        one, two = self.report(), self.report(key="playbook:two")
        for case in (one, two):
            self.do(case, "hold_billing")
        with self.assertRaises(UserError):
            self.do(one, "hold_billing")
        self.do(one, "release_billing")
        self.assertTrue(self.held(), "the other one holds it still")
        two.sudo()._close("resolved", "settled")
        self.assertFalse(self.held())
        # It comes back: it is not settled.
        two.sudo().action_reopen()
        self.assertTrue(self.held())

    def test_a_merged_case_holds_in_the_other_one(self):
        one, two = self.report(), self.report(key="playbook:two")
        self.do(one, "hold_billing")
        (one | two)._merge_into(two)
        self.assertEqual(one.state, "duplicate")
        self.assertTrue(self.held())
        self.do(two, "release_billing")
        self.assertFalse(self.held())

    def test_a_copy_of_a_held_order_is_free(self):
        self.do(self.report(), "hold_billing")
        self.assertFalse(self.order.copy().billing_hold_reason)

    def test_sales_managers_release_sellers_do_not(self):
        case = self.report()
        self.do(case, "hold_billing")
        seller = self.make_user("playbook-seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(UserError):
            self.order.with_user(seller).action_release_billing()
        boss = self.make_user("playbook-sales-boss", "sales_team.group_sale_manager")
        self.order.with_user(boss).action_release_billing()
        self.assertFalse(self.order.billing_hold_reason)

    def test_a_return_is_for_people_of_the_warehouse(self):
        case = self.report()
        delivery = self.order.picking_ids
        self.shipment.picking_ids = delivery
        with self.assertRaises(UserError):
            self.do(case, "create_return")
        self.lisa.group_ids = [(4, self.env.ref("stock.group_stock_user").id)]
        with self.assertRaisesRegex(UserError, "finished"):
            self.do(case, "create_return")
        delivery.move_ids.quantity = 1
        delivery.button_validate()
        action = self.do(case, "create_return")
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.lisa)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.picking_id, delivery)
        self.assertEqual(len(case.step_trace_ids), 1)

    def test_every_button_has_something_behind_it(self):
        cases = self.env["logistics.exception"]
        for act, _label in self.env["logistics.playbook.step"]._fields["act"].selection:
            self.assertTrue(callable(getattr(cases, f"_step_{act}", None)), act)
