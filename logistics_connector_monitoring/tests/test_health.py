"""Every figure of the health page against the rows behind it."""

from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ..models import logistics_connection_health
from ..models.logistics_connection_health import GATE
from .common import HealthData


@tagged("post_install", "-at_install")
class TestHealth(HealthData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()

    def health(self, connection=None, **context):
        rows = self.env["logistics.connection.health"].with_user(self.clerk)
        return rows.with_context(**context).search(
            [("connection_id", "=", (connection or self.connection).id)]
        )

    def test_connection_without_messages(self):
        row = self.health(self.silent)
        self.assertFalse(row.last_message_at)
        self.assertFalse(row.oldest_waiting_at)
        self.assertFalse(row.has_latency)
        self.assertEqual(
            (row.week_count, row.waiting_count, row.failed_count, row.exception_count), (0, 0, 0, 0)
        )

    def test_received_in_the_last_days(self):
        self.message("processed", days=8)
        self.message("processed", days=6)
        self.message("processed", hours=25)
        last = self.message("processed", hours=23)
        row = self.health()
        self.assertEqual((row.week_count, row.day_count), (3, 1))
        self.assertEqual(row.last_message_at, last.received_at)

    def test_today_begins_at_midnight_of_the_reader(self):
        rows = self.env["logistics.connection.health"]
        noon = datetime(2026, 3, 4, 12, 0)
        for zone, midnight in (
            ("UTC", datetime(2026, 3, 4)),
            ("Asia/Tokyo", datetime(2026, 3, 3, 15)),
            ("America/New_York", datetime(2026, 3, 4, 5)),
        ):
            self.assertEqual(rows.with_context(tz=zone)._midnight(noon), midnight, zone)
        with patch.object(type(rows), "_midnight", lambda _self, _now: self.now):
            self.message("processed", seconds=-1)
            self.message("processed", seconds=60)
            self.assertEqual(self.health().today_count, 1)

    def test_waiting_failed_and_parked(self):
        self.message("received", minutes=2)
        oldest = self.message("processing", minutes=30)
        self.message("dead", days=100)
        self.message("parked", days=100)
        self.message("parked", days=1)
        self.message("dismissed", days=1)
        row = self.health()
        self.assertEqual((row.waiting_count, row.failed_count, row.parked_count), (2, 1, 2))
        self.assertEqual(row.oldest_waiting_at, oldest.received_at)
        self.assertAlmostEqual(row.oldest_waiting_seconds, 1800, delta=120)

    def test_open_exceptions(self):
        self.trouble("one")
        self.trouble("two")._close("resolved", "healed")
        self.trouble("three", self.silent)
        self.assertEqual(self.health().exception_count, 1)

    def test_latency_is_of_the_last_day(self):
        for seconds in (1, 2, 3, 4, 100):
            self.event(seconds, hours=1)
        self.event(9999, hours=30)
        self.event(9999, self.silent, hours=1)
        row = self.health()
        self.assertEqual(row.latency_p50, 3)
        self.assertAlmostEqual(row.latency_p95, 80.8)

    def test_figures_open_their_rows(self):
        dead, parked = self.message("dead", days=1), self.message("parked", days=1)
        waiting = self.message("received", days=1)
        self.message("dead", self.silent, days=1)
        exception = self.trouble("one")
        row = self.health()
        for action, records in (
            (row.action_view_messages(), dead | parked | waiting),
            (row.action_view_failed(), dead),
            (row.action_view_parked(), parked),
            (row.action_view_waiting(), waiting),
            (row.action_view_exceptions(), exception),
        ):
            found = self.env[action["res_model"]].with_user(self.clerk).search(action["domain"])
            self.assertEqual(found, records)

    def test_archived_connection_is_not_shown(self):
        self.silent.active = False
        self.assertFalse(self.health(self.silent))

    def test_only_own_companies_are_shown(self):
        rows = self.env["logistics.connection.health"].with_user(self.clerk).search([])
        self.assertEqual(rows.connection_id, self.connection | self.silent)

    def test_for_people_of_logistics_only(self):
        outsider = new_test_user(self.env, "outsider", "base.group_user")
        rows = self.env["logistics.connection.health"].with_user(outsider)
        with self.assertRaises(AccessError):
            rows.search([])
        with self.assertRaises(AccessError):
            rows.server_problems()

    def test_nobody_writes_it(self):
        with self.assertRaises(AccessError):
            self.health().write({"failed_count": 0})

    def test_server_problems_are_told_in_words(self):
        rows = self.env["logistics.connection.health"].with_user(self.clerk)
        rest = "logistics.outbound:1,logistics.polling:1,logistics.states:1"
        for channels, modules, words in (
            (f"root:2,root.logistics.inbound:2,{rest}", ["queue_job", GATE], []),
            (f"root:2,root.logistics.inbound:1,{rest}", ["queue_job", GATE], ["2 lanes"]),
            (f"root:2,{rest}", ["queue_job", GATE], ["root.logistics.inbound:1"]),
            (
                "root:2,logistics.inbound:2,logistics.outbound:1,logistics.states:1",
                ["queue_job", GATE],
                ["each: root.logistics.polling ("],
            ),
            (f"root:2,logistics.inbound:2,{rest}", [GATE], ["server-wide"]),
            (f"root:2,logistics.inbound:2,{rest}", ["queue_job"], ["While PostgreSQL is away"]),
        ):
            with (
                patch.object(logistics_connection_health, "_channels", lambda text=channels: text),
                patch.object(
                    logistics_connection_health, "config", {"server_wide_modules": modules}
                ),
            ):
                told = rows.server_problems()
            self.assertEqual(len(told), len(words))
            for text, word in zip(told, words, strict=True):
                self.assertIn(word, text)

    def test_recent_messages_are_found_by_an_index(self):
        """The page must not read a history of years."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO logistics_message (connection_id, company_id, direction, channel, state,
                provider, receipt, correlation_id, digest, received_at, priority, tries,
                event_count, parked_count)
            SELECT %s, %s, 'in', 'webhook', 'processed', 'canonical', 'bulk-' || n, 'c', 'd',
                   %s - interval '1 minute' - (40000 - n) * interval '30 minutes', 50, 0, 0, 0
            FROM generate_series(1, 40000) n
            """,
            (self.connection.id, self.company.id, self.now),
        )
        self.env.cr.execute("ANALYZE logistics_message")
        query = self.env["logistics.connection.health"]._table_query
        plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", query)))
        self.assertIn("logistics_message_received", plan)
        self.assertNotIn("Seq Scan on logistics_message", plan)
        self.assertEqual(self.health().week_count, 7 * 48)
