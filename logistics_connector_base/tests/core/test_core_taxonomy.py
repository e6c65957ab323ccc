# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The states and the moves between them."""

import pytest
from odoo.addons.logistics_connector_base.core.taxonomy import (
    ALLOWED_AFTER_END,
    ALLOWED_BACK,
    STATES,
    CodeRule,
    may_move,
)

# Every step back and every step out of an end, written out: a change of the table shows here.
BACK = {
    ("release_rejected", "released"),
    ("tender_rejected", "tendered"),
    ("at_customs", "in_transit"),
    ("delivery_attempted", "in_transit"),
    ("delivery_attempted", "at_customs"),
    ("delivery_attempted", "out_for_delivery"),
    ("available_for_pickup", "out_for_delivery"),
    ("lost", "delivered"),
    ("lost", "returning"),
    ("lost", "returned"),
}
AFTER_END = {("delivered", "returning"), ("delivered", "returned")}
TERMINAL = {"delivered", "returned", "lost", "destroyed", "cancelled"}
BEFORE_PICKUP = {
    "draft", "released", "release_rejected", "in_fulfilment", "packed", "tendered",
    "tender_rejected", "booked", "manifested",
}  # fmt: skip


def test_ranks_rise_in_the_order_of_the_table():
    ranks = [state.rank for state in STATES.values()]
    assert ranks == sorted(set(ranks))
    assert {name for name, state in STATES.items() if state.terminal} == TERMINAL


def test_every_move_is_the_one_expected():
    for current in STATES:
        for target in STATES:
            if (current, target) in BACK | AFTER_END:
                expected = True
            elif current in TERMINAL or current == target:
                expected = False
            elif target == "cancelled":
                expected = current in BEFORE_PICKUP
            else:
                expected = STATES[target].rank > STATES[current].rank
            assert may_move(current, target) is expected, (current, target)


def test_the_tables_name_states():
    for table in (ALLOWED_BACK, ALLOWED_AFTER_END):
        for current, targets in table.items():
            assert {current, *targets} <= set(STATES)


def test_a_rule_that_makes_no_sense_is_refused_when_loaded():
    with pytest.raises(ValueError, match="no state 'flying'"):
        CodeRule("X", state="flying")
    with pytest.raises(ValueError, match="no flag 'wet'"):
        CodeRule("X", flag_set=("wet",))
    with pytest.raises(ValueError, match="no flag 'wet'"):
        CodeRule("X", flag_clear=("wet",))
    with pytest.raises(ValueError, match="both sets and clears"):
        CodeRule("X", flag_set=("on_hold",), flag_clear=("on_hold",))


def test_the_rank_of_a_rule():
    assert CodeRule("X").rank == -1
    assert CodeRule("X", state="draft").rank == 0
    assert CodeRule("X", state="delivered").rank == 90
