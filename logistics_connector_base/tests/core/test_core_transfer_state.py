"""The business state of one transfer."""

import pytest
from odoo.addons.logistics_connector_base.core.order_legs import Shipment
from odoo.addons.logistics_connector_base.core.transfer_state import TransferFacts, transfer_state


def facts(kind, state, *states, **values):
    found = tuple(Shipment(n, f"S{n}", s) for n, s in enumerate(states, 1))
    return TransferFacts(kind, state, shipments=found, **values)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (facts("delivery", "open"), "pending"),
        (facts("delivery", "open", "draft"), "pending"),
        (facts("delivery", "open", "booked"), "in_progress"),
        (facts("delivery", "open", "in_transit", "booked"), "partial"),
        (facts("delivery", "open", "delivered"), "in_progress"),
        (facts("delivery", "done", "in_transit"), "in_progress"),
        (facts("delivery", "done", "delivered", "in_transit"), "partial"),
        (facts("delivery", "done", "delivered"), "fulfilled"),
        (facts("delivery", "done", "delivered", invoiced=True), "closed"),
        (facts("delivery", "done", "delivered", rest_open=True), "partial"),
        (facts("delivery", "done"), "fulfilled"),
        (facts("delivery", "cancelled", "lost"), "cancelled"),
        (facts("delivery", "done", "lost"), "blocked"),
        (facts("drop_ship", "done", "in_transit"), "in_progress"),
        (facts("drop_ship", "done", "delivered"), "fulfilled"),
        (facts("receipt", "open", "in_transit"), "in_progress"),
        (facts("receipt", "open", "delivered"), "in_progress"),
        # What we have counted is here, whatever the carrier says.
        (facts("receipt", "done", "in_transit"), "fulfilled"),
        (facts("receipt", "done", "lost"), "fulfilled"),
        (facts("receipt", "done", "delivered", rest_open=True), "partial"),
        (facts("receipt", "done", invoiced=True), "closed"),
        (facts("return", "open", "returning"), "in_progress"),
        (facts("return", "open", "lost"), "blocked"),
        (facts("return", "done", "returned"), "fulfilled"),
        (facts("transfer", "open"), "pending"),
        (facts("transfer", "done"), "fulfilled"),
    ],
)
def test_state(given, expected):
    assert transfer_state(given)[0] == expected


def test_a_transfer_inside_is_closed_when_its_freight_is_approved():
    def moved(is_open):
        carried = Shipment(1, "S1", "delivered", freight_known=True, freight_open=is_open)
        return transfer_state(TransferFacts("transfer", "done", shipments=(carried,)))[0]

    assert (moved(True), moved(False)) == ("fulfilled", "closed")


def test_a_blocked_transfer_says_why():
    state, reasons = transfer_state(
        TransferFacts(
            "receipt",
            shipments=(Shipment(3, "S3", "at_customs", on_hold=True),),
            exceptions=(("Papers are missing", 8),),
        )
    )
    assert state == "blocked"
    assert [(reason.kind, reason.text, reason.id) for reason in reasons] == [
        ("exception", "Papers are missing", 8),
        ("hold", "S3", 3),
    ]
