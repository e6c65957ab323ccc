# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a case is due: in working time, without the time for which it waited for somebody else."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.service_clock import (
    AroundTheClock,
    Intervals,
    Level,
    Story,
    Terms,
    clocks,
    due,
    running,
    used,
)

laws = settings(deadline=None, max_examples=200)
MONDAY = datetime(2026, 3, 2)


def hours(number):
    return timedelta(hours=number)


def at(day, hour, minute=0):
    """A moment of the week of Monday, 2 March 2026."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def nine_to_five(start, end):
    """Monday to Friday, without a zone."""
    day = datetime(start.year, start.month, start.day)
    while day < end:
        if day.weekday() < 5:
            low, high = max(day + hours(9), start), min(day + hours(17), end)
            if low < high:
                yield low, high
        day += timedelta(days=1)


def office():
    return Intervals(nine_to_five)


calendars = st.sampled_from([office, AroundTheClock])
moments = st.integers(0, 60 * 24 * 40).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
times = st.integers(0, 60 * 100).map(lambda minutes: timedelta(minutes=minutes))
stops = st.lists(st.tuples(moments, moments).map(lambda pair: tuple(sorted(pair))), max_size=6)


def test_working_hours_end_at_five_and_go_on_in_the_morning():
    assert due(office(), at(0, 9), hours(8)) == at(0, 17)
    assert due(office(), at(0, 15), hours(4)) == at(1, 11)
    assert due(office(), at(4, 16), hours(2)) == at(7, 10)
    assert due(office(), at(5, 12), hours(1)) == at(7, 10)


def test_waiting_adds_its_working_time_and_no_more():
    # Friday 16:00 to Monday 10:00 is two hours of work.
    waited = [(at(4, 16), at(7, 10))]
    assert due(office(), at(4, 9), hours(8)) == at(4, 17)
    assert due(office(), at(4, 9), hours(8), waited) == at(7, 11)
    assert used(office(), at(4, 9), at(7, 12), waited) == hours(9)


def test_a_clock_that_stands_has_no_due_date_unless_it_had_run_out():
    assert due(office(), at(0, 9), hours(8), [(at(0, 12), None)]) is None
    assert due(office(), at(0, 9), hours(2), [(at(0, 12), None)]) == at(0, 11)


def test_who_never_works_is_never_due():
    assert due(Intervals(lambda start, end: []), MONDAY, hours(1)) is None


@laws
@given(calendars, moments, times)
def test_without_a_pause_it_is_the_plan_of_the_calendar(calendar, opened, allowed):
    assert due(calendar(), opened, allowed) == calendar().after(opened, allowed)


@laws
@given(calendars, moments, times, stops, st.tuples(moments, moments))
def test_one_more_pause_never_makes_it_due_earlier(calendar, opened, allowed, paused, another):
    before = due(calendar(), opened, allowed, paused)
    after = due(calendar(), opened, allowed, [*paused, tuple(sorted(another))])
    assert after >= before


@laws
@given(calendars, moments, times, stops, st.randoms())
def test_the_order_of_pauses_does_not_matter(calendar, opened, allowed, paused, random):
    shuffled = list(paused)
    random.shuffle(shuffled)
    assert due(calendar(), opened, allowed, paused) == due(calendar(), opened, allowed, shuffled)
    until = opened + timedelta(days=30)
    assert used(calendar(), opened, until, paused) == used(calendar(), opened, until, shuffled)


@laws
@given(calendars, moments, times, stops)
def test_what_is_due_was_used_up_to_the_minute(calendar, opened, allowed, paused):
    moment = due(calendar(), opened, allowed, paused)
    assert used(calendar(), opened, moment, paused) == allowed


@settings(laws, max_examples=20)
@given(moments, stops)
def test_running_and_standing_fill_the_time(opened, paused):
    spans = running(opened, paused)
    assert spans[-1][1] is None
    end = max([opened, *(high for _low, high in paused)]) + hours(1)
    ran = sum(((high or end) - low for low, high in spans), timedelta(0))
    minute = timedelta(minutes=1)
    stood, moment = timedelta(0), opened
    while moment < end:
        stood += minute * any(low <= moment < high for low, high in paused)
        moment += minute
    assert ran + stood == end - opened


@laws
@given(calendars, moments, moments)
def test_a_calendar_read_in_portions_is_the_calendar(calendar, start, end):
    if end < start:
        start, end = end, start
    whole = sum((high - low for low, high in nine_to_five(start, end)), timedelta(0))
    assert office().between(start, end) == whole


LEVELS = (
    Level(1, "respond", percent=50),
    Level(2, "resolve", late_hours=2),
    Level(3, "resolve", 80),
)
TERMS = Terms(respond_hours=4, resolve_hours=10, levels=LEVELS, most_levels=3)


def test_waiting_stops_the_clock_of_the_resolution_only():
    story = Story(at(0, 9), waits=((at(0, 10), None),))
    found = clocks(office(), story, TERMS)
    assert (found.respond_due, found.resolve_due) == (at(0, 13), None)
    assert (found.escalates, found.level_id) == (at(0, 11), 1)


def test_the_time_for_which_it_was_closed_counts_for_no_clock():
    story = Story(at(0, 9), closed=((at(0, 10), at(1, 10)),))
    found = clocks(office(), story, TERMS)
    assert (found.respond_due, found.resolve_due) == (at(1, 13), at(2, 11))


def test_levels_come_in_their_time_each_once_and_no_more_than_the_cap():
    opened = at(0, 9)
    assert clocks(office(), Story(opened), TERMS).level_id == 1
    answered = Story(opened, responded=at(0, 9, 30))
    assert clocks(office(), answered, TERMS).escalates == at(0, 17)
    second = Story(opened, taken=frozenset({1, 3}))
    found = clocks(office(), second, TERMS)
    assert (found.escalates, found.level_id) == (at(1, 13), 2)
    assert clocks(office(), Story(opened, taken=frozenset({1, 2, 3})), TERMS).escalates is None
    capped = Terms(4, 10, LEVELS, most_levels=1)
    assert clocks(office(), Story(opened, taken=frozenset({1})), capped).escalates is None


def test_no_time_no_clock_no_escalation():
    found = clocks(office(), Story(at(0, 9)), Terms(0, 0, LEVELS, 3))
    assert (found.respond_due, found.resolve_due, found.escalates) == (None, None, None)
