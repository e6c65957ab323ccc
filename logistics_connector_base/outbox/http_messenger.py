"""Messages by HTTP."""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime

from ..access import NoAccess, OutgoingCall
from ..client import CallError, Refused
from ..core import acknowledgement, personal
from ..core import outcome as outcomes
from ..core.jsonsafe import clean_text
from ..core.trace import traceparent
from .address import fill
from .records import Result
from .unprepared import unprepared

_logger = logging.getLogger(__name__)

ANSWER_CHARACTERS = 1000


class HttpMessenger:
    """Calls an address by HTTP (see ``messengers``).

    :param Plan plan: of the flow
    :param client: in place of the plan's
    """

    def __init__(self, plan, client=None):
        self.plan = plan
        self.client = client or plan.make_client()

    def close(self):
        self.client.close()

    def send(self, taken):
        """Make the call, once; and once more when our access was renewed after a 401."""
        result = self._send_once(taken)
        if result.outcome.status == 401 and self._renew():
            result = self._send_once(taken)
        return result

    def _renew(self):
        try:
            return self.plan.caller.renew()
        except NoAccess as error:
            _logger.info("outbox: after a 401: %s", error)
            return False

    def _send_once(self, taken):
        plan, start = self.plan, time.monotonic()
        # What they never got from us they cannot have already: a 409 is about something else then.
        repeats = plan.repeats_safely and taken.tries > 1
        try:
            url = fill(plan.url, taken.key, taken.receipt)
            request = self._prepare(plan.method, url, taken.content, taken)
        except Exception as error:
            return Result(taken, unprepared(error), time.monotonic() - start)
        try:
            answer = self.client.request(**request)
        except CallError as error:
            result = outcomes.of_error(
                error.sent, str(error), error.status, isinstance(error, Refused), repeats
            )
            return Result(taken, result, time.monotonic() - start)
        result = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC), repeats)
        if plan.ack == "answer" and answer.ok:
            result = self._acknowledged(answer, result)
        return Result(taken, result, answer.seconds, self._excerpt(answer))

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

    # -- what is in doubt ---------------------------------------------------------------------

    def ask(self, taken, state):
        """Ask the partner about a message.

        :param str state: "doubt", or "sent" for one that awaits its acknowledgement
        :return: the Result of the question, and what it says: True it is there, False it is not (of
            one that awaits its acknowledgement: they do not want it), None it does not say
        """
        start, answer = time.monotonic(), None
        try:
            url = fill(self.plan.ask_url, taken.key, taken.receipt)
            answer = self.client.request(**self._prepare("GET", url, b"", taken))
            outcome = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC))
            if outcome.kind == outcomes.GONE:  # what we ask about is, not where we send
                outcome = replace(outcome, kind=outcomes.DOUBT)
        except CallError as error:
            outcome = outcomes.of_error("no", str(error), None, isinstance(error, Refused))
        except Exception as error:
            outcome = unprepared(error)
        outcome = replace(outcome, text=f"asked: {outcome.text or outcome.status}")
        text = self._excerpt(answer) if answer else ""
        result = Result(taken, outcome, time.monotonic() - start, text)
        return result, self._understand(answer, state)

    def _understand(self, answer, state):
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
