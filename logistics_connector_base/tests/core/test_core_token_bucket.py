# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A rate that several processes keep together: never more than allowed, and not less either."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.token_bucket import (
    REFUSAL_SECONDS,
    Purse,
    Rate,
    draw,
    wait,
)

laws = settings(deadline=None, max_examples=150)
rates = st.builds(
    Rate,
    st.floats(0.1, 500, allow_nan=False).map(lambda value: round(value, 2)),
    st.integers(1, 2000).map(float),
)


class World:
    """A shared bucket and some processes, with a clock of their own."""

    def __init__(self, rate, processes):
        self.rate = rate
        self.level, self.since, self.now = rate.capacity, 0.0, 0.0
        self.purses = [Purse(rate) for _process in range(processes)]
        self.passed, self.asked = [], 0

    def message(self, process):
        """A message comes to a process: 0.0 when it passed, else the seconds to wait."""
        purse = self.purses[process]
        verdict = purse.spend(self.now)
        if verdict is None:
            self.asked += 1
            granted, self.level = draw(
                self.level,
                self.now - self.since,
                self.rate.per_second,
                self.rate.capacity,
                purse.wanted,
            )
            self.since = self.now
            verdict = purse.fill(self.now, granted, self.level)
        if not verdict:
            self.passed.append(self.now)
        return verdict


@laws
@given(
    rates,
    st.integers(1, 8),
    st.lists(st.tuples(st.integers(0, 7), st.floats(0, 0.3)), max_size=300),
    st.booleans(),
)
def test_never_more_than_burst_and_rate_within_any_time(rate, processes, messages, flood):
    world = World(rate, processes)
    for process, pause in messages:
        world.now += pause
        for _copy in range(20 if flood else 1):
            world.message(process % processes)
    for first, begin in enumerate(world.passed):
        for last in range(first, len(world.passed), 7):
            allowed = rate.burst + rate.per_second * (world.passed[last] - begin)
            assert last - first + 1 <= allowed + 1e-6


@laws
@given(rates, st.integers(1, 8), st.randoms(use_true_random=False))
def test_who_keeps_to_the_rate_is_never_refused(rate, processes, rng):
    """Whichever process gets which message: slices that are thrown away must not cost anybody."""
    burst = max(rate.burst, 2 * rate.per_second, 20)
    world = World(Rate(rate.per_second, burst), processes)
    for _message in range(400):
        world.now += 1 / (0.8 * rate.per_second)
        assert world.message(rng.randrange(processes)) == 0.0


@laws
@given(rates, st.integers(0, 60))
def test_after_the_wait_that_was_told_a_message_passes(rate, before):
    world = World(rate, 1)
    verdict = 0.0
    for _message in range(10_000):
        verdict = world.message(0)
        if verdict:
            break
    assert 0 < verdict <= max(1 / rate.per_second, REFUSAL_SECONDS) + 1e-6
    for _message in range(before):
        assert world.message(0) > 0
    world.now += verdict + 1e-6
    assert world.message(0) == 0.0


def test_no_process_is_starved():
    """Under a flood to all of them each gets a share, and together they get the whole rate."""
    world = World(Rate(40.0, 40.0), 4)
    passed = [0] * 4
    rng = random.Random(7)
    for _step in range(60_000):
        world.now += 0.001
        process = rng.randrange(4)
        passed[process] += not world.message(process)
    assert min(passed) > 300
    assert sum(passed) >= 0.9 * 40 * 60


def test_a_flood_does_not_ask_the_shared_bucket_for_each_message():
    world = World(Rate(100.0, 200.0), 2)
    for number in range(20_000):
        world.now += 0.0005  # 2000 a second for ten seconds
        world.message(number % 2)
    assert world.asked < 0.15 * 20_000
    assert len(world.passed) <= 200 + 100 * world.now


def test_a_steady_stream_asks_some_times_a_second():
    world = World(Rate(1000.0, 5000.0), 1)
    for _message in range(3000):
        world.now += 0.002  # 500 a second
        assert world.message(0) == 0.0
    assert world.asked < 15 * world.now


def test_a_slice_that_was_kept_too_long_is_worth_nothing():
    rate = Rate(10.0, 100.0)
    purse = Purse(rate)
    assert purse.spend(0.0) is None
    assert purse.fill(0.0, 5, 50.0) == 0.0
    assert purse.spend(rate.lease - 0.01) == 0.0
    assert purse.spend(rate.lease) is None


@pytest.mark.parametrize(
    ("per_second", "burst"), [(0, 5), (-1, 5), (5, 0), (5, 0.5), (math.nan, 5)]
)
def test_rates_that_make_no_sense(per_second, burst):
    with pytest.raises(ValueError, match="rate"):
        Rate(per_second, burst)


@laws
@given(rates)
def test_the_bucket_always_has_room_for_a_token(rate):
    assert rate.capacity >= 1 and 1 <= rate.largest_slice <= rate.capacity
    assert rate.capacity + rate.per_second * rate.lease <= rate.burst + 1e-6


@laws
@given(
    st.floats(0, 1e4),
    st.floats(-100, 1e4),
    st.floats(0.01, 1e4),
    st.floats(1, 1e4),
    st.integers(1, 500),
)
def test_draw_gives_what_is_there(level, elapsed, per_second, capacity, wanted):
    granted, left = draw(level, elapsed, per_second, capacity, wanted)
    assert 0 <= granted <= wanted
    assert -1e-6 <= left <= capacity
    if granted < wanted:
        assert left < 1 and wait(left, per_second) > 0
