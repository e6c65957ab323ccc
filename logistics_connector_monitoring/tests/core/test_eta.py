"""The laws of what is said about when it will come, over generated data."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_monitoring.core.eta import (
    cohorts,
    conformal,
    forecast,
    levels,
    milestones,
    quantiles,
)

SECONDS = st.integers(0, 10_000_000)
ORDERED = st.lists(SECONDS, min_size=1, max_size=200).map(sorted)
SHARE = st.floats(0, 1)
COUNTS = st.fixed_dictionaries({}, optional=dict.fromkeys(levels.LEVELS, st.integers(0, 90)))


# -- quantiles --------------------------------------------------------------------------------


@given(ORDERED, SHARE, SHARE)
def test_quantiles_are_monotone_and_occurred(ordered, one, other):
    low, high = sorted((one, other))
    assert quantiles.quantile(ordered, low) <= quantiles.quantile(ordered, high)
    assert quantiles.quantile(ordered, one) in ordered


@given(ORDERED, st.integers(0, 100))
def test_a_quantile_is_the_smallest_that_enough_do_not_exceed(ordered, percent):
    found = quantiles.quantile(ordered, percent / 100)
    share = Fraction(percent, 100)
    within = Fraction(sum(value <= found for value in ordered), len(ordered))
    assert within >= share
    below = Fraction(sum(value < found for value in ordered), len(ordered))
    assert below < share or found == ordered[0]


@given(ORDERED, SECONDS, st.integers(0, 1000))
def test_a_shift_of_all_times_shifts_the_quantiles_alike(ordered, by, permille):
    share = permille / 1000
    shifted = [value + by for value in ordered]
    assert quantiles.quantile(shifted, share) == quantiles.quantile(ordered, share) + by


def test_nothing_has_no_quantile():
    for values, share in (([], 0.5), ([1], 1.1), ([1], -0.1)):
        with pytest.raises(ValueError, match="quantile"):
            quantiles.quantile(values, share)


# -- levels -----------------------------------------------------------------------------------


@given(COUNTS, st.sampled_from(levels.LEVELS), st.integers(0, 100))
def test_more_data_never_picks_a_coarser_level(counts, level, more):
    order = (*levels.LEVELS, levels.PROMISE)
    grown = counts | {level: counts.get(level, 0) + more}
    assert order.index(levels.choose(grown)) <= order.index(levels.choose(counts))


def test_below_thirty_only_the_promise_is_left():
    assert levels.choose({"zone": 29, "country": 29, "service": 29}) == levels.PROMISE
    assert levels.choose({"zone": 29, "country": 30}) == "country"
    assert levels.choose({}) == levels.PROMISE


def test_unknown_places_leave_levels_out():
    ends = levels.lanes(" UPS ", "Express", ("DE", "10115"), ("FR", "75 001"))
    assert ends == {
        "zone": ("ups", "express", "DE-10", "FR-75"),
        "country": ("ups", "express", "DE", "FR"),
        "service": ("ups", "express", "", ""),
    }
    assert list(levels.lanes("ups", "", ("DE", ""), ("FR", "75001"))) == ["country", "service"]
    assert list(levels.lanes("ups", "", ("DE", "10115"), ("", "75001"))) == ["service"]


def test_the_furthest_milestone_counts_whatever_came_last():
    reached = {"out_for_delivery": 5, "picked_up": 1, "in_transit": 9, "packed": 0}
    assert milestones.furthest(reached) == ("out_for_delivery", 5)
    assert milestones.furthest({"packed": 0}) is None


# -- the band ---------------------------------------------------------------------------------


@given(st.lists(SECONDS, min_size=30, max_size=120).map(sorted), st.integers(-(10**7), 10**7))
def test_the_band_holds_the_median_however_it_is_widened(ordered, widen):
    said = forecast.forecast({"zone": forecast.sample(ordered)}, widen)
    assert 0 <= said.low <= said.mid <= said.high
    assert said.mid == quantiles.quantile(ordered, 0.5)


@given(
    st.lists(SECONDS, min_size=30, max_size=120).map(sorted), SECONDS, st.integers(0, 10_000_000)
)
def test_a_band_shifts_with_its_deliveries(ordered, by, widen):
    one = forecast.forecast({"zone": forecast.sample(ordered)}, 0)
    later = forecast.forecast({"zone": forecast.sample([x + by for x in ordered])}, 0)
    assert (later.low, later.mid, later.high) == (one.low + by, one.mid + by, one.high + by)
    for actual in (ordered[0], ordered[-1]):
        there = conformal.score(one.raw_low, one.raw_high, actual)
        assert conformal.score(later.raw_low, later.raw_high, actual + by) == there
    wider = forecast.forecast({"zone": forecast.sample(ordered)}, widen)
    assert wider.low <= one.low <= one.high <= wider.high


@given(ORDERED, SHARE, SHARE)
def test_who_promises_more_widens_more(scores, one, other):
    low, high = sorted((one, other))
    assert conformal.widening(scores, low) >= conformal.widening(scores, high)


def test_the_rank_is_the_one_for_finite_samples():
    # ⌈101 · 0.9⌉ = 91, not 90: with the plain quantile the next one is too often outside.
    assert conformal.widening(range(1, 101), 0.1) == 91
    assert conformal.widening(range(1, 20), 0.1) == 18
    assert conformal.widening([5, 3], 0.01) == 5, "too few: the worst seen"


def test_exchangeable_data_is_covered_as_promised():
    draw, hits, rounds = random.Random(4), 0, 1500
    trained = sorted(draw.lognormvariate(11, 0.5) for _n in range(200))
    one = forecast.sample(trained)
    for _round in range(rounds):
        scores = [
            conformal.score(one.low, one.high, draw.lognormvariate(11, 0.5)) for _n in range(100)
        ]
        said = forecast.forecast({"zone": one}, conformal.widening(scores))
        hits += said.low <= draw.lognormvariate(11, 0.5) <= said.high
    assert 0.89 <= hits / rounds <= 0.93


@given(st.floats(0.01, 0.5), st.integers(1, 1000), st.data())
def test_the_level_follows_the_coverage(alpha, count, data):
    missed = data.draw(st.integers(0, count))
    moved = conformal.follow(alpha, missed, count)
    assert conformal.ALPHA_RANGE[0] <= moved <= conformal.ALPHA_RANGE[1]
    if missed / count > 0.11:
        assert moved < alpha or alpha == conformal.ALPHA_RANGE[0]
    if missed / count < 0.09:
        assert moved > alpha or alpha == conformal.ALPHA_RANGE[1]
    assert conformal.follow(alpha, 0, 0) == alpha


# -- late risk --------------------------------------------------------------------------------


@given(ORDERED, st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
def test_late_risk_is_a_share_and_falls_with_the_time_left(ordered, one, other):
    less, more = sorted((one, other))
    assert 0 <= forecast.late_risk(ordered, more) <= forecast.late_risk(ordered, less) <= 1


@given(ORDERED, SECONDS)
def test_late_risk_is_what_was_observed(ordered, left):
    assert forecast.late_risk(ordered, left) == sum(x > left for x in ordered) / len(ordered)


# -- the past ---------------------------------------------------------------------------------


def test_cohorts_are_ripe_when_99_of_100_have_arrived():
    assert cohorts.ripe_after(range(100, 0, -1)) == 99


def test_a_history_with_drift_and_a_peak_is_covered_and_better_than_the_promise():
    """The short form of ``./dev bench eta``."""
    from bench._back_test import back_test
    from bench._lane_history import history

    figures = back_test(history(7, 120, 20), 45).figures()
    assert figures["forecasts"] > 1500
    assert abs(figures["coverage_percent"] - 90) <= 2
    assert figures["median_error_hours"] < figures["promise_error_hours"]
    assert figures["level_zone"] > figures["level_service"] > 0
