"""What may be billed of what was delivered."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.hold import Moved, billable, waiting


def test_two_deliveries_one_proven():
    moved = [Moved(1, 3.0), Moved(2, 2.0, is_held=True)]
    assert waiting(moved) == 2.0
    assert billable(5.0, 2.0) == 3.0
    assert billable(2.0, 2.0) == 0.0, "the proven one is billed already"


def test_what_came_back_of_the_unproven_one_waits_no_more():
    moved = [Moved(2, 2.0, is_held=True), Moved(3, -1.5, takes_back=2)]
    assert waiting(moved) == 0.5
    assert waiting([*moved, Moved(4, -1.0, takes_back=2)]) == 0.0


def test_what_came_back_of_a_proven_one_or_of_nobody_knows_leaves_the_others_waiting():
    moved = [Moved(1, 3.0), Moved(2, 2.0, is_held=True)]
    assert waiting([*moved, Moved(3, -3.0, takes_back=1)]) == 2.0
    assert waiting([*moved, Moved(3, -3.0)]) == 2.0


def test_a_credit_is_given_whatever_waits():
    assert billable(-1.0, 5.0) == -1.0
    assert billable(0.0, 5.0) == 0.0


amounts = st.integers(0, 50).map(float)


@given(st.lists(st.tuples(amounts, st.booleans()), max_size=6), amounts)
def test_nothing_unproven_is_ever_billed(deliveries, billed):
    moved = [Moved(number, many, held) for number, (many, held) in enumerate(deliveries)]
    delivered = sum(one.quantity for one in moved)
    proven = sum(one.quantity for one in moved if not one.is_held)
    may = billable(delivered - billed, waiting(moved))
    assert may <= max(proven - billed, 0.0)
    if not any(one.is_held for one in moved):
        assert may == delivered - billed
