"""What a sender makes of an answer, and of a limit, without threads or a network."""

import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from ..core import outcome as outcomes
from ..core.token_bucket import Rate
from ..outbox import buckets, sender
from ..outbox.http_messenger import HttpMessenger
from .outgoing import OutgoingCommon


class Partner:
    """Answers each call with the same status, and keeps what it was told."""

    def __init__(self, status):
        self.status, self.calls = status, []

    def request(self, method, url, headers=None, body=None):
        self.calls.append((method, url, headers, body))
        return SimpleNamespace(
            status=self.status, headers={}, body=b"", seconds=0.1, ok=200 <= self.status < 300
        )


@tagged("post_install", "-at_install")
class TestSender(OutgoingCommon):
    def setUp(self):
        super().setUp()
        self.flow = self.make_flow()

    def make_sender(self, seconds=10.0, **values):
        made = sender.Sender(self.plan(self.flow, **values), 0, time.monotonic() + seconds)
        made._record = lambda work: work(self.env)
        return made

    def call(self, status, tries=1, **values):
        message = self.enqueue(self.flow, {"n": 1}, key="S/1")
        self.put(message, tries=tries - 1)
        (taken,) = self.next_round(self.flow, 1).messages
        partner = Partner(status)
        result = HttpMessenger(self.plan(self.flow, **values), partner).send(taken)
        self.put(message, state="cancelled")
        return message, partner, result.outcome

    def test_each_call_says_who_it_is(self):
        message, partner, outcome = self.call(201)
        ((method, url, headers, body),) = partner.calls
        self.assertEqual((method, url), ("POST", "https://partner.example/orders/S%2F1"))
        self.assertEqual(headers["Idempotency-Key"], message.receipt)
        self.assertEqual((headers["Content-Type"], body), ("application/json", b'{"n":1}'))
        self.assertEqual(outcome.kind, outcomes.DELIVERED)

    def test_they_cannot_have_already_what_was_never_sent(self):
        """A 409 to the first try is about something else: nothing is lost by taking it for a
        repetition. Later it says that an earlier try arrived, where the partner keeps our id."""
        self.assertEqual(self.call(409)[2].kind, outcomes.REJECTED)
        self.assertEqual(self.call(409, tries=2)[2].kind, outcomes.DELIVERED)
        self.assertEqual(self.call(409, tries=2, repeat="ask")[2].kind, outcomes.REJECTED)

    def test_a_used_up_limit_holds_the_flow_instead_of_turning_in_circles(self):
        self.enqueue(self.flow)
        (taken,) = self.next_round(self.flow, 1).messages
        partner = Partner(200)
        mine = self.make_sender(rate=Rate(0.1, 1.0))
        with patch.object(buckets, "draw", lambda *arguments: (0, 0.0)):
            mine._send_each(HttpMessenger(mine.plan, partner), [taken])
        self.env.flush_all()
        self.assertFalse(partner.calls)
        found = self.next_round(self.flow)
        self.assertFalse(found.messages)
        self.assertAlmostEqual(found.wait, 10, delta=2)
        message = self.env["logistics.message"].browse(taken.id)
        self.assertEqual((message.state, message.tries), ("pending", 0))

    def test_a_used_up_limit_costs_a_doubt_no_try(self):
        self.flow.write({"repeat": "ask", "ask_url": "https://partner.example/{id}"})
        message = self.enqueue(self.flow)
        self.put(message, state="doubt", tries=1, next_try_at="-1 second")
        mine = self.make_sender(rate=Rate(0.1, 1.0), repeat="ask")
        partner = Partner(200)
        with patch.object(buckets, "draw", lambda *arguments: (0, 0.0)):
            self.assertFalse(mine._ask(partner))
        self.env.invalidate_all()
        self.assertEqual((partner.calls, message.tries), ([], 1))
