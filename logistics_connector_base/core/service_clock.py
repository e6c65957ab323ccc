# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When something is due, counted in working time, without the time for which the clock stood.

Moments are naive UTC or all aware, as the caller has them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

CHUNK = timedelta(days=28)  # of calendar that is read at a time
MOST_CHUNKS = 53  # some four years: whoever works less than that has no due date
ORIGIN = datetime(2000, 1, 1)
NOTHING = timedelta(0)

Stop = tuple[datetime, datetime | None]  # from, to; None: it stands still


class WorkingTime(Protocol):
    """A calendar, as far as clocks need it."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``."""

    def after(self, start: datetime, time: timedelta) -> datetime | None:
        """When ``time`` of working time has passed from ``start``; None when it never does."""


class AroundTheClock:
    """Every hour counts."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, NOTHING)

    def after(self, start: datetime, time: timedelta) -> datetime | None:
        return start + time


class Intervals:
    """A calendar that is read in portions, each once."""

    def __init__(
        self, fetch: Callable[[datetime, datetime], Iterable[tuple[datetime, datetime]]]
    ) -> None:
        """
        :param fetch: working intervals between two naive UTC moments, in order, not overlapping
        """
        self.fetch = fetch
        self.chunks: dict[int, list[tuple[datetime, datetime]]] = {}

    def between(self, start: datetime, end: datetime) -> timedelta:
        total = NOTHING
        if end <= start:
            return total
        for number in range(self._number(start), self._number(end) + 1):
            for low, high in self._chunk(number):
                total += max(min(high, end) - max(low, start), NOTHING)
        return total

    def after(self, start: datetime, time: timedelta) -> datetime | None:
        first = self._number(start)
        for number in range(first, first + MOST_CHUNKS):
            intervals = self._chunk(number)
            for low, high in intervals[self._place(intervals, start) :]:
                low = max(low, start)
                if time <= high - low:
                    return low + time
                time -= high - low
        return None

    @staticmethod
    def _place(intervals: Sequence[tuple[datetime, datetime]], start: datetime) -> int:
        """The first interval that ends after ``start``."""
        return bisect_right(intervals, start, key=lambda interval: interval[1])

    @staticmethod
    def _number(moment: datetime) -> int:
        return (moment - ORIGIN) // CHUNK

    def _chunk(self, number: int) -> list[tuple[datetime, datetime]]:
        if number not in self.chunks:
            start = ORIGIN + number * CHUNK
            self.chunks[number] = list(self.fetch(start, start + CHUNK))
        return self.chunks[number]


def running(opened: datetime, stops: Iterable[Stop]) -> list[Stop]:
    """The spans in which a clock runs that started at ``opened`` and stood for ``stops``."""
    spans = []
    start: datetime | None = opened
    for low, high in sorted(stops, key=lambda stop: stop[0]):
        if start is None:
            break
        if low > start:
            spans.append((start, low))
        if high is None:
            start = None
        elif high > start:
            start = high
    if start is not None:
        spans.append((start, None))
    return spans


def due(
    working: WorkingTime, opened: datetime, allowed: timedelta, stops: Iterable[Stop] = ()
) -> datetime | None:
    """When ``allowed`` has been used up; None while the clock stands before that."""
    for start, end in running(opened, stops):
        if end is None:
            return working.after(start, allowed)
        worked = working.between(start, end)
        if allowed <= worked:
            return working.after(start, allowed)
        allowed -= worked
    return None


def used(
    working: WorkingTime, opened: datetime, until: datetime, stops: Iterable[Stop] = ()
) -> timedelta:
    """Working time used up until then, without the time for which the clock stood."""
    total = NOTHING
    for start, end in running(opened, stops):
        total += working.between(start, until if end is None else min(end, until))
    return total


@dataclass(frozen=True, slots=True)
class Level:
    """A step of an escalation: at ``percent`` of the time allowed, or ``late_hours`` after it."""

    id: int
    clock: str  # "respond" or "resolve"
    percent: float = 0
    late_hours: float = 0

    def reached_after(self, allowed_hours: float) -> timedelta:
        hours = allowed_hours * self.percent / 100 if self.percent else allowed_hours
        return timedelta(hours=hours + (0 if self.percent else self.late_hours))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a policy allows, in working hours; 0: no such clock."""

    respond_hours: float = 0
    resolve_hours: float = 0
    levels: tuple[Level, ...] = ()
    most_levels: int = 0

    def allowed(self, clock: str) -> float:
        return self.respond_hours if clock == "respond" else self.resolve_hours


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a case, as far as its clocks go.

    ``closed``: spans in which it was closed; both clocks stand. ``waits``: spans in which somebody
    else had to act; only the clock of the resolution stands. ``taken``: levels escalated already.
    """

    opened: datetime
    responded: datetime | None = None
    waits: tuple[Stop, ...] = ()
    closed: tuple[Stop, ...] = ()
    taken: frozenset[int] = frozenset()

    def stops(self, clock: str) -> tuple[Stop, ...]:
        return self.closed if clock == "respond" else self.closed + self.waits


@dataclass(frozen=True, slots=True)
class Clocks:
    """When a case has to be answered and resolved, and when it escalates next, to which level."""

    respond_due: datetime | None = None
    resolve_due: datetime | None = None
    escalates: datetime | None = None
    level_id: int = 0


def clocks(working: WorkingTime, story: Story, terms: Terms) -> Clocks:
    """All clocks of a case. Who was answered does not escalate for want of an answer."""

    def moment(clock: str, time: timedelta) -> datetime | None:
        return due(working, story.opened, time, story.stops(clock))

    def due_of(clock: str) -> datetime | None:
        allowed = terms.allowed(clock)
        return moment(clock, timedelta(hours=allowed)) if allowed > 0 else None

    coming = []
    if len(story.taken) < terms.most_levels:
        for level in terms.levels:
            answered = level.clock == "respond" and story.responded is not None
            allowed = terms.allowed(level.clock)
            if level.id in story.taken or answered or allowed <= 0:
                continue
            reached = moment(level.clock, level.reached_after(allowed))
            if reached is not None:
                coming.append((reached, level.id))
    escalates, level_id = min(coming, default=(None, 0))
    return Clocks(due_of("respond"), due_of("resolve"), escalates, level_id)
