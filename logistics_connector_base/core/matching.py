# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which shipment an event belongs to. Found, not known, or not certain: never guessed (law 7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from .canonical import REFERENCE_TYPES, Reference
from .identity import normalise_number

# Carriers announce a label up to some days before it moves, and use its number again after
# some months (domain.md 1.2 rule 12).
DAYS_BEFORE = timedelta(days=3)
DAYS_AFTER = timedelta(days=120)

# Numbers that partners use again. Our own names and a carrier's unique ids are not among them.
RECYCLED = frozenset({"sscc", "tracking", "master_tracking", "waybill", "bol", "customer"})

# One number, four names: a webhook calls "tracking" what our booking stored as the master number,
# a parcel's SSCC or the waybill.
_CARRIER_NUMBERS = frozenset({"sscc", "tracking", "master_tracking", "waybill"})

# An SSCC stands beside the carrier's own number, which may come later: it contradicts nothing.
_LABEL_NUMBERS = _CARRIER_NUMBERS - {"sscc"}

# What several shipments have in common: an order goes out in parts, and a part comes back.
SHARED = frozenset({"order", "customer"})


class CandidateReference(NamedTuple):
    """One stored identifier of a shipment. A window bound that is None follows the ship date.

    ``subject`` ties a package's unique id to its tracking number (any equal value, such as the
    package's id); None where it is the whole shipment's. ``chosen``: a person told the shipments
    apart that have this number, and took this one.
    """

    type: str
    value: str
    issuer: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    subject: object = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A shipment that shares some number with the event. Plain tuples will do as references."""

    shipment_id: int
    references: tuple[tuple, ...]
    ship_date: date | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict. ``reference`` is the event's reference that decided, or that is ambiguous;
    ``candidates`` are the shipments that compete (ascending) where the verdict is "ambiguous"."""

    shipment_id: int | None
    why: Literal["matched", "unknown", "ambiguous"]
    reference: Reference | None = None
    candidates: tuple[int, ...] = ()


def reference_keys(references: Iterable[Reference | tuple]) -> list[str]:
    """The normalised values to look candidates up by, whatever their type; sorted, without
    repetitions. The stored side must hold ``normalise_number(value)`` in an indexed column."""
    return sorted({key for ref in references if (key := normalise_number(_value(ref)))})


def _value(ref: Reference | tuple) -> str:
    return ref.value if isinstance(ref, Reference) else ref[1]


def _same_issuer(one: str, other: str) -> bool:
    """An issuer that is not known excludes nothing; a second shipment makes it ambiguous."""
    one, other = (one or "").strip().casefold(), (other or "").strip().casefold()
    return not one or not other or one == other


def _same_type(event_type: str, stored_type: str) -> bool:
    if event_type == stored_type:
        return True
    return event_type in _CARRIER_NUMBERS and stored_type in _CARRIER_NUMBERS


def _in_window(stored: CandidateReference, candidate: Candidate, days: Sequence[date]) -> bool:
    """Whether all known days of the event lie in the window of the stored number."""
    start, end = stored.valid_from, stored.valid_to
    if candidate.ship_date and stored.type in RECYCLED:
        start = start or candidate.ship_date - DAYS_BEFORE
        end = end or candidate.ship_date + DAYS_AFTER
    return all((not start or start <= day) and (not end or day <= end) for day in days)


def _bound_elsewhere(
    stored: CandidateReference,
    references: Sequence[CandidateReference],
    unique_ids: Sequence[Reference],
) -> bool:
    """Whether the number is bound to a carrier's unique id that is not the event's: the number was
    given out again, and this is its other life."""
    if stored.type not in RECYCLED:
        return False
    bound = {
        normalise_number(ref.value)
        for ref in references
        if ref.type == "carrier_uid"
        and any(_same_issuer(ref.issuer, unique.issuer) for unique in unique_ids)
        and (ref.subject is None or stored.subject is None or ref.subject == stored.subject)
    }
    return bool(bound) and not any(normalise_number(u.value) in bound for u in unique_ids)


