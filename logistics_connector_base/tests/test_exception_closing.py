"""How cases end and come back: cause, outcome, what healed them, and the same case again."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import InboxCommon
from .desks import DeskCommon


class ClosingCommon(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env.ref("logistics_connector_base.exception_cause_carrier_delay")
        cls.outcome = cls.env.ref("logistics_connector_base.exception_outcome_redelivery")

    def close(self, cases, user=None, **values):
        """Through the wizard, as the form and the list open it."""
        cases = cases.with_user(user or self.worker)
        action = cases.action_finish() if len(cases) == 1 else cases.action_bulk_finish()
        wizard = self.env[action["res_model"]].with_user(user or self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            form.cause_id = self.cause
            form.outcome_id = self.outcome
            for name, value in values.items():
                setattr(form, name, value)
        return form.record.action_close()

    def heal(self, key, **values):
        return self.env["logistics.exception"]._resolve_keys([key], "healed", **values)

    def days_ago(self, case, days):
        case.closed_at = fields.Datetime.now() - timedelta(days=days)


@tagged("post_install", "-at_install")
class TestExceptionClosing(ClosingCommon):
    def test_closing_asks_for_cause_and_outcome_and_keeps_the_words(self):
        case = self.report("a")
        case.opened_at -= timedelta(hours=5)
        self.close(case, note="Side entrance")
        self.assertEqual((case.state, case.outcome), ("resolved", "Side entrance"))
        self.assertEqual((case.cause_id, case.cause_party), (self.cause, "carrier"))
        self.assertEqual((case.outcome_id, case.closed_by_id), (self.outcome, self.worker))
        self.assertAlmostEqual(case.hours_to_close, 5, 1)
        with self.assertRaisesRegex(UserError, "closed already"):
            case.with_user(self.worker).action_finish()

    def dismiss(self, cases, **values):
        cases = cases.with_user(self.worker)
        action = cases.action_dismiss()
        wizard = self.env[action["res_model"]].with_user(self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            form.reason = "Not ours"
            for name, value in values.items():
                setattr(form, name, value)
        return form.record.action_dismiss()

    def test_dismissing_asks_for_cause_and_outcome_and_proposes_the_usual_ones(self):
        case = self.report("a")
        self.dismiss(case)
        self.assertEqual((case.state, case.outcome), ("dismissed", "Not ours"))
        self.assertEqual((case.cause_id.code, case.outcome_id.code), ("unknown", "no_action"))
        self.assertEqual(case.closed_by_id, self.worker)
        with self.assertRaises(AssertionError):
            self.dismiss(self.report("b"), cause_id=self.cause.browse())

    def test_many_are_dismissed_each_wholly_or_not_at_all(self):
        cases = self.report("a") | self.report("b")
        action = cases.with_user(self.worker).action_dismiss()
        wizard = self.env[action["res_model"]].with_user(self.worker)
        wizard = wizard.with_context(**action["context"]).create(
            {"reason": "Drill", "cause_id": self.cause.id}
        )
        cases[0].action_resolve()
        told = wizard.action_dismiss()["params"]
        self.assertEqual(cases.mapped("state"), ["resolved", "dismissed"])
        self.assertEqual((cases[1].cause_id, cases[1].cause_party), (self.cause, "carrier"))
        self.assertEqual((told["type"], "closed already" in told["message"]), ("warning", True))

    def test_what_was_dismissed_is_in_the_report_of_causes(self):
        case = self.report("a")
        self.dismiss(case, cause_id=self.cause)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception_cause_report"
        )
        found = self.env["logistics.exception"].with_user(self.worker)
        self.assertIn(case, found.search(safe_eval(action["domain"])))

    def test_without_words_the_outcome_is_told_by_its_name(self):
        case = self.report("a")
        self.close(case)
        self.assertEqual(case.outcome, self.outcome.name)

    def test_many_are_closed_at_once_and_what_needs_a_decision_is_left(self):
        cases = self.report("a") | self.report("b") | self.report("c", type="message_conflict")
        told = self.close(cases)["params"]
        self.assertEqual([case.is_open for case in cases], [False, False, True])
        self.assertIn("Done: 2", told["message"])
        self.assertIn("Not done: 1", told["message"])
        self.assertEqual(told["type"], "warning")

    def test_causes_are_the_managers_to_change(self):
        with self.assertRaises(AccessError):
            self.cause.with_user(self.worker).name = "Else"
        self.cause.with_user(self.manager).name = "Late truck"
        made = (
            self.env["logistics.exception.cause"]
            .with_user(self.manager)
            .create({"code": "own", "name": "Our own", "party": "us"})
        )
        self.assertTrue(made)

    def test_what_closes_by_itself_says_so(self):
        case = self.report("a")
        self.heal("a")
        self.assertFalse(case.closed_by_id or case.resolved_by_event_id)
        self.assertEqual(case.outcome, "healed")


@tagged("post_install", "-at_install")
class TestExceptionReopening(ClosingCommon):
    def test_what_comes_back_soon_is_the_same_case(self):
        case = self.report("a")
        case.with_user(self.worker).action_assign_to_me()
        self.close(case)
        self.days_ago(case, 6)
        again = self.report("a", name="Again", detail="now")
        self.assertEqual(again, case)
        self.assertEqual((case.state, case.user_id), ("assigned", self.worker))
        self.assertEqual((case.reopen_count, case.occurrence_count), (1, 2))
        self.assertEqual((case.name, case.detail), ("Again", "now"), "what happened now is told")
        self.assertEqual(case.previous_outcome, self.outcome.name)
        self.assertFalse(case.outcome or case.outcome_id or case.closed_at or case.closed_by_id)
        self.assertEqual(case.cause_id, self.cause, "why it happened is still known")
        self.assertEqual(case.opened_at, case.last_seen_at, "its age begins anew")

    def test_after_its_time_it_is_a_new_case(self):
        case = self.report("a")
        self.heal("a")
        self.days_ago(case, 8)
        self.assertNotEqual(self.report("a"), case)
        self.assertFalse(case.is_open)

    def test_the_type_says_for_how_long(self):
        case = self.report("a")
        case.type_id.reopen_days = 0
        self.heal("a")
        self.days_ago(case, 40)
        second = self.report("a")
        self.assertNotEqual(second, case)
        case.type_id.reopen_days = 30
        self.heal("a")
        self.days_ago(second, 29)
        self.assertEqual(self.report("a"), second)

    def test_what_a_person_dismissed_stays_so_and_its_return_is_a_new_case(self):
        case = self.report("a")
        case.with_user(self.worker)._close("dismissed", "not ours")
        new = self.report("a")
        self.assertNotEqual(new, case)
        self.assertEqual((case.state, new.state), ("dismissed", "new"))
        self.heal("a")
        self.assertEqual(self.report("a"), new, "the newest decides")

    def test_another_kind_of_trouble_under_the_key_is_another_case(self):
        case = self.report("a")
        self.heal("a")
        self.assertNotEqual(self.report("a", type="unknown_shipment"), case)

    def test_another_companys_user_sees_neither(self):
        stranger = self.make_user("desk_stranger", self.USER, self.elsewhere)
        case = self.report("a")
        self.heal("a")
        self.report("a")
        self.assertFalse(self.env["logistics.exception"].with_user(stranger).search([]) & case)
        with self.assertRaises(AccessError):
            case.with_user(stranger).action_reopen()

    def test_a_person_reopens_but_not_beside_an_open_one(self):
        case = self.report("a")
        case.with_user(self.worker)._close("dismissed", "not ours")
        self.report("a")
        with self.assertRaisesRegex(UserError, "open already"):
            case.with_user(self.worker).action_reopen()
        self.heal("a")
        case.with_user(self.worker).action_reopen()
        self.assertEqual((case.state, case.previous_outcome), ("new", "not ours"))


@tagged("post_install", "-at_install")
class TestHealedBy(InboxCommon):
    def test_the_event_that_healed_it_is_kept(self):
        connection = self.make_connection()
        shipment = self.make_shipment("1Z1")
        failed = self.scan("DLV_REFUSED", "2026-03-11T09:00:00+01:00", "1Z1")
        self.receive(connection, self.message(failed))
        case = self.exceptions("delivery_exception")
        self.assertEqual(case.shipment_id, shipment)
        delivered = self.scan("DLV_DELIVERED", "2026-03-12T09:00:00+01:00", "1Z1")
        self.receive(connection, self.message(delivered))
        self.assertFalse(case.is_open)
        self.assertEqual(case.resolved_by_event_id.code, "DLV_DELIVERED")
        self.assertFalse(case.closed_by_id)

    def test_a_found_shipment_names_the_event_too(self):
        connection = self.make_connection()
        early = self.scan("MOV_ARRIVED", number="1Z2")
        self.receive(connection, self.message(early))
        case = self.exceptions("unknown_shipment")
        self.assertTrue(case)
        self.make_shipment("1Z2")
        self.work_inbox()
        self.assertFalse(case.is_open)
        self.assertEqual(case.resolved_by_event_id.code, "MOV_ARRIVED")
