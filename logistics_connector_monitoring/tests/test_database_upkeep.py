"""A transaction that holds the past, found while it lasts, told once, closed by itself."""

from unittest.mock import patch

from odoo.addons.logistics_connector_monitoring.core.database_upkeep import (
    HELD_TRANSACTIONS,
    Holder,
    Table,
    held,
    neglected,
    oldest_seconds,
)
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, TransactionCase, new_test_user, tagged

from ..models.logistics_database_upkeep import DEAD_KEY, HELD_KEY, LIMIT_PARAMETER


class TestUpkeepRules(BaseCase):
    def test_who_holds_the_past_for_too_long(self):
        young = Holder("session", "odoo", 1, "active", 44.9)
        old = Holder("session", "odoo", 2, "idle in transaction", 45.0)
        older = Holder("prepared", "gid", seconds=3600.0)
        self.assertEqual(held([young, old, older]), [older, old])
        self.assertEqual(held([young, old], limit=60), [])

    def test_where_the_time_is_not_shown_transactions_count(self):
        hidden = Holder("session", "backup", 3, transactions=HELD_TRANSACTIONS)
        self.assertEqual(held([hidden]), [hidden])
        self.assertEqual(held([Holder("slot", "s", transactions=HELD_TRANSACTIONS - 1)]), [])

    def test_the_oldest_of_none_is_nothing(self):
        self.assertEqual(oldest_seconds([]), 0)
        self.assertEqual(oldest_seconds([Holder("slot", "s")]), 0)
        self.assertEqual(oldest_seconds([Holder("session", "a", seconds=3.5)]), 3.5)

    def test_neglected_is_what_autovacuum_left_lying(self):
        fresh = Table("a", live=100, dead=20_000)
        large = Table("b", live=1_000_000, dead=220_000)
        self.assertEqual(neglected([fresh, large]), [])
        worse = Table("b", live=1_000_000, dead=220_001)
        self.assertEqual(neglected([fresh, worse]), [worse])


@tagged("post_install", "-at_install")
class TestDatabaseUpkeep(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upkeep = cls.env["logistics.database.upkeep"]
        cls.admin = new_test_user(
            cls.env, "integrator", "logistics_connector_base.group_logistics_admin"
        )
        cls.clerk = new_test_user(
            cls.env, "watcher", "logistics_connector_base.group_logistics_user"
        )

    def hold(self):
        """A real session with a snapshot, idle in its transaction."""
        cursor = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cursor.close)
        cursor.execute("SELECT txid_current(), pg_backend_pid()")
        self.look_anew()
        return cursor, cursor.fetchone()[1]

    def look_anew(self):
        """What PostgreSQL tells of its sessions stays the same within a transaction."""
        self.env.cr.execute("SELECT pg_stat_clear_snapshot()")

    def check(self, holders=(), tables=()):
        """One run of the cron, told what PostgreSQL says."""
        kind = type(self.upkeep)
        with (
            patch.object(kind, "_holders", lambda _self: list(holders)),
            patch.object(kind, "_tables", lambda _self: list(tables)),
        ):
            self.upkeep._check()
        return self.env["logistics.exception"].search(
            [("key", "in", (HELD_KEY, DEAD_KEY))], order="id"
        )

    def test_a_session_that_holds_a_snapshot_is_found(self):
        cursor, pid = self.hold()
        found = {holder.pid: holder for holder in self.upkeep._holders()}
        self.assertEqual(found[pid].state, "idle in transaction")
        self.assertGreaterEqual(found[pid].seconds, 0)
        cursor.rollback()
        self.look_anew()
        self.assertNotIn(pid, {holder.pid for holder in self.upkeep._holders()})

    def test_our_own_session_is_not_counted(self):
        self.env.cr.execute("SELECT txid_current(), pg_backend_pid()")
        own = self.env.cr.fetchone()[1]
        self.assertNotIn(own, {holder.pid for holder in self.upkeep._holders()})

    def test_the_limit_is_a_parameter(self):
        _cursor, pid = self.hold()
        self.assertNotIn(pid, {holder.pid for holder in self.upkeep._held()})
        self.env["ir.config_parameter"].set_param(LIMIT_PARAMETER, "0")
        self.assertIn(pid, {holder.pid for holder in self.upkeep._held()})

    def test_hot_tables_are_looked_at(self):
        names = {table.name for table in self.upkeep._tables()}
        self.assertLessEqual({"logistics_message", "logistics_message_key", "queue_job"}, names)

    def test_one_exception_that_closes_by_itself(self):
        long = Holder("session", "psql, backup", 77, "idle in transaction", 61.0)
        first = self.check([long])
        self.assertEqual(first.type_code, "database_upkeep")
        for word in ("psql, backup", "77", "61 s", "idle in transaction"):
            self.assertIn(word, first.name)
        self.assertFalse(first.activity_ids, "not a person's yet")
        again = self.check([long])
        self.assertEqual(again, first)
        self.assertEqual(again.occurrence_count, 2)
        self.check()
        self.assertEqual(first.state, "resolved")
        # Soon after, it is the same trouble again, not another one.
        self.assertEqual(self.check([long]), first)
        self.assertTrue(first.is_open)
        self.assertEqual(first.reopen_count, 1)

    def test_what_lasts_becomes_a_persons(self):
        lasting = Holder("session", "psql", 77, "idle in transaction", 301.0)
        case = self.check([lasting])
        self.assertIn(self.admin, case.activity_ids.user_id)
        self.assertNotIn(self.clerk, case.activity_ids.user_id)
        count = len(case.activity_ids)
        self.assertEqual(len(self.check([lasting]).activity_ids), count)
        self.check()
        self.assertFalse(case.activity_ids)

    def test_tables_that_are_not_cleaned_up(self):
        case = self.check(tables=[Table("logistics_message", 10, 90_000)])
        self.assertEqual(case.key, DEAD_KEY)
        self.assertIn("logistics_message (90000 of 90010)", case.name)
        self.check()
        self.assertEqual(case.state, "resolved")

    def test_the_health_page_says_it(self):
        health = self.env["logistics.connection.health"].with_user(self.clerk)
        kind = type(self.upkeep)
        with patch.object(
            kind, "_holders", lambda _self: [Holder("slot", "standby", transactions=10**6)]
        ):
            self.assertIn(
                "standby keeps PostgreSQL from cleaning up, 1000000 transactions back.",
                health.server_problems(),
            )
