"""Writing outgoing messages, taking them to send, and what comes of each call."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..core import outcome as outcomes
from ..models.flow import logistics_outbox
from ..outbox import claims, lanes, records
from .outgoing import OutgoingCommon


@tagged("post_install", "-at_install")
class TestEnqueue(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow()

    def test_a_message_is_packed_once(self):
        order = {"order": "S1"}
        message = self.enqueue(self.flow, order, key="S1", record=self.connection)
        order["order"] = "changed later"
        self.assertEqual(message._read_bodies(), {message.id: b'{"order":"S1"}'})
        self.assertEqual(
            (message.state, message.direction, message.channel, message.tries),
            ("pending", "out", "call", 0),
        )
        self.assertEqual(
            (message.message_type, message.business_key, message.content_type, message.size),
            ("release", "S1", "application/json", 14),
        )
        self.assertEqual((message.res_model, message.res_id), self.connection_reference())
        self.assertEqual(message.company_id, self.company)
        self.assertNotEqual(message.correlation_id, message.receipt)

    def connection_reference(self):
        return ("logistics.connection", self.connection.id)

    def test_a_story_goes_on(self):
        message = self.enqueue(self.flow, correlation_id="story", causation_id="before")
        self.assertEqual((message.correlation_id, message.causation_id), ("story", "before"))

    def test_once_is_once_for_ever(self):
        first = self.enqueue(self.flow, {"n": 1}, once="release:1")
        self.assertEqual(self.enqueue(self.flow, {"n": 2}, once="release:1"), first)
        self.assertEqual(first._read_bodies()[first.id], b'{"n":1}')
        self.assertNotEqual(self.enqueue(self.flow, once="release:2"), first)
        other = self.make_flow(code="cancel")
        self.assertNotEqual(self.enqueue(other, once="release:1"), first)
        self.assertNotEqual(self.enqueue(self.flow), self.enqueue(self.flow), "without it, each")

    def test_once_outlives_the_message(self):
        self.enqueue(self.flow, once="release:1").unlink()
        self.assertFalse(self.enqueue(self.flow, once="release:1"))
        self.assertFalse(self.env["logistics.message"].search([("flow_id", "=", self.flow.id)]))

    def test_what_cannot_be_packed_is_not_written(self):
        with self.assertRaisesRegex(ValidationError, "Order releases: .* as json"):
            self.enqueue(self.flow, {"day": datetime(2026, 3, 10)})
        self.patch(logistics_outbox, "MOST_BYTES", 10)
        self.enqueue(self.flow, b"0123456789")
        with self.assertRaisesRegex(ValidationError, "larger than 20 MB"):
            self.enqueue(self.flow, b"0123456789x")

    def test_when_it_leaves(self):
        now = fields.Datetime.now()
        later = now + timedelta(hours=1)
        due = self.enqueue(self.flow, due=later, expires=later + timedelta(hours=1))
        self.assertEqual((due.state, due.next_try_at), ("scheduled", later))
        self.assertEqual(due.expires_at, later + timedelta(hours=1))
        past = self.enqueue(self.flow, due=now - timedelta(hours=1))
        self.assertEqual((past.state, past.next_try_at), ("pending", False))
        self.flow.write({"cadence": "every", "minutes": 1440})
        midnight = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        self.assertEqual(self.enqueue(self.flow, due=now).next_try_at, midnight)
        after = midnight + timedelta(hours=1)
        self.assertEqual(self.enqueue(self.flow, due=after).next_try_at, after)

    def test_whoever_writes_under_a_key_of_an_ordered_flow_waits_for_the_one_before(self):
        locks = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND "
            "pid = pg_backend_pid()"  # other databases have theirs
        )

        def held():
            self.env.cr.execute(locks, (logistics_outbox.KEY_LOCK,))
            return self.env.cr.fetchone()[0]

        self.enqueue(self.flow)
        self.assertEqual(held(), 0, "about nothing")
        self.enqueue(self.make_flow(code="free", is_ordered=False), key="S1")
        self.assertEqual(held(), 0, "in no order")
        self.enqueue(self.flow, key="S1")
        self.enqueue(self.flow, key="S1")
        self.assertEqual(held(), 1)
        self.enqueue(self.flow, key="S2")
        self.assertEqual(held(), 2)

    def test_business_code_of_a_plain_user_writes_messages(self):
        """Whoever confirms an order need not have a part in Logistics."""
        user = new_test_user(self.env, "out_stranger", "base.group_user")
        outbox = self.env["logistics.outbox"].with_user(user)
        message = outbox._enqueue(self.flow.with_user(user), {"n": 1}, key="S1", once="x")
        self.assertEqual(message.state, "pending")
        self.assertEqual(outbox._enqueue(self.flow.with_user(user), {}, once="x"), message)

    def test_a_message_belongs_to_the_company_of_its_connection(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        flow = self.make_flow(self.make_connection(company=company))
        message = self.enqueue(flow, once="release:1")
        self.assertEqual(message.company_id, company)
        self.assertNotEqual(self.enqueue(self.flow, once="release:1"), message)
        both = (message | self.enqueue(self.flow)).ids
        seen = self.env["logistics.message"].with_user(self.clerk).search([("id", "in", both)])
        self.assertEqual(seen.company_id, self.company)

    def test_it_wakes_the_senders_once_after_the_commit(self):
        postcommit = self.env.cr.postcommit
        postcommit.clear()
        self.enqueue(self.flow)
        self.enqueue(self.flow)
        self.assertEqual(len(postcommit._funcs), 1)
        postcommit.clear()


@tagged("post_install", "-at_install")
class TestClaims(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow()

    def test_priority_comes_first_then_age(self):
        first, second = self.enqueue(self.flow), self.enqueue(self.flow)
        urgent = self.enqueue(self.flow, priority=10)
        self.assertEqual(self.claim(self.flow, 2), [urgent.id, first.id])
        self.assertEqual(self.claim(self.flow), [second.id])
        self.assertEqual(set((first | urgent).mapped("state")), {"sending"})
        self.assertEqual(urgent.tries, 1)
        self.assertTrue(urgent.claimed_at)

    def test_what_is_taken_is_what_is_sent(self):
        message = self.enqueue(self.flow, {"n": 1}, key="S1")
        (taken,) = self.next_round(self.flow).messages
        self.assertEqual(
            (taken.receipt, taken.key, taken.tries, taken.content),
            (message.receipt, "S1", 1, b'{"n":1}'),
        )
        self.assertNotIn("content=", repr(taken))

    def test_of_one_key_one_at_a_time(self):
        first, second = (self.enqueue(self.flow, key="S1") for _n in range(2))
        other, free = self.enqueue(self.flow, key="S2"), self.enqueue(self.flow)
        self.assertEqual(self.claim(self.flow), [first.id, other.id, free.id])
        for state, holds in (
            ("scheduled", True),
            ("pending", True),
            ("sending", True),
            ("doubt", True),
            ("dead", True),
            ("rejected", False),
            ("expired", False),
            ("cancelled", False),
            ("delivered", False),
        ):
            with self.subTest(state):
                self.put(first, state=state, next_try_at="+1 hour", tries=0)
                expected = [] if holds else [second.id]
                found = self.claim(self.flow)
                self.assertEqual([number for number in found if number != first.id], expected)
                self.put(second, state="pending")

    def test_a_later_message_that_is_urgent_does_not_overtake_its_own_key(self):
        first = self.enqueue(self.flow, key="S1")
        self.enqueue(self.flow, key="S1", priority=1)
        self.assertEqual(self.claim(self.flow), [first.id])

    def test_without_order_all_may_leave(self):
        flow = self.make_flow(code="free", is_ordered=False)
        ids = [self.enqueue(flow, key="S1").id for _n in range(2)]
        self.assertEqual(self.claim(flow), ids)

    def test_what_is_scheduled_leaves_when_its_time_has_come(self):
        message = self.enqueue(self.flow)
        self.put(message, state="scheduled", next_try_at="+1 minute")
        self.assertEqual(self.claim(self.flow), [])
        self.put(message, next_try_at="-1 second")
        self.assertEqual(self.claim(self.flow), [message.id])

    def test_what_has_expired_does_not_leave_and_is_told(self):
        late, waiting = self.enqueue(self.flow, key="S1"), self.enqueue(self.flow)
        sending, kept = self.enqueue(self.flow), self.enqueue(self.flow, key="S1")
        self.put(late | waiting | sending, expires_at="-1 second")
        self.put(waiting, state="scheduled", next_try_at="+1 hour")
        self.put(sending, state="sending", lane=5)
        self.put(kept, expires_at="+1 hour")
        found = self.next_round(self.flow)
        self.assertEqual(set(found.expired), {late.id, waiting.id})
        self.assertEqual([taken.id for taken in found.messages], [kept.id])
        self.assertEqual(sending.state, "sending")
        self.assertTrue(late.processed_at)
        records.expired(self.env, found.expired)
        cases = self.exceptions("message_not_sent")
        self.assertEqual(cases.message_id, late | waiting)
        self.assertIn("time had passed", cases[0].name)

    def test_what_was_not_begun_is_given_back(self):
        message = self.enqueue(self.flow)
        taken = self.next_round(self.flow).messages
        claims.release(self.env.cr, taken, 0)
        self.env.invalidate_all()
        self.assertEqual((message.state, message.tries, message.lane), ("pending", 0, 0))
        claims.release(self.env.cr, taken, 0)
        self.env.invalidate_all()
        self.assertEqual(message.tries, 0, "only what is being sent")

    def test_what_another_sender_has_taken_meanwhile_is_not_given_back(self):
        message = self.enqueue(self.flow)
        taken = self.next_round(self.flow).messages
        for tries, lane in ((2, 0), (1, 5)):
            self.put(message, tries=tries, lane=lane)
            claims.release(self.env.cr, taken, 0)
            self.env.invalidate_all()
            self.assertEqual((message.state, message.tries), ("sending", tries))

    def test_what_a_dead_sender_had(self):
        for repeat, state, is_asked in (
            ("safe", "pending", False),
            ("ask", "doubt", True),
            ("never", "doubt", False),
        ):
            with self.subTest(repeat):
                flow = self.make_flow(code=repeat, repeat=repeat, ask_url="https://a.example")
                mine, others = self.enqueue(flow), self.enqueue(flow)
                self.assertEqual(self.claim(flow, 1, number=3), [mine.id])
                self.assertEqual(self.claim(flow, 1, number=4), [others.id])
                ids = claims.take_back(self.env.cr, self.plan(flow), 3, "it ended")
                self.env.invalidate_all()
                self.assertEqual(ids, [mine.id])
                self.assertEqual((mine.state, mine.tries), (state, 1))
                self.assertEqual(bool(mine.next_try_at), is_asked)
                self.assertEqual(others.state, "sending")
                attempt = mine.attempt_ids
                self.assertEqual((attempt.error_class, attempt.number), ("ProcessDied", 1))
                self.assertFalse(claims.take_back(self.env.cr, self.plan(flow), 3, "again"))

    # -- the breaker --------------------------------------------------------------------------

    def test_a_closed_breaker_lets_all_through(self):
        ids = [self.enqueue(self.flow).id for _n in range(3)]
        found = self.next_round(self.flow)
        self.assertEqual([taken.id for taken in found.messages], ids)
        self.assertFalse(found.is_probe)

    def test_an_open_one_lets_one_through_at_the_end_of_its_pause(self):
        ids = [self.enqueue(self.flow).id for _n in range(3)]
        self.set_breaker(self.flow, state="open", pause=60, probe_at="+10 seconds")
        found = self.next_round(self.flow)
        self.assertFalse(found.messages)
        self.assertAlmostEqual(found.wait, 10, delta=5)
        self.set_breaker(self.flow, probe_at="-1 second")
        found = self.next_round(self.flow)
        self.assertEqual([taken.id for taken in found.messages], ids[:1])
        self.assertTrue(found.is_probe)
        self.assertEqual(self.breaker(self.flow).state, "half_open")
        self.assertFalse(self.next_round(self.flow).messages, "one at a time")

    def test_with_nothing_to_send_no_probe_is_used_up(self):
        self.set_breaker(self.flow, state="open", pause=60, probe_at="-1 second")
        self.assertFalse(self.next_round(self.flow).messages)
        self.assertEqual(self.breaker(self.flow).state, "open")

    def test_stopped_and_paused_flows_send_nothing(self):
        self.enqueue(self.flow)
        self.set_breaker(self.flow, state="stopped")
        found = self.next_round(self.flow)
        self.assertEqual((found.messages, found.wait), ((), None))
        self.set_breaker(self.flow, state="closed", paused_until="+30 seconds")
        found = self.next_round(self.flow)
        self.assertFalse(found.messages)
        self.assertAlmostEqual(found.wait, 30, delta=5)

    # -- which flows have something to do -----------------------------------------------------

    def is_due(self, flow=None):
        self.env.flush_all()
        return (flow or self.flow).id in dict(lanes.due_flows(self.env.cr))

    def test_a_flow_is_due_when_something_can_leave(self):
        self.assertFalse(self.is_due())
        message = self.enqueue(self.flow)
        self.assertTrue(self.is_due())
        for state in ("draft", "suspended", "retired", "approval"):
            self.connection.state = state
            self.assertFalse(self.is_due(), state)
        for state in ("parallel", "live"):
            self.connection.state = state
            self.assertTrue(self.is_due(), state)
        self.flow.active = False
        self.assertFalse(self.is_due())
        self.flow.active = True
        for columns, expected in (
            ({"state": "stopped"}, False),
            ({"state": "open", "probe_at": "+1 minute"}, False),
            ({"state": "open", "probe_at": "-1 minute"}, True),
            ({"state": "half_open", "probe_at": "+1 minute"}, False),
            ({"state": "closed", "paused_until": "+1 minute"}, False),
            ({"state": "closed", "paused_until": "-1 minute"}, True),
        ):
            with self.subTest(columns):
                self.set_breaker(self.flow, **columns)
                self.assertEqual(self.is_due(), expected)
        self.put(message, state="delivered")
        self.assertFalse(self.is_due())

    def test_what_is_held_back_is_not_due(self):
        dead = self.enqueue(self.flow, key="S1")
        self.enqueue(self.flow, key="S1")
        self.put(dead, state="dead")
        self.assertFalse(self.is_due())
        self.enqueue(self.flow, key="S2")
        self.assertTrue(self.is_due())

    def test_what_waits_for_its_time_makes_it_due_then(self):
        self.env["logistics.flow"].search([("id", "!=", self.flow.id)]).active = False
        message = self.enqueue(self.flow)
        self.put(message, state="scheduled", next_try_at="+100 seconds")
        self.assertFalse(self.is_due())
        self.assertAlmostEqual(self.outbox._due_in(), 100, delta=10)
        self.set_breaker(self.flow, paused_until="+200 seconds")
        self.assertAlmostEqual(self.outbox._due_in(), 200, delta=10)
        self.set_breaker(self.flow, state="stopped")
        self.assertIsNone(self.outbox._due_in())
        self.set_breaker(self.flow, state="closed", paused_until=None)
        self.put(message, next_try_at="-1 second")
        self.assertTrue(self.is_due())

    def test_nobody_is_woken_for_what_waits_behind_others(self):
        """Also after a pause that is over: it would be looked at four times a second."""
        self.env["logistics.flow"].search([("id", "!=", self.flow.id)]).active = False
        dead = self.enqueue(self.flow, key="S1")
        self.enqueue(self.flow, key="S1")
        self.put(dead, state="dead")
        self.set_breaker(self.flow, paused_until="-1 second")
        self.assertIsNone(self.outbox._due_in())
        self.set_breaker(self.flow, paused_until="+50 seconds")
        self.assertAlmostEqual(self.outbox._due_in(), 50, delta=10)

    def test_only_who_asks_is_due_for_a_doubt(self):
        message = self.enqueue(self.flow)
        self.put(message, state="doubt", next_try_at="-1 second")
        self.assertFalse(self.is_due())
        self.flow.write({"repeat": "ask", "ask_url": "https://partner.example/{id}"})
        self.assertTrue(self.is_due())

    def test_what_a_dead_sender_has_is_due(self):
        message = self.enqueue(self.flow)
        self.put(message, state="sending", lane=2)
        self.assertTrue(self.is_due())
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            (lanes.SENDER_LOCKS, self.flow.id * lanes.SLOTS + 2),
        )
        self.assertFalse(self.is_due(), "its sender lives")

    def test_who_had_a_turn_comes_last(self):
        flows = [self.make_flow(code=f"turn {number}") for number in range(3)]
        for flow in flows:
            self.enqueue(flow)
        self.set_breaker(flows[0], served_at="-1 second")
        self.set_breaker(flows[1], served_at="-9 seconds")

        def order():
            self.env.flush_all()
            mine = [flow.id for flow in flows]
            return [row[0] for row in lanes.due_flows(self.env.cr) if row[0] in mine]

        self.assertEqual(order(), [flows[2].id, flows[1].id, flows[0].id])
        self.enqueue(flows[2])
        self.next_round(flows[2], 1)
        self.assertEqual(order(), [flows[1].id, flows[0].id, flows[2].id])

    def test_the_lanes_are_a_parameter(self):
        parameters = self.env["ir.config_parameter"].sudo()
        for text, expected in ((None, 1), ("0", 1), ("3", 3), ("99", 8), ("x", 1)):
            parameters.set_param("logistics.outbox_lanes", text)
            self.assertEqual(self.outbox._lanes(), expected, text)


@tagged("post_install", "-at_install")
class TestOutcomes(OutgoingCommon):
    """What each kind of outcome makes of the message, of its flow and of the people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow(breaker_limit=2)

    def cases(self, message, is_open=True):
        return self.exceptions(is_open=is_open).filtered(lambda case: case.message_id == message)

    def seconds_left(self, moment):
        return (moment - fields.Datetime.now()).total_seconds()

    def test_delivered(self):
        self.enqueue(self.flow)
        message = self.call(self.flow, outcomes.DELIVERED, status=201)
        self.assertEqual((message.state, message.tries), ("delivered", 1))
        self.assertTrue(message.processed_at)
        attempt = message.attempt_ids
        self.assertEqual(
            (attempt.status, attempt.answer, attempt.seconds), (201, "the answer", 0.25)
        )
        self.assertTrue(self.breaker(self.flow).last_success_at)

    def test_trouble_is_tried_again_after_the_pauses_and_given_up_at_last(self):
        flow = self.make_flow(code="patient", breaker_limit=0)
        self.enqueue(flow)
        for pause in (10, 20):
            message = self.call(flow, outcomes.TROUBLE, "503", status=503)
            self.assertEqual((message.state, message.error_text), ("scheduled", "503"))
            self.assertAlmostEqual(self.seconds_left(message.next_try_at), pause, delta=pause / 3)
            self.assertTrue(self.may_go_on)
            self.put(message, next_try_at="-1 second")
        message = self.call(flow, outcomes.TROUBLE, "503")
        self.assertEqual(message.state, "scheduled", "all tries, but not for long enough")
        self.put(message, next_try_at="-1 second", received_at="-2 hours")
        message = self.call(flow, outcomes.TROUBLE, "503")
        self.assertEqual((message.state, len(message.attempt_ids)), ("dead", 4))
        case = self.cases(message)
        self.assertEqual((case.type_code, case.company_id), ("message_not_sent", self.company))

    def test_an_old_message_has_all_its_tries(self):
        message = self.enqueue(self.flow)
        self.put(message, received_at="-30 days")
        self.assertEqual(self.call(self.flow, outcomes.TROUBLE).state, "scheduled")

    def test_troubles_open_the_breaker_with_one_exception(self):
        for _n in range(3):
            self.enqueue(self.flow)
        self.call(self.flow, outcomes.TROUBLE, "503")
        self.assertTrue(self.may_go_on)
        self.call(self.flow, outcomes.DOUBT, "broke off")
        self.assertFalse(self.may_go_on)
        self.assertEqual(self.flow.breaker_state, "open")
        self.assertEqual(self.flow.breaker_text, "broke off")
        (case,) = self.outages(self.flow)
        self.assertIn(self.connection.name, case.name)
        # A probe that fails is the same outage: one exception, one line of history.
        self.set_breaker(self.flow, probe_at="-1 second")
        self.call(self.flow, outcomes.TROUBLE, "still")
        self.assertEqual(self.flow.breaker_state, "open")
        self.assertEqual(self.flow.breaker_text, "still")
        self.assertEqual(self.outages(self.flow), case)
        self.assertEqual(self.flow.change_ids.mapped("state"), ["open"])
        # And the one that gets through ends it.
        self.set_breaker(self.flow, probe_at="-1 second")
        waiting = self.env["logistics.message"].search([("flow_id", "=", self.flow.id)])
        self.put(waiting, state="pending", next_try_at=None)
        self.call(self.flow, outcomes.DELIVERED)
        self.assertEqual(self.flow.breaker_state, "closed")
        self.assertFalse(case.is_open)
        self.assertEqual(self.flow.change_ids.mapped("state"), ["closed", "open"])

    def test_after_an_outage_nobody_waits_on(self):
        tried, planned = self.enqueue(self.flow), self.enqueue(self.flow)
        self.put(planned, state="scheduled", next_try_at="+1 hour")
        self.call(self.flow, outcomes.TROUBLE, "503")
        self.put(tried, next_try_at="+10 hours")
        self.set_breaker(self.flow, state="open", pause=1, probe_at="-1 second")
        self.enqueue(self.flow)
        self.call(self.flow, outcomes.DELIVERED)
        self.assertLess(self.seconds_left(tried.next_try_at), 2)
        self.assertGreater(planned.next_try_at, fields.Datetime.now(), "its time has not come")

    def test_a_rejection_is_a_persons_and_says_that_they_are_well(self):
        first, second = self.enqueue(self.flow), self.enqueue(self.flow)
        self.call(self.flow, outcomes.TROUBLE)
        self.assertEqual(self.breaker(self.flow).failures, 1)
        message = self.call(self.flow, outcomes.REJECTED, "422: rejected", status=422)
        self.assertEqual((message, message.state), (second, "rejected"))
        self.assertTrue(message.processed_at and self.may_go_on)
        self.assertEqual(self.cases(message).type_code, "message_rejected")
        self.assertEqual(self.cases(message).detail, "422: rejected")
        self.assertEqual(self.breaker(self.flow).failures, 0)
        self.assertFalse(self.cases(first))

    def test_throttled_holds_the_flow_and_not_against_them(self):
        self.enqueue(self.flow)
        self.enqueue(self.flow)
        message = self.call(self.flow, outcomes.THROTTLED, "429", pause=50)
        self.assertFalse(self.may_go_on)
        self.assertEqual(message.state, "scheduled")
        self.assertGreater(self.seconds_left(message.next_try_at), 40)
        self.assertAlmostEqual(self.seconds_left(self.breaker(self.flow).paused_until), 50, delta=9)
        self.assertEqual(self.breaker(self.flow).failures, 0)
        self.assertFalse(self.claim(self.flow))

    def test_throttled_without_a_word_takes_the_first_pause(self):
        self.enqueue(self.flow)
        self.call(self.flow, outcomes.THROTTLED, "429")
        self.assertAlmostEqual(self.seconds_left(self.breaker(self.flow).paused_until), 10, delta=5)

    def test_a_pause_is_not_made_shorter_by_a_later_answer(self):
        self.enqueue(self.flow)
        (taken,) = self.next_round(self.flow).messages
        self.set_breaker(self.flow, paused_until="+100 seconds")
        self.call(self.flow, outcomes.DELIVERED, taken=taken, pause=5)
        left = self.seconds_left(self.breaker(self.flow).paused_until)
        self.assertAlmostEqual(left, 100, delta=9)

    def test_our_own_limit_holds_the_flow(self):
        self.enqueue(self.flow)
        records.hold(self.env, self.plan(self.flow), 6.0)
        self.assertAlmostEqual(self.next_round(self.flow).wait, 6, delta=3)

    def test_gone_and_refused_stop_the_flow_and_keep_the_message(self):
        for kind in (outcomes.GONE, outcomes.REFUSED):
            with self.subTest(kind):
                flow = self.make_flow(code=kind)
                self.enqueue(flow)
                message = self.call(flow, kind, "not there")
                self.assertEqual((message.state, self.may_go_on), ("pending", False))
                self.assertEqual((flow.breaker_state, flow.breaker_text), ("stopped", "not there"))
                case = self.outages(flow)
                self.assertTrue(case)
                self.assertIn("nothing is sent", case.name)
                self.assertFalse(self.cases(message), "it is not the message's fault")

    def test_a_call_that_ends_after_a_person_stopped_the_flow_starts_nothing(self):
        for kind in (outcomes.TROUBLE, outcomes.DOUBT, outcomes.GONE, outcomes.DELIVERED):
            with self.subTest(kind):
                flow = self.make_flow(code=f"stopped {kind}", breaker_limit=1)
                self.enqueue(flow)
                (taken,) = self.next_round(flow).messages
                flow.with_user(self.manager).action_stop()
                self.call(flow, kind, "late", taken=taken)
                self.assertEqual(flow.breaker_state, "stopped")
                self.assertIn(self.manager.name, flow.breaker_text)

    # -- doubts -------------------------------------------------------------------------------

    def test_a_doubt_is_sent_again_asked_about_or_a_persons(self):
        for repeat, state in (("safe", "scheduled"), ("ask", "doubt"), ("never", "doubt")):
            with self.subTest(repeat):
                flow = self.make_flow(code=repeat, repeat=repeat, ask_url="https://a.example")
                self.enqueue(flow)
                message = self.call(flow, outcomes.DOUBT, "broke off")
                self.assertEqual(message.state, state)
                self.assertEqual(bool(message.next_try_at), repeat != "never")
                kinds = self.cases(message).mapped("type_code")
                self.assertEqual(kinds, ["message_in_doubt"] if repeat == "never" else [])

    def ask(self, flow, arrived):
        """One question about the message in doubt, and its answer; the message."""
        self.env.flush_all()
        taken, state = claims.take_question(self.env.cr, self.plan(flow))
        kind = outcomes.DELIVERED if arrived else outcomes.DOUBT
        result = records.Result(taken, outcomes.Outcome(kind, "asked: 500", 500), 0.1)
        records.asked(self.env, self.plan(flow), result, state, arrived)
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["logistics.message"].browse(taken.id)

    def doubtful(self, **values):
        flow = self.make_flow(
            code="ask", repeat="ask", ask_url="https://a.example", timeout=100, **values
        )
        self.enqueue(flow)
        message = self.call(flow, outcomes.DOUBT, "broke off")
        self.put(message, next_try_at="-1 second")
        return flow, message

    def test_they_have_it(self):
        flow, message = self.doubtful()
        self.ask(flow, True)
        self.assertEqual((message.state, message.next_try_at), ("delivered", False))

    def test_they_do_not_have_it(self):
        flow, message = self.doubtful()
        self.ask(flow, False)
        self.assertEqual((message.state, message.next_try_at), ("pending", False))
        self.assertEqual(self.claim(flow), [message.id])

    def test_they_do_not_say_so_they_are_asked_again_and_then_a_person(self):
        flow, message = self.doubtful()
        for pause in (10, 20):
            self.ask(flow, None)
            self.assertEqual(message.state, "doubt")
            self.assertAlmostEqual(self.seconds_left(message.next_try_at), pause, delta=pause / 3)
            if pause == 10:
                self.assertFalse(self.cases(message))
                self.put(message, next_try_at="-1 second")
        self.put(message, next_try_at="-1 second")
        self.ask(flow, None)
        self.assertEqual((message.state, message.next_try_at), ("doubt", False))
        self.assertEqual(self.cases(message).type_code, "message_in_doubt")
        self.assertIsNone(claims.take_question(self.env.cr, self.plan(flow)), "not asked any more")

    def test_while_one_asks_nobody_else_does(self):
        flow, message = self.doubtful()
        self.env.flush_all()
        self.assertTrue(claims.take_question(self.env.cr, self.plan(flow)))
        self.assertIsNone(claims.take_question(self.env.cr, self.plan(flow)))
        self.env.invalidate_all()
        self.assertGreater(
            self.seconds_left(message.next_try_at), 100, "as long as a call may last"
        )

    def test_a_question_that_was_not_asked_counts_for_nothing(self):
        flow, message = self.doubtful()
        tries = message.tries
        self.env.flush_all()
        taken, state = claims.take_question(self.env.cr, self.plan(flow))
        claims.unask(self.env.cr, taken, state)
        self.env.invalidate_all()
        self.assertEqual((message.tries, message.state), (tries, "doubt"))
        self.assertLess(self.seconds_left(message.next_try_at), 1)
        taken, state = claims.take_question(self.env.cr, self.plan(flow))
        message.with_user(self.clerk).action_has_arrived()
        self.env.flush_all()
        claims.unask(self.env.cr, taken, state)
        self.assertEqual((message.state, message.next_try_at), ("delivered", False))

    def test_what_a_person_has_decided_meanwhile_stays(self):
        flow, message = self.doubtful()
        self.env.flush_all()
        taken, state = claims.take_question(self.env.cr, self.plan(flow))
        message.with_user(self.clerk).action_has_arrived()
        self.env.flush_all()
        result = records.Result(taken, outcomes.Outcome(outcomes.DOUBT, "asked: 404", 404), 0.1)
        records.asked(self.env, self.plan(flow), result, state, False)
        self.assertEqual(message.state, "delivered")

    # -- late answers -------------------------------------------------------------------------

    def test_a_late_failure_says_nothing_about_a_newer_try(self):
        message = self.enqueue(self.flow)
        (old,) = self.next_round(self.flow).messages
        claims.take_back(self.env.cr, self.plan(self.flow), 0, "it ended")
        self.call(self.flow, outcomes.REJECTED, "late", taken=old)
        self.assertEqual(message.state, "pending")
        (new,) = self.next_round(self.flow).messages
        self.call(self.flow, outcomes.REJECTED, "late", taken=old)
        self.assertEqual((message.state, message.tries), ("sending", 2))
        self.call(self.flow, outcomes.DELIVERED, taken=new)
        self.call(self.flow, outcomes.TROUBLE, "late", taken=old)
        self.assertEqual(message.state, "delivered")

    def test_getting_through_at_last_resolves_what_was_reported(self):
        message = self.enqueue(self.flow)
        self.call(self.flow, outcomes.TROUBLE)
        message._report_outgoing("message_in_doubt", "text")
        case = self.cases(message)
        self.put(message, state="pending")
        self.call(self.flow, outcomes.DELIVERED)
        self.assertFalse(case.is_open)

    def test_exceptions_belong_to_the_company_and_name_what_it_is_about(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        flow = self.make_flow(self.make_connection(company=company))
        self.enqueue(flow, key="S77")
        case = self.cases(self.call(flow, outcomes.REJECTED, "422: rejected"))
        self.assertEqual((case.company_id, case.reference), (company, "S77"))
        self.assertEqual(case.name, "Order releases S77: 422: rejected")
        clerk = self.env["logistics.exception"].with_user(self.clerk)
        self.assertFalse(clerk.search([("id", "=", case.id)]))
