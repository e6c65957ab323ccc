import contextlib
import logging
import random
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.setbacks import CONTENTION, MESSAGE, setback
from ..intake import waker

_logger = logging.getLogger(__name__)

LANE = 1
SLICE_SECONDS = 20
MAX_TRIES = 5
# Of a process that died nothing is known but that it has not written the end: so long it is waited.
LEASE = 300
WAITING = """
SELECT EXISTS (SELECT 1 FROM {table} WHERE state = ANY(%(states)s)
               AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC'))
"""
DUE_IN = """
SELECT EXTRACT(EPOCH FROM min(next_try_at) - now() AT TIME ZONE 'UTC')::float FROM {table}
WHERE state = ANY(%(states)s) AND next_try_at > now() AT TIME ZONE 'UTC'
"""
CLAIM = """
UPDATE {table} SET tries = COALESCE(tries, 0) + 1,
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM {table}
    WHERE state = ANY(%(states)s)
          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
    ORDER BY next_try_at NULLS FIRST, {order}, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tries
"""
# Somebody who changed the same rows meanwhile is no fault of the record.
AGAIN = """
UPDATE {table} SET tries = GREATEST(tries - 1, 0),
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(seconds)s)
WHERE id = %(id)s AND state = ANY(%(states)s)
"""


class LogisticsDesk(models.AbstractModel):
    """A desk that works records one by one, each in a transaction of its own: what one of them
    breaks, and what somebody else has locked, holds up none of the others. A job that any process
    starts and that may die at any moment; what is to be worked is found by its state.

    Inherit it with an own ``_name``, name the desk in ``logistics.inbox._boxes``, and give its
    model ``state``, ``tries``, ``next_try_at`` and ``problem``, and an index on what waits."""

    _name = "logistics.desk"
    _description = "Desk that Works Records One by One"

    # The model whose records are worked, the states in which they wait, which of them comes first.
    _desk_model = ""
    _desk_states = ()
    _desk_order = "id"
    # First key of the advisory lock of whoever works: one at a time, on all servers together.
    _desk_lock = 0
    # For the list of jobs, with a place for the lane.
    _desk_title = ""

    # -- what a desk does ---------------------------------------------------------------------

    @api.model
    def _work_record(self, record):
        """Work one record, in a transaction that is committed after it.

        :return: whatever :meth:`_after` needs; falsy where nothing follows
        """
        raise NotImplementedError

    @api.model
    def _after(self, record_id, outcome):
        """What follows when the work is committed; whatever happens here undoes none of it."""

    @api.model
    def _give_up(self, record, text):
        """A person has to look at it; ``text`` says why."""
        raise NotImplementedError

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _wake_after_commit(self):
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _wake(self):
        """Enqueue the job where something is to be worked.

        :return: whether something is
        """
        if not self._ask(self.env, WAITING)[0]:
            return False
        self.env["logistics.job.starter"]._start(
            self, "_drain", LANE, self._desk_model, self._desk_title
        )
        return True

    @api.model
    def _due_in(self):
        """Seconds until something is to be looked at again; None when nothing is."""
        return self._ask(self.env, DUE_IN)[0]

    @api.model
    def _sweep(self):
        """Cron, each minute: whatever waits is worked, whoever forgot to start it."""
        self._wake()

    # -- working ------------------------------------------------------------------------------

    @api.model
    def _drain(self, lane=LANE):
        """Job: work until nothing waits or the slice is over.

        :return: a line for the job's result
        """
        deadline, count = time.monotonic() + SLICE_SECONDS, 0
        try:
            with self._alone() as is_alone:
                while is_alone and time.monotonic() < deadline and (claimed := self._claim()):
                    self._work(*claimed)
                    count += 1
        finally:
            waker.wake(self.env.cr.dbname)  # what is due by now starts the next slice
        return f"{count} looked at"

    @contextlib.contextmanager
    def _alone(self):
        """Hold the desk, on a connection of its own that is in no transaction meanwhile; yields
        whether it was free. Two of them would only get into each other's way at the same stock."""
        with contextlib.closing(self.env.registry.cursor()) as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, 0)", (self._desk_lock,))
            is_free = cr.fetchone()[0]
            cr.rollback()
            try:
                yield is_free
            finally:
                if is_free:
                    cr.execute("SELECT pg_advisory_unlock(%s, 0)", (self._desk_lock,))
                    cr.rollback()

    def _claim(self):
        """Take the next record, and count the try; committed before any work is done.

        :return: (id, tries), or None
        """
        with self._transaction() as env:
            self._isolate(env.cr)
            return self._ask(env, CLAIM, lease=LEASE)

    def _work(self, record_id, tries):
        try:
            if tries > MAX_TRIES:
                raise UserError(self.env._("Each try to work it ended without a word."))
            with self._transaction() as env:
                record = env[self._desk_model].sudo().browse(record_id)
                outcome = env[self._name]._work_record(record)
                # What is still to be computed is so with the rights by which it was worked.
                record.env.flush_all()
            if outcome:
                with self._transaction() as env:
                    self._isolate(env.cr)
                    env[self._name]._after(record_id, outcome)
        except Exception as error:
            trouble = setback(error)
            if trouble == MESSAGE:
                self._record_failure(record_id, tries, error)
            elif trouble == CONTENTION:
                _logger.info("%s %s once more after %r", self._desk_model, record_id, error)
                with self._transaction() as env:
                    self._ask(env, AGAIN, id=record_id, seconds=random.uniform(0.1, 1.0))
            else:
                raise

    def _record_failure(self, record_id, tries, error):
        """What Odoo itself refuses is told to a person at once; anything else is tried again."""
        is_refused = isinstance(error, UserError)
        if not is_refused:
            _logger.warning(
                "%s %s could not be worked", self._desk_model, record_id, exc_info=error
            )
        text = str(error) if is_refused else f"{type(error).__name__}: {error}"
        with self._transaction() as env:
            record = env[self._desk_model].sudo().browse(record_id)
            if is_refused or tries >= MAX_TRIES:
                env[self._name]._give_up(record, text)
            else:
                pause = timedelta(seconds=5 * 4 ** (tries - 1))
                record.write({"next_try_at": fields.Datetime.now() + pause, "problem": text[:500]})

    # -- the database -------------------------------------------------------------------------

    def _ask(self, env, query, **values):
        """Run one of the statements above for this desk's table: its first row, or None."""
        model = env[self._desk_model]
        cr = env.cr
        cr.execute(
            query.format(table=model._table, order=self._desk_order),
            {"states": list(self._desk_states), **values},
        )
        return cr.fetchone() if cr.description else None

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
