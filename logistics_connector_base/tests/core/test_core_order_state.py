"""The business state of an order (domain.md 1.3)."""

import pytest
from odoo.addons.logistics_connector_base.core.order_state import (
    BLOCKING,
    SHIPPED,
    OrderFacts,
    order_state,
)
from odoo.addons.logistics_connector_base.core.taxonomy import STATES as SHIPMENT_STATES


def facts(*states, open_deliveries=0, done_deliveries=None, **values):
    names = tuple(f"S{number}" for number, _state in enumerate(states))
    done = len(states) if done_deliveries is None else done_deliveries
    return OrderFacts(
        shipment_states=states,
        shipment_names=names,
        open_deliveries=open_deliveries,
        done_deliveries=done,
        **values,
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (facts(), "pending"),
        (facts(open_deliveries=2, done_deliveries=0), "pending"),
        (facts("booked"), "in_progress"),
        (facts("in_transit"), "in_progress"),
        (facts(done_deliveries=1), "in_progress"),
        (facts("delivered", "in_transit"), "partial"),
        (facts("in_transit", "booked"), "partial"),
        (facts("delivered", open_deliveries=1), "partial"),
        (facts("delivered"), "fulfilled"),
        (facts("delivered", "delivered"), "fulfilled"),
        (facts("delivered", done_deliveries=2), "in_progress"),
        (facts("delivered", invoiced=True), "closed"),
        (facts("in_transit", invoiced=True), "in_progress"),
        (facts("lost"), "blocked"),
        (facts("delivered", cancelled=True), "cancelled"),
    ],
)
def test_state(given, expected):
    assert order_state(given)[0] == expected


def test_a_blocked_order_names_every_cause():
    state, reasons = order_state(
        facts("returned", "delivered", holds=("S1",), blocking_exceptions=("Address wrong",))
    )
    assert state == "blocked"
    assert reasons == [
        ("state:returned", "S0"),
        ("hold", "S1"),
        ("exception", "Address wrong"),
    ]


def test_only_a_blocked_order_has_causes():
    assert order_state(facts("delivered"))[1] == []


def test_the_sets_use_states_that_exist():
    assert set(SHIPMENT_STATES) >= SHIPPED | BLOCKING
