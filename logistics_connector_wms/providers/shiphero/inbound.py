# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What has come in: purchase orders and returns, by webhook and from GraphQL.

Both are states and no deeds: a purchase order says how much of each line has been received *so
far*. So its advice is a total (:attr:`Advice.is_total`), and its revision grows with it: twice the
pieces, plus one when the order is closed. An older state that comes late is known to be older.
"""

from decimal import Decimal

from odoo.addons.logistics_connector_base.core.canonical import ParsedMessage
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.advice import Advice, Line
from . import words

ORDER, RETURN = "PO Update", "Return Update"
CLOSED = frozenset({"closed", "canceled", "cancelled"})
COMPLETE = frozenset({"complete", "completed", "warehouse_complete"})
# Of these, what was received so far may still change.
OPEN = frozenset({"pending", "open", "canceled", "cancelled"})


def order_told(root: Node, zone: str) -> ParsedMessage:
    """The webhook "PO Update"."""
    node = root.get("purchase_order")
    key = words.number(node.get("id")) or words.number(node.get("po_uuid"))
    return _order(node, key, node.get("line_items").items())


def order_asked(node: Node, zone: str) -> ParsedMessage:
    """A purchase order of the query ``purchase_orders``."""
    key = words.number(node.get("legacy_id")) or words.number(node.get("id"))
    return _order(node, key, words.edges(node.get("line_items")))


def _order(node: Node, key: str, items: tuple[Node, ...]) -> ParsedMessage:
    if not key:
        raise node.fail("a purchase order without a number.")
    number = node.get("po_number").required()
    status = (node.get("fulfillment_status").code() or node.get("status").code()).lower()
    lines = []
    for item in items:
        quantity = words.pieces(item.get("quantity_received"))
        if quantity < 0:
            raise item.fail("less than nothing was received.")
        if quantity:
            lines.append(
                Line(product=item.get("sku").required(), quantity=quantity, pointer=item.pointer)
            )
    if not lines:  # nothing has come in yet
        return ParsedMessage(events=(), message_type=ORDER)
    is_closed = status in CLOSED
    counted = sum(int(line.quantity) for line in lines)
    advice = Advice(
        kind="receipt",
        id=f"po/{key}",
        revision=str(2 * counted + is_closed),
        occurred=None,  # when which of the pieces came is not said
        order=number,
        warehouse=words.number(node.get("warehouse_id")),
        is_final=is_closed,
        lines=tuple(lines),
        is_total=True,
        essence=_essence(number, lines),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(), message_type=ORDER, statements=(advice,))


def return_told(root: Node, zone: str) -> ParsedMessage:
    """The webhook "Return Update"."""
    key = words.number(root.get("return_id")) or words.number(root.get("return_uuid"))
    order = root.get("order_number").code()
    return _return(root, key, order, root.get("items").items(), "sku")


def return_asked(node: Node, zone: str) -> ParsedMessage:
    """A return of the query ``returns``."""
    key = words.number(node.get("legacy_id")) or words.number(node.get("id"))
    order = node.path("order", "order_number").code()
    return _return(node, key, order, node.get("line_items").items(), "line_item")


def _return(
    node: Node, key: str, order: str, items: tuple[Node, ...], product: str
) -> ParsedMessage:
    if not key:
        raise node.fail("a return without a number.")
    status = node.get("status").required().lower().replace(" ", "_")
    received = [(item, words.pieces(item.get("quantity_received"))) for item in items]
    if status not in COMPLETE:
        if status not in OPEN and any(quantity for _item, quantity in received):
            raise node.get("status").fail(
                "goods came back, and nobody knows what this status says of them."
            )
        return ParsedMessage(events=(), message_type=RETURN)
    lines, buildings = [], {}
    for item, quantity in received:
        restocked = Decimal(item.get("restock").whole() or 0)
        if not 0 <= restocked <= quantity:
            raise item.fail("more went back to the shelf than came back.")
        named = item.get(product)
        sku = (named.get("sku") if named.is_object else named).required()
        reason = item.get("item_reason").text() or item.get("reason").text()
        # What came back and is not on the shelf: ShipHero does not say where it is.
        for amount, disposition in ((restocked, "restock"), (quantity - restocked, "quarantine")):
            if amount:
                lines.append(
                    Line(
                        product=sku,
                        quantity=amount,
                        disposition=disposition,
                        reason=reason,
                        pointer=item.pointer,
                    )
                )
        buildings[words.number(item.get("warehouse_id"))] = True
    if not lines:  # completed without goods
        return ParsedMessage(events=(), message_type=RETURN)
    advice = Advice(
        kind="receipt",
        id=f"return/{key}",
        occurred=None,
        order=order,
        warehouse=next(iter(buildings)) if len(buildings) == 1 else "",
        is_final=True,
        text=node.get("reason").text(),
        lines=tuple(lines),
        essence=_essence(order, lines),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(), message_type=RETURN, statements=(advice,))


def _essence(order: str, lines: list[Line]) -> str:
    totals: dict[tuple[str, str], int] = {}
    for line in lines:
        place = (line.product, line.disposition)
        totals[place] = totals.get(place, 0) + int(line.quantity)
    return repr((order, sorted(totals.items())))
