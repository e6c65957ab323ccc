# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Working time as a table that a database can count by: when some of it has passed is found by two
binary searches. What it says equals :class:`~.service_clock.Intervals`."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """A naive UTC moment as a number."""
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class WorkingTable:
    """``lows``: when each interval begins, in microseconds since 1970; ``ends``: how much was
    worked by its end, since the first one began. What is before the first interval or after the
    last one is not known of: from an earlier moment on, time is counted from the first."""

    lows: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @classmethod
    def of(cls, intervals: Iterable[tuple[datetime, datetime]]) -> "WorkingTable":
        """
        :param intervals: naive UTC, in order, not overlapping
        """
        lows, ends, worked = [], [], 0
        for low, high in intervals:
            if high > low:
                worked += (high - low) // MICROSECOND
                lows.append(microseconds(low))
                ends.append(worked)
        return cls(tuple(lows), tuple(ends))

    def worked_before(self, index: int) -> int:
        return self.ends[index - 1] if index else 0

    def after(self, start: int, time: int) -> int | None:
        """When ``time`` has been worked from ``start`` on; None beyond the table. All in
        microseconds. ``conditions/clock.py`` says the same in SQL."""
        index = bisect_right(self.lows, start) - 1
        target = time
        if index >= 0:
            before = self.worked_before(index)
            target += min(before + start - self.lows[index], self.ends[index])
        # The end of one interval goes before the beginning of the next, but for no time at all.
        index = bisect_right(self.ends, target - (1 if time > 0 else 0))
        if index == len(self.ends):
            return None
        return self.lows[index] + target - self.worked_before(index)
