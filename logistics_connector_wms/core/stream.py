# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A partner's counter of its messages: which numbers came, and which did not.

What came is kept as the greatest number and the gaps below it, however many messages there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

# A number that is so far ahead is no gap but another counter, or an error: nobody sends so many.
MOST_AHEAD = 1_000_000
# How many ranges of early numbers are remembered.
MOST_EARLY = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Numbers that did not come, both ends included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Seen:
    """``start`` is the number with which we began to listen, ``highest`` the greatest one that
    came (0: none yet); ``gaps`` are ascending, apart from each other, and lie between the two.

    ``early`` are ranges (first, last) of numbers below ``start`` that came after it, ascending and
    apart from each other. They open no gaps: only a person knows whether the partner counted from
    1, see :func:`from_one`.
    """

    start: int = 0
    highest: int = 0
    gaps: tuple[Gap, ...] = ()
    early: tuple[tuple[int, int], ...] = ()


def hear(seen: Seen, number: int) -> Seen:
    """What is known after ``number`` came.

    The result depends on the set of numbers alone, whatever their order, but for those below the
    first one that was ever heard: what was sent before we listened is missed by nobody. A number
    that came before changes nothing.
    """
    if not seen.highest:
        return Seen(number, number)
    if number < seen.start:
        ranges = _joined([*seen.early, (number, number)])
        return replace(seen, early=ranges[-MOST_EARLY:])
    if number > seen.highest:
        ahead = number - seen.highest - 1
        if ahead > MOST_AHEAD:
            return seen
        more = (Gap(seen.highest + 1, number - 1),) if ahead else ()
        return replace(seen, highest=number, gaps=seen.gaps + more)
    left: list[Gap] = []
    for gap in seen.gaps:
        if not gap.first <= number <= gap.last:
            left.append(gap)
            continue
        if gap.first < number:
            left.append(Gap(gap.first, number - 1))
        if number < gap.last:
            left.append(Gap(number + 1, gap.last))
    return replace(seen, gaps=tuple(left))


def from_one(seen: Seen) -> Seen:
    """What is missing where the partner has counted from 1: numbers below the first one heard
    too, but for those that came late."""
    if seen.start <= 1:
        return seen
    missing, next_number = [], 1
    for first, last in [*seen.early, (seen.start, seen.start)]:
        if first > next_number:
            missing.append(Gap(next_number, first - 1))
        next_number = max(next_number, last + 1)
    return Seen(1, seen.highest, (*missing, *seen.gaps))


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges, ascending; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)
