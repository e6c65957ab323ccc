"""Has a provider follow numbers (``core/tracker.py``): an engine of the outbox
(``engine_messenger``)."""

import json
from datetime import UTC, datetime

from ..access import OutgoingCall
from ..client import CallError, Refused
from ..core import outcome as outcomes
from ..core.outcome import Outcome
from ..core.tracker import Wanted

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)
WORDS = 300  # of an answer that was not understood, for people


def message(wanted):
    """The content of a message that asks for these numbers.

    :param wanted: Wanted, as many as one call takes
    """
    numbers = [{"number": one.number, "carrier": one.carrier} for one in wanted]
    return {"act": "track", "numbers": numbers}


class Told:
    """What came of it. ``document``: JSON, number → {"followed", "text", "id"}; b"" where the
    provider has said nothing about the numbers."""

    __slots__ = ("document", "outcome", "text")

    def __init__(self, outcome, verdicts=None, text=""):
        self.outcome, self.text = outcome, text
        self.document = b""
        if verdicts is not None:
            rows = {
                number: {"followed": one.is_followed, "text": one.text, "id": one.id}
                for number, one in verdicts.items()
            }
            self.document = json.dumps(rows, sort_keys=True).encode()


class TrackerDesk:
    """
    :param Trackers declared: of the provider
    :param str url: where it is asked
    :param caller: what identifies us (``access/caller.py``)
    :param Hook hook: None where the provider knows our address
    """

    def __init__(self, declared, url, caller, hook=None):
        self.declared, self.url, self.caller, self.hook = declared, url, caller, hook

    def act(self, taken, client):
        """See ``EngineMessenger``."""
        wanted = tuple(Wanted(**one) for one in json.loads(taken.content)["numbers"])
        told = self._ask(taken, wanted, client)
        if told.outcome.status == 401 and self.caller.renew():
            told = self._ask(taken, wanted, client)
        return told

    def find(self, taken, client):
        """Never needed: what is in doubt is asked for again, which does no harm."""
        return Told(Outcome(outcomes.DOUBT, "this partner cannot be asked what it follows"))

    def _ask(self, taken, wanted, client):
        # Another id for each try: UPS wants it to be unique to the request.
        call = self.declared.ask(self.url, wanted, self.hook, f"{taken.receipt}-{taken.tries}")
        url = self.caller.url(call.url)
        signed = OutgoingCall(call.method, url, call.body, taken.receipt, datetime.now(UTC))
        headers = {"Accept": "application/json", **call.headers, **self.caller.headers(signed)}
        try:
            answer = client.request(call.method, url, headers, call.body or None)
        except CallError as error:
            refused = isinstance(error, Refused)
            return Told(outcomes.of_error(error.sent, str(error), error.status, refused))
        return self._judge(answer, wanted)

    def _judge(self, answer, wanted):
        outcome = outcomes.of_answer(answer.status, answer.headers, datetime.now(UTC))
        if outcome.kind not in (outcomes.DELIVERED, outcomes.REJECTED):
            return Told(outcome, text=self._words(answer))
        try:
            verdicts = self.declared.read(answer.status, answer.body, wanted)
        except UNREADABLE:
            verdicts = None
        if verdicts is not None:
            # A refusal of some numbers is an answer about all of them, whatever its status.
            text = "; ".join(sorted({one.text for one in verdicts.values() if one.text}))
            done = Outcome(outcomes.DELIVERED, status=answer.status, pause=outcome.pause)
            return Told(done, verdicts, text)
        if outcome.kind == outcomes.DELIVERED:
            text = "the answer cannot be understood"
            return Told(Outcome(outcomes.DOUBT, text, answer.status), text=self._words(answer))
        return Told(outcome, text=self._words(answer))

    def _words(self, answer):
        text = self.caller.mask(answer.body[:WORDS].decode("utf-8", "replace"))
        for secret in (self.hook.url, self.hook.secret) if self.hook else ():
            text = text.replace(secret, "…")
        return text