def _matches(
    wanted: Reference,
    candidate: Candidate,
    days: Sequence[date],
    unique_ids: Sequence[Reference],
    only_chosen: bool = False,
) -> bool:
    key = normalise_number(wanted.value)
    references = [CandidateReference(*ref) for ref in candidate.references]
    return any(
        (stored.chosen or not only_chosen)
        and _same_type(wanted.type, stored.type)
        and normalise_number(stored.value) == key
        and _same_issuer(wanted.issuer, stored.issuer)
        and _in_window(stored, candidate, days)
        and not _bound_elsewhere(stored, references, unique_ids)
        for stored in references
    )


def _contradicts(candidate: Candidate, event_numbers: frozenset[str]) -> bool:
    """Whether both have numbers from a label, and no number in common: another parcel."""
    known = {
        normalise_number(ref.value)
        for ref in (CandidateReference(*ref) for ref in candidate.references)
        if ref.type in _LABEL_NUMBERS and ref.valid_to is None
    }
    return bool(known and event_numbers) and known.isdisjoint(event_numbers)


def _ranked(references: Iterable[Reference]) -> list[list[Reference]]:
    """The usable references by type, strongest type first; an unknown type is no evidence."""
    usable = [ref for ref in references if normalise_number(ref.value)]
    groups = ([ref for ref in usable if ref.type == kind] for kind in REFERENCE_TYPES)
    return [group for group in groups if group]


def resolve(
    event_references: Iterable[Reference],
    occurred_at: datetime | None,
    ship_date: date | None,
    candidates: Iterable[Candidate],
) -> Match:
    """Find the shipment of an event.

    ``occurred_at`` (aware) and ``ship_date`` are the event's; each that is known must lie in the
    validity window of a number (its own, else 3 days before to 120 days after the candidate's ship
    date; days are counted in UTC). ``candidates`` may be more than match: every rule is checked.

    The strongest type of reference with any match decides (order of ``REFERENCE_TYPES``). If it
    fits more than one shipment, the event's other references may tell them apart, as all of them
    are true of one shipment; if they leave more than one, it is the one that a person chose for
    this number before, and without such a choice the verdict is "ambiguous".
    Values are compared normalised; an issuer that is not known fits any; the number of a shipment
    that is bound to another ``carrier_uid`` of the same issuer does not match. What shipments may
    share (:data:`SHARED`) does not lead to one whose parcels have other numbers than the event's.

    Source: law 7, domain.md 1.2 rule 12. Neither the order of references of one type nor that of
    candidates has an influence on the verdict.
    """
    groups = _ranked(event_references)
    unique_ids = [ref for group in groups for ref in group if ref.type == "carrier_uid"]
    numbers = frozenset(
        normalise_number(ref.value)
        for group in groups
        for ref in group
        if ref.type in _LABEL_NUMBERS
    )
    days = [ship_date] if ship_date else []
    if occurred_at is not None:
        days.append(occurred_at.astimezone(UTC).date())
    left = {candidate.shipment_id: candidate for candidate in candidates}
    decided_by: Reference | None = None
    for group in groups:
        found: dict[int, Candidate] = {}
        first_hit: Reference | None = None
        for wanted in sorted(group, key=lambda ref: (ref.value, ref.issuer)):
            hits = {
                number: candidate
                for number, candidate in left.items()
                if _matches(wanted, candidate, days, unique_ids)
                and not (wanted.type in SHARED and _contradicts(candidate, numbers))
            }
            if hits and first_hit is None:
                first_hit = wanted
            found |= hits
        if not found:
            continue
        left, decided_by = found, decided_by or first_hit
        if len(left) == 1:
            return Match(next(iter(left)), "matched", decided_by)
    if decided_by is None:
        return Match(None, "unknown")
    chosen = [
        number
        for number, candidate in left.items()
        for wanted in (ref for group in groups for ref in group)
        if _matches(wanted, candidate, days, unique_ids, only_chosen=True)
    ]
    if len(set(chosen)) == 1:
        return Match(chosen[0], "matched", decided_by)
    return Match(None, "ambiguous", decided_by, tuple(sorted(left)))
