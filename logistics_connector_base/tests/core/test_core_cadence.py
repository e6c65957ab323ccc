# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a flow's messages leave, also on the days when the clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.cadence import (
    AT_ONCE,
    EVERY,
    TIMES,
    next_departure,
    parse_times,
)

laws = settings(deadline=None, max_examples=200)
ZONE = "Europe/Amsterdam"
zones = st.sampled_from(
    [ZONE, "UTC", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Pacific/Apia"]
)
moments = st.datetimes(datetime(2011, 12, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
clocks = st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1).map(
    lambda times: tuple(sorted(set(times)))
)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def departures(start, end, *times, zone=ZONE):
    """All of a flow's departures from ``start`` on, before ``end``, as wall-clock texts."""
    now, found = start, []
    while (moment := next_departure(now, TIMES, 0, parse_times(" ".join(times)), zone)) < end:
        found.append(moment.astimezone(ZoneInfo(zone)).strftime("%a %H:%M"))
        now = moment + timedelta(seconds=1)
    return found


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("06:00 14:30", (time(6), time(14, 30))),
        ("14:30,6.00, 06:00", (time(6), time(14, 30))),
        ("0:00 23:59", (time(0), time(23, 59))),
    ],
)
def test_what_people_write(text, times):
    assert parse_times(text) == times


@pytest.mark.parametrize("text", ["", None, "24:00", "6", "06:60", "6am", "-1:00", "٠٦:00"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError, match="no time of the day"):
        parse_times(text)


def test_more_times_than_a_day_has_hours():
    with pytest.raises(ValueError, match="more than 24"):
        parse_times(" ".join(f"01:{minute:02}" for minute in range(25)))


def test_at_once_is_now():
    now = utc("2026-03-10 12:00:07")
    assert next_departure(now, AT_ONCE) == now
    assert next_departure(now, EVERY, 0) == now
    assert next_departure(now, TIMES, times=()) == now


@pytest.mark.parametrize(
    ("now", "minutes", "expected"),
    [
        ("2026-03-10 12:00:00", 15, "2026-03-10 12:00"),
        ("2026-03-10 12:00:01", 15, "2026-03-10 12:15"),
        ("2026-03-10 23:50:00", 15, "2026-03-11 00:00"),
        ("2026-03-10 12:00:00", 1440, "2026-03-11 00:00"),
        # 7 does not divide a day: midnight begins anew
        ("2026-03-10 23:56:00", 7, "2026-03-11 00:00"),
        ("2026-03-11 00:00:01", 7, "2026-03-11 00:07"),
    ],
)
def test_every_few_minutes(now, minutes, expected):
    assert next_departure(utc(now), EVERY, minutes) == utc(expected)


def test_set_times_of_the_partners_day():
    found = departures(utc("2026-03-10 09:00"), utc("2026-03-12 00:00"), "06:00", "14:30")
    assert found == ["Tue 14:30", "Wed 06:00", "Wed 14:30"]


def test_the_day_the_clocks_go_forward():
    """At 02:00 it is 03:00: what leaves at 02:30 leaves an hour later, and none is lost."""
    night = (utc("2026-03-28 12:00"), utc("2026-03-29 12:00"))
    assert departures(*night, "02:30", "06:00") == ["Sun 03:30", "Sun 06:00"]
    # In the order of time, not of the clock's face.
    assert departures(*night, "02:30", "03:00", "06:00") == ["Sun 03:00", "Sun 03:30", "Sun 06:00"]


def test_the_day_the_clocks_go_back():
    """02:30 comes twice, and counts once."""
    found = departures(utc("2026-10-24 12:00"), utc("2026-10-25 12:00"), "02:30", "03:00")
    assert found == ["Sun 02:30", "Sun 03:00"]
    first = next_departure(utc("2026-10-24 12:00"), TIMES, times=(time(2, 30),), zone=ZONE)
    assert first == utc("2026-10-25 00:30")


@laws
@given(moments, st.integers(1, 1440))
def test_every_so_many_minutes_leaves_soon_and_is_a_departure_itself(now, minutes):
    moment = next_departure(now, EVERY, minutes)
    assert now <= moment < now + timedelta(minutes=minutes)
    assert next_departure(moment, EVERY, minutes) == moment


@laws
@given(moments, clocks, zones)
def test_set_times_leave_within_a_day_or_so_and_are_departures_themselves(now, times, zone):
    moment = next_departure(now, TIMES, times=times, zone=zone)
    assert now <= moment <= now + timedelta(hours=50) and moment.tzinfo is UTC
    assert next_departure(moment, TIMES, times=times, zone=zone) == moment


@laws
@given(moments, moments, clocks, zones)
def test_whoever_comes_later_does_not_leave_earlier(one, other, times, zone):
    first, second = sorted((one, other))
    leaves = [next_departure(now, TIMES, times=times, zone=zone) for now in (first, second)]
    assert leaves == sorted(leaves)


@laws
@given(st.dates(datetime(2026, 1, 1).date(), datetime(2027, 1, 1).date()), st.times())
def test_a_set_time_comes_each_day_exactly_once(day, clock):
    """Counted over each of the year's days in Amsterdam, whatever its length."""
    clock = clock.replace(second=0, microsecond=0)
    zone = ZoneInfo(ZONE)
    start = datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone).astimezone(UTC)
    assert len(departures(start, end, clock.strftime("%H:%M"))) == 1
