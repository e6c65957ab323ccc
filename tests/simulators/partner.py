"""What all simulated partners have in common: an address, a secret, attempts, a ledger."""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta, timezone

from ..support.http import request
from .ledger import Ledger

#: Seconds before each attempt. Short, as tests wait for it; senders of the world take hours.
SCHEDULE = (0, 0.2, 0.4, 0.8, 1.5, 2, 3, 4, 5, 5, 5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The fate of one message: its attempts' answers, the last one first in ``answer``."""

    key: str
    body: bytes
    answer: object
    attempts: int

    @property
    def ok(self):
        return self.answer.ok

    @property
    def receipt(self):
        return self.answer.json()["receipt"]


class Partner:
    """A sender of signed messages. Subclasses say how theirs look and how they sign."""

    provider = ""  # code of the logistics.provider that reads its messages
    name = ""
    content_type = "application/json"

    def __init__(self, secret=None, ledger=None, schedule=SCHEDULE):
        self.secret = secret or self.new_secret()
        self.ledger = ledger or Ledger()
        self.schedule = schedule
        self.url = None

    # -- what subclasses say ------------------------------------------------------------------

    @staticmethod
    def new_secret():
        return secrets.token_urlsafe(32)

    def connection_values(self):
        """The fields of logistics.connection that describe how this partner signs."""
        raise NotImplementedError

    def signature_headers(self, body, message_id):
        """The headers that prove a body to be ours."""
        raise NotImplementedError

    def message(self, parcel, steps):
        """The payload (dict) that tells of the last of ``steps``."""
        raise NotImplementedError

    def number(self, rng):
        """A tracking number of this carrier's form."""
        raise NotImplementedError

    def key(self, body, message_id):
        """The identity of a message as the receiver sees it."""
        return hashlib.sha256(body).hexdigest()

    # -- sending ------------------------------------------------------------------------------

    def tell(self, parcel, steps):
        """Send one message for each step, in this order; the deliveries."""
        return [self.deliver(self.body(parcel, steps[: n + 1])) for n in range(len(steps))]

    def body(self, parcel, steps):
        return self.encode(self.message(parcel, steps))

    @staticmethod
    def encode(payload):
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()

    def new_message_id(self, body):
        """The id under which a new message leaves; "" where the partner has none."""
        return ""

    def headers(self, body, message_id=""):
        return {"Content-Type": self.content_type, **self.signature_headers(body, message_id)}

    def post(self, body, message_id="", headers=None, timeout=30):
        """One attempt with these very bytes; no ledger."""
        headers = self.headers(body, message_id) if headers is None else headers
        return request("POST", self.url, body, headers, timeout)

    def deliver(self, body, message_id=None, timeout=30):
        """Send a message until it is acknowledged or the schedule is over."""
        if message_id is None:
            message_id = self.new_message_id(body)
        sha256, key = hashlib.sha256(body).hexdigest(), self.key(body, message_id)
        answer, number = None, 0
        for number, pause in enumerate(self.schedule, 1):
            time.sleep(pause)
            self.ledger.attempt(key, sha256, number)
            answer = self.post(body, message_id, timeout=timeout)
            self.ledger.answer(key, sha256, number, answer.status, answer.seconds)
            # Mended by nobody but us; but who was too fast comes again.
            if answer.ok or (400 <= answer.status < 500 and answer.status != 429):
                break
        return Delivery(key, body, answer, number)

    # -- times --------------------------------------------------------------------------------

    @staticmethod
    def local(step):
        """The step's time as the clocks at its place show it (aware, with their offset)."""
        return step.at.astimezone(timezone(timedelta(minutes=step.place.offset)))
