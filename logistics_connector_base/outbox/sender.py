"""A sender makes the calls of a flow. Between its short transactions it holds none, so nothing that
is done again by the database can call a partner twice."""

import contextlib
import logging
import random
import time

import psycopg2
from odoo import api
from odoo.modules.registry import Registry

from ..core import outcome as outcomes
from ..core.setbacks import MESSAGE, setback
from ..core.token_bucket import wait as until_a_token
from ..tools import trail
from ..tools.planning import own_error
from ..tools.shared_cursor import shared_cursor
from . import buckets, claims, messengers, records

_logger = logging.getLogger(__name__)

BATCH = 100  # messages taken at a time
FLUSH_COUNT, FLUSH_SECONDS = 50, 0.25  # of results that are written down together
TELL_SECONDS = 0.5  # what came of calls is told to who asked, several together
SHORT_WAIT = 2.0  # seconds that a sender waits by itself; for longer it ends and comes again
RECORD_TRIES = 6


class Sender:
    """Sends the messages of one flow, one after the other, until none is due or the slice is over.

    :param Plan plan: of its flow
    :param int number: of its slot
    :param float deadline: of ``time.monotonic``
    """

    def __init__(self, plan, number, deadline):
        self.plan, self.number, self.deadline = plan, number, deadline
        self.sent = 0
        self.calling_since = None  # of time.monotonic: for as long, it waits for the partner
        self._results, self._flushed_at = [], time.monotonic()
        self._is_untold, self._told_at = False, 0.0

    @property
    def slot(self):
        return self.plan.flow_id, self.number

    def run(self):
        with contextlib.closing(messengers.make(self.plan)) as messenger:
            self._take_back()
            while time.monotonic() < self.deadline:
                asked = self._ask(messenger)
                now = self._record(self._next_round)
                if now.messages:
                    self._send_each(messenger, now.messages)
                elif now.wait is not None and now.wait <= self._patience():
                    time.sleep(max(now.wait, 0.01))
                elif not asked:
                    break

    def pause_after(self, error):
        """An error of our own: not to be met again at once, and for all messages."""

        def work(env):
            flow = env["logistics.flow"].sudo().browse(self.plan.flow_id)
            env["logistics.breaker"].sudo()._switch(flow, "open", own_error(error))

        self._record(work)

    def _patience(self):
        return min(SHORT_WAIT, self.deadline - time.monotonic())

    def _next_round(self, env):
        now = claims.next_round(env.cr, self.plan, self.number, BATCH)
        if now.expired:
            records.expired(env, now.expired)
        return now

    # -- sending ------------------------------------------------------------------------------

    def _send_each(self, messenger, messages):
        waiting = list(messages)
        try:
            while waiting:
                if time.monotonic() >= self.deadline or not self._may_call():
                    break
                result = self._call(messenger, waiting.pop(0))
                self.sent += 1
                if not self._settle(result):
                    break
        finally:
            self._flush()
            if waiting:
                self._record(lambda env: claims.release(env.cr, waiting, self.number))
            if self._is_untold:
                self._tell()

    def _may_call(self):
        """Wait for a token of the connection's rate, which all its flows share. Then the call is
        made: what is written down next is what came of it."""
        self.calling_since = None
        rate = self.plan.rate
        while rate is not None:
            granted, level = buckets.draw(self.plan.dbname, self.plan.connection_id, rate, 1)
            if granted:
                break
            pause = until_a_token(level, rate.per_second)
            if pause > self._patience():
                # Not due before then: otherwise it would be taken and given back all the while.
                self._record(lambda env, seconds=pause: records.hold(env, self.plan, seconds))
                return False
            self._flush()
            time.sleep(max(pause, 0.005))
        self.calling_since = time.monotonic()
        return True

    def _call(self, messenger, taken):
        """Make the call, once."""
        return messenger.send(taken)

    def _settle(self, result):
        """Write down what came of a call, at once or with others.

        :return: whether the next message may be sent
        """
        outcome = result.outcome
        trail.note(
            "sent",
            outcome=outcome.kind,
            status=outcome.status,
            correlation_id=result.taken.correlation_id,
            message_id=result.taken.id,
            flow_id=self.plan.flow_id,
            tries=result.taken.tries,
            ms=round(1000 * result.seconds),
        )
        if outcome.kind != outcomes.DELIVERED:
            self._flush()
            may_go_on = self._record(lambda env: records.failed(env, self.plan, result))
            self._tell()
            return may_go_on
        self._results.append(result)
        is_late = time.monotonic() - self._flushed_at >= FLUSH_SECONDS
        # What must not happen twice is not left unwritten while the next call is made.
        if is_late or not self.plan.repeats_safely or len(self._results) >= FLUSH_COUNT:
            self._flush()
        return not outcome.pause

    def _flush(self):
        self._flushed_at = time.monotonic()
        if self._results:
            results, self._results = self._results, []
            self._record(lambda env: records.delivered(env, self.plan, results))
            self._is_untold = True
            if time.monotonic() - self._told_at >= TELL_SECONDS:
                self._tell()

    def _tell(self):
        """What was asked for learns what came of it, after that is known for good."""
        self._is_untold = False
        if self.plan.engine is not None:
            self._record(lambda env: env["logistics.answer"].sudo()._tell())
        self._told_at = time.monotonic()

    # -- what is in doubt ---------------------------------------------------------------------

    def _take_back(self):
        def work(env):
            text = env._("The process that sent it ended; it may have arrived.")
            ids = claims.take_back(env.cr, self.plan, self.number, text)
            if ids and self.plan.repeat == "never":
                records.doubtful(env, ids)

        self._record(work)

    def _ask(self, messenger):
        """Ask the partner about one message that is in doubt, or not acknowledged; whether there
        was one."""
        plan = self.plan
        if not plan.asks:
            return False
        found = self._record(lambda env: claims.take_question(env.cr, plan))
        if found is None:
            return False
        taken, state = found
        if not self._may_call():
            self._record(lambda env: claims.unask(env.cr, taken, state))
            return False
        result, arrived = messenger.ask(taken, state)
        self._record(lambda env: records.asked(env, plan, result, state, arrived))
        self._tell()
        return True

    # -- the database -------------------------------------------------------------------------

    def _record(self, work):
        """Do ``work(env)`` in a transaction; again when it collides with others, or PostgreSQL is
        away for a moment. What it tells of is done, and must not be forgotten lightly."""
        self.calling_since = None
        for left in reversed(range(RECORD_TRIES)):
            try:
                with shared_cursor(Registry(self.plan.dbname)) as cr:
                    cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                    env = api.Environment(cr, self.plan.uid, {"tracking_disable": True})
                    result = work(env)
                    env.flush_all()
                return result
            except (psycopg2.Error, psycopg2.pool.PoolError) as error:
                if not left or setback(error) == MESSAGE:
                    raise
                _logger.info("outbox: written down once more after %r", error)
            time.sleep(random.uniform(0.05, 0.3) * (RECORD_TRIES - left))
        raise AssertionError("unreachable")
