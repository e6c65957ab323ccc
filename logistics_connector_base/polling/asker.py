"""An asker makes the calls of a poll. It asks only for what has no effect, so a call may be made
twice; what is answered is filed before anything is written down about it, so that a process which
ends in between leaves a call to be made again, and nothing else."""

import contextlib
import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import psycopg2
from odoo import api
from odoo.modules.registry import Registry

from ..access import NoAccess, OutgoingCall
from ..client import CallError, Refused
from ..core import outcome as outcomes
from ..core.polling import pieces
from ..core.setbacks import MESSAGE, setback
from ..core.token_bucket import wait as until_a_token
from ..intake import accept
from ..outbox import buckets
from ..tools.planning import own_error
from ..tools.shared_cursor import shared_cursor
from . import records

_logger = logging.getLogger(__name__)

SHORT_WAIT = 2.0  # seconds that an asker waits by itself; for longer it ends and comes again
RECORD_TRIES = 6
CHANNEL = "poll"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a call. ``answer`` is None without one; ``begun_at`` aware, by our clock."""

    outcome: outcomes.Outcome
    answer: object
    begun_at: datetime

    @property
    def ok(self):
        return self.outcome.kind == outcomes.DELIVERED

    @property
    def date(self):
        """The partner's own clock (header Date), aware, None without one."""
        with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
            found = parsedate_to_datetime(self.answer.headers.get("Date") or "")
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return None


class Asker:
    """Asks for one poll until nothing is due or the slice is over. See the subclasses.

    :param Plan plan: of its poll
    :param int number: of its slot
    :param float deadline: of ``time.monotonic``
    """

    def __init__(self, plan, number, deadline):
        self.plan, self.number, self.deadline = plan, number, deadline
        self.sent = 0
        self.calling_since = None  # of time.monotonic: for as long, it waits for the partner

    @property
    def slot(self):
        return self.plan.poll_id, self.number

    def run(self):
        with contextlib.closing(self.plan.make_client()) as client:
            while time.monotonic() < self.deadline and self._turn(client):
                pass

    def _turn(self, client):
        """Do what is due; whether there may be more."""
        raise NotImplementedError

    def pause_after(self, error):
        """An error of our own: not to be met again at once."""
        _logger.error("poll %s: an error of our own", self.plan.poll_id, exc_info=error)
        outcome = outcomes.Outcome(outcomes.TROUBLE, own_error(error), is_ours=True)
        self._record(lambda env: records.failed(env, self.plan, outcome))

    # -- calling ------------------------------------------------------------------------------

    def _may_call(self):
        """Wait for a token of the connection's rate, which its flows share."""
        rate = self.plan.rate
        while rate is not None:
            granted, level = buckets.draw(self.plan.dbname, self.plan.connection_id, rate, 1)
            if granted:
                break
            pause = until_a_token(level, rate.per_second)
            if pause > min(SHORT_WAIT, self.deadline - time.monotonic()):
                self._record(lambda env, seconds=pause: records.hold(env, self.plan, seconds))
                return False
            time.sleep(max(pause, 0.005))
        return True

    def call(self, client, ask):
        """Make the call, and once more when our access was renewed after a 401."""
        self.sent += 1
        self.calling_since = time.monotonic()
        reply = self._call_once(client, ask)
        if reply.outcome.status == 401 and self._renew():
            reply = self._call_once(client, ask)
        self.calling_since = None
        return reply

    def _renew(self):
        try:
            return self.plan.caller.renew()
        except NoAccess as error:
            _logger.info("polling: after a 401: %s", error)
            return False

    def _call_once(self, client, ask):
        begun_at = datetime.now(UTC)
        try:
            caller = self.plan.caller
            url = caller.url(ask.url)
            call = OutgoingCall(ask.method, url, ask.body, f"poll-{self.plan.poll_id}", begun_at)
            headers = {"Accept": "application/json", **ask.headers, **caller.headers(call)}
            answer = client.request(ask.method, url, headers, ask.body or None)
        except NoAccess as error:
            outcome = outcomes.Outcome(
                outcomes.TROUBLE, str(error), pause=error.retry_after, is_ours=True
            )
            return Reply(outcome, None, begun_at)
        except CallError as error:
            # There is no doubt about a question: it has no effect, and is asked again.
            sent = "no" if error.sent == "unknown" else error.sent
            outcome = outcomes.of_error(sent, str(error), error.status, isinstance(error, Refused))
            return Reply(outcome, None, begun_at)
        outcome = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC))
        return Reply(outcome, answer, begun_at)

    # -- filing -------------------------------------------------------------------------------

    def _file(self, answer):
        """File the messages of an answer durably, before anything else (laws 1 and 2).

        :return: how many of them were not known
        :raises ParseError: the answer is not what was to come; nothing is filed
        """
        parts = pieces(answer.body, self.plan.declared.elements)
        return sum(self._file_piece(answer, body) for body in parts)

    def _file_piece(self, answer, body):
        """File one message of an answer; whether it was new."""
        receipt = accept.accept(
            self.plan.dbname,
            self.plan.profile,
            body,
            self._headers_of(answer),
            answer.content_type,
            channel=CHANNEL,
        )
        return receipt.outcome == "accepted"

    def _headers_of(self, answer):
        """What is kept of an answer's headers: no story of the partner's, none of our secrets."""
        hidden = self.plan.caller.secret_headers | {"traceparent", "set-cookie"}
        hidden = {name.lower() for name in hidden}
        mask = self.plan.caller.mask
        return {n: mask(v) for n, v in answer.headers.items() if n.lower() not in hidden}

    @staticmethod
    def _unreadable(error):
        return outcomes.Outcome(outcomes.TROUBLE, f"Their answer cannot be read: {error}")

    # -- the database -------------------------------------------------------------------------

    def _record(self, work):
        """Do ``work(env)`` in a transaction; again when it collides with others, or PostgreSQL is
        away for a moment."""
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
                _logger.info("polling: written down once more after %r", error)
            time.sleep(random.uniform(0.05, 0.3) * (RECORD_TRIES - left))
        raise AssertionError("unreachable")
