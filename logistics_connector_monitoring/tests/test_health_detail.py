"""One connection in both directions, each number counted by hand."""

from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..models.logistics_connection_health_detail import span
from .common import HealthData


@tagged("post_install", "-at_install")
class TestHealthDetail(HealthData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()
        cls.flow = cls.env["logistics.flow"].create(
            {
                "name": "Releases",
                "code": "releases",
                "url": "https://3pl.example.com/in",
                "connection_id": cls.connection.id,
            }
        )

    def row(self):
        self.env.flush_all()
        self.env.invalidate_all()
        health = self.env["logistics.connection.health"].with_user(self.clerk)
        return health.search([("connection_id", "=", self.connection.id)])

    def out(self, state, **ago):
        message = self.message("processed", **ago)
        message.write({"direction": "out", "state": state, "flow_id": self.flow.id})
        return message

    def test_what_it_tells_us(self):
        old, _late, first = (self.message("processed", hours=hours) for hours in (30, 2, 1))
        self.message("dead", hours=1).error_class = "KeyError"
        self.message("dead", hours=1).error_class = "KeyError"
        self.message("dead", hours=50)
        self.env["logistics.message.key"].create(
            [
                {
                    "connection_id": self.connection.id,
                    "identity": f"id:{message.id}",
                    "digest": "x",
                    "message_id": message.id,
                    "first_seen_at": self.now,
                    "last_seen_at": self.now,
                    "duplicate_count": copies,
                }
                for message, copies in ((first, 3), (old, 9))
            ]
        )
        for seconds in (1, 2, 3):
            event = self.event(seconds, hours=1)
            event.occurred_at = event.received_at - timedelta(minutes=10 * seconds)
        event.is_unmapped = True
        row = self.row()
        self.assertAlmostEqual(row.rate, 4 / 24, places=1)
        self.assertEqual(row.repeated_count, 3)
        self.assertAlmostEqual(row.unmapped_share, 100 / 3, places=1)
        self.assertTrue(row.told_text.startswith("p50 20.0 min · p95 29."))
        self.assertTrue(row.applied_text.startswith("p50 2.0 s"))
        self.assertEqual(row.failed_text, "KeyError: 2\nno kind told: 1")

    def test_what_we_tell_it(self):
        for state in ("delivered", "delivered", "delivered", "dead", "pending", "doubt"):
            self.out(state, hours=3)
        self.out("delivered", hours=40)
        row = self.row()
        self.assertEqual((row.sent_count, row.unsent_count), (6, 2))
        self.assertEqual((row.has_arrived_share, row.arrived_share), (True, 75.0))
        self.assertEqual(row.oldest_unsent_at, self.now - timedelta(hours=3))
        self.assertEqual(row.sent_failed_text, "no kind told: 1")
        self.assertEqual(
            len(self.env["logistics.message"].search(row.action_view_unsent()["domain"])), 2
        )

    def test_a_flow_that_is_paused(self):
        self.assertFalse(self.row().breaker_text)
        breaker = self.env["logistics.breaker"].search([("flow_id", "=", self.flow.id)])
        breaker = breaker or breaker.create({"flow_id": self.flow.id})
        breaker.write({"state": "open", "reason": "no answer"})
        self.assertEqual(self.row().breaker_text, "Releases: no answer")

    def test_its_own_rhythm(self):
        self.message("processed", hours=5)
        self.assertIn("too few", self.row().silence_text)
        gap = self.env["logistics.usual.gap"].create(
            {
                "kind": "connection",
                "key": str(self.connection.id),
                "company_id": self.company.id,
                "label": "x",
                "hours": 6,
                "samples": 100,
                "counted_at": self.now,
            }
        )
        self.assertIn("As usual: no gap longer than 6.0 h", self.row().silence_text)
        gap.hours = 2
        self.assertIn("Silent for 5.0 h; usually no longer than 2.0 h", self.row().silence_text)

    def test_the_secret_that_ends_first(self):
        self.assertFalse(self.row().secret_text)
        ends = fields.Datetime.to_datetime("2030-05-01 00:00:00")
        for days in (9, 0, 20):
            self.env["logistics.credential"].create(
                {
                    "name": f"Key {days}",
                    "connection_id": self.connection.id,
                    "valid_to": ends + timedelta(days=days),
                }
            )
        self.assertEqual(self.row().secret_text, "Key 0, on 2030-05-01")

    def test_spans(self):
        self.assertEqual(
            [span(seconds) for seconds in (0, 59.94, 60, 5400, 86400 * 3)],
            ["0.0 s", "59.9 s", "1.0 min", "1.5 h", "3.0 d"],
        )
