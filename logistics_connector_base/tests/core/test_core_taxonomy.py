# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The states and the moves between them."""

import pytest
from odoo.addons.logistics_connector_base.core.taxonomy import (
    ALLOWED_AFTER_END,
    ALLOWED_BACK,
    FLAGS,
    INITIAL_STATE,
    PROOF_OF_PICKUP,
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


# domain.md 1.3. Ranks are shown and stored nowhere, but other code may compare them.
RANKS = {
    "draft": 0, "released": 10, "release_rejected": 15, "in_fulfilment": 20, "packed": 30,
    "tendered": 40, "tender_rejected": 45, "booked": 50, "manifested": 55, "picked_up": 60,
    "in_transit": 70, "at_customs": 75, "out_for_delivery": 80, "delivery_attempted": 82,
    "available_for_pickup": 84, "delivered": 90, "returning": 91, "returned": 92, "lost": 95,
    "destroyed": 96, "cancelled": 99,
}  # fmt: skip


def test_the_table_of_states():
    assert {name: state.rank for name, state in STATES.items()} == RANKS
    assert list(STATES) == list(RANKS)
    assert INITIAL_STATE == "draft"
    assert FLAGS == ("pod_received", "partial", "damaged", "short", "on_hold", "exception")
    assert {name for name, state in STATES.items() if state.terminal} == TERMINAL


def test_what_proves_a_pick_up():
    carried = {name for name, rank in RANKS.items() if 60 <= rank <= 92}
    assert carried - {"at_customs"} == PROOF_OF_PICKUP


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
