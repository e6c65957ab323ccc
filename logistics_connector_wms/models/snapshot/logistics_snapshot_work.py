import contextlib
import logging
import time

from odoo import api, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.addons.logistics_connector_base.intake import waker

_logger = logging.getLogger(__name__)

LANE = 1
IDENTITY_KEY = "logistics.snapshot"
MAX_TRIES = 5
LEASE = 300  # seconds; of a process that died nothing is known but that it has not written the end
CLAIM = """
UPDATE logistics_snapshot SET tries = tries + 1,
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM logistics_snapshot
    WHERE state = 'to_compare'
          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
    ORDER BY next_try_at NULLS FIRST, as_of, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tries
"""
WAITING = """
SELECT EXISTS (SELECT 1 FROM logistics_snapshot WHERE state = 'to_compare'
               AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC'))
"""
DUE_IN = """
SELECT EXTRACT(EPOCH FROM min(next_try_at) - now() AT TIME ZONE 'UTC')::float
FROM logistics_snapshot WHERE state = 'to_compare' AND next_try_at > now() AT TIME ZONE 'UTC'
"""


class LogisticsSnapshotDesk(models.AbstractModel):
    """Compares snapshots, each in a transaction of its own. A job that may die at any moment."""

    _name = "logistics.snapshot.desk"
    _description = "Desk that Compares Stock Snapshots"

    @api.model
    def _wake_after_commit(self):
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _wake(self):
        """Enqueue the job where something is to be compared; whether something is."""
        self.env.cr.execute(WAITING)
        if not self.env.cr.fetchone()[0]:
            return False
        self.env["logistics.job.starter"]._start(
            self, "_drain", LANE, IDENTITY_KEY, "Logistics: compare stock snapshots, lane %s"
        )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something is to be looked at again; None when nothing is."""
        self.env.cr.execute(DUE_IN)
        return self.env.cr.fetchone()[0]

    @api.model
    def _drain(self, lane=LANE):
        """Job: compare until nothing waits or the slice is over; a line for the job's result."""
        deadline, count = time.monotonic() + 20, 0
        try:
            while time.monotonic() < deadline and (claimed := self._claim()):
                self._work(*claimed)
                count += 1
        finally:
            waker.wake(self.env.cr.dbname)
        return f"{count} snapshots compared"

    def _claim(self):
        with self._transaction() as env:
            self._isolate(env.cr)
            env.cr.execute(CLAIM, {"lease": LEASE})
            return env.cr.fetchone()

    def _work(self, snapshot_id, tries):
        try:
            with self._transaction() as env:
                env["logistics.snapshot"].sudo().browse(snapshot_id)._compare()
        except Exception as error:
            if setback(error) != MESSAGE:
                raise  # it is claimed again when the lease is over
            _logger.warning("snapshot %s could not be compared", snapshot_id, exc_info=error)
            if tries >= MAX_TRIES:
                with self._transaction() as env:
                    snapshot = env["logistics.snapshot"].sudo().browse(snapshot_id)
                    snapshot._cannot(f"{type(error).__name__}: {error}")

    def _isolate(self, cr):
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @contextlib.contextmanager
    def _transaction(self):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {"tracking_disable": True})
            yield env
            env.flush_all()


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.snapshot.desk")
