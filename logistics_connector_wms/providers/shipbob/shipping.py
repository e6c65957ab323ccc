# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Shipments of ShipBob's: an order is packed in one or several.

A shipment is told as it is, by webhook and in an order that was asked for alike. Goods have left
when its status is ``Completed`` ("it has left ShipBob", developer.shipbob.com/status-reference);
``order.shipped`` comes earlier, when the label is there. Only then is it booked.
"""

from datetime import date

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParsedEvent,
    ParsedMessage,
    Reference,
)
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.advice import Advice, Line, Package
from . import words

SHIPMENT, ORDER, TRACKING = "Shipment", "Order", "Tracking"
COMPLETED, CANCELLED = "completed", ("cancelled", "canceled")


def told(node: Node) -> ParsedMessage:
    """The webhooks ``order.shipped`` and ``order.shipment.*``."""
    order = words.transfer(node.get("reference_id").required())
    return ParsedMessage(
        events=_events(node, order), message_type=SHIPMENT, statements=_advices(node, order)
    )


def ordered(node: Node) -> ParsedMessage:
    """An order that was asked for, with its shipments."""
    order = words.transfer(node.get("reference_id").required())
    shipments = node.get("shipments").items()
    events = tuple(event for one in shipments for event in _events(one, order))
    advices = tuple(advice for one in shipments for advice in _advices(one, order))
    if _status(node) in CANCELLED:
        advices += (_cancelled(node, order),)
    return ParsedMessage(events=events, message_type=ORDER, statements=advices)


def tracked(node: Node) -> ParsedMessage:
    """The webhook ``order.shipment.tracking.updated``: what the carrier said."""
    order = words.transfer(node.get("reference_id").required())
    number = node.path("tracking", "tracking_id").code()
    event = ParsedEvent(
        issuer=words.CODE,
        shipment_key=order,
        references=_references(order, number, node.path("tracking", "carrier")),
        raw_code="tracking",
        raw_sub_code=_status(node),
        raw_text=node.get("status").text(),
        occurred=words.when(node.get("event_time")),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(event,), message_type=TRACKING)


def _status(node: Node) -> str:
    return node.get("status").code().lower().replace(" ", "").replace("_", "")


def _events(node: Node, order: str) -> tuple[ParsedEvent, ...]:
    """What a shipment's status says of the order. Without a time of its own nothing is said."""
    status = _status(node)
    occurred = _left_at(node) if status == COMPLETED else words.when(node.get("last_update_at"))
    if not status or occurred is None:
        return ()
    event = ParsedEvent(
        issuer=words.CODE,
        shipment_key=order,
        references=_references(
            order, node.path("tracking", "tracking_number").code(), node.path("tracking", "carrier")
        ),
        raw_code="shipment",
        raw_sub_code=status,
        raw_text=_detail(node),
        source_id=f"shipment:{_number(node)}:{status}",
        occurred=occurred,
        pointer=node.pointer,
    )
    return (event,)


def _references(order: str, tracking: str, carrier: Node) -> tuple[Reference, ...]:
    found = [Reference("picking", order)]
    if tracking:
        found.append(Reference("tracking", tracking, carrier.code().lower()))
    return tuple(found)


def _detail(node: Node) -> str:
    names = [one.get("name").text() for one in node.get("status_details").items()]
    return ", ".join(name for name in names if name)[:200]


def _advices(node: Node, order: str) -> tuple[Advice, ...]:
    status = _status(node)
    return (_shipped(node, order),) if status == COMPLETED else ()


def _number(node: Node) -> str:
    return node.get("id").required()


def _left_at(node: Node) -> Instant | None:
    return words.when(node.get("actual_fulfillment_date")) or words.when(node.get("last_update_at"))


def _shipped(node: Node, order: str) -> Advice:
    occurred = _left_at(node)
    if occurred is None:
        raise node.fail("a shipment without the time at which it left.")
    lines = tuple(line for product in node.get("products").items() for line in _lines(product))
    if not lines:
        raise node.fail("a shipment without goods.")
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product] = totals.get(line.product, 0) + int(line.quantity)
    return Advice(
        kind="ship",
        id=_number(node),
        occurred=occurred,
        order=order,
        warehouse=node.path("location", "id").code(),
        lines=lines,
        packages=(_package(node),),
        essence=repr((order, sorted(totals.items()))),
        pointer=node.pointer,
    )


def _cancelled(node: Node, order: str) -> Advice:
    """An answer to the release: ShipBob will not work the order (any more)."""
    return Advice(
        kind="release",
        id=f"cancelled/{node.get('id').required()}",
        occurred=None,
        order=order,
        answer="cancelled",
        pointer=node.pointer,
    )


# -- lines and packages ---------------------------------------------------------------------------


def _lines(product: Node) -> tuple[Line, ...]:
    """A product is sent as the pieces of its inventory, which know lots and serial numbers. A
    bundle is sent as pieces of several things; how many bundles they are is not said."""
    sku = product.get("sku").code() or product.get("reference_id").required()
    pieces = product.get("inventory_items").items()
    if len({one.get("id").code() for one in pieces}) > 1:
        raise product.fail(
            f"“{sku[:60]}” is a bundle at ShipBob: sell its parts, so that they can be booked."
        )
    if not pieces:
        quantity = words.pieces(product.get("quantity"))
        return (Line(product=sku, quantity=quantity, pointer=product.pointer),) if quantity else ()
    return tuple(_line(sku, one) for one in pieces if words.pieces(one.get("quantity")))


def _line(sku: str, item: Node) -> Line:
    quantity = words.pieces(item.get("quantity"))
    serials = tuple(one.required() for one in item.get("serial_numbers").items())
    return Line(
        product=sku,
        quantity=quantity,
        lot=item.get("lot").code(),
        serials=serials if len(serials) == quantity else (),
        expires_on=_day(item.get("expiration_date")),
        package="1",
        pointer=item.pointer,
    )


def _day(node: Node) -> date | None:
    moment = words.when(node)
    return moment.utc.date() if moment else None


def _package(node: Node) -> Package:
    tracking, sizes = node.get("tracking"), node.get("measurements")
    return Package(
        key="1",
        tracking=tracking.get("tracking_number").code(),
        carrier=tracking.get("carrier").code().lower(),
        weight=words.size(sizes.get("total_weight_oz"), words.OUNCE),
        length=words.size(sizes.get("length_in"), words.INCH),
        width=words.size(sizes.get("width_in"), words.INCH),
        height=words.size(sizes.get("depth_in"), words.INCH),
    )
