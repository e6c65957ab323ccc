# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which shipment of ours a carrier bills: by ordered keys, within a window of days.

A number that carriers issue decides; one that we gave decides where it names one shipment; what
only resembles is suggested, and a person chooses (domain.md 2.2). Never guessed (law 7).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Keys in the order in which they are tried: (key, what it scores, kinds of the bill's numbers that
# it reads, types of our references that it looks in, whether several of ours may share it).
KEYS = (
    ("tracking", 100, ("tracking", "original"), ("tracking", "sscc", "waybill"), True),
    ("waybill", 97, ("tracking", "master"), ("waybill", "master_tracking"), True),
    ("master", 95, ("master",), ("tracking", "waybill", "master_tracking"), True),
    ("shipment", 92, ("shipment", "bol", "package"), ("shipment", "picking", "bol"), False),
    ("order", 85, ("shipment", "customer", "po", "package"), ("order", "customer"), False),
)
# What is matched by less than this is never approved together with others.
SURE = 85
# A reference that names another shipment than the number does takes this from the score.
CONTRADICTED = 20
SUGGESTED = 60
RESEMBLING = 50
# Shipments of one consolidation leave within so many days of each other.
TOGETHER = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Told:
    """What a bill tells of a shipment. ``numbers``: (kind, normalised number), with the kinds
    tracking, master, original, and those of :class:`~.bill.Reference`. ``weight`` in kg."""

    issuer: str
    numbers: tuple[tuple[str, str], ...]
    ship_date: date | None = None
    bill_date: date | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """A shipment of ours. ``numbers``: (type of reference, normalised number, issuer, first day,
    last day); days are None where its window follows from the ship date. ``weight`` in kg."""

    id: int
    issuer: str
    numbers: tuple[tuple[str, str, str, date | None, date | None], ...]
    ship_date: date | None = None
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A shipment that may be meant; ``why`` is the key that names it, or ``resembles``."""

    id: int
    score: int
    why: str


@dataclass(frozen=True, slots=True)
class Match:
    """``state``: matched (``ids`` holds one), consolidated (several of ours on one number of the
    carrier), suggested (a person chooses among ``candidates``), unknown, or account (the charge is
    of the account, and of no shipment). ``notes``: codes of what is odd about it."""

    state: str
    ids: tuple[int, ...] = ()
    key: str = ""
    score: int = 0
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()


def match(told, ours, days_before=3, days_after=120):
    """Find the shipment that a bill tells of.

    :param told: :class:`Told`
    :param ours: every :class:`Ours` that shares a number with it, or that resembles it
    :param days_before: so many days may a shipment have left after the day on the bill
    :param days_after: … or before it
    :rtype: Match
    """
    if not told.numbers:
        return Match("account")
    near = [one for one in ours if _same_carrier(told, one)]
    inside = [one for one in near if _in_window(told, one, days_before, days_after)]
    found = None
    seen = {}  # shipment → the best key that names it
    for key, score, kinds, types, may_share in KEYS:
        wanted = {number for kind, number in told.numbers if kind in kinds}
        hits = [one for one in inside if _names(one, wanted, types, told)]
        for one in hits:
            seen.setdefault(one.id, Candidate(one.id, score, key))
        if found is None and hits:
            found = _decide(hits, key, score, may_share)
    if found is None:
        return _resembling(told, near, inside)
    if found.state == "suggested":
        return Match("suggested", key=found.key, candidates=_sorted(seen), notes=found.notes)
    others = [one for id_, one in seen.items() if id_ not in found.ids]
    if others and found.state == "matched" and found.key != "order":
        # Our own number beside it names somebody else: somebody took the wrong label.
        doubted = [one for one in others if one.why in ("shipment", "tracking", "waybill")]
        if doubted:
            return Match(
                "matched",
                found.ids,
                found.key,
                found.score - CONTRADICTED,
                _sorted(seen),
                ("contradicted",),
            )
    return found


def _decide(hits, key, score, may_share):
    hits = sorted(hits, key=lambda one: one.id)
    if len(hits) == 1:
        return Match("matched", (hits[0].id,), key, score)
    days = [one.ship_date for one in hits]
    if may_share and all(days) and max(days) - min(days) <= TOGETHER:
        return Match("consolidated", tuple(one.id for one in hits), key, score)
    return Match("suggested", key=key, notes=("several",))


def _resembling(told, near, inside):
    """Nothing names it. Suggested is what left about that day and weighs the same, or what has the
    number at another time; approved by nobody but a person."""
    found = {}
    wanted = {number for _kind, number in told.numbers}
    for one in near:
        if any(number in wanted for _type, number, *_rest in one.numbers):
            found[one.id] = Candidate(one.id, SUGGESTED, "other_time")
    for one in inside:
        if one.id in found or not (told.ship_date and one.ship_date):
            continue
        if abs(one.ship_date - told.ship_date) <= timedelta(days=1) and _weighs_alike(told, one):
            found[one.id] = Candidate(one.id, RESEMBLING, "resembles")
    if not found:
        return Match("unknown")
    return Match("suggested", candidates=_sorted(found)[:10], notes=("resembles",))


def _sorted(found):
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.id)))


def _same_carrier(told, one):
    return not one.issuer or not told.issuer or one.issuer.lower() == told.issuer.lower()


def _in_window(told, one, days_before, days_after):
    day = told.ship_date or told.bill_date
    if not day or not one.ship_date:
        return True
    # A bill without ship date comes after the shipment, never before it.
    before = timedelta(days=days_before if told.ship_date else 0)
    return -before <= day - one.ship_date <= timedelta(days=days_after)


def _names(one, wanted, types, told):
    day = told.ship_date or told.bill_date
    for type_, number, issuer, first, last in one.numbers:
        if type_ not in types or number not in wanted:
            continue
        if issuer and told.issuer and issuer.lower() != told.issuer.lower():
            continue
        if day and ((first and day < first - timedelta(days=3)) or (last and day > last)):
            continue
        return True
    return False


def _weighs_alike(told, one):
    """Within 5 %."""
    if not told.weight or not one.weight:
        return False
    return abs(told.weight - one.weight) <= told.weight * Decimal("0.05")
