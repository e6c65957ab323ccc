# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What has come in: warehouse receiving orders (WRO) and returns, by webhook and asked for.

A WRO is a state: how much of each product has come *so far*. So its advice is a total
(:attr:`Advice.is_total`), and its revision grows with it: twice the pieces, plus one when it is
over. What counts is what was put away (``stowed_quantity``): it is what can be sold.
"""

from odoo.addons.logistics_connector_base.core.canonical import ParsedMessage
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.advice import Advice, Line
from . import words

RECEIVING, RETURN = "Receiving order", "Return"
OVER = ("completed", "cancelled")
DISPOSITIONS = {
    "restock": "restock",
    "restok": "restock",  # so it is spelt in ShipBob's own lists
    "quarantine": "quarantine",
    "dispose": "scrap",
}


def received(node: Node) -> ParsedMessage:
    """A warehouse receiving order."""
    number = words.transfer(node.get("purchase_order_number").code())
    lines = []
    for item in node.get("inventory_quantities").items():
        quantity = words.pieces(item.get("stowed_quantity"))
        if quantity:
            lines.append(
                Line(product=item.get("sku").required(), quantity=quantity, pointer=item.pointer)
            )
    if not lines:  # nothing was put away yet
        return ParsedMessage(events=(), message_type=RECEIVING)
    is_over = node.get("status").required().lower() in OVER
    counted = sum(int(line.quantity) for line in lines)
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.product] = totals.get(line.product, 0) + int(line.quantity)
    advice = Advice(
        kind="receipt",
        id=f"wro/{node.get('id').required()}",
        revision=str(2 * counted + is_over),
        occurred=None,  # when which of the pieces came is not said
        order=number,
        warehouse=node.path("fulfillment_center", "id").code(),
        is_final=is_over,
        lines=tuple(lines),
        is_total=True,
        essence=repr((number, sorted(totals.items()))),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(), message_type=RECEIVING, statements=(advice,))


def returned(node: Node) -> ParsedMessage:
    """A return, booked when ShipBob is done with it, by what it did with each piece."""
    if node.get("status").required().lower() != "completed":
        return ParsedMessage(events=(), message_type=RETURN)
    lines = []
    for item in node.get("inventory").items():
        sku = item.get("sku").code() or item.get("reference_id").code() or item.get("name").code()
        for deed in item.get("action_taken").items():
            quantity = words.pieces(deed.get("quantity_processed"))
            action = deed.get("action").required().lower()
            if action not in DISPOSITIONS:
                raise deed.get("action").fail("what was done with these goods is unknown.")
            if quantity:
                lines.append(
                    Line(
                        product=sku,
                        quantity=quantity,
                        disposition=DISPOSITIONS[action],
                        reason=deed.get("action_reason").text()[:200],
                        pointer=deed.pointer,
                    )
                )
    if not lines:
        return ParsedMessage(events=(), message_type=RETURN)
    advice = Advice(
        kind="receipt",
        id=f"return/{node.get('id').required()}",
        occurred=words.when(node.get("completed_date")),
        order=words.transfer(node.get("reference_id").code()),
        warehouse=node.path("fulfillment_center", "id").code(),
        is_final=True,
        lines=tuple(lines),
        essence=repr(sorted((one.product, one.disposition, int(one.quantity)) for one in lines)),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(), message_type=RETURN, statements=(advice,))
