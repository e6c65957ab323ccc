"""Control totals: what was counted and summed, beside what was told, whatever was set aside."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.bill import (
    REASONS,
    Aside,
    Bill,
    Charge,
    Row,
    Tally,
    plain,
)

CENTS = st.decimals(-10_000, 10_000, places=2)
HEAD = Bill("ups", "A-0042", "00012", currency="EUR", total=Decimal("30.00"))


def tallied(*rows):
    tally = Tally()
    for row in rows:
        tally.add(row)
    return tally


def charged(number, net, bill=HEAD, **values):
    return Row(number, ("x",), bill, (Charge(number, Decimal(net), bill.currency, **values),))


@given(st.lists(st.tuples(CENTS, st.sampled_from(("read", "aside", "unknown", "info")))))
def test_nothing_is_lost_between_told_read_and_aside(parts):
    whole = sum((amount for amount, kind in parts if kind != "info"), Decimal(0))
    bill = Bill("ups", "1", currency="EUR", total=whole)
    rows = []
    for n, (amount, kind) in enumerate(parts, 1):
        if kind in ("read", "info"):
            rows.append(charged(n, amount, bill, is_informational=kind == "info"))
        else:
            known = amount if kind == "aside" else None
            rows.append(Row(n, ("x",), bill, aside=Aside("number_missing", (), known)))
    tally = tallied(*rows)
    assert tally.rows == len(parts)
    for total in tally.totals():
        unknown = sum((amount for amount, kind in parts if kind == "unknown"), Decimal(0))
        assert total.difference == unknown
        assert total.told == total.summed + total.aside + total.difference
        assert total.is_balanced == all(kind in ("read", "info") for _amount, kind in parts)


@given(st.lists(CENTS, min_size=1, max_size=12), st.randoms())
def test_the_order_of_rows_changes_no_total(amounts, rng):
    rows = [charged(n, amount) for n, amount in enumerate(amounts)]
    before = tallied(*rows).totals()
    rng.shuffle(rows)
    assert tallied(*rows).totals() == before


def test_a_charge_in_another_currency_is_kept_apart():
    other = Charge(2, Decimal(5), "USD")
    (total,) = tallied(charged(1, 30), Row(2, ("x",), HEAD, (other,))).totals()
    assert (total.summed, total.others) == (30, (("USD", Decimal(5)),))
    assert total.difference == 0 and not total.is_balanced


def test_a_file_that_tells_two_totals_contradicts_itself():
    again = Bill("ups", "a 0042", "12", currency="EUR", total=Decimal("31.00"))
    (total,) = tallied(charged(1, 20), charged(2, 10, again)).totals()
    assert (total.summed, total.contradictions) == (30, (Decimal("31.00"),))
    assert not total.is_balanced


def test_a_total_without_a_word_on_tax_is_either():
    for told in ("10.00", "11.90"):
        bill = Bill("x", "1", currency="EUR", total_unsaid=Decimal(told))
        row = charged(1, "10.00", bill, tax=Decimal("1.90"))
        assert tallied(row).totals()[0].is_balanced
    wrong = Bill("x", "1", currency="EUR", total_unsaid=Decimal("11.00"))
    (total,) = tallied(charged(1, "10.00", wrong, tax=Decimal("1.90"))).totals()
    assert total.difference == Decimal("-0.90")


def test_a_total_without_tax_is_compared_without_tax():
    bill = Bill("x", "1", currency="EUR", total_net=Decimal("10.00"))
    assert tallied(charged(1, "10.00", bill, tax=Decimal("1.90"))).totals()[0].is_balanced


def test_nothing_told_is_no_difference_of_nothing():
    (total,) = tallied(charged(1, 5, Bill("x", "1", currency="EUR"))).totals()
    assert total.difference is None and not total.is_balanced


def test_a_row_of_no_bill_is_counted_apart():
    lost = Row(1, ("x",), aside=Aside("number_missing"))
    tally = tallied(lost, Row(2, ()), Row(3, ("t",), aside=Aside("total_line")))
    assert (tally.rows, tally.homeless, tally.empty, tally.totals()) == (3, 1, 1, ())


def test_numbers_are_compared_without_dashes_zeros_and_case():
    assert plain("0000-ab 12") == plain("AB12")
    assert plain("000") == "0" and plain("") == ""
    assert plain("100") != plain("1")


def test_each_reason_can_be_said():
    words = dict.fromkeys("currency value column count expected first last parts told".split(), "?")
    for code in REASONS:
        assert "%" not in Aside(code, tuple(words.items())).reason
