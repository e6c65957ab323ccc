"""The summary entry of a period."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.accrual import Accrued, EntryLine, entry

D = Decimal


def test_new_ones_and_reversed_ones_in_one_entry():
    lines = entry(
        [
            Accrued("freight", "ups", "a", D("10.10")),
            Accrued("fuel", "ups", "a", D("2.02")),
            Accrued("freight", "dhl", "b", D("5")),
            Accrued("freight", "dhl", "a", D("4"), is_reversed=True),
        ]
    )
    assert set(lines) == {
        EntryLine("freight", None, "a", D("6.10")),
        EntryLine("fuel", None, "a", D("2.02")),
        EntryLine("freight", None, "b", D("5")),
        EntryLine(None, "ups", None, D("-12.12")),
        EntryLine(None, "dhl", None, D("-1")),
    }


def test_what_comes_to_nothing_has_no_line():
    one = Accrued("freight", "ups", None, D("3"))
    assert entry([one, Accrued("freight", "ups", None, D("3"), is_reversed=True)]) == []


cents = st.integers(1, 10**6).map(lambda many: D(many) / 100)
made = st.builds(
    Accrued,
    st.sampled_from("ab"),
    st.sampled_from("xy"),
    st.sampled_from("pq"),
    cents,
    st.booleans(),
)


@given(st.lists(made))
def test_it_balances_to_the_cent(accrued):
    lines = entry(accrued)
    assert sum(line.balance for line in lines) == 0
    owed = -sum(line.balance for line in lines if line.account is None)
    assert owed == sum(-one.amount if one.is_reversed else one.amount for one in accrued)


@given(st.lists(made))
def test_a_period_and_its_reversal_leave_nothing(accrued):
    again = [
        Accrued(one.account, one.partner, one.analytic, one.amount, not one.is_reversed)
        for one in accrued
    ]
    assert entry([*accrued, *again]) == []
