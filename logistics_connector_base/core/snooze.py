# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a case that was put aside comes back, on the clock of whoever put it aside."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(8, 0)
PRESETS = ("hour", "tomorrow", "monday")


def wake_time(preset: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that a preset means.

    :param preset: "hour", "tomorrow" (at eight) or "monday" (the next one, at eight; on a Monday
        that of next week)
    :param now: aware
    :param zone: of the person
    :return: aware, in UTC
    """
    if preset == "hour":
        return now.astimezone(UTC) + timedelta(hours=1)
    today = now.astimezone(zone).date()
    days = 1 if preset == "tomorrow" else 7 - today.weekday()
    morning = datetime.combine(today + timedelta(days=days), MORNING, zone)
    return morning.astimezone(UTC)
