"""Which way messages go while a partner is down: never both, never lost, in order; and who decides.

That it holds while processes die is shown end to end (tests/e2e/test_fallback.py)."""

import itertools
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..core import outcome as outcomes
from ..core.fallback import Try, copy_receipt, is_absent
from ..outbox import fallback, lanes
from .outgoing import GROUP, OutgoingCommon


class FallbackCommon(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("out_admin", GROUP + "admin")
        cls.second = cls.make_connection(name="second")
        cls.other = cls.make_flow(cls.second, name="Releases by file", code="file")
        cls.flow = cls.make_flow(
            when_down="other", fallback_flow_id=cls.other.id, fallback_minutes=15
        )

    def down(self, flow=None, minutes=20, **columns):
        """The partner has been down for so long, and is not tried just now."""
        columns = {"state": "open", "probe_at": "+10 minutes", "reason": "503", **columns}
        self.set_breaker(flow or self.flow, opened_at=f"-{minutes} minutes", **columns)

    def step(self, flow=None, times=2):
        """What the job does: decide, and move. How many were moved."""
        moved = 0
        for _time in range(times):
            self.env.flush_all()
            moved += self.env["logistics.breaker"].sudo()._step((flow or self.flow).id)
            self.env.flush_all()
            self.env.invalidate_all()
        return moved

    def is_due(self, flow=None):
        self.env.flush_all()
        return (flow or self.flow).id in fallback.due(self.env.cr)

    def gone(self, flow=None):
        """What lies in the other flow: what each was written for, in the order of that flow."""
        copies = self.env["logistics.message"].search(
            [("flow_id", "=", (flow or self.other).id)], order="id"
        )
        return copies.moved_from_id

    def cases(self, is_open=True, flow=None):
        key = f"fallback:{(flow or self.flow).id}"
        return self.exceptions("partner_fallback", is_open).filtered(lambda case: case.key == key)


@tagged("post_install", "-at_install")
class TestFallback(FallbackCommon):
    # -- what moves ---------------------------------------------------------------------------

    def test_what_waits_goes_over_the_other_connection_as_it_is(self):
        expires = fields.Datetime.now() + timedelta(hours=5)
        message = self.enqueue(
            self.flow,
            {"order": "S1"},
            key="S1",
            once="release:1",
            record=self.connection,
            priority=20,
            expires=expires,
            content_type="application/vnd.partner+json",
        )
        self.down()
        self.assertTrue(self.is_due())
        self.assertEqual(self.step(), 1)
        self.assertFalse(self.is_due())
        copy = message.moved_to_id
        self.assertEqual((copy.flow_id, copy.state), (self.other, "pending"))
        self.assertEqual((copy.connection_id, copy.company_id), (self.second, self.company))
        for name in ("business_key", "priority", "expires_at", "correlation_id", "res_model",
                     "res_id", "digest", "size", "content_type"):  # fmt: skip
            self.assertEqual(copy[name], message[name], name)
        self.assertEqual(copy._read_bodies()[copy.id], b'{"order":"S1"}')
        self.assertEqual((copy.causation_id, copy.first_flow_id), (message.receipt, self.flow))
        self.assertEqual(copy.receipt, copy_receipt(message.receipt))
        self.assertEqual((message.state, message.error_class), ("cancelled", "moved"))
        self.assertTrue(message.processed_at)
        mine = message.with_user(self.clerk)
        self.assertIn("Sent over “Releases by file”", mine.why)
        self.assertIn("Releases by file", mine.attempt_ids.error_text)
        self.assertEqual(copy.with_user(self.clerk).moved_from_id, message)
        self.assertEqual(self.claim(self.other), [copy.id])
        self.assertFalse(self.claim(self.flow))
        # What was written once for ever is still that message (law 5).
        self.assertEqual(self.enqueue(self.flow, once="release:1"), message)

    def test_new_messages_follow_while_it_lasts_in_their_order(self):
        self.enqueue(self.flow, key="S1")
        self.down()
        self.step()
        later = [self.enqueue(self.flow, key=key) for key in ("S1", "S2", "S1")]
        self.assertTrue(self.is_due())
        self.step()
        self.assertEqual(self.gone()[1:].ids, [message.id for message in later])
        claimed = [self.claim(self.other, 1) for _time in range(3)]
        self.assertEqual(len([one for one in claimed if one]), 2, "one of each key")

    def test_what_may_have_arrived_stays_and_holds_what_comes_behind_it(self):
        kinds = (outcomes.DOUBT, outcomes.TROUBLE, outcomes.THROTTLED)
        flow = self.make_flow(
            code="tried", breaker_limit=0, when_down="other", fallback_flow_id=self.other.id
        )
        first = {}
        for kind in kinds:
            first[kind] = self.enqueue(flow, key=kind)
            self.call(flow, kind, "503")
            self.set_breaker(flow, paused_until=None)
        behind = {kind: self.enqueue(flow, key=kind) for kind in kinds}
        self.assertEqual(first["doubt"].state, "scheduled", "it would be sent again to them")
        self.put(first["doubt"], next_try_at="-1 second")
        self.down(flow)
        self.step(flow)
        self.assertEqual(
            self.gone(),
            first["trouble"] | first["throttled"] | behind["trouble"] | behind["throttled"],
        )
        self.assertEqual((first["doubt"].state, behind["doubt"].state), ("scheduled", "pending"))
        self.assertFalse(self.is_due(flow))
        self.assertIn("unless it may have arrived", behind["doubt"].with_user(self.clerk).held_by)

    def test_what_somebody_is_at_stays(self):
        for state in ("sending", "doubt", "sent", "dead", "rejected", "delivered"):
            message = self.enqueue(self.flow, key=state)
            self.put(message, state=state, lane=0)
        behind = self.enqueue(self.flow, key="rejected")
        for state in ("sending", "doubt", "dead"):
            self.enqueue(self.flow, key=state)
        self.down()
        self.step()
        self.assertEqual(self.gone(), behind)

    def test_what_its_time_keeps_stays(self):
        late, planned = self.enqueue(self.flow), self.enqueue(self.flow)
        self.put(late, expires_at="-1 minute")
        self.put(planned, state="scheduled", next_try_at="+1 hour")
        self.down()
        self.assertEqual(self.step(), 0)
        self.put(planned, next_try_at="-1 second")
        self.assertTrue(self.is_due())
        self.step()
        self.assertEqual(self.gone(), planned)

    def test_the_other_flow_sends_at_its_times(self):
        self.other.write({"cadence": "every", "minutes": 60})
        message = self.enqueue(self.flow)
        self.down()
        self.step()
        copy = message.moved_to_id
        self.assertEqual(copy.state, "scheduled")
        self.assertGreater(copy.next_try_at, fields.Datetime.now())

    def test_a_message_moves_once(self):
        """What came over itself stays where it is, and an old one that was put back by whatever way
        cannot go a second time."""
        third = self.make_flow(self.make_connection(name="third"), code="third")
        self.other.write({"when_down": "other", "fallback_flow_id": third.id})
        message = self.enqueue(self.flow)
        own = self.enqueue(self.other)
        self.down()
        self.step()
        self.down(self.other)
        self.step(self.other)
        self.assertEqual(self.gone(third), own)
        self.assertEqual(message.moved_to_id.state, "pending")
        self.set_breaker(self.other, state="closed", fallback_state=None)
        self.put(message, state="pending")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.step()

    def test_the_judgement_in_sql_is_the_pure_one(self):
        kinds = ("trouble", "doubt", "absent", "rejected", "ProcessDied", None)
        stories = [*itertools.product(kinds, repeat=2), (), (("rejected", 409),), ((None, 200),)]
        expected = {}
        for story in stories:
            tries = [one if isinstance(one, tuple) else (one, None) for one in story]
            message = self.enqueue(self.flow)
            for kind, status in tries:
                self.env["logistics.message.attempt"].create(
                    {
                        "message_id": message.id,
                        "number": 1,
                        "error_class": kind,
                        "status": status,
                    }
                )
            expected[message.id] = is_absent(Try(kind or "", status or 0) for kind, status in tries)
        self.env.flush_all()
        # One of the outbox's own constants.
        # pylint: disable-next=sql-injection
        self.env.cr.execute(
            f"SELECT m.id, {fallback.ABSENT_SQL} FROM logistics_message m WHERE m.flow_id = %(f)s",
            {**fallback.VALUES, "f": self.flow.id},
        )
        self.assertEqual(dict(self.env.cr.fetchall()), expected)
        self.assertEqual(len(set(expected.values())), 2)
        self.down()
        self.step()
        self.assertEqual(
            set(self.gone().ids), {number for number, absent in expected.items() if absent}
        )
        self.assertFalse(self.is_due())

    def test_what_the_partner_or_a_person_says_is_not_there_may_go(self):
        self.flow.repeat = "never"
        message = self.enqueue(self.flow)
        self.call(self.flow, outcomes.DOUBT, "broke off")
        message.with_user(self.clerk).action_has_not_arrived()
        self.down()
        self.step()
        self.assertEqual(self.gone(), message)

    def test_little_lies_on_the_other_way_at_a_time(self):
        messages = [self.enqueue(self.flow) for _n in range(5)]
        urgent = self.enqueue(self.flow, priority=10)
        self.down()
        with patch.object(fallback, "MOST_AWAY", 2):
            self.assertEqual(self.step(times=3), 2)
            self.assertEqual(self.gone(), urgent | messages[0])
            self.assertFalse(self.is_due())
            self.put(urgent.moved_to_id, state="delivered")
            self.assertTrue(self.is_due())
            self.assertEqual(self.step(), 1)

    def test_one_stays_that_shows_whether_they_are_back(self):
        first, second = self.enqueue(self.flow, key="S1"), self.enqueue(self.flow, key="S2")
        self.down(probe_at="-1 second")
        self.step()
        self.assertEqual(self.gone(), second)
        probe = self.call(self.flow, outcomes.TROUBLE, "503")
        self.assertEqual(probe, first)
        self.step()
        self.assertEqual(self.gone(), first | second)

    def test_what_must_stay_shows_whether_they_are_back(self):
        """So that no other one may have arrived afterwards."""
        self.flow.breaker_limit = 1
        stays = self.enqueue(self.flow, key="S1")
        self.call(self.flow, outcomes.DOUBT, "broke off")
        self.down(probe_at="-1 second")
        fresh = self.enqueue(self.flow, key="S2", priority=1)
        self.put(stays, next_try_at="+1 hour")
        self.step(times=1)
        self.assertEqual(self.claim(self.flow), [stays.id])
        self.set_breaker(self.flow, probe_at="-1 second")
        self.put(stays, state="scheduled", next_try_at="+1 hour")
        self.assertEqual(self.step(), 1)
        self.assertEqual(self.gone(), fresh)

    def test_nothing_goes_where_nobody_takes_it(self):
        message = self.enqueue(self.flow)
        self.down()
        self.down(self.other)
        self.assertFalse(self.is_due())
        self.assertEqual(self.step(), 0)
        self.set_breaker(self.other, state="closed")
        self.second.state = "suspended"
        self.assertFalse(self.is_due())
        self.second.state = "live"
        self.step(times=1)
        self.assertEqual(self.flow.fallback_state, "used")
        self.second.environment = "test"
        self.assertFalse(self.is_due())
        self.assertEqual((self.step(), message.state), (0, "pending"))
        self.second.environment = "production"
        self.assertEqual(self.step(), 1)

    # -- when ---------------------------------------------------------------------------------

    def test_only_after_its_minutes(self):
        self.enqueue(self.flow)
        self.down(minutes=10)
        self.assertFalse(self.is_due())
        self.assertAlmostEqual(self.outbox._due_in(), 300, delta=30)
        self.assertEqual(self.step(), 0)
        self.flow.fallback_minutes = 5
        self.assertTrue(self.is_due())

    def test_in_line_nothing_moves_however_long_it_lasts(self):
        self.flow.when_down = "keep"
        self.enqueue(self.flow)
        self.down(minutes=10_000)
        self.assertFalse(self.is_due())
        self.assertEqual(self.step(), 0)

    def test_a_stop_by_the_partner_counts_and_one_by_a_person_does_not(self):
        self.flow.fallback_minutes = 0
        self.enqueue(self.flow)
        self.call(self.flow, outcomes.GONE, "410")
        self.set_breaker(self.flow, opened_at="-1 second")
        self.assertTrue(self.is_due())
        self.flow.with_user(self.manager).action_start_again()
        self.flow.with_user(self.manager).action_stop()
        self.set_breaker(self.flow, opened_at="-1 second")
        self.assertFalse(self.is_due())
        self.assertEqual(self.step(), 0)

    def test_trouble_found_meanwhile_does_not_start_the_clock_anew(self):
        self.down(minutes=10)
        self.env["logistics.breaker"].sudo()._switch(self.flow, "open", "no secret")
        self.env["logistics.breaker"].sudo()._switch(self.flow, "stopped", "no certificate")
        age = fields.Datetime.now() - self.breaker(self.flow).opened_at
        self.assertGreater(age, timedelta(minutes=9))

    # -- how it ends --------------------------------------------------------------------------

    def test_people_are_told_once_that_it_begins_and_that_it_ends(self):
        self.enqueue(self.flow)
        self.down()
        self.step()
        self.enqueue(self.flow)
        self.step()
        (case,) = self.cases()
        self.assertEqual((case.company_id, case.flow_id), (self.company, self.flow))
        self.assertIn(self.second.name, case.name)
        flow = self.flow.with_user(self.clerk)
        self.assertEqual(flow.fallback_state, "used")
        self.assertIn("2 until now", flow.fallback_text)
        self.assertIn("Releases by file", flow.change_ids[0].reason)
        self.set_breaker(self.flow, probe_at="-1 second")
        self.enqueue(self.flow)
        self.call(self.flow, outcomes.DELIVERED)
        self.assertFalse(case.is_open)
        self.assertIn("2 messages went over “Releases by file”", case.outcome)
        self.assertFalse(flow.fallback_state or flow.fallback_text)
        self.assertIn("2 messages", " ".join(flow.change_ids.mapped("reason")))
        self.assertEqual(len(self.cases(is_open=False)), 1)

    def test_afterwards_a_key_waits_for_what_lies_on_the_other_way(self):
        away = self.enqueue(self.flow, key="S1")
        self.down()
        self.step()
        self.flow.with_user(self.manager).action_start_again()
        later, free = self.enqueue(self.flow, key="S1"), self.enqueue(self.flow, key="S2")
        self.assertIn(
            "went over “Releases by file”, and is “To send”", later.with_user(self.clerk).held_by
        )
        self.assertEqual(self.claim(self.flow), [free.id])
        self.put(free, state="delivered")
        self.assertFalse(self.sends())
        self.put(away.moved_to_id, state="dead")
        self.assertFalse(self.sends(), "until a person has decided")
        away.moved_to_id.with_user(self.clerk).action_cancel()
        self.assertTrue(self.sends())
        self.assertEqual(self.claim(self.flow), [later.id])

    def sends(self):
        self.env.flush_all()
        return self.flow.id in dict(lanes.due_flows(self.env.cr))

    def test_what_goes_nowhere_by_whatever_is_pressed(self):
        message = self.enqueue(self.flow)
        self.down()
        self.step()
        mine = message.with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "did not leave this way.*Releases by file"):
            mine.action_resend()
        with self.assertRaisesRegex(UserError, message.moved_to_id.receipt):
            mine.action_retry()
        for action in ("action_cancel", "action_has_arrived", "action_has_not_arrived"):
            with self.assertRaises(UserError), self.cr.savepoint():
                getattr(mine, action)()
        wizard = self.env["logistics.resend"].with_user(self.manager)
        wizard = wizard.create(
            {"flow_id": self.flow.id, "with_rejected": True, "with_delivered": True}
        )
        self.assertEqual(wizard.message_count, 0)
        self.assertEqual(message.state, "cancelled")
        # The one that went there is a message as all others.
        self.put(message.moved_to_id, state="dead")
        message.moved_to_id.with_user(self.clerk).action_resend()
        self.assertEqual(message.moved_to_id.state, "pending")

    def test_stopping_the_flow_ends_it(self):
        self.enqueue(self.flow)
        self.down()
        self.step()
        self.flow.with_user(self.manager).action_stop()
        self.assertFalse(self.flow.fallback_state)
        self.assertFalse(self.cases())
        self.enqueue(self.flow)
        self.assertFalse(self.is_due())
        self.assertEqual(self.step(), 0)

    def test_a_fault_of_our_own_asks_a_person_instead_of_turning_in_circles(self):
        self.enqueue(self.flow)
        self.down()
        self.step(times=1)
        self.env["logistics.breaker"].sudo()._give_up(self.flow.id, "Our own error: x")
        self.env.invalidate_all()
        self.assertEqual(self.flow.fallback_state, "asked")
        self.assertFalse(self.is_due())
        self.assertEqual(self.cases().detail, "Our own error: x")


