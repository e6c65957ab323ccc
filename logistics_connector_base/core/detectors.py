# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Detectors, as far as they are functions of their arguments: which threshold holds for a shipment,
and what a detector that looks from time to time would have opened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

DAYS = 30  # of a preview
HOURS, DAY_UNIT, COUNT, SHARE = "hours", "days", "count", "share"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that a condition asks for.

    ``label`` is what people call it, in their language. ``unit``: "hours" or "days", "count", or
    "share" in percent. ``least`` and ``most`` bound what may be entered. ``may_work``: hours and
    days may be counted in working time, because people wait on people.
    """

    name: str
    label: str
    default: float
    unit: str = HOURS
    least: float = 0.0
    most: float = 10_000.0
    may_work: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a lane: country (any comparable id) and a postcode; None and "" for unknown."""

    country: int | None = None
    zip: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a threshold is looked up for."""

    connection: int | None = None
    service: str = ""
    origin: Place = Place()
    destination: Place = Place()


@dataclass(frozen=True, slots=True)
class Override:
    """A threshold for some subjects; what is None or "" says nothing. ``order`` tells two of the
    same precision apart: the one that was made first goes first. ``clock`` is what its hours are
    counted by, carried along."""

    value: float
    connection: int | None = None
    service: str = ""
    origin: Place = Place()
    destination: Place = Place()
    order: int = 0
    clock: object | None = None

    def fits(self, subject: Subject) -> bool:
        """Whether it speaks of this subject. Services are compared without regard to capitals,
        postcodes from their first character on."""
        return (
            (self.connection is None or self.connection == subject.connection)
            and (not self.service or plain(self.service) == plain(subject.service))
            and _holds(self.origin, subject.origin)
            and _holds(self.destination, subject.destination)
        )

    def precision(self) -> tuple[int, int, int]:
        """How exactly it says whom it speaks of; the greater one goes before the other.

        More things said go first; of as many, the longer postcodes; of those, the connection before
        the service before the lane.
        """
        said = (
            self.connection is not None,
            bool(self.service),
            self.destination.country is not None or bool(self.destination.zip),
            self.origin.country is not None or bool(self.origin.zip),
        )
        digits = len(squeezed(self.origin.zip)) + len(squeezed(self.destination.zip))
        weights = sum(weight for weight, is_said in zip((8, 4, 2, 1), said, strict=True) if is_said)
        return (sum(said), digits, weights)


def plain(text: str) -> str:
    """A service's name as it is compared."""
    return (text or "").strip().lower()


def squeezed(code: str) -> str:
    """A postcode as it is compared."""
    return (code or "").replace(" ", "").replace("-", "").upper()


def _holds(wanted: Place, place: Place) -> bool:
    return (wanted.country is None or wanted.country == place.country) and squeezed(
        place.zip
    ).startswith(squeezed(wanted.zip))


def by_precision(overrides: Iterable[Override]) -> list[Override]:
    """The most specific first; the first one that fits is the one that holds."""
    return sorted(overrides, key=lambda o: (*(-n for n in o.precision()), o.order))


def choose(overrides: Iterable[Override], subject: Subject, default: float) -> float:
    """The threshold of a subject: of the most specific override that fits it, or the default."""
    for override in by_precision(overrides):
        if override.fits(subject):
            return override.value
    return default


class Spell(NamedTuple):
    """A condition held for what ``key`` names, from ``since`` until just before ``until`` (None: it
    holds still). ``rest`` is carried along."""

    key: str
    since: datetime
    until: datetime | None
    rest: tuple = ()


class Opening(NamedTuple):
    """A case that would have been opened ``at`` a look; ``is_first`` where that was the very first
    look, so that the trouble may be older than all of them."""

    at: datetime
    spell: Spell
    is_first: bool


@dataclass(frozen=True, slots=True)
class Looks:
    """When a detector looks: ``end``, and each ``step`` before it, not before ``start``."""

    start: datetime
    end: datetime
    step: timedelta

    def __post_init__(self) -> None:
        if self.step <= timedelta(0) or self.end < self.start:
            raise ValueError("a detector looks forward in time")

    @property
    def count(self) -> int:
        return (self.end - self.start) // self.step + 1

    @property
    def first(self) -> datetime:
        return self.end - (self.count - 1) * self.step

    def moments(self) -> list[datetime]:
        return [self.first + number * self.step for number in range(self.count)]

    def after(self, moment: datetime) -> int:
        """The number of the first look at or after a moment."""
        return max(0, ceil((moment - self.first) / self.step))


def openings(spells: Iterable[Spell], looks: Looks) -> list[Opening]:
    """The cases that a detector would have opened: one when a look finds the condition to hold and
    the look before did not. Spells that begin and end between two looks are not seen; spells of one
    key may overlap. In the order of time."""
    seen: dict[str, list[tuple[int, int, Spell]]] = {}
    for spell in spells:
        first = looks.after(spell.since)
        last = looks.count if spell.until is None else looks.after(spell.until)
        last = min(last, looks.count) - 1
        if first <= last:
            seen.setdefault(spell.key, []).append((first, last, spell))
    found = []
    for stretches in seen.values():
        stretches.sort(key=lambda stretch: (stretch[0], stretch[2].since))
        reached = None
        for first, last, spell in stretches:
            if reached is None or first > reached + 1:
                found.append(Opening(looks.first + first * looks.step, spell, first == 0))
            reached = last if reached is None else max(reached, last)
    return sorted(found, key=lambda opening: (opening.at, opening.spell.key))


def by_day(moments: Iterable[datetime], end: datetime, days: int = DAYS) -> list[int]:
    """How many fall on each of the last days; a day is 24 hours, the last one ends at ``end``
    (which belongs to it)."""
    counts = [0] * days
    for moment in moments:
        ago = (end - moment) // timedelta(days=1)
        if 0 <= ago < days:
            counts[days - 1 - ago] += 1
    return counts


class Room(NamedTuple):
    """Which of the new subjects get a case of their own, and how many do not."""

    opened: Sequence
    left: int


def make_room(waiting: Sequence, standing: int, most: int) -> Room:
    """At most ``most`` cases of a detector stand open at a time (0: any number). ``waiting`` is in
    the order of urgency."""
    if most <= 0:
        return Room(waiting, 0)
    free = max(0, most - standing)
    return Room(waiting[:free], max(0, len(waiting) - free))
