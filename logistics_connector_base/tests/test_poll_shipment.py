"""Shipment by shipment: who is on the list, whose turn it is, and when it ends."""

import json
from dataclasses import replace
from unittest.mock import patch

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.polling import Ask, ProofCall
from odoo.exceptions import UserError
from odoo.tests import tagged

from .polling import DOWN, TRACKING, PollingCommon

STORY = ("TRK_MANIFESTED", "PUP_PICKED_UP", "MOV_ARRIVED")


@tagged("post_install", "-at_install")
class TestPollShipment(PollingCommon):
    def setUp(self):
        super().setUp()
        self.poll = self.make_poll("shipment")
        self.shipment = self.make("1Z999")
        self.stories = {}

    def make(self, *numbers, **values):
        return self.make_shipment(*numbers, issuer="canonical", **values)

    def serve(self, url):
        numbers = url.partition("numbers=")[2].split(",")
        results = [self.tracked(*self.stories[n], number=n) for n in numbers if n in self.stories]
        return 200, {"request": len(self.partner.urls), "results": results}, {}

    def sweep(self, behave=None):
        """Two days later: ask about all that is on the list; the numbers of each call."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_poll_shipment SET asked_at = asked_at - interval '2 days', "
            "begun_at = begun_at - CASE WHEN asked_at IS NULL THEN interval '1 day' "
            "ELSE interval '0' END"
        )
        self.env.cr.execute(
            "UPDATE logistics_event SET received_at = received_at - interval '2 days'"
        )
        self.make_due(self.poll)
        urls = self.ask(self.poll, behave or self.serve)
        self.work_inbox()
        return [url.partition("numbers=")[2].split(",") for url in urls]

    # -- the list -----------------------------------------------------------------------------

    def test_open_shipments_come_on_the_list_by_themselves(self):
        self.assertTrue(self.row(self.shipment).next_at)
        self.assertEqual(self.shipment.next_ask_at, self.row(self.shipment).next_at)
        before = self.make("1Z111")
        other = self.make_shipment("1Z222", issuer="ups")
        bare = self.make_shipment(issuer="canonical")
        company = self.env["res.company"].create({"name": "Other Ltd"})
        foreign = self.make("1Z333", company=company)
        self.assertTrue(self.row(before))
        self.assertFalse(self.row(other) | self.row(bare) | self.row(foreign))
        bare.package_ids = [(0, 0, {"tracking_number": "1Z444"})]
        self.assertTrue(self.row(bare))
        other.issuer = "canonical"
        before.issuer = "ups"
        self.assertTrue(self.row(other))
        self.assertFalse(self.row(before))
        self.connection.company_ids = company
        self.assertTrue(self.row(foreign))

    def test_a_new_poll_takes_the_shipments_that_are_there(self):
        self.poll.unlink()
        self.assertFalse(self.row(self.shipment))
        self.assertTrue(self.row(self.shipment) or self.make_poll("shipment"))
        self.assertTrue(self.row(self.shipment))

    def test_two_polls_share_their_shipments(self):
        self.make_poll("shipment", self.make_connection(name="second"))
        self.assertEqual(self.row(self.shipment).poll_id, self.poll)
        self.assertEqual(self.row(self.make("1Z111")).poll_id, self.poll)

    def test_an_archived_poll_leaves_its_shipments_to_others(self):
        second = self.make_poll("shipment", self.make_connection(name="second"))
        self.poll.active = False
        self.assertEqual(self.row(self.shipment).poll_id, second)

    # -- asking -------------------------------------------------------------------------------

    def test_what_webhooks_have_lost_is_found_once(self):
        sent = self.tracked(*STORY[:1])["message"]
        self.receive(self.connection, sent)
        self.stories["1Z999"] = STORY
        self.assertEqual(self.sweep(), [["1Z999"]])
        self.assertEqual(self.events(self.shipment), list(STORY))
        count = len(self.messages())
        self.sweep()
        self.assertEqual(self.events(self.shipment), list(STORY))
        self.assertEqual(len(self.messages()), count)
        self.assertFalse(self.exceptions())

    def test_several_numbers_go_into_a_call(self):
        for number in ("1Z1", "1Z2", "1Z3"):
            self.make(number)
        self.make("1Z4", "1Z5", "1Z6", "1Z7")  # more than fit into one
        calls = self.sweep()
        asked = sorted(number for call in calls for number in call)
        self.assertEqual(asked, [*(f"1Z{number}" for number in range(1, 8)), "1Z999"])
        self.assertLessEqual(max(map(len, calls)), 3)
        self.assertLess(len(calls), 8)

    def test_whose_turn_it_is_not_is_put_off_without_a_call(self):
        self.sweep()
        self.make_due(self.poll)
        self.assertEqual(self.ask(self.poll, self.serve), [])
        row = self.row(self.shipment)
        self.assertGreater(row.next_at, row.asked_at)
        self.assertEqual(row.asks, 1)

    def test_polls_without_news_are_counted(self):
        self.stories["1Z999"] = STORY
        for expected in (0, 0, 1, 2):  # the first brought news
            self.sweep()
            self.assertEqual(self.row(self.shipment).quiet, expected)

    def test_an_outage_costs_no_shipment_anything(self):
        for number in range(20):
            self.make(f"1Z{number}")
        for _try in range(8):
            self.sweep(lambda url: DOWN)
        self.assertEqual(self.poll.state, "open")
        self.assertEqual(len(self.outages(self.poll)), 1)
        rows = self.env["logistics.poll.shipment"].search([])
        self.assertEqual(set(rows.mapped("asks")), {0})
        self.assertFalse(any(rows.mapped("asked_at")))
        self.assertTrue(all(rows.mapped("next_at")))
        self.sweep()
        self.assertEqual(self.poll.state, "closed")
        self.assertFalse(self.outages(self.poll))

    def test_one_number_that_they_refuse_keeps_no_other_from_being_asked(self):
        bad = self.make("BAD")
        good = [self.make("1Z1"), self.make("1Z2")]
        self.stories = {"1Z1": STORY, "1Z2": STORY}
        serve = self.serve
        self.sweep(lambda url: (400, b"", {}) if "BAD" in url else serve(url))
        for shipment in good:
            self.assertEqual(self.events(shipment), list(STORY))
        self.assertIn("400", self.row(bad).error)
        self.assertEqual(self.poll.state, "closed")
        self.assertFalse(self.exceptions())

    def test_a_number_that_they_do_not_know_is_nobodys_trouble(self):
        self.sweep(lambda url: (404, b"", {}))
        row = self.row(self.shipment)
        self.assertEqual((row.unknown, row.error, self.poll.state), (1, False, "closed"))

    def test_who_asks_us_to_wait_is_left_alone_and_the_rest_comes_later(self):
        for number in range(10):
            self.make(f"1Z{number}")
        answers = [self.serve, lambda url: (429, b"", {"Retry-After": "60"})]
        calls = self.sweep(lambda url: answers[min(len(self.partner.urls) - 1, 1)](url))
        self.assertEqual(len(calls), 2)
        rows = self.env["logistics.poll.shipment"].search([])
        self.assertTrue(1 <= len(rows.filtered("asked_at")) <= 3)
        self.assertEqual(self.poll.state, "closed")

    # -- the end ------------------------------------------------------------------------------

    def test_the_end_of_life_has_a_reason(self):
        self.stories["1Z999"] = (*STORY, "DLV_DELIVERED")
        self.sweep()
        self.assertEqual(self.shipment.state, "delivered")
        row = self.row(self.shipment)
        self.assertFalse(row.ended)  # grace
        self.env.cr.execute(
            "UPDATE logistics_event SET received_at = received_at - interval '9 days'"
        )
        self.put(row, begun_at="-9 days")
        self.assertEqual(self.sweep(), [])
        self.assertEqual((row.ended, row.next_at), ("delivered", False))
        self.assertEqual(self.shipment.ask_ended, "delivered")

    def test_silence_ends_it_and_late_news_revive_it(self):
        row = self.row(self.shipment)
        self.put(row, begun_at="-40 days")
        self.assertEqual(self.sweep(), [])
        self.assertEqual(row.ended, "silent")
        self.receive(self.connection, self.tracked(*STORY)["message"])
        self.assertEqual((row.ended, bool(row.next_at)), (False, True))

    def test_a_cancelled_shipment_and_one_without_a_number(self):
        self.shipment._record_own_event("SHP_CANCELLED")
        self.assertEqual(self.shipment.state, "cancelled")
        bare = self.make("1Z111")
        bare.package_ids.unlink()
        self.assertEqual(self.sweep(), [])
        self.assertEqual(self.row(self.shipment).ended, "cancelled")
        self.assertEqual(self.row(bare).ended, "numberless")
        bare.package_ids = [(0, 0, {"tracking_number": "1Z112"})]
        self.assertTrue(self.row(bare).next_at)

    def test_a_number_that_they_have_forgotten(self):
        self.receive(self.connection, self.tracked(*STORY)["message"])
        for _time in range(3):
            self.sweep(lambda url: (404, b"", {}))
        self.assertEqual(self.row(self.shipment).ended, "forgotten")

    def test_a_person_asks_now(self):
        row = self.row(self.shipment)
        self.put(row, begun_at="-40 days")
        self.sweep()
        self.assertEqual(row.ended, "silent")
        self.stories["1Z999"] = STORY
        action = self.shipment.with_user(self.manager).action_ask_now()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(len(self.ask(self.poll, self.serve)), 1)
        self.work_inbox()
        self.assertEqual(self.events(self.shipment), list(STORY))
        self.assertFalse(row.is_forced or row.ended)
        self.make_due(self.poll)
        self.assertEqual(self.ask(self.poll, self.serve), [])  # the usual pause from then on
        with self.assertRaises(UserError):
            self.shipment.with_user(self.clerk).action_ask_now()
        other = self.make_shipment("1Z222", issuer="nobody")
        with self.assertRaises(UserError):
            other.with_user(self.manager).action_ask_now()
        both = (self.shipment | other).with_user(self.manager).action_ask_now()
        self.assertEqual(both["params"]["type"], "warning")

    def test_a_killed_process_loses_nothing(self):
        """Whoever takes shipments has them for a time; then it is anybody's turn."""

        class Killed(BaseException):
            pass

        def kill(url):
            raise Killed

        self.put(self.row(self.shipment), begun_at="-1 day")
        self.make_due(self.poll)
        with self.assertRaises(Killed):
            self.ask(self.poll, kill)
        row = self.row(self.shipment)
        self.assertFalse(row.asked_at)
        self.assertTrue(row.next_at)
        self.stories["1Z999"] = STORY
        self.sweep()
        self.assertEqual(self.events(self.shipment), list(STORY))

    # -- proofs of delivery -------------------------------------------------------------------

    def proving(self):
        """In the block, proofs are asked for by a call of their own."""

        def number(piece):
            event = json.loads(piece)["message"]["events"][-1]
            is_delivery = event.get("code") == "DLV_DELIVERED"
            return event["shipment"]["references"][0]["value"] if is_delivery else ""

        def join(piece, body):
            content = json.loads(body).get("proof")
            if content is None:
                return b""
            if content == "nonsense":
                raise ParseError("nonsense")
            data = json.loads(piece)
            event = data["message"]["events"][-1]
            proof = {**event, "code": "DOC_POD", "documents": [self.document(content.encode())]}
            data["message"] = self.message(proof)
            return json.dumps(data).encode()

        proof = ProofCall(number, lambda url, number: Ask(f"{url}/proof?of={number}"), join)
        handler = type(self.env["logistics.provider.canonical"])
        polls = {"shipment": replace(TRACKING, proof=proof)}
        return patch.object(handler, "_polls", lambda model: polls)

    def serve_proof(self, answer):
        return lambda url: answer if "/proof" in url else self.serve(url)

    def proofs(self):
        return self.shipment.event_ids.filtered(lambda event: event.code == "DOC_POD")

    def asked_for(self):
        return [url for url in self.partner.urls if "/proof" in url]

    def test_the_proof_of_a_delivery_is_asked_for_until_it_is_there(self):
        self.stories["1Z999"] = STORY
        good = self.serve_proof((200, {"proof": "signed by me"}, {}))
        with self.proving():
            self.sweep(good)
            self.assertFalse(self.asked_for(), "it is not delivered yet")
            self.stories["1Z999"] = (*STORY, "DLV_DELIVERED")
            self.sweep(good)
            self.assertEqual(self.shipment.state, "delivered")
            self.assertFalse(self.proofs())
            self.sweep(self.serve_proof((200, {}, {})))
            self.assertEqual(len(self.asked_for()), 1)
            self.assertFalse(self.proofs(), "they have none yet")
            self.sweep(good)
            self.assertEqual(len(self.proofs()), 1)
            self.sweep(good)
            self.assertFalse(self.asked_for(), "it is there")

    def test_a_proof_that_cannot_be_had_costs_nothing_else(self):
        self.stories["1Z999"] = (*STORY, "DLV_DELIVERED")
        with self.proving():
            self.sweep()
            for answer in ((500, {}, {}), DOWN, (200, {"proof": "nonsense"}, {}), (404, {}, {})):
                self.sweep(
                    lambda url, answer=answer: answer if "/proof" in url else self.serve(url)
                )
                self.assertTrue(self.asked_for())
                row = self.row(self.shipment)
                self.assertTrue(row.asked_at)
                self.assertFalse(row.error)
        self.assertEqual(self.shipment.state, "delivered")
        self.assertFalse(self.exceptions())
        self.assertFalse(self.proofs())
