import contextlib
import logging
import time

import psycopg2
from odoo import api, models
from psycopg2.errors import LockNotAvailable

from ..business_state import due, judge
from ..intake import waker

_logger = logging.getLogger(__name__)

# First key of the advisory lock of whoever works ("LOGD"): one at a time, on all servers together.
# So that what was judged later is written later.
DESK_LOCK = 0x4C4F4744
LANE = 1
IDENTITY_KEY = "logistics.business.desk"
BATCH_SIZE = 500
SLICE_SECONDS = 20
LOCK_TIMEOUT = 2000  # milliseconds, for a row that somebody keeps
# What is looked at again by and by, however unlikely it is to be wrong: so many in each round.
RECHECKED = 2000
RECHECK = """
INSERT INTO logistics_business_due (kind, record_id, is_old)
SELECT 'order', id, true FROM (
    SELECT id FROM sale_order WHERE id > %(order)s AND state IN ('sale', 'cancel')
    ORDER BY id LIMIT %(limit)s) o
UNION ALL
SELECT 'picking', id, true FROM (
    SELECT p.id FROM stock_picking p WHERE p.id > %(picking)s
        AND (p.state NOT IN ('done', 'cancel')
             OR EXISTS (SELECT FROM logistics_business_state s WHERE s.picking_id = p.id))
    ORDER BY p.id LIMIT %(limit)s) p
RETURNING kind, record_id
"""


class LogisticsBusinessDesk(models.AbstractModel):
    """Works what is due: orders and transfers whose business state may have changed are judged in
    batches and written down. A job that any process starts and that may die: what is due stands in
    a table (``business_state/due.py``)."""

    _name = "logistics.business.desk"
    _description = "Desk that Keeps Business States"

    def init(self):
        due.install(self.env.cr)

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _wake(self):
        """Enqueue the job where something is due.

        :return: whether something is due
        """
        self.env.cr.execute(due.WAITING)
        if not self.env.cr.fetchone()[0]:
            return False
        self.env["logistics.job.starter"]._start(
            self, "_work", LANE, IDENTITY_KEY, "Logistics: states of orders, lane %s"
        )
        return True

    @api.model
    def _due_in(self):
        """Nothing is planned for later."""
        return None

    @api.model
    def _sweep(self):
        """Cron, each minute: what is due is worked, whoever forgot to start it."""
        self._wake()

    @api.model
    def _recheck(self):
        """Cron: look at the next ones, all in turn, as if they had changed. It finds what no
        trigger saw: rows of a restored copy, or a rule that an upgrade made another one."""
        parameters = self.env["ir.config_parameter"].sudo()
        marks = {kind: f"logistics.business_rechecked_{kind}" for kind in judge.LINKS}
        before = {kind: int(parameters.get_param(mark) or 0) for kind, mark in marks.items()}
        self.env.cr.execute(RECHECK, {**before, "limit": RECHECKED})
        found = {kind: [] for kind in marks}
        for kind, number in self.env.cr.fetchall():
            found[kind].append(number)
        for kind, mark in marks.items():
            # At the end it begins anew.
            is_over = len(found[kind]) < RECHECKED
            parameters.set_param(mark, 0 if is_over else max(found[kind]))
        self._wake()

    # -- working ------------------------------------------------------------------------------

    @api.model
    def _work(self, lane=LANE):
        """Job: work what is due until nothing is or the slice is over.

        :return: a line for the job's result
        """
        deadline, count = time.monotonic() + SLICE_SECONDS, 0
        while time.monotonic() < deadline:
            worked = self._work_batch(BATCH_SIZE)
            if not worked:
                break
            count += worked
        waker.wake(self.env.cr.dbname)  # what is due by now starts the next slice
        return f"{count} states looked at"

    def _work_batch(self, limit):
        """One batch in a transaction of its own; where it fails, a single one that does is left
        out. How many were looked at; 0 when nothing is due, or somebody else is at work."""
        try:
            with self._transaction() as env:
                return env[self._name]._take_and_write(limit)
        except Exception as error:
            is_kept = isinstance(error, LockNotAvailable)
            if isinstance(error, psycopg2.OperationalError) and not is_kept:
                raise  # the database is away, or wants it done again: all is still due
            if limit > 1:
                _logger.info("states of orders: a batch of %s once more after %r", limit, error)
                return self._work_batch(limit // 2)
            if not is_kept:
                _logger.exception("where an order or transfer stands could not be found")
        with self._transaction() as env:
            return env[self._name]._pass_over(come_back=is_kept)

    def _isolate(self, cr):
        """Each statement sees what is committed by then: what was due is judged by what is known
        after it was taken."""
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @api.model
    def _pass_over(self, come_back):
        """Leave out what is first in line; what somebody keeps comes last, after all others."""
        self.env.cr.execute(due.TAKE, {"limit": 1})
        rows = self.env.cr.fetchall()
        if come_back:
            for kind, number in rows:
                self.env.cr.execute(due.LATER, (kind, number))
        return 0 if come_back else len(rows)

    @contextlib.contextmanager
    def _transaction(self):
        """An environment on a cursor of its own in READ COMMITTED, committed at the end."""
        with self.env.registry.cursor() as cr:
            self._isolate(cr)
            cr.execute("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_TIMEOUT),))
            yield api.Environment(cr, self.env.uid, {})

    @api.model
    def _take_and_write(self, limit=BATCH_SIZE):
        """Take what is due and write down where it stands, in this transaction.

        :return: how many lines were taken
        """
        # pg_try_advisory_xact_lock, and nothing read before it: what another desk has written, and
        # every change whose line is taken, is seen by the statements that follow.
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", (DESK_LOCK,))
        if not self.env.cr.fetchone()[0]:
            return 0
        self.env.cr.execute(due.TAKE, {"limit": limit})
        taken = {}
        rows = self.env.cr.fetchall()
        for kind, number in rows:
            taken.setdefault(kind, set()).add(number)
        for kind, ids in sorted(taken.items()):
            ids = sorted(ids)
            self.env.cr.execute(due.TAKE_ALONG, {"kind": kind, "ids": ids})
            judge.write(self.env, kind, ids)
        return len(rows)
