"""Amounts, dates and weights of one cell: what can be read in two ways is not read."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core import cells

CENTS = st.decimals(-10_000_000, 10_000_000, places=2, allow_nan=False)


def written(value, decimal, group):
    digits = f"{abs(value):,.2f}".translate(str.maketrans({",": group, ".": decimal}))
    return digits


@given(CENTS, st.sampled_from([(".", ","), (",", "."), (".", ""), (",", ""), (".", "'")]))
def test_an_amount_is_read_as_it_was_written(value, signs):
    decimal, group = signs
    digits = written(value, decimal, group)
    shapes = (
        [digits, f"€ {digits}", f"{digits} EUR"]
        if value >= 0
        else [f"-{digits}", f"{digits}-", f"({digits})", f"-€{digits}", f"- {digits}"]
    )
    for shape in shapes:
        assert cells.amount(shape, decimal) == value


@pytest.mark.parametrize(
    "told",
    ["1,23", "12,3O", "1.2.3", "--5", "NaN", "Infinity", "1e5", "-", "€", "٣", "1,2345", "9" * 40],
)
def test_what_is_no_amount_is_none(told):
    with pytest.raises(ValueError):
        cells.amount(told, ".")


@given(st.text(max_size=30), st.sampled_from(".,"))
def test_any_text_is_an_amount_or_refused(told, decimal):
    try:
        found = cells.amount(told, decimal)
    except ValueError:
        return
    assert found is None or found.is_finite()


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_date_is_read_in_the_order_that_was_said(day):
    for shape, order in (
        ("%Y-%m-%d", ""),
        ("%Y%m%d", ""),
        ("%Y-%m-%dT%H:%M:%S", "mdy"),
        ("%d/%m/%Y", "dmy"),
        ("%d.%m.%Y", "dmy"),
        ("%m/%d/%Y", "mdy"),
    ):
        assert cells.day(day.strftime(shape), order) == day


def test_a_date_without_an_order_is_asked_and_an_impossible_one_refused():
    with pytest.raises(cells.AmbiguousDate):
        cells.day("03/04/2026")
    for told, order in (
        ("31/02/2026", "dmy"),
        ("13/13/2026", "mdy"),
        ("soon", ""),
        ("18990101", ""),
    ):
        with pytest.raises(ValueError) as caught:
            cells.day(told, order)
        assert not isinstance(caught.value, cells.AmbiguousDate)
    assert cells.day("00000000") is None
    assert cells.day(datetime(2026, 3, 4, 5)) == date(2026, 3, 4)


@given(st.text(max_size=20), st.sampled_from(("", "dmy", "mdy", "ymd")))
def test_any_text_is_a_date_or_refused(told, order):
    try:
        found = cells.day(told, order)
    except ValueError:
        return
    assert found is None or 1990 <= found.year <= 2100


def test_sides_are_three_or_nothing():
    found = cells.sides("12.0x 9.0x 7.0", "I")
    assert (found.length, found.height, found.unit) == (Decimal("12.0"), Decimal("7.0"), "in")
    assert cells.sides("12.0x 9.0") is None
    assert cells.dimensions("1", "x", "2") is None
    assert cells.dimensions("1", "0", "2") is None


def test_units_of_carriers_become_ours_and_others_stay():
    assert [cells.weight_unit(one) for one in ("K", "LBS", "O", "Stein")] == [
        "kg",
        "lb",
        "oz",
        "stein",
    ]


def test_a_currency_beside_an_amount_must_be_the_invoices():
    for told, currency in (("12.30 EUR", "EUR"), ("$12.30", "CAD"), ("12.30", "EUR"), ("£1", "")):
        assert not cells.is_other_currency(told, currency)
    for told, currency in (("12.30 USD", "EUR"), ("$12.30", "EUR"), ("€1", "GBP")):
        assert cells.is_other_currency(told, currency)
    with pytest.raises(ValueError):
        cells.amount("23.OLO")  # letters for digits are no currency


def test_a_formula_is_seen_and_a_negative_amount_or_phone_is_none():
    for bad in ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-A1", "\t=1", " =1"):
        assert cells.has_formula(("fine", bad, "fine"))
    for good in ("-12.30", "+49 30 1234", "- 5,00", "a=b", "-", ""):
        assert not cells.has_formula(("fine", good, "fine"))


def test_a_rounded_tracking_number_is_seen():
    assert cells.is_rounded("1.23457E+11")
    assert cells.is_rounded("1,23457e+11")
    assert not cells.is_rounded("1Z999AA10123456784")
    assert not cells.is_rounded("1E10")


def test_currencies_are_those_of_iso_4217():
    assert {"EUR", "USD", "GBP", "XCG"} <= cells.CURRENCIES
    assert "XXU" not in cells.CURRENCIES
