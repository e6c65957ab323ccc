# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When what did not get through is sent again."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.retry_schedule import (
    DEFAULT,
    LONGEST,
    MOST_STEPS,
    parse,
    pause,
)

laws = settings(deadline=None, max_examples=200)
schedules = st.lists(st.integers(1, LONGEST).map(float), min_size=1, max_size=8).map(tuple)


class Fixed:
    """A source of chance that has none."""

    def __init__(self, value):
        self.value = value

    def random(self):
        return self.value


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("5s 5m 30m 2h 5h 10h", (5, 300, 1800, 7200, 18000, 36000)),
        ("5s, 1m", (5, 60)),
        ("  1S\t2M\n1D ", (1, 120, 86400)),
        ("7d", (LONGEST,)),
        (DEFAULT, (5, 30, 120, 600, 1800, 7200, 18000, 36000)),
    ],
)
def test_what_people_write(text, pauses):
    assert parse(text) == pauses


@pytest.mark.parametrize(
    "text",
    ["", "  ", None, "5", "5x", "s", "0s", "8d", "-5s", "1.5h", "5 s", "5s;6s", "٥s", "9999999s"],
)
def test_what_is_no_schedule(text):
    with pytest.raises(ValueError, match=r"“.*” is no pause"):
        parse(text)


def test_more_pauses_than_anybody_needs():
    assert len(parse("1s " * MOST_STEPS)) == MOST_STEPS
    with pytest.raises(ValueError, match="more than 50"):
        parse("1s " * (MOST_STEPS + 1))


def test_the_list_is_followed_and_its_last_pause_repeated():
    pauses = (10.0, 100.0)
    assert [pause(pauses, tries, None, Fixed(0.5)) for tries in range(1, 5)] == [10, 100, 100, 100]
    assert pause(pauses, 0, None, Fixed(0.5)) == 10
    assert pause(pauses, 1, None, Fixed(0.0)) == 8 and pause(pauses, 1, None, Fixed(1.0)) == 12


@laws
@given(schedules, st.integers(-3, 10**6), st.integers())
def test_it_is_within_a_fifth_of_the_list(pauses, tries, seed):
    step = pauses[min(max(tries, 1), len(pauses)) - 1]
    assert 0.8 * step <= pause(pauses, tries, None, random.Random(seed)) <= 1.2 * step


@laws
@given(schedules, st.integers(1, 20), st.floats(0, 86400), st.integers())
def test_it_is_never_below_what_they_asked(pauses, tries, asked, seed):
    step = pauses[min(tries, len(pauses)) - 1]
    wait = pause(pauses, tries, asked, random.Random(seed))
    assert asked <= wait
    assert wait == asked or 0.8 * step <= wait <= 1.2 * step


def test_what_failed_together_does_not_come_back_together():
    waits = {pause((60.0,), 1, None, random.Random(seed)) for seed in range(50)}
    assert len(waits) == 50 and max(waits) - min(waits) > 10
    assert 48 <= pause((60.0,), 1, None) <= 72
