import contextlib
import logging
import time

from odoo import api, fields, models

from ..core.backoff import next_delay
from ..inbox.batch import InboxBatch
from ..intake import waker

_logger = logging.getLogger(__name__)

SLICE_SECONDS = 20  # a drain ends after this and is started anew: no transaction grows old
BATCH_SIZE = 400
MAX_TRIES = 5
RETRY_BASE, RETRY_CAP = 5, 600  # seconds
# First key of the advisory lock that makes one drain at a time ("LOGI"); the second is the lane.
LOCK_CLASS, LOCK_LANE = 0x4C4F4749, 1
IDENTITY_KEY = "logistics.inbox.drain"
# A job that was handed out and never began is not waited for longer than this (seconds).
JOB_PATIENCE = 15


class LogisticsInbox(models.AbstractModel):
    """Works received messages: claims by state, in short READ COMMITTED transactions, one drain at
    a time. Tries are counted when a message is claimed, so that one which kills the process cannot
    do it for ever; what fails in a batch is found by halving it."""

    _name = "logistics.inbox"
    _description = "Logistics Inbox"

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _wake_after_commit(self):
        """Start the drain once this transaction's changes can be seen."""
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _sweep(self):
        """Cron, each minute: whatever waits gets a drain, whoever forgot to start it."""
        self.env["logistics.parked.reference"].sudo()._sweep()
        self._wake()

    @api.model
    def _wake(self):
        """Enqueue a drain when messages wait and none is under way.

        :return: whether messages wait
        """
        if not self._is_waiting(self.env.cr):
            return False
        if not self._is_drain_under_way():
            service = self.env.ref("logistics_connector_base.user_logistics_service")
            self.with_user(service).with_delay(
                description="Logistics: work the inbox", identity_key=IDENTITY_KEY, max_retries=1
            )._drain()
            self._nudge_runner()
        return True

    @api.model
    def _nudge_runner(self):
        """Make the job runner look at a drain's job that has waited for too long.

        A process that dies leaves its job "started", and that job keeps the channel occupied until
        the runner looks for dead ones: when it is told of something, else once a minute.
        """
        self.env.cr.execute(
            "SELECT pg_notify('queue_job', uuid) FROM queue_job WHERE identity_key = %s "
            "AND state IN ('pending', 'enqueued') "
            "AND date_created <= (now() AT TIME ZONE 'UTC') - make_interval(secs => %s)",
            (IDENTITY_KEY, JOB_PATIENCE),
        )

    @api.model
    def _is_waiting(self, cr):
        cr.execute(
            "SELECT EXISTS (SELECT 1 FROM logistics_message WHERE state IN ('received', "
            "'processing') AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC'))"
        )
        return cr.fetchone()[0]

    @api.model
    def _is_drain_under_way(self):
        """Whether a live process drains, or a fresh job is about to.

        The lock belongs to a process's connection: with the process it is gone at once, whatever
        the job's row still says.
        """
        # Looked at, not tried: whoever tries it holds it for a moment, and a drain that begins in
        # this moment would go away again. (objsubid 2: a lock of two 32-bit keys.)
        self.env.cr.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid = %s AND objid = %s AND objsubid = 2)",
            (LOCK_CLASS, LOCK_LANE),
        )
        if self.env.cr.fetchone()[0]:
            return True
        self.env.cr.execute(
            "SELECT EXISTS (SELECT 1 FROM queue_job WHERE identity_key = %s "
            "AND state IN ('pending', 'enqueued') "
            "AND date_created > (now() AT TIME ZONE 'UTC') - make_interval(secs => %s))",
            (IDENTITY_KEY, JOB_PATIENCE),
        )
        return self.env.cr.fetchone()[0]

    # -- draining -----------------------------------------------------------------------------

    @api.model
    def _drain(self):
        """Job: work received messages until none waits or the slice is over.

        :return: a line for the job's result
        """
        deadline = time.monotonic() + SLICE_SECONDS
        worked = 0
        with self._exclusive() as allowed:
            if not allowed:
                return "another drain is under way"
            self._recover()
            while time.monotonic() < deadline:
                claimed = self._claim()
                if not claimed:
                    break
                for ids in _portions(claimed):
                    self._work(ids)
                worked += len(claimed)
        if time.monotonic() >= deadline:
            waker.wake(self.env.cr.dbname)
        return f"{worked} messages worked"

    @contextlib.contextmanager
    def _exclusive(self):
        """Hold the drain's advisory lock on a connection that is in no transaction meanwhile."""
        with contextlib.closing(self.env.registry.cursor()) as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, LOCK_LANE))
            allowed = cr.fetchone()[0]
            # The lock is the session's and outlives the transaction, which must not stay open: it
            # would hold back vacuum all the while.
            cr.rollback()
            try:
                yield allowed
            finally:
                if allowed:
                    cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_CLASS, LOCK_LANE))
                    cr.rollback()

    @contextlib.contextmanager
    def _transaction(self):
        """An environment on a cursor of its own in READ COMMITTED, committed at the end."""
        with self.env.registry.cursor() as cr:  # commits at the end, unless something is raised
            # Must be the first statement. REPEATABLE READ fails on rows that were claimed or
            # inserted by others after the snapshot, instead of skipping them.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            env = api.Environment(cr, self.env.uid, {"tracking_disable": True})
            yield env
            env.flush_all()

    def _recover(self):
        """Messages in work belong to a drain that died: only one runs, and it is this one."""
        with self._transaction() as env:
            env.cr.execute(
                "UPDATE logistics_message SET state = 'received' WHERE state = 'processing'"
            )

    def _claim(self):
        """Take the next messages and count the try; committed before any work is done.

        :return: list of ``(id, tries)``, in order
        """
        with self._transaction() as env:
            env.cr.execute(
                """
                UPDATE logistics_message SET state = 'processing', tries = tries + 1,
                       claimed_at = now() AT TIME ZONE 'UTC'
                WHERE id IN (
                    SELECT id FROM logistics_message
                    WHERE state = 'received'
                          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
                    ORDER BY priority, id LIMIT %s FOR UPDATE SKIP LOCKED)
                RETURNING id, tries
                """,
                (BATCH_SIZE,),
            )
            return sorted(env.cr.fetchall())

    def _work(self, ids):
        """Work messages in one transaction; on an error halve them until the culprit is alone."""
        try:
            with self._transaction() as env:
                InboxBatch(env["logistics.message"].browse(ids)).process()
        except Exception as error:
            if len(ids) > 1:
                middle = len(ids) // 2
                self._work(ids[:middle])
                self._work(ids[middle:])
                return
            _logger.warning(
                "logistics message %s could not be worked: %s", ids[0], error, exc_info=True
            )
            self._record_failure(ids[0], error)

    def _record_failure(self, message_id, error):
        """Write what went wrong; the message is tried again later, or given to a person."""
        with self._transaction() as env:
            message = env["logistics.message"].sudo().browse(message_id)
            error_class, text = type(error).__name__, str(error)[:2000].replace("\x00", "")
            message._record_failure(error_class, text)
            if message.tries < MAX_TRIES:
                delay = next_delay(message.tries, RETRY_BASE, RETRY_CAP)
                message.write(
                    {
                        "state": "received",
                        "next_try_at": fields.Datetime.add(fields.Datetime.now(), seconds=delay),
                        "error_class": error_class,
                        "error_text": text,
                    }
                )
            else:
                message._bury(error_class, text, "processing_failure")


def _portions(claimed):
    """Messages that were claimed before go one by one: one of them may have killed its process."""
    fresh = [message_id for message_id, tries in claimed if tries == 1]
    if fresh:
        yield fresh
    for message_id, tries in claimed:
        if tries > 1:
            yield [message_id]
