import contextlib
import logging
import random
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import CONTENTION, MESSAGE, setback
from odoo.addons.logistics_connector_base.intake import waker
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

# First key of the advisory lock of whoever books ("LOGV").
DESK_LOCK = 0x4C4F4756
LANE = 1
IDENTITY_KEY = "logistics.advice"
SLICE_SECONDS = 20
MAX_TRIES = 5
# Of a process that died nothing is known but that it has not written the end: so long it is waited.
LEASE = 300
WAITING = """
SELECT EXISTS (SELECT 1 FROM logistics_advice WHERE state IN ('ready', 'waiting')
               AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC'))
"""
DUE_IN = """
SELECT EXTRACT(EPOCH FROM min(next_try_at) - now() AT TIME ZONE 'UTC')::float FROM logistics_advice
WHERE state IN ('ready', 'waiting') AND next_try_at > now() AT TIME ZONE 'UTC'
"""
# The oldest deed first: most often that is the order in which they make sense.
CLAIM = """
UPDATE logistics_advice SET tries = tries + 1,
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM logistics_advice
    WHERE state IN ('ready', 'waiting')
          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
    ORDER BY next_try_at NULLS FIRST, occurred_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tries
"""
# Somebody who changed the stock meanwhile is no fault of the advice.
AGAIN = """
UPDATE logistics_advice SET tries = GREATEST(tries - 1, 0),
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(seconds)s)
WHERE id = %(id)s AND state IN ('ready', 'waiting')
"""
WAKE = """
UPDATE logistics_advice SET next_try_at = NULL, state = CASE WHEN state = 'waiting'
    THEN 'waiting' ELSE 'ready' END
WHERE connection_id = ANY(%(connections)s) AND id <> ALL(%(besides)s) AND (
    (state = 'waiting' AND next_try_at > now() AT TIME ZONE 'UTC')
    OR (state IN ('partial', 'trouble') AND EXISTS (
        SELECT 1 FROM logistics_advice_line l WHERE l.advice_id = logistics_advice.id
        AND l.state = 'trouble' AND l.trouble_code = ANY(%(codes)s))))
"""
# What may be mended by what comes later: goods, a code, a place.
MENDABLE = ["unknown_product", "unknown_unit", "unknown_lot", "no_place", "no_warehouse"]


class LogisticsAdviceDesk(models.AbstractModel):
    """Books what warehouses told, one advice in one transaction: what one of them breaks, and what
    somebody else has locked, holds up none of the others. A job that may die at any moment; what
    is to be booked is found by its state."""

    _name = "logistics.advice.desk"
    _description = "Desk that Books Warehouse Advices"

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _wake_after_commit(self):
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _wake(self):
        """Enqueue the job where something is to be booked.

        :return: whether something is
        """
        self.env.cr.execute(WAITING)
        if not self.env.cr.fetchone()[0]:
            return False
        self.env["logistics.job.starter"]._start(
            self, "_drain", LANE, IDENTITY_KEY, "Logistics: book warehouse advices, lane %s"
        )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something is to be looked at again; None when nothing is."""
        self.env.cr.execute(DUE_IN)
        return self.env.cr.fetchone()[0]

    @api.model
    def _sweep(self):
        """Cron, each minute: whatever waits is booked, whoever forgot to start it."""
        self._wake()

    @api.model
    def _wake_waiting(self, connections, besides=()):
        """Look again at what waits for goods, codes or orders of these connections."""
        self.env.flush_all()
        self.env.cr.execute(
            WAKE,
            {"connections": connections.ids, "codes": MENDABLE, "besides": list(besides) or [0]},
        )
        if self.env.cr.rowcount:
            self.env["logistics.advice"].invalidate_model(["state", "next_try_at"])
            self._wake_after_commit()

    # -- working ------------------------------------------------------------------------------

    @api.model
    def _drain(self, lane=LANE):
        """Job: book until nothing waits or the slice is over.

        :return: a line for the job's result
        """
        deadline, count = time.monotonic() + SLICE_SECONDS, 0
        try:
            with self._alone() as is_alone:
                while is_alone and time.monotonic() < deadline:
                    claimed = self._claim()
                    if not claimed:
                        break
                    self._work(*claimed)
                    count += 1
        finally:
            waker.wake(self.env.cr.dbname)  # what is due by now starts the next slice
        return f"{count} advices looked at"

    @contextlib.contextmanager
    def _alone(self):
        """Hold the desk, on a connection of its own that is in no transaction meanwhile; yields
        whether it was free. Two of them would only get into each other's way at the same stock."""
        with contextlib.closing(self.env.registry.cursor()) as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, 0)", (DESK_LOCK,))
            is_free = cr.fetchone()[0]
            cr.rollback()
            try:
                yield is_free
            finally:
                if is_free:
                    cr.execute("SELECT pg_advisory_unlock(%s, 0)", (DESK_LOCK,))
                    cr.rollback()

    def _claim(self):
        """Take the next advice, and count the try; committed before any work is done.

        :return: (id, tries), or None
        """
        with self._transaction() as env:
            self._isolate(env.cr)
            env.cr.execute(CLAIM, {"lease": LEASE})
            return env.cr.fetchone()

    def _work(self, advice_id, tries):
        try:
            if tries > MAX_TRIES:
                raise UserError(self.env._("Each try to book it ended without a word."))
            with self._transaction() as env:
                advice = env["logistics.advice"].sudo().browse(advice_id)
                has_moved = advice._book()
                # What is still to be computed is so with the rights by which it was booked.
                advice.env.flush_all()
                connection_id = advice.connection_id.id
            # What only got into trouble changed nothing: two of them would wake each other for
            # ever. In a transaction of its own: whom it meets undoes no booking.
            if has_moved:
                self._wake_others(connection_id, advice_id)
        except Exception as error:
            trouble = setback(error)
            if trouble == MESSAGE:
                self._record_failure(advice_id, tries, error)
            elif trouble == CONTENTION:
                _logger.info("advice %s once more after %r", advice_id, error)
                with self._transaction() as env:
                    seconds = random.uniform(0.1, 1.0)
                    env.cr.execute(AGAIN, {"id": advice_id, "seconds": seconds})
            else:
                raise

    def _wake_others(self, connection_id, advice_id):
        """Goods that came in, or another state of things, may be what others waited for."""
        with self._transaction() as env:
            self._isolate(env.cr)
            connection = env["logistics.connection"].browse(connection_id)
            env[self._name]._wake_waiting(connection, besides=[advice_id])

    def _record_failure(self, advice_id, tries, error):
        """What Odoo itself refuses is told to a person at once; anything else is tried again."""
        is_refused = isinstance(error, UserError)
        if not is_refused:
            _logger.warning("advice %s could not be booked", advice_id, exc_info=error)
        text = str(error) if is_refused else f"{type(error).__name__}: {error}"
        with self._transaction() as env:
            advice = env["logistics.advice"].sudo().browse(advice_id)
            if is_refused or tries >= MAX_TRIES:
                advice._put_in_trouble(text)
            else:
                pause = timedelta(seconds=5 * 4 ** (tries - 1))
                advice.write({"next_try_at": fields.Datetime.now() + pause, "problem": text[:500]})

    def _isolate(self, cr):
        """SKIP LOCKED skips what another takes at the same moment; it does not fail on it."""
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    @contextlib.contextmanager
    def _transaction(self):
        """An environment on a cursor of its own, committed at the end."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {"tracking_disable": True})
            yield env
            env.flush_all()


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.advice.desk")
