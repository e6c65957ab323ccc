# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a flow's messages leave: at once, every so many minutes, or at set times of the day."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT_ONCE, EVERY, TIMES = "at_once", "every", "times"
MOST_TIMES = 24
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)


def parse_times(text: str) -> tuple[time, ...]:
    """Times of the day such as "06:00 14:30", in order, each once. Raises ValueError."""
    times = set()
    for word in re.split(r"[\s,]+", (text or "").strip()):
        match = _TIME.fullmatch(word)
        if match is None:
            raise ValueError(f"“{word}” is no time of the day, such as 06:00.")
        times.add(time(int(match.group(1)), int(match.group(2))))
    if len(times) > MOST_TIMES:
        raise ValueError(f"There are more than {MOST_TIMES} times.")
    return tuple(sorted(times))


def next_departure(
    now: datetime, cadence: str, minutes: int = 0, times: Sequence[time] = (), zone: str = "UTC"
) -> datetime:
    """The first moment at or after ``now`` (aware) at which a message may leave, in UTC.

    :param minutes: for "every": departures lie on multiples of it since midnight UTC
    :param times: for "times": wall-clock times in ``zone`` (IANA name). A time that does not exist
        on the day the clocks go forward is taken an hour later; one that comes twice counts once,
        the first time.
    """
    now = now.astimezone(UTC)
    if cadence == EVERY and minutes > 0:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = (now - midnight).total_seconds()
        steps = -(-passed // (minutes * 60))
        # Each midnight begins anew, also where the minutes do not divide a day.
        return min(midnight + timedelta(seconds=steps * minutes * 60), midnight + timedelta(days=1))
    if cadence == TIMES and times:
        local = ZoneInfo(zone)
        day = now.astimezone(local).date()
        # The first of all: on the day the clocks go forward, 02:30 comes after 03:00.
        moments = (
            datetime.combine(day + timedelta(days=days), clock, tzinfo=local).astimezone(UTC)
            for days in range(-1, 3)
            for clock in times
        )
        return min((moment for moment in moments if moment >= now), default=now)
    return now
