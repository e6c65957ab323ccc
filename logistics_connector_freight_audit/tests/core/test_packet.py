"""What a carrier is told, and how its answer is read: never an amount that it did not mean."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.packet import (
    ANSWERED,
    COLUMNS,
    FORMULA,
    Answer,
    Claim,
    as_csv,
    read_answers,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=20)
CLAIMS = st.builds(Claim, *[TEXTS] * len(COLUMNS))
SIGNS = [("", "."), (",", "."), (".", ",")]
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)


def answers(*rows, delimiter=";"):
    """Our table as a carrier fills it in: (answer, amount) of each parcel."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["tracking", "answer", "amount", "note"])
    for number, row in enumerate(rows):
        writer.writerow([f"1Z{number}", *row, ""])
    return read_answers(out.getvalue().encode())


@given(st.lists(CLAIMS, max_size=5))
def test_no_cell_of_ours_is_a_formula_and_none_is_lost(claims):
    rows = list(csv.DictReader(io.StringIO(as_csv(claims).decode(), newline="")))
    assert len(rows) == len(claims)
    for claim, row in zip(claims, rows, strict=True):
        for column in COLUMNS:
            told = getattr(claim, column)
            assert row[column].removeprefix("'") == told.removeprefix("'") or row[column] == told
            if row[column].startswith(FORMULA):
                assert Decimal(row[column]).is_finite()
        assert not any(row[column] for column in ANSWERED)


@given(
    st.lists(CENTS, min_size=1, max_size=8), st.sampled_from([("", "."), (",", "."), (".", ",")])
)
def test_amounts_with_cents_are_read_as_they_are_meant(amounts, signs):
    group, point = signs
    told = [
        ("partial", f"{amount:,.2f}".translate(str.maketrans({",": group, ".": point})))
        for amount in amounts
    ]
    assert [one.accepted for one in answers(*told)] == amounts


def test_one_amount_tells_how_the_others_are_written():
    assert [one.accepted for one in answers(("ok", "1,234"), ("ok", "12.50"))] == [
        Decimal(1234),
        Decimal("12.50"),
    ]
    assert [one.accepted for one in answers(("ok", "1.234"), ("ok", "12,5"))] == [
        Decimal(1234),
        Decimal("12.5"),
    ]


@pytest.mark.parametrize("amount", ["1,234", "1.234", "12.345"])
def test_what_may_mean_two_things_is_not_guessed(amount):
    with pytest.raises(ValueError, match="unclear 3"):
        answers(("ok", "7"), ("partial", amount))


@pytest.mark.parametrize("amount", ["1,2,3", "twelve", "-5.00", "1.234.50", "NaN", "1e3", "∞"])
def test_what_is_no_amount_is_refused_with_its_row(amount):
    with pytest.raises(ValueError, match="amount 3"):
        answers(("ok", ""), ("partial", amount))


def test_two_ways_in_one_table_are_refused():
    with pytest.raises(ValueError, match="amount"):
        answers(("ok", "1.234,50"), ("ok", "1,234.50"))


def test_words_and_empty_rows():
    found = answers(("Accepted", ""), ("REJECTED: late", "9.00"), ("", "5"), ("partial", "3.10"))
    assert found == [
        Answer("1Z0", True, None, ""),
        Answer("1Z1", False, Decimal(0), ""),
        Answer("1Z3", True, Decimal("3.10"), ""),
    ]
    for row, word in ((("perhaps", ""), "answer 2"), (("partial", ""), "amount 2")):
        with pytest.raises(ValueError, match=word):
            answers(row)
    with pytest.raises(ValueError, match="columns"):
        read_answers(b"a;b\n1;2\n")
