"""A sender makes the calls of a flow. Between its short transactions it holds none, so nothing that
is done again by the database can call a partner twice."""

import contextlib
import logging
import random
import time
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2
from odoo import api
from odoo.modules.registry import Registry

from ..access import NoAccess, OutgoingCall
from ..client import CallError, Refused
from ..core import acknowledgement, personal
from ..core import outcome as outcomes
from ..core.jsonsafe import clean_text
from ..core.setbacks import MESSAGE, setback
from ..core.token_bucket import wait as until_a_token
from ..core.trace import traceparent
from . import buckets, claims, records
from .address import fill

_logger = logging.getLogger(__name__)

BATCH = 100  # messages taken at a time
FLUSH_COUNT, FLUSH_SECONDS = 50, 0.25  # of results that are written down together
SHORT_WAIT = 2.0  # seconds that a sender waits by itself; for longer it ends and comes again
RECORD_TRIES = 6
ANSWER_CHARACTERS = 1000


class Sender:
    """Sends the messages of one flow, one after the other, until none is due or the slice is over.

    :param Plan plan: of its flow
    :param int number: of its slot
    :param float deadline: of ``time.monotonic``
    """

    def __init__(self, plan, number, deadline):
        self.plan, self.number, self.deadline = plan, number, deadline
        self.sent = 0
        self._results, self._flushed_at = [], time.monotonic()

    def run(self):
        with contextlib.closing(self.plan.make_client()) as client:
            self._take_back()
            while time.monotonic() < self.deadline:
                asked = self._ask(client)
                now = self._record(self._next_round)
                if now.messages:
                    self._send_each(client, now.messages)
                elif now.wait is not None and now.wait <= self._patience():
                    time.sleep(max(now.wait, 0.01))
                elif not asked:
                    break

    def pause_after(self, error):
        """An error of our own: not to be met again at once, and for all messages."""

        def work(env):
            flow = env["logistics.flow"].sudo().browse(self.plan.flow_id)
            env["logistics.breaker"].sudo()._switch(flow, "open", f"Our own error: {error!r}"[:500])

        self._record(work)

    def _patience(self):
        return min(SHORT_WAIT, self.deadline - time.monotonic())

    def _next_round(self, env):
        now = claims.next_round(env.cr, self.plan, self.number, BATCH)
        if now.expired:
            records.expired(env, now.expired)
        return now

    # -- sending ------------------------------------------------------------------------------

    def _send_each(self, client, messages):
        waiting = list(messages)
        try:
            while waiting:
                if time.monotonic() >= self.deadline or not self._may_call():
                    break
                result = self._call(client, waiting.pop(0))
                self.sent += 1
                if not self._settle(result):
                    break
        finally:
            self._flush()
            if waiting:
                ids = [taken.id for taken in waiting]
                self._record(lambda env: claims.release(env.cr, ids))

    def _may_call(self):
        """Wait for a token of the connection's rate, which all its flows share."""
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
        return True

    def _call(self, client, taken):
        """Make the call, once; and once more when our access was renewed after a 401."""
        result = self._call_once(client, taken)
        if result.outcome.status == 401 and self._renew():
            result = self._call_once(client, taken)
        return result

    def _renew(self):
        try:
            return self.plan.caller.renew()
        except NoAccess as error:
            _logger.info("outbox: after a 401: %s", error)
            return False

    def _call_once(self, client, taken):
        plan, start = self.plan, time.monotonic()
        # What they never got from us they cannot have already: a 409 is about something else then.
        repeats = plan.repeats_safely and taken.tries > 1
        try:
            url = fill(plan.url, taken.key, taken.receipt)
            request = self._prepare(plan.method, url, taken.content, taken)
        except Exception as error:
            # Nothing was sent. An error that nobody thought of must not come back for ever, either.
            return records.Result(taken, self._unprepared(error), time.monotonic() - start)
        try:
            answer = client.request(**request)
        except CallError as error:
            result = outcomes.of_error(
                error.sent, str(error), error.status, isinstance(error, Refused), repeats
            )
            return records.Result(taken, result, time.monotonic() - start)
        result = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC), repeats)
        if plan.ack == "answer" and answer.ok:
            result = self._acknowledged(answer, result)
        return records.Result(taken, result, answer.seconds, self._excerpt(answer))

    def _prepare(self, method, url, body, taken):
        """The arguments of the call, signed. May fetch a token.

        :raises NoAccess: we cannot say who we are
        """
        headers = {"Content-Type": taken.content_type} if body else {}
        if self.plan.id_header:
            headers[self.plan.id_header] = taken.receipt
        if parent := traceparent(taken.correlation_id, f"{taken.receipt}:{taken.tries}"):
            headers["traceparent"] = parent
        caller = self.plan.caller
        url = caller.url(url)
        call = OutgoingCall(method, url, body, taken.receipt, datetime.now(UTC))
        headers |= caller.headers(call)
        return {"method": method, "url": url, "headers": headers, "body": body or None}

    @staticmethod
    def _unprepared(error):
        if isinstance(error, NoAccess):
            return outcomes.Outcome(
                outcomes.TROUBLE, str(error), pause=error.retry_after, is_ours=True
            )
        _logger.error("outbox: a call could not be made", exc_info=error)
        text = f"Our own error: {type(error).__name__}"
        return outcomes.Outcome(outcomes.TROUBLE, text, is_ours=True)

    def _excerpt(self, answer):
        """The beginning of an answer, without personal data and without secrets of ours."""
        if not answer.body:
            return ""
        text = answer.body[: 4 * ANSWER_CHARACTERS].decode("utf-8", "replace")
        masked = personal.mask_text(clean_text(self.plan.caller.mask(text), ANSWER_CHARACTERS))
        return masked

    def _acknowledged(self, answer, result):
        """What a 2xx is worth where the answer itself says yes or no."""
        verdict, text = acknowledgement.judge(answer.body, self.plan.ack_rules)
        if verdict == acknowledgement.REJECTED:
            return replace(result, kind=outcomes.REJECTED, text=personal.mask_text(text))
        if verdict == acknowledgement.SILENT:
            return replace(result, kind=outcomes.DOUBT, text=f"{answer.status}: {text}")
        return result

    def _settle(self, result):
        """Write down what came of a call, at once or with others.

        :return: whether the next message may be sent
        """
        outcome = result.outcome
        if outcome.kind != outcomes.DELIVERED:
            self._flush()
            return self._record(lambda env: records.failed(env, self.plan, result))
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

    # -- what is in doubt ---------------------------------------------------------------------

    def _take_back(self):
        def work(env):
            text = env._("The process that sent it ended; it may have arrived.")
            ids = claims.take_back(env.cr, self.plan, self.number, text)
            if ids and self.plan.repeat == "never":
                records.doubtful(env, ids)

        self._record(work)

    def _ask(self, client):
        """Ask the partner about one message that is in doubt, or not acknowledged; whether there
        was one."""
        plan = self.plan
        if not plan.asks:
            return False
        found = self._record(lambda env: claims.take_question(env.cr, plan))
        if found is None or not self._may_call():
            return False
        taken, state = found
        start, answer = time.monotonic(), None
        try:
            url = fill(plan.ask_url, taken.key, taken.receipt)
            answer = client.request(**self._prepare("GET", url, b"", taken))
            outcome = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC))
            if outcome.kind == outcomes.GONE:  # what we ask about is, not where we send
                outcome = replace(outcome, kind=outcomes.DOUBT)
        except CallError as error:
            outcome = outcomes.of_error("no", str(error), None, isinstance(error, Refused))
        except Exception as error:
            outcome = self._unprepared(error)
        outcome = replace(outcome, text=f"asked: {outcome.text or outcome.status}")
        arrived = self._understand(answer, state)
        result = records.Result(
            taken, outcome, time.monotonic() - start, self._excerpt(answer) if answer else ""
        )
        self._record(lambda env: records.asked(env, plan, result, state, arrived))
        return True

    def _understand(self, answer, state):
        """What an answer says of the message that was asked about: True it is there, False it is
        not (of one that awaits its acknowledgement: they do not want it), None it does not say."""
        if answer is None:
            return None
        if state == "doubt":
            return {2: True}.get(answer.status // 100, False if answer.status == 404 else None)
        if not answer.ok:
            return None
        if self.plan.ack_rules is None:
            return True
        verdict, _text = acknowledgement.judge(answer.body, self.plan.ack_rules)
        return {acknowledgement.ACCEPTED: True, acknowledgement.REJECTED: False}.get(verdict)

    # -- the database -------------------------------------------------------------------------

    def _record(self, work):
        """Do ``work(env)`` in a transaction; again when it collides with others, or PostgreSQL is
        away for a moment. What it tells of is done, and must not be forgotten lightly."""
        for left in reversed(range(RECORD_TRIES)):
            try:
                with Registry(self.plan.dbname).cursor() as cr:
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
