"""One alert for one incident, whatever the number does meanwhile."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_monitoring.core.alert import (
    FIRING,
    QUIET,
    Bounds,
    Watch,
    is_quiet,
    replay,
    step,
    usual,
)

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
NUMBERS = st.none() | st.floats(-100, 100)
SERIES = st.lists(NUMBERS, max_size=60).map(
    lambda values: [(START + n * MINUTES, value) for n, value in enumerate(values)]
)
BOUNDS = st.tuples(st.floats(-50, 50), st.floats(0, 40), st.booleans()).map(
    lambda told: Bounds(told[0], told[0] + told[1] * (1 if told[2] else -1), told[2])
)
WAITS = st.integers(0, 5).map(lambda n: n * MINUTES)


@given(SERIES, BOUNDS, WAITS, WAITS)
def test_alerts_never_overlap_and_only_the_last_may_hold(values, bounds, after, over):
    told = replay(values, lambda _moment: bounds, after, over)
    for fired, cleared in told[:-1]:
        assert fired <= cleared
    for (_fired, cleared), (fired, _cleared) in pairwise(told):
        assert cleared < fired


@given(SERIES, BOUNDS, WAITS)
def test_each_begins_beyond_the_one_bound_and_ends_within_the_other(values, bounds, over):
    by_moment = dict(values)
    for fired, cleared in replay(values, lambda _moment: bounds, over=over):
        assert bounds.is_beyond(by_moment[fired])
        if cleared:
            assert bounds.is_well(by_moment[cleared])


@given(st.lists(st.floats(50.001, 69.999), max_size=40), WAITS)
def test_between_the_bounds_nothing_flaps(between, over):
    """It has fired once; wavering above the bound at which it clears fires nothing more."""
    values = [(START, 90.0)]
    values += [(START + (n + 1) * MINUTES, value) for n, value in enumerate(between)]
    assert replay(values, lambda _moment: Bounds(70, 50), over=over) == [(START, None)]


@given(SERIES, BOUNDS, WAITS, WAITS, st.integers(0, 59))
def test_to_look_twice_at_the_same_moment_changes_nothing(values, bounds, after, over, place):
    twice = sorted(values + values[place : place + 1], key=lambda one: one[0])
    once = replay(values, lambda _moment: bounds, after, over)
    assert [fired for fired, _c in replay(twice, lambda _m: bounds, after, over)][: len(once)] == [
        fired for fired, _cleared in once
    ]


def test_what_is_over_at_once_is_told_to_nobody():
    values = [(START, 90), (START + 4 * MINUTES, 90), (START + 5 * MINUTES, 10)]
    assert replay(values, lambda _m: Bounds(70, 50), after=5 * MINUTES) == []
    values.insert(2, (START + 5 * MINUTES, 80))
    assert replay(values[:3], lambda _m: Bounds(70, 50), after=5 * MINUTES) == [
        (START + 5 * MINUTES, None)
    ]


def test_a_number_that_is_not_known_changes_nothing():
    firing = Watch(FIRING, START)
    assert step(firing, None, Bounds(1, 0), START + MINUTES) == (firing, "")
    assert step(firing, 0, None, START + MINUTES) == (firing, "")
    assert step(firing, 0, Bounds(1, 0), START + MINUTES) == (
        Watch(QUIET, START + MINUTES),
        "clear",
    )


def test_bounds_the_wrong_way_round_are_refused():
    for told in ((10, 20, False), (20, 10, True)):
        with pytest.raises(ValueError, match="beyond"):
            Bounds(*told)


@given(st.lists(st.floats(0, 1000), min_size=4, max_size=12), st.floats(1, 6), st.booleans())
def test_what_is_usual_is_no_alert(values, width, is_below):
    bounds = usual(values, width, is_below)
    middle = sorted(values)[len(values) // 2]
    if len(values) % 2:
        assert not bounds.is_beyond(middle)
    assert usual(values[:3], width) is None
    assert usual([*values, None], width, is_below) == bounds


@given(st.lists(st.floats(0, 1000), min_size=4), st.floats(1, 6), st.floats(-500, 500))
def test_what_is_usual_moves_with_the_numbers(values, width, shift):
    one = usual(values, width)
    other = usual([value + shift for value in values], width)
    spread = one.fire - one.clear
    if spread > 1e-6 and len(set(values)) == len(values) > 4:
        assert other.fire - one.fire == pytest.approx(shift, abs=1e-3)


def test_quiet_hours_may_pass_midnight():
    assert [is_quiet(hour, 22, 6) for hour in (21.9, 22, 23.5, 0, 5.9, 6)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    assert [is_quiet(hour, 12, 13) for hour in (11, 12.5, 13)] == [False, True, False]
    assert not is_quiet(3, 0, 0)
