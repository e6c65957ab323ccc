"""Severity = impact × urgency; when a snooze ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import severity as reckon
from odoo.addons.logistics_connector_base.core.snooze import PRESETS, wake_time
from odoo.addons.logistics_connector_base.models.selections import SEVERITIES

NOW = datetime(2026, 3, 20, 12, 0)
RANK = reckon.SEVERITIES.index
HURRY = reckon.URGENCIES.index
severities = st.sampled_from(reckon.SEVERITIES)
urgencies = st.sampled_from(reckon.URGENCIES)
values = st.floats(0, 1e9, allow_nan=False)
hours = st.integers(-24 * 30, 24 * 30)
ages = st.integers(0, 24 * 60)


def test_the_words_are_those_of_the_screen():
    assert tuple(value for value, _label in SEVERITIES) == reckon.SEVERITIES


def test_every_cell_of_the_matrix_is_filled():
    for impact in reckon.SEVERITIES:
        for urgency in reckon.URGENCIES:
            assert reckon.severity(impact, urgency) in reckon.SEVERITIES


@given(severities, severities, urgencies, urgencies)
def test_more_impact_or_more_urgency_is_never_less_grave(impact, other, urgency, sooner):
    assume(RANK(impact) <= RANK(other) and HURRY(urgency) <= HURRY(sooner))
    before = reckon.severity(impact, urgency)
    assert RANK(before) <= RANK(reckon.severity(other, urgency))
    assert RANK(before) <= RANK(reckon.severity(impact, sooner))


@given(severities)
def test_without_haste_a_case_is_as_grave_as_its_impact(impact):
    assert reckon.severity(impact, "normal") == impact


@given(severities.filter(lambda one: RANK(one) >= RANK("major")), urgencies)
def test_what_is_grave_is_not_made_harmless_by_having_time(impact, urgency):
    # An order is blocked by major and critical cases, whatever the calendar says.
    assert RANK(reckon.severity(impact, urgency)) >= RANK("major")


@given(severities, values, values, st.floats(0, 1e7, allow_nan=False))
def test_more_value_is_never_less_impact(usual, less, more, high):
    assume(less <= more)
    before, after = (RANK(reckon.impact(usual, value, high)) for value in (less, more))
    assert RANK(usual) <= before <= after <= RANK(usual) + 2


@pytest.mark.parametrize(
    ("value", "high", "impact"),
    [
        (0, 10_000, "warning"),
        (9_999.99, 10_000, "warning"),
        (10_000, 10_000, "minor"),
        (100_000, 10_000, "major"),
        (1e12, 0, "warning"),
    ],
)
def test_values_count_from_the_threshold_on(value, high, impact):
    assert reckon.impact("warning", value, high) == impact


@pytest.mark.parametrize(
    ("age", "left", "urgency"),
    [
        (0, None, "normal"),
        (24 * 7 - 1, None, "normal"),
        (24 * 7, None, "high"),
        (24 * 400, None, "high"),
        (0, 73, "low"),
        (0, 72, "normal"),
        (0, 24, "high"),
        (0, 0, "immediate"),
        (0, -500, "immediate"),
        (24 * 3, 200, "normal"),
        (24 * 7, 200, "high"),
    ],
)
def test_urgency_is_the_time_left_and_at_least_the_age(age, left, urgency):
    deadlines = [] if left is None else [NOW + timedelta(hours=left)]
    since = NOW - timedelta(hours=age)
    assert reckon.urgency(NOW, since, deadlines) == urgency
    later = [*deadlines, NOW + timedelta(days=900)]
    if deadlines:
        assert reckon.urgency(NOW, since, later) == urgency, "the earliest deadline counts"


@given(ages, st.lists(hours, max_size=3), st.integers(1, 24 * 40))
def test_time_alone_makes_it_more_urgent_at_the_told_moment_and_not_before(age, left, wait):
    since = NOW - timedelta(hours=age)
    deadlines = [NOW + timedelta(hours=number) for number in left]
    now = reckon.urgency(NOW, since, deadlines)
    then = reckon.urgency(NOW + timedelta(hours=wait), since, deadlines)
    assert HURRY(then) >= HURRY(now)
    change = reckon.next_change(NOW, since, deadlines)
    if change is None or change > NOW + timedelta(hours=wait):
        assert then == now


@pytest.mark.parametrize(
    ("now", "zone", "preset", "until"),
    [
        ("2026-03-20T12:00", "Europe/Madrid", "hour", "2026-03-20T13:00"),
        ("2026-03-20T12:00", "Europe/Madrid", "tomorrow", "2026-03-21T07:00"),
        # A Friday, and summer time begins on Sunday the 29th.
        ("2026-03-27T12:00", "Europe/Madrid", "monday", "2026-03-30T06:00"),
        ("2026-03-27T12:00", "Europe/Madrid", "tomorrow", "2026-03-28T07:00"),
        # On a Monday the next one is meant; and it is Monday there already.
        ("2026-03-23T12:00", "UTC", "monday", "2026-03-30T08:00"),
        ("2026-03-22T23:30", "Asia/Tokyo", "monday", "2026-03-29T23:00"),
        ("2026-03-23T02:00", "America/Los_Angeles", "monday", "2026-03-23T15:00"),
        ("2026-03-23T02:00", "America/Los_Angeles", "tomorrow", "2026-03-23T15:00"),
    ],
)
def test_a_snooze_ends_on_the_clock_of_whoever_snoozes(now, zone, preset, until):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = wake_time(preset, moment, ZoneInfo(zone))
    assert found == datetime.fromisoformat(until).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    st.sampled_from(PRESETS),
    st.sampled_from(["UTC", "Pacific/Apia", "America/New_York", "Asia/Kathmandu"]),
)
def test_a_snooze_ends_in_the_future_and_within_eight_days(moment, preset, zone):
    moment = moment.replace(tzinfo=UTC)
    left = wake_time(preset, moment, ZoneInfo(zone)) - moment
    assert timedelta(0) < left <= timedelta(days=8, hours=2)
