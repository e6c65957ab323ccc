# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a partner is asked about one shipment again, and when no more: a pure function of what is
known of it, so that whoever asks, however often, gets the same answer.

A shipment is asked about from time to time even while its webhooks come: a single one that was lost
is found in no other way. Moments are aware UTC.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

# How often at least, in units of the shortest pause: what changes soon is asked about soon.
PACE = {
    "out_for_delivery": 1,
    "delivery_attempted": 2,
    "at_customs": 8,
    "picked_up": 8,
    "in_transit": 8,
    "returning": 8,
    "available_for_pickup": 16,
}
SLOW = 16  # announced, delivered, and all the others
IN_TROUBLE = 4  # the carrier reports trouble: a person waits for what comes next
DUE = timedelta(hours=24)  # so long before the promised time, and after it, twice as often
# While webhooks of this shipment come, the sweep only looks whether one of them was lost.
HEARD = ((timedelta(hours=12), 8), (timedelta(hours=24), 4), (timedelta(hours=48), 2))
WEARY, MOST_WEARY = 1.5, 16.0  # each poll in a row that brought nothing new
JITTER = 0.1
FORGOTTEN_AFTER = 3  # answers in a row that they do not know a number which they knew

OVER = ("delivered", "returned", "lost", "destroyed")
# Why a shipment is asked about no more.
DELIVERED, CANCELLED, SILENT, FORGOTTEN = "delivered", "cancelled", "silent", "forgotten"


@dataclass(frozen=True, slots=True)
class Rules:
    """Bounds of the pauses in seconds, and when it ends in days."""

    shortest: float = 900.0
    longest: float = 86400.0
    grace_days: float = 3.0
    silent_days: float = 30.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a shipment.

    ``begun_at``: when it was first to be asked about, or a person wished it anew. ``news_at``: when
    the partner last told something new of it, by whatever channel; ``heard_at``: by another one
    than polling. ``quiet``: polls in a row that brought nothing new; ``unknown``: in a row to which
    they said that there is no such number.
    """

    key: str
    state: str
    begun_at: datetime
    asked_at: datetime | None = None
    news_at: datetime | None = None
    heard_at: datetime | None = None
    over_at: datetime | None = None
    promised_at: datetime | None = None
    in_trouble: bool = False
    quiet: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Ask ``at`` (may have passed), or ``ended`` says why no more. One of the two is set."""

    at: datetime | None = None
    ended: str | None = None


def decide(facts: Facts, rules: Rules, now: datetime) -> Decision:
    """When to ask about a shipment next."""
    ended = _end(facts, rules, now)
    if ended:
        return Decision(ended=ended)
    # Who was never asked about is asked soon: what came before we knew of it may be lost already.
    if facts.asked_at is None:
        spread = timedelta(seconds=rules.shortest * _chance(facts))
        return Decision(facts.begun_at + spread)
    return Decision(facts.asked_at + timedelta(seconds=pause(facts, rules, now)))


def pause(facts: Facts, rules: Rules, now: datetime) -> float:
    """Seconds between the last poll and the next one, within the bounds."""
    factor = float(PACE.get(facts.state, SLOW))
    if facts.in_trouble:
        factor = min(factor, IN_TROUBLE)
    if facts.promised_at and facts.state not in OVER and now >= facts.promised_at - DUE:
        factor /= 2
    if facts.heard_at:
        age = now - facts.heard_at
        factor *= next((times for most, times in HEARD if age < most), 1)
    factor *= min(WEARY ** min(facts.quiet, 50), MOST_WEARY)
    seconds = rules.shortest * factor * (1 + JITTER * (2 * _chance(facts) - 1))
    return min(max(seconds, rules.shortest), max(rules.longest, rules.shortest))


def feed_pause(shortest: float, longest: float, quiet: int, chance: float = 0.5) -> float:
    """Seconds until a feed is read again: the shortest pause while it brings something, doubling
    when it does not. ``chance``: 0 to 1."""
    seconds = shortest * 2.0 ** min(max(quiet, 0), 30)
    return min(seconds, max(longest, shortest)) * (1 - JITTER * chance)


def _end(facts: Facts, rules: Rules, now: datetime) -> str | None:
    if facts.state == "cancelled":
        return CANCELLED
    latest = max(filter(None, (facts.begun_at, facts.news_at)))
    if facts.state in OVER:
        since = max(filter(None, (facts.over_at, latest)))
        return DELIVERED if now - since >= timedelta(days=rules.grace_days) else None
    if facts.unknown >= FORGOTTEN_AFTER and facts.news_at:
        return FORGOTTEN
    return SILENT if now - latest >= timedelta(days=rules.silent_days) else None


def _chance(facts: Facts) -> float:
    """A number from 0 to 1 that is the same whoever computes it, and another one the next time."""
    text = f"{facts.key}/{facts.asked_at}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4]) / 2**32
