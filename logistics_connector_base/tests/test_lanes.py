"""What of the lanes can be seen inside one transaction. Claims, locks and dead processes are the
end-to-end tests' (tests/e2e/test_lanes.py)."""

from contextlib import nullcontext
from unittest.mock import patch

from odoo.addons.logistics_connector_base.inbox import glance, lanes
from odoo.addons.logistics_connector_base.inbox.batch import InboxBatch
from odoo.addons.logistics_connector_base.inbox.claims import claim_again, claim_alone
from odoo.addons.logistics_connector_base.inbox.watchdog import TimeExceeded, Watchdog
from odoo.addons.logistics_connector_base.models.message import logistics_inbox
from odoo.tests import tagged

from .common import InboxCommon


@tagged("post_install", "-at_install")
class TestLanes(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.inbox = cls.env["logistics.inbox"]

    def wait(self, code="MOV_ARRIVED", number="1Z999", **values):
        """A message that waits."""
        scan = self.scan(code, number=number, **values)
        return self.receive(self.connection, self.message(scan), work=False)

    # -- how many -----------------------------------------------------------------------------

    def test_the_number_of_lanes_is_a_system_parameter(self):
        parameters = self.env["ir.config_parameter"].sudo()
        for text, expected in (
            (None, 2), ("", 2), ("x", 2), ("0", 1), ("-3", 1), ("1", 1), ("5", 5), ("99", 16),
        ):  # fmt: skip
            parameters.set_param("logistics.inbox_lanes", text)
            self.assertEqual(self.inbox._lanes(), expected, text)

    def started(
        self, live=(), in_work=(), again=False, alone=False, at_again=False, most=4, batch=10
    ):
        """Lanes that get a drain, when the others are as told."""
        look = lanes.Look(frozenset(live), frozenset(in_work), again, alone, at_again)
        begun = []
        self.env.flush_all()
        with (
            patch.object(lanes, "look", lambda cr: look),
            patch.object(logistics_inbox, "BATCH_SIZE", batch),
            patch.object(logistics_inbox, "LANE_PATIENCE", 10**9),
            patch.object(type(self.inbox), "_lanes", lambda inbox: most),
            patch.object(type(self.inbox), "_start", lambda inbox, lane: begun.append(lane)),
        ):
            waits = self.inbox._wake()
        return waits, begun

    def test_as_many_lanes_as_it_is_worth(self):
        self.assertEqual(self.started(), (False, []))
        self.wait()
        self.assertEqual(self.started(), (True, [1]))
        self.assertEqual(self.started(live={1}), (True, []))
        self.assertEqual(self.started(live={2}), (True, []))
        for number in range(24):
            self.wait(number=f"1Z{number}")
        self.assertEqual(self.started(), (True, [1, 2, 3]))
        self.assertEqual(self.started(live={2}), (True, [1, 3]))
        self.assertEqual(self.started(batch=2), (True, [1, 2, 3, 4]))
        self.assertEqual(self.started(most=1), (True, [1]))

    def test_new_messages_do_not_wait_for_a_lane_that_tries_again(self):
        self.wait()
        self.assertEqual(self.started(live={1}, at_again=True), (True, [2]))
        self.assertEqual(self.started(live={1}, at_again=True, most=1), (True, []))

    def test_what_is_due_again_gets_a_lane(self):
        self.assertEqual(self.started(again=True), (True, [1]))
        self.assertEqual(self.started(again=True, live={1}), (True, []))

    def test_the_rest_of_a_dead_batch_waits_for_no_lane_that_is_busy(self):
        told = {"again": True, "alone": True}
        self.assertEqual(self.started(**told), (True, [1]))
        self.assertEqual(self.started(live={1}, **told), (True, [2]))
        self.assertEqual(self.started(live={1, 2}, most=2, **told), (True, []))

    def test_what_a_dead_lane_had_in_work_gets_a_drain_whatever_its_number(self):
        self.assertEqual(self.started(in_work={1, 9}, live={1}), (True, [9]))
        self.assertEqual(self.started(in_work={1}, live={1}), (True, []))

    # -- what is urgent -----------------------------------------------------------------------

    def test_pod_and_exceptions_go_first(self):
        scan, pod = self.wait(), self.wait("DLV_DELIVERED")
        damage, unknown = self.wait("EXC_DAMAGE"), self.wait("ZZ9")
        proof = self.wait(documents=[self.document(b"%PDF-1.4")])
        broken = self.receive(self.connection, b"no json", work=False)
        self.env["logistics.event.mapping"].create(
            {
                "provider": "acme3pl",
                "raw_code": "ARRIVED-AT-LAST",
                "code_id": self.env.ref("logistics_connector_base.event_code_dlv_delivered").id,
            }
        )
        mapped = self.wait("ARRIVED-AT-LAST")
        everything = scan | pod | damage | unknown | proof | broken | mapped
        self.glance_ahead()
        urgent = everything.filtered(lambda message: message.priority == glance.URGENT)
        self.assertEqual(urgent, pod | damage | proof | mapped)
        self.assertEqual(set((everything - urgent).mapped("priority")), {glance.NORMAL})

    def test_a_message_is_glanced_at_once(self):
        self.wait()
        handler = type(self.env["logistics.provider.canonical"])
        seen = []
        self.patch(handler, "_glance", lambda _self, raw, context: seen.append(raw) or ())
        self.glance_ahead()
        self.glance_ahead()
        self.assertEqual(len(seen), 1)
        self.wait(number="1ZNEXT")
        self.glance_ahead()
        self.assertEqual(len(seen), 2)

    def test_a_glance_that_lasts_is_given_up(self):
        self.wait()
        self.wait("DLV_DELIVERED")

        def endless(_self, raw, context):
            while True:
                pass

        self.patch(type(self.env["logistics.provider.canonical"]), "_glance", endless)
        with patch.object(glance, "MESSAGE_SECONDS", 0.1):
            self.glance_ahead()
        self.assertEqual(self.work_inbox(), 2)

    def glance_ahead(self):
        self.env.flush_all()
        with Watchdog() as watchdog:
            waiting = glance.take(self.env.cr, [self.connection.id])
            if waiting:
                glance.mark_urgent(self.env, waiting, watchdog)
        self.env.invalidate_all()

    # -- what breaks --------------------------------------------------------------------------

    def test_a_parser_that_breaks_keeps_nobody_else(self):
        shipment = self.make_shipment("1Z999")
        good, bad, late = self.wait("DLV_OUT"), self.wait(), self.wait("DLV_DELIVERED", "1ZZZZ")
        body = bad._read_bodies()[bad.id]
        for error, failed, slow, unread in (
            (RuntimeError("broken"), True, [], []),
            (MemoryError(), True, [], []),
            (TimeExceeded(), False, bad.ids, late.ids),
        ):
            with self.subTest(type(error).__name__):
                batch = self.work_with(good | bad | late, body, error)
                self.assertEqual(batch.failures, [(bad.id, error)] if failed else [])
                self.assertEqual((batch.slow, batch.unread), (slow, unread))
                self.assertEqual(good.state, "processed")
                self.assertEqual(shipment.state, "out_for_delivery")

    def test_alone_a_message_has_all_its_time(self):
        bad, error = self.wait(), TimeExceeded()
        batch = self.work_with(bad, bad._read_bodies()[bad.id], error)
        self.assertEqual((batch.failures, batch.slow), ([(bad.id, error)], []))

    def test_what_is_too_slow_among_others_is_tried_again_alone(self):
        slow = self.wait()
        slow.write({"state": "processing", "tries": 1, "lane": 1})
        self.env.flush_all()
        with patch.object(type(self.inbox), "_transaction", lambda inbox: nullcontext(self.env)):
            self.inbox._set_apart(slow.ids)
        self.env.invalidate_all()
        self.assertEqual((slow.state, slow.tries, bool(slow.next_try_at)), ("received", 1, True))
        self.assertIsNone(claim_alone(self.env.cr, 1), "that is for who tries again")
        self.assertEqual(claim_again(self.env.cr, 1), (slow.id, 2))

    def test_the_rest_of_a_dead_batch_is_taken_one_by_one(self):
        first, second, retried = self.wait(), self.wait(), self.wait()
        (first | second).write({"tries": 1})
        retried.write({"tries": 2})
        self.env.flush_all()
        self.assertEqual(claim_alone(self.env.cr, 3), first.id)
        self.assertEqual(claim_alone(self.env.cr, 3), second.id)
        self.assertIsNone(claim_alone(self.env.cr, 3))
        self.env.invalidate_all()
        self.assertEqual((first.state, first.tries, first.lane), ("processing", 2, 3))
        self.assertEqual(retried.state, "received")

    def work_with(self, messages, body, error):
        """Work messages with a parser that raises at one of these bodies."""
        handler = type(self.env["logistics.provider.canonical"])
        parse = handler._parse_message

        def break_at(provider, raw, context):
            if raw == body:
                raise error
            return parse(provider, raw, context)

        messages.write({"state": "processing"})
        self.env.flush_all()
        with patch.object(handler, "_parse_message", break_at):
            batch = InboxBatch(messages.with_context(tracking_disable=True))
            batch.process()
        self.env.flush_all()
        self.env.invalidate_all()
        return batch

    def test_causes_are_told_in_words(self):
        for error, words in (
            (MemoryError(), "memory"),
            (TimeExceeded(), "too long"),
            (ValueError("no\x00thing"), "nothing"),
        ):
            self.assertIn(words, self.inbox._describe(error))
