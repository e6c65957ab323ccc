"""What is read from counts, and what comes back from a browser."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.figures import (
    Band,
    Chosen,
    chosen_from,
    quantile_of,
    share_of,
)

DAYS = st.none() | st.dates()
IDS = st.none() | st.integers(1, 10**9)
CHOSEN = st.builds(
    Chosen, st.text(max_size=20), st.lists(st.text(max_size=9)).map(tuple), DAYS, DAYS, IDS, IDS
)
COUNTS = st.dictionaries(st.integers(0, 500).map(str), st.integers(1, 50))


@given(CHOSEN)
def test_what_was_chosen_comes_back(chosen):
    assert chosen_from(chosen.as_text()) == chosen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"figure": 7}',
        '{"figure": "a", "bands": "late"}',
        '{"figure": "a", "bands": [1]}',
        '{"figure": "a", "first": "yesterday"}',
        '{"figure": "a", "first": 20260101}',
        '{"figure": "a", "warehouse": "1; DROP TABLE x"}',
        '{"figure": "a", "warehouse": true}',
        '{"figure": "a", "connection": [1]}',
    ],
)
def test_what_is_no_choice_is_refused(text):
    with pytest.raises(ValueError):
        chosen_from(text)


@given(COUNTS)
def test_a_quantile_is_one_of_the_numbers_and_has_its_share_below(counts):
    whole = sorted(int(number) for number, many in counts.items() for _each in range(many))
    for share in (0.1, 0.5, 0.9, 1.0):
        found = quantile_of(counts, share)
        if not whole:
            assert found is None
            continue
        assert found in whole
        assert sum(1 for one in whole if one <= found) >= share * len(whole)
        assert sum(1 for one in whole if one < found) < share * len(whole)


def test_what_was_not_judged_is_in_no_share():
    counts = {"on_time": 6, "late": 2, "unpromised": 92}
    assert share_of(counts, ["on_time"], ["late"]) == (0.75, 8)
    assert share_of({"unpromised": 92}, ["on_time"], ["late"]) == (None, 0)


def test_a_band_with_bounds_holds_whole_numbers():
    day, rest = Band("day", "A day", "good", 0, 24), Band("rest", "More", "bad", 24, None)
    assert [day.holds("0"), day.holds("23"), day.holds("24")] == [True, True, False]
    assert [rest.holds("23"), rest.holds("24"), rest.holds("9999")] == [False, True, True]
    assert Band("late", "Late").holds("late")


def test_days_are_days():
    chosen = Chosen("a", ("b",), date(2026, 1, 31), date(2026, 2, 1), 4, None)
    assert '"2026-01-31"' in chosen.as_text()
