# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What ShipHero has shipped: the webhook "Shipment Update", and a shipment of GraphQL.

Both tell the same deed in different words, so both give the same number (the shipment's) and the
same essence. Whichever comes first is booked.
"""

import re
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

SHIPPED = "Shipment Update"
# The number that we gave a line of the order: "WH/OUT/00012/831".
_OUR_LINE = re.compile(r".*/([0-9]{1,9})", re.DOTALL)


def told(root: Node, zone: str) -> ParsedMessage:
    """The webhook "Shipment Update"."""
    node = root.get("fulfillment")
    order = node.get("order_number").required()
    packages = _packages(node)
    keys = {package.key for package in packages}
    lines = tuple(_line(line, order) for line in node.get("line_items").items())
    missing = dict.fromkeys(line.package for line in lines if line.package not in keys | {""})
    return _message(
        node,
        order,
        node.get("shipment_id").code() or words.number(node.get("shipment_uuid")),
        words.when(node.get("created_at"), zone),
        words.number(node.get("warehouse_id")) or words.number(node.get("warehouse_uuid")),
        lines,
        packages + tuple(Package(key) for key in missing),
    )


def asked(node: Node, zone: str) -> ParsedMessage:
    """A shipment of the query ``shipments``."""
    order = node.path("order", "order_number").required()
    labels = node.get("shipping_labels").items()
    return _message(
        node,
        order,
        words.number(node.get("legacy_id")) or words.number(node.get("id")),
        words.when(node.get("created_date"), zone),
        words.number(node.get("warehouse_id")),
        tuple(_asked_line(line, order) for line in words.edges(node.get("line_items"))),
        tuple(
            Package(
                key=label.get("id").required(),
                tracking=label.get("tracking_number").code(),
                carrier=label.get("carrier").code().lower(),
                weight=words.kilograms(label.path("dimensions", "weight")),
                length=words.centimetres(label.path("dimensions", "length")),
                width=words.centimetres(label.path("dimensions", "width")),
                height=words.centimetres(label.path("dimensions", "height")),
            )
            for label in labels
        ),
    )


def _message(
    node: Node,
    order: str,
    key: str,
    occurred: Instant | None,
    warehouse: str,
    lines: tuple[Line, ...],
    packages: tuple[Package, ...],
) -> ParsedMessage:
    if not key:
        raise node.fail("a shipment without a number.")
    if occurred is None:
        raise node.fail("a shipment without the time at which it left.")
    if not lines:
        raise node.fail("a shipment without goods.")
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product] = totals.get(line.product, 0) + int(line.quantity)
    advice = Advice(
        kind="ship",
        id=key,
        occurred=occurred,
        order=order,
        warehouse=warehouse,
        lines=lines,
        packages=packages,
        essence=repr((order, sorted(totals.items()))),
        pointer=node.pointer,
    )
    event = ParsedEvent(
        issuer=words.CODE,
        shipment_key=order,
        references=(Reference("picking", order),),
        raw_code=SHIPPED,
        source_id=f"shipment:{key}",
        occurred=occurred,
        pointer=node.pointer,
    )
    return ParsedMessage(events=(event,), message_type=SHIPPED, statements=(advice,))


# -- lines ----------------------------------------------------------------------------------------


def _line(node: Node, order: str) -> Line:
    return Line(
        product=node.get("sku").required(),
        quantity=words.pieces(node.get("quantity")),
        line=_our_line(node.get("id").code(), order),
        lot=node.get("lot_name").code(),
        serials=_serials(node.get("serial_numbers")),
        expires_on=_day(node.get("lot_expiration")),
        package=node.get("package").code(),
        pointer=node.pointer,
    )


def _asked_line(node: Node, order: str) -> Line:
    ordered = node.get("line_item")
    quantity = words.pieces(node.get("quantity"))
    serials = _serials(ordered.get("serial_numbers"))
    lots = ordered.get("shipped_line_item_lots").items()
    # Of a line that left in several shipments or lots, nobody says which piece went with which.
    lot = lots[0] if len(lots) == 1 else None
    return Line(
        product=ordered.get("sku").required(),
        quantity=quantity,
        line=_our_line(ordered.get("partner_line_item_id").code(), order),
        lot=lot.get("lot_name").code() if lot else "",
        serials=serials if len(serials) == quantity else (),
        expires_on=_day(lot.get("lot_expiration_date")) if lot else None,
        package=node.get("shipping_label_id").code(),
        pointer=node.pointer,
    )


def _our_line(text: str, order: str) -> int | None:
    found = _OUR_LINE.fullmatch(text) if text.startswith(f"{order}/") else None
    return int(found[1]) if found else None


def _serials(node: Node) -> tuple[str, ...]:
    """Texts, or objects with ``serial_number``."""
    return tuple(
        (one.get("serial_number") if one.is_object else one).required() for one in node.items()
    )


def _day(node: Node) -> date | None:
    text = node.text()[:10]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise node.fail("there is no such day.") from None


# -- packages -------------------------------------------------------------------------------------


def _packages(node: Node) -> tuple[Package, ...]:
    """``packages`` is what counts; beside it stand older fields that know one carrier only."""
    listed = node.get("packages").items()
    if listed:
        return tuple(_package(one, place, node) for place, one in enumerate(listed, 1))
    place = node.get("package_number").whole() or 1
    only = node.get("package")
    return (_package(only if only.is_object else Node(None, node, "package"), place, node),)


def _package(node: Node, place: int, whole: Node) -> Package:
    is_alone = not whole.get("packages").items()
    tracking = node.get("tracking_number").code()
    carrier = node.get("shipping_carrier").code()
    return Package(
        key=node.get("name").code() or f"Package #{place}",
        tracking=tracking or (whole.get("tracking_number").code() if is_alone else ""),
        carrier=(carrier or whole.get("shipping_carrier").code()).lower(),
        weight=words.kilograms(node.get("weight")),
        length=words.centimetres(node.get("length")),
        width=words.centimetres(node.get("width")),
        height=words.centimetres(node.get("height")),
    )
