import contextlib
import logging
import random
import time

from odoo import api, fields, models
from psycopg2.errors import LockNotAvailable

from ...core.backoff import next_delay
from ...core.setbacks import CONTENTION, MESSAGE, OUTAGE, come_back_after, setback
from ...inbox import glance, lanes
from ...inbox.batch import InboxBatch
from ...inbox.claims import TAKE_BACK, claim_again, claim_alone, claim_in_turns, due_in
from ...inbox.watchdog import TimeExceeded, Watchdog
from ...intake import waker
from ...tools import trail

_logger = logging.getLogger(__name__)

SLICE_SECONDS = 20  # a drain ends after this and is started anew: no transaction grows old
BATCH_SIZE = 400
MAX_TRIES = 5
RETRY_BASE, RETRY_CAP = 5, 600  # seconds
# How long a lane tries messages again before it looks for new ones.
AGAIN_SECONDS = 1
# So many of a batch whose process ended are worked one by one before new ones are looked for.
ALONE_AT_A_TIME = 50
# A batch that takes longer is interrupted and halved. One message has less: see inbox/reading.py.
BATCH_SECONDS = 60
# What PostgreSQL may take for one statement, and for one lock, inside a batch (milliseconds).
# The latter holds until shipments are locked: then it is shorter, see inbox/matching.py.
STATEMENT_TIMEOUT, LOCK_TIMEOUT = 30_000, 10_000
# So many waits in vain find the one message of a batch whose rows are held. More of them say that
# what is held concerns all: then all come again later.
MOST_WAITS = 12
# Tries of a batch that met somebody else's lock: nobody's fault, and over in a moment.
PATIENT_TRIES = 5

LANES_PARAMETER, LANES, MOST_LANES = "logistics.inbox_lanes", 2, 16
SECONDS_PARAMETER, MESSAGE_SECONDS = "logistics.inbox_message_seconds", 3
IDENTITY_KEY = "logistics.inbox.drain"
# New messages that wait longer than this get one more lane (seconds).
LANE_PATIENCE = 0.25

PROCESS_DIED = "ProcessDied"

WAITING = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM logistics_message
                              WHERE state = 'received' AND tries = 0 LIMIT %(most)s) fresh),
       EXISTS (SELECT 1 FROM logistics_message WHERE state = 'received' AND tries = 0 AND
               received_at < now() AT TIME ZONE 'UTC' - make_interval(secs => %(patience)s))
