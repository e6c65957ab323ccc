# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What came of one try to send a message: a pure judgement over an answer, or over its absence.

It separates whose trouble it is. What the partner says about *this* message (rejected) is a
person's to mend and says nothing about the partner's health; what says that the partner, our access
or the line is in trouble (trouble) is tried again, and counts for the breaker.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from .backoff import MAX_RETRY_AFTER, retry_after
from .rate_headers import pause_asked

DELIVERED = "delivered"  # the partner has it
REJECTED = "rejected"  # the partner has read it and does not want it: trying again is no use
TROUBLE = "trouble"  # not this message's fault; the partner has certainly not worked it
DOUBT = "doubt"  # nobody knows whether the partner has worked it
THROTTLED = "throttled"  # not now: the partner is well and asks us to wait
GONE = "gone"  # the address is closed for good (RFC 9110 15.5.11): stop sending there
REFUSED = "refused"  # our own rules forbid the call: a person must change a setting
# Not of a call: the partner was asked, or a person looked, and the message is not there.
ABSENT = "absent"

# The partner is well, asks for patience, and has not worked it.
WAIT = {425, 429}
# Nothing was worked, and it may work in a while. 401, 403, 407: our access, for every message.
# 404: the address; a deployment of the partner's takes it away for a minute. 502 is not among them:
# a gateway says so as well when the system behind it broke off in the middle of the work.
TROUBLED = {401, 403, 404, 405, 407, 408, 421, 503}
# The whole call is to be made elsewhere. Other redirects may as well show what came of it (303,
# and 302 as it is used), so they leave it open.
MOVED = {301, 307, 308}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``kind``: one of the constants above. ``text``: for people, without secrets. ``status``: of
    the answer, None without one. ``pause``: seconds that the partner asks us to wait, or None;
    it holds for everything that goes the same way. ``is_ours``: our access was refused."""

    kind: str
    text: str = ""
    status: int | None = None
    pause: float | None = None
    is_ours: bool = False

    @property
    def is_trouble(self) -> bool:
        """Whether it counts against the partner's health (the breaker)."""
        return self.kind in (TROUBLE, DOUBT)


def of_answer(status: int, headers, now: datetime, repeats: bool = False) -> Outcome:
    """Judge a complete answer.

    :param headers: mapping without regard to case
    :param now: aware
    :param repeats: the partner answers 409 to what it has already (it keeps our idempotency key)

    RFC 9110 15 for the classes, RFC 6585 4 for 429. A redirect is never followed: the address is
    to be changed by a person, as it may lead anywhere. 409 without ``repeats`` is a rejection.
    500 leaves open whether the message was worked before the partner stumbled.
    """
    pause = retry_after(headers.get("Retry-After"), now)
    asked = pause_asked(headers.get("RateLimit"), cap=MAX_RETRY_AFTER)
    if 200 <= status < 300:
        return Outcome(DELIVERED, status=status, pause=asked)
    return _of_status(status, asked if pause is None else pause, repeats)


def _of_status(status: int, pause: float | None = None, repeats: bool = False) -> Outcome:
    """What a status other than 2xx says, whatever came with it."""
    if status == 409 and repeats:
        return Outcome(DELIVERED, "409: they have it already", status)
    if status == 410:
        return Outcome(GONE, "410: the address is closed for good", status)
    if status in WAIT:
        return Outcome(THROTTLED, f"{status}: they ask us to wait", status, pause)
    if status in TROUBLED:
        is_ours = status in (401, 403, 407)
        text = f"{status}: access refused" if is_ours else _said(status)
        return Outcome(TROUBLE, text, status, pause, is_ours)
    if 300 <= status < 400:
        text = f"{status}: they send us to another address, which is never followed"
        return Outcome(TROUBLE if status in MOVED else DOUBT, text, status)
    if 400 <= status < 500:
        return Outcome(REJECTED, _said(status), status)
    return Outcome(DOUBT, _said(status), status, pause)


def _said(status: int) -> str:
    """A status as people look it up: "503 Service Unavailable"."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def of_error(
    sent: str,
    text: str,
    status: int | None = None,
    is_refused: bool = False,
    repeats: bool = False,
) -> Outcome:
    """Judge a call without a usable answer (``client.CallError``).

    :param sent: "no", "unknown" or "yes", as ``client/errors.py`` says it
    :param is_refused: our own rules forbade it
    :param repeats: as in ``of_answer``

    An answer that began well and cannot be read is a doubt as well: it may say anything.
    """
    if is_refused:
        return Outcome(REFUSED, text, status)
    if sent == "no":
        return Outcome(TROUBLE, text, status)
    if sent == "yes" and status is not None and not 200 <= status < 300:
        # The status is certain, though its explanation was too long or broken.
        judged = _of_status(status, repeats=repeats)
        return replace(judged, text=f"{judged.text}: {text}")
    return Outcome(DOUBT, text, status)
