# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Calls that are no events: a partner who asks whether the address is ours before it sends.

What is to be done is decided here and in the providers, from the bytes alone. An answer is given at
once; a call-back is made later, once, through the guarded client.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_ECHO = 2000


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that we owe the partner. ``hosts``: the partner's own; the address in the message may
    lie nowhere else (whoever can sign a message must not choose whom we call). ``identified``: we
    say who we are, too, in the way that the connection has for our calls."""

    url: str
    hosts: tuple[str, ...]
    body: bytes = b""
    content_type: str = "application/json"
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    identified: bool = False

    def is_theirs(self) -> bool:
        """Whether the address lies on one of ``hosts`` or below it, by https or on loopback."""
        try:
            parts = urlsplit(self.url)
            host = (parts.hostname or "").rstrip(".").lower()
        except ValueError:
            return False
        if parts.scheme not in ("https", "http") or parts.username or "\\" in self.url:
            return False
        return any(host == ours or host.endswith(f".{ours}") for ours in self.hosts)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a handshake message asks for. ``answer``: the body of our answer, in the place of the
    receipt. ``said``: a line for the connection's history, such as "DHL has begun to send"."""

    answer: bytes | None = None
    content_type: str = "application/json"
    status: int = 200
    call_back: CallBack | None = None
    said: str = ""


def read_object(raw: bytes) -> dict:
    """The JSON object of a short message; empty for anything else. Never raises."""
    if len(raw) > 64 * 1024:
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def echo_challenge(raw: bytes, kind: str = "url_verification") -> Handshake | None:
    """The usual question {"type": "url_verification", "challenge": "…"}: its answer repeats the
    challenge. None where it is not asked."""
    message = read_object(raw)
    challenge = message.get("challenge")
    if message.get("type") != kind or not isinstance(challenge, str):
        return None
    if not 0 < len(challenge) <= MAX_ECHO:
        return None
    return Handshake(answer=json.dumps({"challenge": challenge}).encode())