@tagged("post_install", "-at_install")
class TestFallbackPeople(FallbackCommon):
    def refused(self, pattern, **values):
        with self.assertRaisesRegex(ValidationError, pattern), self.cr.savepoint():
            self.flow.with_user(self.admin).write(values)

    # -- what can be set ----------------------------------------------------------------------

    def test_flows_that_cannot_stand_in(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        trial = self.make_connection(name="trial", environment="test")
        for pattern, other in (
            ("same flow", self.flow),
            ("another company", self.make_flow(self.make_connection(company=company))),
            ("same connection", self.make_flow(code="beside")),
            ("for tests", self.make_flow(trial)),
            ("another format", self.make_flow(self.second, code="xml", form="xml")),
            ("the order", self.make_flow(self.second, code="loose", is_ordered=False)),
        ):
            with self.subTest(pattern):
                self.refused(pattern, fallback_flow_id=other.id)
        self.refused("choose the flow", fallback_flow_id=False)
        self.refused("must be between", fallback_minutes=-1)
        self.flow.with_user(self.admin).write({"when_down": "person", "fallback_flow_id": False})

    def test_what_others_lean_on_keeps_fitting(self):
        other = self.other.with_user(self.admin)
        for pattern, values in (
            ("archived", {"active": False}),
            ("another format", {"form": "xml"}),
            ("the order", {"is_ordered": False}),
            ("in circles", {"fallback_flow_id": self.flow.id}),
        ):
            with self.assertRaisesRegex(ValidationError, pattern), self.cr.savepoint():
                other.write(values)
        with self.cr.savepoint() as savepoint:
            (self.flow | self.other).with_user(self.admin).active = False  # both: nothing leans
            savepoint.rollback()
        third = self.make_flow(self.make_connection(name="third"), code="third")
        other.fallback_flow_id = third
        with self.assertRaisesRegex(ValidationError, "in circles"), self.cr.savepoint():
            third.with_user(self.admin).fallback_flow_id = self.flow

    # -- a person decides ---------------------------------------------------------------------

    def ask(self):
        self.flow.write({"when_down": "person", "fallback_flow_id": False})
        message = self.enqueue(self.flow)
        self.down()
        self.step(times=3)
        self.assertEqual(message.state, "pending", "nothing moves by itself")
        (case,) = self.cases()
        return message, case

    def send_over(self, user):
        action = self.flow.with_user(user).action_fallback()
        form = Form(
            self.env["logistics.fallback"].with_user(user).with_context(**action["context"])
        )
        form.other_id = self.other
        return form.save().action_send_over()

    def test_a_person_is_asked_once_and_sends_it_over_another_connection(self):
        message, case = self.ask()
        self.assertIn("which way", case.name)
        self.assertEqual(case.occurrence_count, 1)
        self.assertIn(self.admin, case.activity_ids.user_id)
        self.assertEqual(self.flow.with_user(self.manager).fallback_state, "asked")
        self.assertTrue(case.with_user(self.manager).may_choose_way)
        self.assertFalse(case.with_user(self.clerk).may_choose_way)
        self.send_over(self.manager)
        self.step()
        self.assertEqual(message.moved_to_id.flow_id, self.other)
        self.assertFalse(case.activity_ids)
        self.assertTrue(case.is_open)
        self.assertEqual(self.cases(), case, "one for the whole outage")
        self.assertEqual(self.flow.change_ids[0].user_id, self.manager)

    def test_a_person_keeps_it_in_line_and_is_not_asked_again(self):
        message, case = self.ask()
        case.with_user(self.manager).action_keep_in_line()
        self.assertFalse(case.is_open or case.activity_ids)
        self.assertIn(self.manager.name, case.outcome)
        self.assertEqual(self.flow.fallback_state, "kept")
        self.step(times=3)
        self.assertFalse(self.is_due() or self.cases())
        self.assertEqual(message.state, "pending")
        # Whoever changes their mind may.
        self.send_over(self.manager)
        self.step()
        self.assertTrue(message.moved_to_id)
        # The next outage is another question.
        self.flow.with_user(self.manager).action_start_again()
        self.assertFalse(self.flow.fallback_state)
        self.enqueue(self.flow)
        self.down()
        self.assertTrue(self.is_due())

    def test_a_person_ends_what_the_flow_does_by_itself(self):
        self.enqueue(self.flow)
        self.down()
        self.step()
        self.flow.with_user(self.manager).action_keep_in_line()
        later = self.enqueue(self.flow)
        self.assertEqual((self.step(), later.state), (0, "pending"))
        self.assertFalse(self.cases())

    def test_only_managers_decide(self):
        self.down()
        for user in (self.clerk, self.service):
            flow = self.flow.with_user(user)
            for decide in (
                flow.action_fallback,
                flow.action_keep_in_line,
                lambda flow=flow: flow._send_over(self.other),
            ):
                with self.assertRaisesRegex(UserError, "Only managers"):
                    decide()
        with self.assertRaises(AccessError):
            self.env["logistics.fallback"].with_user(self.clerk).create({"flow_id": self.flow.id})
        for values in ({"fallback_state": "used"}, {"fallback_flow_id": self.other.id}):
            with self.assertRaises(AccessError):
                self.breaker(self.flow).with_user(self.admin).write(values)

    def test_flows_of_other_companies_are_neither_offered_nor_decided(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.make_flow(self.make_connection(company=company))
        self.down()
        self.down(foreign)
        wizard = self.env["logistics.fallback"].with_user(self.manager)
        wizard = wizard.create({"flow_id": self.flow.id, "other_id": self.other.id})
        self.assertIn(self.other, wizard.choice_ids)
        self.assertNotIn(foreign, wizard.choice_ids)
        self.assertNotIn(self.flow, wizard.choice_ids)
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).action_keep_in_line()
        with self.assertRaises(AccessError):
            self.flow.with_user(self.manager)._send_over(foreign.with_user(self.manager))
        with self.assertRaisesRegex(UserError, "another company"):
            self.flow.with_user(self.manager)._send_over(foreign.sudo())

    def test_a_flow_that_takes_messages_needs_no_other_way(self):
        with self.assertRaisesRegex(UserError, "takes messages"):
            self.flow.with_user(self.manager)._send_over(self.other)
        self.flow.with_user(self.manager).action_keep_in_line()
        self.assertFalse(self.flow.fallback_state)

    def test_who_stopped_a_flow_may_send_it_over_another_connection(self):
        message = self.enqueue(self.flow)
        self.flow.with_user(self.manager).action_stop()
        self.send_over(self.manager)
        self.assertEqual(self.step(), 1)
        self.assertEqual(message.state, "cancelled")