"""


class LogisticsInbox(models.AbstractModel):
    """Works received messages in lanes: several drains at once, each under a lock of its own.

    A message is claimed by its state, in a short READ COMMITTED transaction that counts the try:
    one which kills its process cannot do so for ever. A batch is worked in one transaction, which
    locks the shipments that it may touch, in one order for all lanes. What fails in a batch is
    found by halving it, and tried again alone.
    """

    _name = "logistics.inbox"
    _description = "Logistics Inbox"

    # -- starting -----------------------------------------------------------------------------

    @api.model
    def _boxes(self):
        """Names of the models whose work the waker starts: each has ``_wake()``, which starts its
        job where something waits and says whether it does, and ``_due_in()``, the seconds until it
        is to be asked again."""
        return (self._name, "logistics.outbox", "logistics.sweeper", "logistics.business.desk")

    @api.model
    def _wake_after_commit(self):
        """Start the drain once this transaction's changes can be seen."""
        dbname = self.env.cr.dbname
        self.env.cr.postcommit.add(lambda: waker.wake(dbname))

    @api.model
    def _sweep(self):
        """Cron, each minute: whatever waits gets a drain, whoever forgot to start it."""
        self.env["logistics.parked.reference"].sudo()._sweep()
        self.env["logistics.message"].sudo()._report_refused()
        self._wake()

    @api.model
    def _lanes(self):
        """How many lanes may work at once, on all servers together."""
        return min(max(self._parameter(LANES_PARAMETER, LANES), 1), MOST_LANES)

    @api.model
    def _parameter(self, name, default):
        """A whole number among the system parameters; the default where there is none."""
        text = self.env["ir.config_parameter"].sudo().get_param(name)
        try:
            return int(text or default)
        except ValueError:
            return default

    @api.model
    def _wake(self):
        """Enqueue as many drains as are worth it, one for each lane that has none.

        :return: whether messages wait or are in work
        """
        look = lanes.look(self.env.cr)
        most = self._lanes()
        self.env.cr.execute(WAITING, {"most": most * BATCH_SIZE, "patience": LANE_PATIENCE})
        fresh, is_late = self.env.cr.fetchone()
        if not (fresh or look.again or look.in_work):
            return False
        # The lane that tries messages again may be long about it: new ones do not wait for it.
        working = len(look.live) - look.is_again_at_work
        wanted = -(-fresh // BATCH_SIZE)
        if is_late:
            wanted = max(wanted, working + 1)
        if look.again and not look.live:
            wanted = max(wanted, 1)
        if look.alone:  # they have waited already, and each lane that lives may be busy for long
            wanted = max(wanted, working + 1)
        free = [lane for lane in range(1, most + 1) if lane not in look.live]
        free = free[: max(0, wanted - working)]
        # What a dead lane had in work is taken back by its next holder, whatever its number.
        for lane in sorted({*free, *look.dead}):
            self._start(lane)
        return True

    @api.model
    def _due_in(self):
        """Seconds until a message is to be tried again; None when none is planned."""
        return due_in(self.env.cr)

    @api.model
    def _start(self, lane):
        """Enqueue a drain of a lane, unless a fresh job is about to begin."""
        self.env["logistics.job.starter"]._start(
            self, "_drain", lane, IDENTITY_KEY, "Logistics: work the inbox, lane %s"
        )

    # -- draining -----------------------------------------------------------------------------

    @api.model
    def _drain(self, lane=1):
        """Job: work received messages until none waits or the slice is over.

        :return: a line for the job's result
        """
        deadline = time.monotonic() + SLICE_SECONDS
        try:
            with self._lane(lane) as session:
                if session is None:
                    return f"lane {lane} is at work already"
                # Whoever brought these messages may be gone: this process looks after the lanes,
                # too.
                waker.wake(self.env.cr.dbname)
                self._take_back(lane)
                worked = 0
                if lane <= self._lanes():
                    with Watchdog() as watchdog:
                        worked = self._work_off(session, watchdog, deadline)
        finally:
            # What is to be tried again has its time now: the waker asks for it.
            waker.wake(self.env.cr.dbname)
        return f"{worked} messages worked"

    def _work_off(self, session, watchdog, deadline):
        worked, hungry = 0, []
        while time.monotonic() < deadline and session.is_up_to_date(self.env.registry):
            look = session.look()
            self._take_back_from_dead(session, look)
            alone = self._work_alone(session, watchdog) if look.alone else 0
            if hungry:
                self._glance_ahead(hungry, watchdog)
            claim = self._claim(session.lane)
            self._work(claim.last, watchdog)
            self._work(claim.some, watchdog)
            hungry = claim.hungry
            again = self._work_again(session, watchdog, deadline) if look.again else 0
            if not claim.size + again + alone:
                break
            worked += claim.size + again + alone
        return worked

    @contextlib.contextmanager
    def _lane(self, lane):
        """Hold a lane's lock on a connection of its own; yields None when somebody else has it."""
        with contextlib.closing(self.env.registry.cursor()) as cr:
            session = lanes.LaneSession(cr, lane)
            if not session.take():
                yield None
                return
            try:
                yield session
            finally:
                session.leave()

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

    def _take_back(self, lane):
        """What a lane has in work belongs to a drain that died: we hold the lane's lock."""
        with self._transaction() as env:
            env.cr.execute(
                TAKE_BACK,
                {
                    "lane": lane,
                    "base": RETRY_BASE,
                    "cap": RETRY_CAP,
                    "error_class": PROCESS_DIED,
                    "error_text": self.env._("The process that worked it ended."),
                },
            )

    def _take_back_from_dead(self, session, look):
        """Do not wait until each dead lane has a drain again; some have been abolished."""
        for lane in look.dead:
            with session.trying(lane) as taken:
                if taken:
                    self._take_back(lane)

    def _glance_ahead(self, connections, watchdog):
        """Find what is urgent among the messages of connections that have a line."""
        with self._transaction() as env:
            waiting = glance.take(env.cr, connections)
        if waiting:
            with self._transaction() as env:
                glance.mark_urgent(env, waiting, watchdog)

    def _claim(self, lane):
        """Take the next messages that were never tried, and count the try; committed before any
        work is done.

        :rtype: Claim
        """
        with self._transaction() as env:
            return claim_in_turns(env.cr, lane, BATCH_SIZE)

    # -- working ------------------------------------------------------------------------------

    def _work(self, ids, watchdog):
        """Work messages in one transaction; on an error halve them until the culprit is alone."""
        parts, waits = [ids] if ids else [], 0
        while parts:
            part = parts.pop()
            if waits >= MOST_WAITS:
                self._put_aside(part)
                continue
            batch, error = self._attempt(part, watchdog)
            is_contended = error is not None and setback(error) == CONTENTION
            waits += is_contended
            if error is None:
                for values in batch.told:
                    trail.note("worked", **values)
                for message_id, failure in batch.failures:
                    self._record_failure(message_id, failure)
                self._release(batch.unread)
                self._set_apart(batch.slow)
                self._put_aside(batch.held)
            elif len(part) == 1 and is_contended:
                self._put_aside(part)
            elif len(part) == 1:
                self._record_failure(part[0], error)
            else:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]  # the first half is popped first

    def _attempt(self, ids, watchdog):
        """Try to work messages, all or none.

        :return: the batch and what was raised (None: it is committed)
        :raises psycopg2.Error: the database is gone; nothing can be recorded either
        """
        for patience in reversed(range(PATIENT_TRIES)):
            try:
                return self._process(ids, watchdog), None
            except (Exception, TimeExceeded) as error:
                watchdog.disarm()
                trouble = setback(error)
                # Who waited for a lock in vain has been patient already.
                if trouble == MESSAGE or isinstance(error, LockNotAvailable):
                    return None, error
                if not patience:
                    if trouble == OUTAGE:
                        raise
                    return None, error
                _logger.info("inbox: %s messages once more after %r", len(ids), error)
            time.sleep(random.uniform(0.01, 0.3))  # who was in the way needs a moment
        raise AssertionError("unreachable")

    def _process(self, ids, watchdog):
        with self._transaction() as env:
            env.cr.execute(
                "SELECT set_config('statement_timeout', %s, true), "
                "set_config('lock_timeout', %s, true)",
                (str(STATEMENT_TIMEOUT), str(LOCK_TIMEOUT)),
            )
            seconds = max(1, self._parameter(SECONDS_PARAMETER, MESSAGE_SECONDS))
            batch = InboxBatch(env["logistics.message"].browse(ids), watchdog, seconds)
            with watchdog.limit(BATCH_SECONDS):
                batch.process()
                env.flush_all()
            return batch

    def _work_alone(self, session, watchdog):
        """Work the rest of batches whose process ended, one by one; how many."""
        for count in range(ALONE_AT_A_TIME):
            with self._transaction() as env:
                message_id = claim_alone(env.cr, session.lane)
            if message_id is None:
                return count
            self._work([message_id], watchdog)
        return ALONE_AT_A_TIME

    def _work_again(self, session, watchdog, deadline):
        """Work what was tried before, each alone. One lane at a time does: what takes long here, or
        ends its process, leaves the other lanes to the messages that are new.

        :return: how many
        """
        count, until = 0, min(deadline, time.monotonic() + AGAIN_SECONDS)
        with session.trying(lanes.AGAIN) as taken:
            while taken and time.monotonic() < until:
                with self._transaction() as env:
                    claimed = claim_again(env.cr, session.lane)
                if not claimed:
                    break
                count += 1
                message_id, tries = claimed
                if tries > MAX_TRIES:
                    self._bury_unfinished(message_id)
                else:
                    self._work([message_id], watchdog)
        return count

    def _release(self, ids):
        """Give back messages that were claimed and never begun."""
        if ids:
            with self._transaction() as env:
                env.cr.execute(
                    "UPDATE logistics_message SET state = 'received', lane = NULL, "
                    "tries = tries - 1 WHERE id = ANY(%s) AND state = 'processing'",
                    (ids,),
                )

    def _set_apart(self, ids):
        """What was too slow among others is tried again alone, with all its time, by the lane that
        tries again."""
        if ids:
            with self._transaction() as env:
                env.cr.execute(
                    "UPDATE logistics_message SET state = 'received', lane = NULL, "
                    "next_try_at = now() AT TIME ZONE 'UTC' "
                    "WHERE id = ANY(%s) AND state = 'processing'",
                    (ids,),
                )

    def _put_aside(self, ids):
        """Messages for which somebody else has the rows come again shortly. That is no fault of
        theirs: the try is not counted, and nothing is noted with them."""
        if not ids:
            return
        with self._transaction() as env:
            env.cr.execute(
                "SELECT EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - min(received_at))::float "
                "FROM logistics_message WHERE id = ANY(%s)",
                (ids,),
            )
            delay = come_back_after(env.cr.fetchone()[0] or 0.0)
            env.cr.execute(
                "UPDATE logistics_message SET state = 'received', lane = NULL, "
                "tries = GREATEST(tries - 1, 1), next_try_at = (now() AT TIME ZONE 'UTC') + "
                "make_interval(secs => %s) WHERE id = ANY(%s) AND state = 'processing'",
                (delay, ids),
            )

    def _bury_unfinished(self, message_id):
        """Its last try was begun and never ended: no more of it. Nobody could write a reason."""
        with self._transaction() as env:
            message = env["logistics.message"].sudo().browse(message_id)
            message.tries = MAX_TRIES
            text = self.env._("Killed its process: each try ended without a word.")
            message._bury(PROCESS_DIED, text, "processing_failure")

    def _record_failure(self, message_id, error):
        """Write what went wrong; the message is tried again later, or given to a person."""
        error_class, text = type(error).__name__, self._describe(error)
        _logger.warning(
            "logistics message %s could not be worked: %s: %s",
            message_id,
            error_class,
            text,
            exc_info=error,
        )
        with self._transaction() as env:
            message = env["logistics.message"].sudo().browse(message_id)
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
                message._leave_trail(error_class)
            else:
                message._bury(error_class, text, "processing_failure")

    def _describe(self, error):
        """The error in words, fit to be stored."""
        if isinstance(error, TimeExceeded):
            return self.env._("It took too long and was interrupted.")
        if isinstance(error, MemoryError):
            return self.env._("There is not enough memory to work it.")
        return str(error)[:2000].replace("\x00", "")
