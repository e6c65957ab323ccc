# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A partner's counter of its messages: which numbers came, and which did not.

What came is kept as the greatest number and the gaps below it, however many messages there are.
"""

from dataclasses import dataclass

# A number that is so far ahead is no gap but another counter, or an error: nobody sends so many.
MOST_AHEAD = 1_000_000


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
    came (0: none yet); ``gaps`` are ascending, apart from each other, and lie between the two."""

    start: int = 0
    highest: int = 0
    gaps: tuple[Gap, ...] = ()


def hear(seen: Seen, number: int) -> Seen:
    """What is known after ``number`` came.

    The result depends on the set of numbers alone, whatever their order, but for those below the
    first one that was ever heard: what was sent before we listened is missed by nobody. A number
    that came before changes nothing.
    """
    if not seen.highest:
        return Seen(number, number)
    if number < seen.start:
        return seen
    if number > seen.highest:
        ahead = number - seen.highest - 1
        if ahead > MOST_AHEAD:
            return seen
        more = (Gap(seen.highest + 1, number - 1),) if ahead else ()
        return Seen(seen.start, number, seen.gaps + more)
    left: list[Gap] = []
    for gap in seen.gaps:
        if not gap.first <= number <= gap.last:
            left.append(gap)
            continue
        if gap.first < number:
            left.append(Gap(gap.first, number - 1))
        if number < gap.last:
            left.append(Gap(number + 1, gap.last))
    return Seen(seen.start, seen.highest, tuple(left))
