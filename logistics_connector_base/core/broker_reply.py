# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a message broker's replies mean: a pure judgement, as ``outcome.of_answer`` is one.

A broker speaks in codes (AMQP 0-9-1, 1.1, and RabbitMQ's extensions), whose meaning hangs on what
we were about. Before a message is given away it is certain that the broker does not have it. After
that only what the broker says about this very message is certain; a connection that ends leaves it
open.
"""

from dataclasses import dataclass

from .outcome import DOUBT, REJECTED, TROUBLE, Outcome

# What we were about.
OPENING, LOOKING, GIVING = "opening", "looking", "giving"
# Replies that have no code in the protocol.
NACK, BLOCKED = "nack", "blocked"

NO_ROUTE, TOO_LARGE, FORCED, BAD_PATH, REFUSED, NOT_FOUND, FAILED, NOT_ALLOWED = (
    312, 311, 320, 402, 403, 404, 406, 530,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes, in words for people."""

    vhost: str = "/"
    exchange: str = ""
    routing_key: str = ""


def judge(step: str, code: int | str, text: str, place: Place) -> Outcome:
    """Judge a reply.

    :param step: OPENING (the connection), LOOKING (for the exchange) or GIVING (the message)
    :param code: of AMQP, NACK or BLOCKED
    :param text: the broker's own words, without secrets
    """
    said = f" (broker: {code} {text.strip()})" if text.strip() else f" (broker: {code})"
    if code == BLOCKED:
        words = "The broker takes no messages at present: it is short of memory or disk space."
        return Outcome(TROUBLE, words)
    if step == OPENING:
        return _opening(code, text, place, said)
    if step == LOOKING:
        return _looking(code, place, said)
    return _giving(code, place, said)


def _opening(code, text, place, said):
    if code == REFUSED:
        return _ours(f"The broker does not accept our user name and password{said}.")
    if code in (NOT_ALLOWED, BAD_PATH, NOT_FOUND):
        if "not found" in text or code == NOT_FOUND:
            return _ours(f"The broker has no virtual host “{place.vhost}”{said}.")
        return _ours(f"The broker does not let us into the virtual host “{place.vhost}”{said}.")
    return Outcome(TROUBLE, f"The broker does not let us in{said}.")


def _looking(code, place, said):
    if code == NOT_FOUND:
        words = f"There is no exchange “{place.exchange}” in the virtual host “{place.vhost}”"
        return _ours(f"{words}{said}.")
    if code == REFUSED:
        return _ours(f"Our user may not make the exchange “{place.exchange}”{said}.")
    if code == FAILED:
        words = f"The exchange “{place.exchange}” is there, but is no durable topic exchange"
        return _ours(f"{words}{said}.")
    return Outcome(TROUBLE, f"The broker does not let us use “{place.exchange}”{said}.")


def _giving(code, place, said):
    if code == NO_ROUTE:
        words = "No queue takes it: nothing is bound to the exchange"
        return Outcome(TROUBLE, f"{words} “{place.exchange}” for “{place.routing_key}”{said}.")
    if code == NOT_FOUND:
        return _ours(f"The exchange “{place.exchange}” is gone{said}.")
    if code == REFUSED:
        return _ours(f"Our user may not write to the exchange “{place.exchange}”{said}.")
    if code in (FAILED, TOO_LARGE):
        return Outcome(REJECTED, f"The broker does not want this message{said}.")
    if code == NACK:
        # A queue is full, or broke. Of several queues some may have taken it.
        return Outcome(DOUBT, "The broker could not keep it in every queue that should have it.")
    return Outcome(DOUBT, f"The broker ended the connection before it confirmed{said}.")


def _ours(text):
    """For a person to mend, and for all messages: nothing is tried but one now and then."""
    return Outcome(TROUBLE, text, is_ours=True)
