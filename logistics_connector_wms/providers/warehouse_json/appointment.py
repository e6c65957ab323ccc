# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Appointments at docks, and the events that they are in the history of shipments."""

from odoo.addons.logistics_connector_base.core.canonical import ParsedEvent, Reference
from odoo.addons.logistics_connector_base.core.instants import to_iso
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.appointment import Telling
from .values import instant, revision

WITHDRAWN = "TRK_INFO"  # the withdrawal itself is history without effect
# Of a truck that fetches goods. That it left says nothing of a single order: the warehouse confirms
# the shipping of each, and the carrier its pick-up.
EVENTS = {
    "set": "PUP_APPT_SET",
    "cancelled": WITHDRAWN,
    "arrived": "PUP_ARRIVED",
    "finished": "PUP_LOADED",
    "no_show": "PUP_FAILED",
}


def read_telling(node: Node, zone: str) -> Telling:
    """One advice of the type ``appointment``.

    :raises ParseError: a moment that does not exist, a window that ends before it begins
    """
    occurred = instant(node.get("occurred_at"), zone)
    window = node.get("window")
    starts, ends = (instant(window.get(name), zone) for name in ("from", "to"))
    if starts and ends and ends.utc < starts.utc:
        raise window.fail("the window ends before it begins.")
    return Telling(
        id=node.get("id").code(),
        revision=revision(node),
        direction=node.get("direction").text(),
        state=node.get("state").text(),
        occurred=occurred,
        told=instant(node.get("told_at"), zone) or occurred,
        starts=starts,
        ends=ends,
        door=node.get("door").text(),
        carrier=node.get("carrier").text(),
        vehicle=node.get("vehicle").text(),
        orders=tuple(dict.fromkeys(order.code() for order in node.get("orders").items())),
        warehouse=node.get("warehouse").code(),
        text=node.get("text").text(),
        pointer=node.pointer,
    )


def appointment_events(telling: Telling, issuer: str) -> tuple[ParsedEvent, ...]:
    """What a telling is for the shipments of the transfers that it names: only of trucks that fetch
    goods, because what a supplier brings has no shipment here.

    A window that is told anew takes the place of the one before, a cancellation withdraws it.
    """
    if telling.direction != "out" or telling.state not in EVENTS:
        return ()
    return tuple(_event(telling, issuer, order) for order in telling.orders)


def _event(telling, issuer, order):
    window = f"appointment {telling.id} {order}"[:200]
    is_set, is_cancelled = telling.state == "set", telling.state == "cancelled"
    code = EVENTS[telling.state]
    number = telling.revision or to_iso(telling.told)
    return ParsedEvent(
        issuer=issuer,
        shipment_key=order,
        references=(Reference("picking", order),),
        raw_code=code,
        code=code,
        # The same window, given a second time after another one, is another fact.
        raw_sub_code=f"{telling.id} {number}"[:100],
        raw_text=" · ".join(filter(None, (telling.door, telling.carrier, telling.text))),
        classifier="planned" if is_set else "actual",
        occurred=telling.starts if is_set else telling.occurred,
        recorded=telling.told,
        source_id=window if is_set else "",
        revision=number if is_set else "",
        retracts=window if is_cancelled else "",
        pointer=telling.pointer,
    )
