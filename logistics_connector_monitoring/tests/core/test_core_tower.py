"""What a page shows is what was counted: nothing is lost between bands, days and the number."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.addons.logistics_connector_monitoring.core.tower import Cell, Days, days_of, picture

TODAY = date(2026, 3, 31)
WEEK = days_of("week", TODAY)
BANDS = (Band("good", "Good", "good"), Band("bad", "Bad", "bad"), Band("none", "Unjudged"))
HOURS = (Band("day", "A day", "good", 0, 24), Band("more", "More", "bad", 24, None))
CELLS = st.lists(
    st.builds(
        Cell,
        st.dates(WEEK.before.first - timedelta(3), TODAY + timedelta(1)),
        st.sampled_from(["good", "bad", "none", "new"]),
        st.integers(1, 99),
        st.integers(-500, 900).map(float),
    )
)


def test_days_and_those_before_are_as_many_and_touch():
    assert Days(date(2026, 3, 25), TODAY) == WEEK
    assert WEEK.before == Days(date(2026, 3, 18), date(2026, 3, 24))
    assert days_of("today", TODAY).before == Days(date(2026, 3, 30), date(2026, 3, 30))
    assert len(WEEK.each()) == 7
    with pytest.raises(KeyError):
        days_of("year", TODAY)


@given(CELLS)
def test_bands_and_days_sum_up_to_the_number(cells):
    shown = picture("count", BANDS, cells, WEEK)
    inside = [cell for cell in cells if WEEK.holds(cell.day)]
    assert shown["value"] == shown["of"] == sum(cell.quantity for cell in inside)
    assert sum(band["quantity"] for band in shown["bands"]) == shown["value"]
    assert sum(sum(one["values"]) for one in shown["series"]) == shown["value"]
    money = picture("money", BANDS, cells, WEEK)
    assert money["value"] == sum(cell.amount for cell in inside)
    assert sum(band["amount"] for band in money["bands"]) == money["value"]


@given(CELLS, st.randoms())
def test_the_order_in_which_cells_are_read_does_not_matter(cells, random):
    mixed = list(cells)
    random.shuffle(mixed)
    for measure in ("count", "share", "money", "percent"):
        one, other = (picture(measure, BANDS, each, WEEK) for each in (cells, mixed))
        assert (one["value"], one["before"], one["of"]) == (
            other["value"],
            other["before"],
            other["of"],
        )


def test_a_share_is_of_what_was_judged():
    cells = [Cell(TODAY, "good", 9), Cell(TODAY, "bad", 1), Cell(TODAY, "none", 90)]
    shown = picture("share", BANDS, cells, WEEK)
    assert (shown["value"], shown["of"], shown["before"]) == (90.0, 10, None)
    assert picture("share", BANDS, cells[2:], WEEK)["value"] is None


def test_hours_are_a_median_of_fine_bands_shown_in_coarse_ones():
    cells = [Cell(TODAY, "2", 5), Cell(TODAY, "30", 4), Cell(TODAY, "200", 1)]
    shown = picture("hours", HOURS, cells, WEEK)
    assert (shown["value"], shown["of"]) == (2, 10)
    assert [(band["code"], band["quantity"]) for band in shown["bands"]] == [
        ("day", 5),
        ("more", 5),
    ]


def test_a_level_is_that_of_its_last_count():
    yesterday = TODAY - timedelta(1)
    cells = [Cell(TODAY, "bad", 3), Cell(yesterday, "bad", 5), Cell(WEEK.before.last, "bad", 8)]
    shown = picture("count", BANDS, cells, WEEK, level_day=TODAY)
    assert (shown["value"], shown["before"]) == (3, 8)
    # Counted today and nothing found: what was found yesterday is over.
    shown = picture("count", BANDS, cells[1:], WEEK, level_day=TODAY)
    assert shown["value"] == 0


def test_percents_are_a_mean_each_day():
    cells = [Cell(TODAY, "good", 1, 100.0), Cell(TODAY, "bad", 3, 240.0)]
    shown = picture("percent", BANDS, cells, WEEK)
    assert shown["value"] == 85.0
    assert shown["series"] == [{"code": "", "values": [None] * 6 + [85.0]}]


def test_a_band_that_nobody_named_is_shown_by_its_code():
    shown = picture("count", BANDS, [Cell(TODAY, "new", 2)], WEEK)
    assert shown["bands"][-1] == {
        "code": "new",
        "label": "new",
        "tone": "neutral",
        "quantity": 2,
        "amount": 0.0,
    }
