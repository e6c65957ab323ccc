# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When to try again, and how to get past the one item that fails."""

import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.backoff import isolate, next_delay, retry_after

laws = settings(deadline=None, max_examples=100)


class Fixed:
    """A source of chance that has none."""

    def __init__(self, value):
        self.value = value

    def random(self):
        return self.value


def test_delays_double_up_to_the_cap():
    most = [next_delay(tries, 5, 60, Fixed(1.0)) for tries in range(1, 7)]
    least = [next_delay(tries, 5, 60, Fixed(0.0)) for tries in range(1, 7)]
    assert most == [5, 10, 20, 40, 60, 60]
    assert least == [2.5, 5, 10, 20, 30, 30]


@laws
@given(st.integers(-5, 10**9), st.floats(0.01, 100), st.floats(100, 1e6), st.integers())
def test_delays_are_bounded_and_never_nothing(tries, base, cap, seed):
    delay = next_delay(tries, base, cap, random.Random(seed))
    assert base / 2 <= delay <= cap


def test_delays_are_spread():
    delays = {next_delay(4, 5, 600, random.Random(seed)) for seed in range(50)}
    assert len(delays) == 50 and max(delays) - min(delays) > 10
    assert 2.5 <= next_delay(1, 5, 60) <= 5


@pytest.mark.parametrize(("base", "cap"), [(0, 1), (-1, 1), (2, 1)])
def test_delays_that_make_no_sense(base, cap):
    with pytest.raises(ValueError):
        next_delay(1, base, cap)


NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", 86400),
        ("Wed, 01 May 2024 12:02:00 GMT", 120),
        ("Wed, 01 May 2024 11:00:00 GMT", 0),
        ("Wed, 01 May 2024 12:02:00 -0000", 120),
        ("Wed, 01 May 2024 14:02:00 +0200", 120),
        ("Wednesday, 01-May-24 12:02:00 GMT", 120),
        ("Wed, 01 May 2030 12:00:00 GMT", 86400),
        ("-5", None),
        ("abc", None),
        ("1e9", None),
        ("1.5", None),
        ("", None),
        (None, None),
        ("٣", None),
        ("9" * 10000, None),
        ("Wed, 99 Foo 2024 12:02:00 GMT", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, NOW) == seconds


@laws
@given(st.text(max_size=40))
def test_any_retry_after_is_bounded(header):
    seconds = retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= 86400


# -- isolate --------------------------------------------------------------------------------------


class Savepoint:
    """All or nothing, like the real one; refuses the poisoned."""

    def __init__(self, poison):
        self.poison, self.applied, self.attempts = poison, [], 0

    def __call__(self, batch):
        assert batch
        self.attempts += 1
        if bad := [item for item in batch if item in self.poison]:
            raise ValueError(bad)
        self.applied += batch


@laws
@given(st.integers(0, 60), st.sets(st.integers(0, 59), max_size=6))
def test_the_sound_are_done_once_in_order_and_the_poisoned_are_named(size, poison):
    work = Savepoint(poison)
    done, failed = isolate(range(size), work)
    bad = sorted(poison & set(range(size)))
    assert done == work.applied == [item for item in range(size) if item not in poison]
    assert [item for item, _error in failed] == bad
    assert all(isinstance(error, ValueError) for _item, error in failed)
    if size:
        assert work.attempts <= 1 + 2 * len(bad) * (math.ceil(math.log2(size)) if size > 1 else 0)


def test_a_sound_batch_is_one_attempt():
    work = Savepoint(set())
    isolate(list("abc"), work)
    assert work.attempts == 1


def test_when_nothing_can_succeed_it_ends_at_once():
    attempts = []

    def away(batch):
        attempts.append(batch)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        isolate([1, 2, 3, 4], away, reraise=(ConnectionError,))
    assert len(attempts) == 1


def test_an_interrupt_is_not_swallowed():
    def interrupted(batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        isolate([1], interrupted)


def test_what_an_attempt_does_to_its_list_is_its_own():
    def greedy(batch):
        if len(batch) > 1:
            batch.clear()
            raise ValueError
        batch.pop()

    assert isolate([1, 2, 3], greedy) == ([1, 2, 3], [])
