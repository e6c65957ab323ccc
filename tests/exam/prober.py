"""Asks the intake all the time and remembers each answer, with its moment."""

import threading
import time
from dataclasses import dataclass

from ..support.http import request

UNKNOWN = "/logistics/v1/in/" + "A" * 32


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: when it was asked for and came (monotonic), of which kind, what it was."""

    asked: float
    came: float
    kind: str
    answer: object


class Prober:
    """A partner's message, the fate of a receipt, and an unknown address, in turn."""

    def __init__(self, field, partner, every=0.1):
        self.field, self.partner, self.every = field, partner, every
        partner.schedule = (0,)
        self.seen = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        body = self.partner.encode(self.partner.wrap([]))
        self.receipt = self._deliver(body).json()["receipt"]
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join(60)

    def between(self, begin, end):
        """What was asked for and answered within these moments."""
        return [seen for seen in list(self.seen) if seen.asked >= begin and seen.came <= end]

    def first_ok(self, since):
        """When the first message was acknowledged after that moment; None when none was."""
        found = [s.came for s in list(self.seen) if s.asked >= since and s.answer.ok]
        return min(found, default=None)

    def _work(self):
        base = self.partner.url.split("/logistics/")[0]
        while not self._end.wait(self.every):
            self._note("message", self._message)
            self._note(
                "fate", lambda: request("GET", f"{base}/logistics/v1/messages/{self.receipt}")
            )
            self._note("unknown", lambda: request("POST", base + UNKNOWN, b"{}", JSON))

    def _note(self, kind, ask):
        asked = time.monotonic()
        answer = ask()
        if kind == "message" or not answer.ok:
            self.seen.append(Seen(asked, time.monotonic(), kind, answer))

    def _message(self):
        return self._deliver(self.partner.encode(self.partner.wrap([])))

    def _deliver(self, body):
        """One try, in the ledger: what is recorded without an answer must not be unexpected."""
        job = self.field.bare_job(self.partner, body, ())
        return self.partner.deliver(job.body, job.message_id).answer


JSON = {"Content-Type": "application/json"}


def complaints(seen, allow_none):
    """What is wrong with answers that were given while there was no database."""
    found = []
    for one in seen:
        answer = one.answer
        if answer.status == 0 and allow_none:
            continue
        kind = answer.headers.get("content-type", "")
        wait = answer.headers.get("retry-after", "")
        if answer.status != 503 or kind != "application/problem+json" or not wait.isdigit():
            found.append((one.kind, answer.status, kind, wait, answer.error))
    return found
