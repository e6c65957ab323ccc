"""Outgoing messages as people see them: what holds them, what people may decide, what is kept."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..core import outcome as outcomes
from ..core.subject import Subject
from ..privacy.erase import erase
from ..privacy.find import Finder
from ..privacy.slices import BODIES
from .outgoing import GROUP, OutgoingCommon

SETTLED = ("delivered", "rejected", "expired", "cancelled")
WAITING = ("pending", "scheduled", "sending", "doubt")


@tagged("post_install", "-at_install")
class TestOutgoingMessages(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow()
        cls.stranger = new_test_user(cls.env, "out_stranger", "base.group_user")

    def message_in(self, state, **more):
        message = self.enqueue(self.flow, **more)
        self.put(message, state=state)
        return message

    def cases(self, message, is_open=True):
        return self.exceptions(is_open=is_open).filtered(lambda case: case.message_id == message)

    # -- what people decide -------------------------------------------------------------------

    def test_a_user_sends_again_what_has_ended(self):
        for state in ("dead", *SETTLED, "scheduled"):
            with self.subTest(state):
                message = self.message_in(state)
                self.put(message, tries=4, expires_at="-1 hour", processed_at="-1 hour")
                self.put(message, error_class="trouble", error_text="503")
                message._report_outgoing("message_not_sent", "503")
                case = self.cases(message)
                receipt = message.receipt
                message.with_user(self.clerk).action_resend()
                self.assertEqual((message.state, message.tries), ("pending", 0))
                self.assertEqual(message.receipt, receipt, "they know it by that")
                for name in ("expires_at", "processed_at", "next_try_at", "error_text", "why"):
                    self.assertFalse(message[name], name)
                self.assertFalse(case.is_open)
                self.assertIn(self.clerk.name, message.attempt_ids[0].error_text)
                self.assertIn(message.id, self.claim(self.flow))

    def test_what_is_under_way_is_not_sent_again(self):
        for state in ("pending", "sending"):
            with self.assertRaisesRegex(UserError, "about to be sent"):
                self.message_in(state).with_user(self.clerk).action_resend()
        with self.assertRaisesRegex(UserError, "Decide first"):
            self.message_in("doubt").with_user(self.clerk).action_resend()
        purged = self.message_in("delivered")
        self.put(purged, purged_at="-1 day")
        with self.assertRaisesRegex(UserError, "deleted"):
            purged.with_user(self.clerk).action_resend()

    def test_what_came_in_is_not_sent(self):
        incoming = self.receive(self.connection, self.message(self.scan("DLV_OUT")), work=False)
        self.put(incoming, state="processed")
        with self.assertRaisesRegex(UserError, "goes out"):
            incoming.with_user(self.clerk).action_resend()
        for action in ("action_cancel", "action_has_arrived", "action_has_not_arrived"):
            with self.assertRaises(UserError):
                getattr(incoming.with_user(self.clerk), action)()
        self.assertEqual(incoming.state, "processed")

    def test_working_again_does_to_each_what_fits(self):
        incoming = self.receive(self.connection, self.message(self.scan("DLV_OUT")), work=False)
        self.put(incoming, state="processed")
        outgoing = self.message_in("dead")
        (incoming | outgoing).with_user(self.manager).action_retry()
        self.assertEqual((incoming.state, outgoing.state), ("received", "pending"))

    def test_a_user_cancels_what_has_not_left(self):
        for state in ("pending", "scheduled", "dead", "rejected", "expired"):
            with self.subTest(state):
                message = self.message_in(state, key=f"cancel {state}")
                behind = self.enqueue(self.flow, key=f"cancel {state}")
                message._report_outgoing("message_not_sent", "503")
                case = self.cases(message)
                message.with_user(self.clerk).action_cancel()
                self.assertEqual((message.state, message.next_try_at), ("cancelled", False))
                self.assertFalse(message.why)
                self.assertFalse(case.is_open)
                self.assertIn(self.clerk.name, message.attempt_ids.error_text)
                self.assertIn(behind.id, self.claim(self.flow))

    def test_what_has_left_is_not_cancelled(self):
        for state in ("sending", "doubt", "delivered", "cancelled"):
            both = self.message_in(state) | self.message_in("pending")
            with self.assertRaisesRegex(UserError, "has not left"), self.cr.savepoint():
                both.with_user(self.clerk).action_cancel()
            self.assertEqual(set(both.mapped("state")), {state, "pending"})

    def test_a_user_decides_doubts(self):
        for action, state in (
            ("action_has_arrived", "delivered"),
            ("action_has_not_arrived", "pending"),
        ):
            message = self.message_in("doubt", key=action)
            behind = self.enqueue(self.flow, key=action)
            message._report_outgoing("message_in_doubt", "broke off")
            case = self.cases(message)
            self.assertNotIn(behind.id, self.claim(self.flow))
            getattr(message.with_user(self.clerk), action)()
            self.assertEqual(message.state, state)
            self.assertFalse(case.is_open)
            self.assertIn(self.clerk.name, message.attempt_ids[0].error_text)
            self.assertIn((message if state == "pending" else behind).id, self.claim(self.flow))
            with self.assertRaisesRegex(UserError, "in doubt"):
                getattr(self.message_in("dead").with_user(self.clerk), action)()

    def test_who_has_no_part_in_logistics_decides_nothing(self):
        message = self.message_in("dead").with_user(self.stranger)
        for action in (
            "action_resend",
            "action_cancel",
            "action_has_arrived",
            "action_has_not_arrived",
            "action_retry",
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                getattr(message, action)()
        # The service account reads all messages, and decides about none.
        with self.assertRaisesRegex(UserError, "Only people"):
            message.with_user(self.service).action_cancel()

    def test_messages_of_other_companies_are_neither_seen_nor_decided(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        flow = self.make_flow(self.make_connection(company=company))
        message = self.enqueue(flow)
        self.put(message, state="dead")
        mine = self.env["logistics.message"].with_user(self.clerk)
        self.assertFalse(mine.search([("id", "=", message.id)]))
        for action in ("action_resend", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(message.with_user(self.clerk), action)()
        theirs = self.make_user("out_elsewhere", GROUP + "user", company=company)
        message.with_user(theirs).action_cancel()

    def test_nobody_writes_a_message_by_rpc(self):
        message = self.message_in("dead")
        for user in (self.clerk, self.manager):
            with self.assertRaises(AccessError), self.cr.savepoint():
                message.with_user(user).write({"state": "pending"})

    def test_dismissing_the_exception_cancels_what_failed(self):
        message = self.message_in("dead", key="S1")
        message._report_outgoing("message_not_sent", "503")
        case = self.cases(message)
        wizard = self.env["logistics.exception.dismiss"].with_user(self.clerk)
        wizard.create(
            {"exception_ids": [(6, 0, case.ids)], "reason": "Settled by phone"}
        ).action_dismiss()
        self.assertEqual((message.state, case.state), ("cancelled", "dismissed"))

    def test_the_subject_opens(self):
        message = self.enqueue(self.flow, record=self.connection)
        action = message.with_user(self.clerk).action_view_subject()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("logistics.connection", self.connection.id)
        )

    # -- what they read -----------------------------------------------------------------------

    def held(self, message):
        self.env.invalidate_all()
        return message.with_user(self.clerk).held_by

    def test_what_holds_a_message_is_said(self):
        first = self.enqueue(self.flow, key="S1")
        message = self.enqueue(self.flow, key="S1")
        self.assertFalse(self.held(first))
        self.assertEqual(
            self.held(message), "an earlier message about S1 comes first, and is “To send”"
        )
        self.put(first, state="dead")
        self.assertIn("“Failed”", self.held(message))
        self.assertIn("waits: an earlier message about S1", message.with_user(self.clerk).why)
        self.flow.is_ordered = False
        self.assertFalse(self.held(message))
        self.set_breaker(self.flow, paused_until="+1 hour")
        self.assertIn("no more calls are granted before", self.held(message))
        self.set_breaker(self.flow, paused_until="-1 hour")
        self.assertFalse(self.held(message))
        self.set_breaker(self.flow, state="open", reason="503")
        self.assertEqual(self.held(message), "the partner does not take messages: 503")
        self.set_breaker(self.flow, state="stopped", reason="410")
        self.assertEqual(self.held(message), "the flow is stopped: 410")
        self.flow.active = False
        self.assertEqual(self.held(message), "the flow is archived")
        self.connection.state = "suspended"
        self.assertEqual(self.held(message), "the connection is not live")
        self.put(message, state="delivered")
        self.assertFalse(self.held(message))

    def test_why_is_said_of_what_did_not_get_through(self):
        for state, expected in (
            ("rejected", "422: rejected"),
            ("dead", "422: rejected"),
            ("doubt", "422: rejected"),
            ("scheduled", "422: rejected"),
            ("delivered", False),
            ("cancelled", False),
            ("sending", False),
        ):
            message = self.message_in(state)
            self.put(message, error_text="422: rejected\nmore")
            self.assertEqual(message.with_user(self.clerk).why, expected, state)

    def test_what_was_answered_is_for_managers(self):
        self.enqueue(self.flow)
        attempt = self.call(self.flow, outcomes.DELIVERED).attempt_ids
        self.assertEqual(attempt.with_user(self.manager).answer, "the answer")
        with self.assertRaises(AccessError):
            attempt.with_user(self.clerk).read(["answer"])

    # -- resend since -------------------------------------------------------------------------

    def wizard(self, user=None, **values):
        wizards = self.env["logistics.resend"].with_user(user or self.manager)
        return wizards.create({"flow_id": self.flow.id, **values})

    def test_everything_since_an_outage_once_more(self):
        by_state = {state: self.message_in(state) for state in ("dead", *SETTLED, *WAITING)}
        old, purged = self.message_in("dead"), self.message_in("dead")
        self.put(old, received_at="-3 days")
        self.put(purged, purged_at="-1 hour")
        other = self.enqueue(self.make_flow(code="other"))
        self.put(other, state="dead")
        wizard = self.wizard()
        self.assertEqual(wizard.message_count, 2)
        wizard.with_rejected = True
        self.assertEqual(wizard.message_count, 3)
        wizard.with_delivered = True
        self.assertEqual(wizard.message_count, 4)
        wizard.since = fields.Datetime.now() - timedelta(days=4)
        self.assertEqual(wizard.message_count, 5)
        wizard.write({"with_delivered": False})
        action = wizard.action_resend()
        self.assertEqual(action["res_model"], "logistics.message")
        sent = by_state["dead"] | by_state["expired"] | by_state["rejected"] | old
        self.assertEqual(set(sent.mapped("state")), {"pending"})
        self.assertEqual(by_state["delivered"].state, "delivered")
        self.assertEqual(by_state["cancelled"].state, "cancelled")
        self.assertEqual((purged.state, other.state), ("dead", "dead"))

    def test_only_managers_resend_many(self):
        with self.assertRaises(AccessError):
            self.wizard(self.clerk)

    def test_a_manager_resends_what_is_of_the_own_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        flow = self.make_flow(self.make_connection(company=company))
        message = self.enqueue(flow)
        self.put(message, state="dead")
        wizard = self.env["logistics.resend"].with_user(self.manager)
        self.assertEqual(wizard.create({"flow_id": flow.id}).message_count, 0)

    # -- how long they are kept ---------------------------------------------------------------

    def purge(self):
        runs = self.env["logistics.retention.run"]
        self.env.flush_all()
        rules = self.connection._retention_rules()
        upto = runs._newest_due(rules)
        bodies = runs._purge_bodies(rules, [], upto)
        records = runs._purge_records(rules, [], upto)
        return {row[0] for row in bodies}, {row[0] for row in records}

    def test_what_has_not_left_is_never_purged(self):
        self.connection.retention_days = 30
        by_state = {state: self.message_in(state) for state in ("dead", *SETTLED, *WAITING)}
        for message in by_state.values():
            self.put(message, received_at="-31 days")
        settled = {by_state[state].id for state in SETTLED}
        self.assertEqual(self.purge(), (settled, set()))
        for state in ("dead", *WAITING):
            self.assertTrue(by_state[state].has_body, state)
        self.company.logistics_unfinished_days = 30
        self.assertEqual(self.purge()[0], {by_state["dead"].id}, "at an age of its own")
        self.company.logistics_record_days = 30
        self.assertEqual(self.purge(), (set(), settled))
        for state in ("dead", *WAITING):
            self.assertTrue(by_state[state].exists(), state)

    # -- persons ------------------------------------------------------------------------------

    def test_a_person_is_found_in_what_was_told_and_erased_but_not_from_what_waits(self):
        body = {"ship_to": {"name": "Ada Lovelace", "street": "1 Analytical Way"}}
        names = ("dead", *SETTLED, *WAITING)
        by_state = {state: self.enqueue(self.flow, body, key=state) for state in names}
        for state, message in by_state.items():
            self.put(message, state=state)
        delivered = by_state["delivered"]
        self.env["logistics.message.attempt"].create(
            {"message_id": delivered.id, "number": 1, "answer": "Hello Ada Lovelace"}
        )
        subject = Subject.of(["Ada Lovelace"])
        partners = self.env["res.partner"]
        found = Finder(self.env, self.company, subject, partners).find(
            {"hits": {BODIES: [message.id for message in by_state.values()]}}
        )
        self.assertEqual(found.messages.ids, sorted(message.id for message in by_state.values()))
        self.assertEqual(set(found.busy.mapped("state")), set(WAITING))
        erase(self.env(su=True), found, subject, partners, self.company.ids)
        self.env.invalidate_all()
        for state in WAITING:
            self.assertTrue(by_state[state].has_body, state)
            self.assertEqual(by_state[state].state, state)
        for state in ("dead", *SETTLED):
            self.assertFalse(by_state[state].has_body, state)
            self.assertTrue(by_state[state].erased_at)
        self.assertEqual(by_state["dead"].state, "cancelled", "it can never be sent")
        self.assertEqual(by_state["delivered"].state, "delivered")
        self.assertNotIn("Lovelace", delivered.attempt_ids.answer)
