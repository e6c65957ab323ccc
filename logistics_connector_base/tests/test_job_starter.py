"""Jobs behind which nothing is kept: one for each lane, and a dead one takes nobody's room."""

from odoo.sql_db import db_connect
from odoo.tests import TransactionCase

from ..models.message.logistics_job_starter import LOCK_CLASS

KEY = "logistics.test.lane"


class TestJobStarter(TransactionCase):
    def start(self, lane):
        self.env["logistics.job.starter"]._start(
            self.env["logistics.inbox"], "_drain", lane, KEY, "Test: lane %s"
        )

    def jobs(self, key, state):
        return self.env["queue.job"].search_count(
            [("identity_key", "=", key), ("state", "=", state)]
        )

    def started(self, key, seconds_ago):
        """A job that nobody works any more: its row is not locked."""
        job = self.env["logistics.inbox"].with_delay(identity_key=key)._drain(1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE queue_job SET state = 'started', date_started = "
            "now() AT TIME ZONE 'UTC' - make_interval(secs => %s) WHERE uuid = %s",
            (seconds_ago, job.uuid),
        )
        self.env.invalidate_all()

    def test_one_job_waits_for_each_lane(self):
        for lane in (1, 1, 2):
            self.start(lane)
        self.assertEqual([self.jobs(f"{KEY}.{lane}", "pending") for lane in (1, 2)], [1, 1])

    def test_dead_jobs_of_all_lanes_leave_their_rooms(self):
        for lane in (1, 2):
            self.started(f"{KEY}.{lane}", 5)
        self.started(f"{KEY}.3", 0)  # has perhaps not come to lock its row
        self.started("logistics.test.other.1", 5)
        self.start(1)
        self.assertEqual([self.jobs(f"{KEY}.{lane}", "cancelled") for lane in (1, 2, 3)], [1, 1, 0])
        self.assertEqual(self.jobs("logistics.test.other.1", "started"), 1)
        self.assertEqual(self.jobs(f"{KEY}.1", "pending"), 1)

    def test_two_who_look_at_once_start_one(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (LOCK_CLASS, f"{KEY}.1")
            )
            self.assertTrue(other.fetchone()[0])
            self.start(1)
            self.start(2)
            self.assertEqual([self.jobs(f"{KEY}.{lane}", "pending") for lane in (1, 2)], [0, 1])
        self.start(1)
        self.assertEqual(self.jobs(f"{KEY}.1", "pending"), 1)
