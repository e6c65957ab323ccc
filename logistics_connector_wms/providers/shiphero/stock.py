# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How stock changed: the webhook "Inventory Change", and the query ``inventory_changes``.

ShipHero gives a change no number that both would tell. What it was before, of which product, in
which building and at which second, names it: a second change of the same product finds another
stock before it. How much it was is what must agree.

All changes are told, those of shipments and receipts as well. Which of them are corrections is
said by their reason, in ShipHero's free words; a reason that nobody has explained waits for a
person (``logistics.adjustment.reason``).
"""

from decimal import Decimal

from odoo.addons.logistics_connector_base.core.canonical import ParsedMessage
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.advice import Advice, Line, Snapshot, SnapshotLine
from . import poll, words

CHANGE = "Inventory Change"
STOCK = "Stock"


def told(root: Node, zone: str) -> ParsedMessage:
    """The webhook. ``quantity`` is the change itself (developer.shiphero.com, Inventory Change)."""
    building = words.number(root.get("warehouse_id")) or words.number(root.get("warehouse_uuid"))
    return _change(root, building, root.get("quantity"), root.get("timestamp"), zone)


def asked(node: Node, zone: str) -> ParsedMessage:
    """A change of the query ``inventory_changes``."""
    building = words.number(node.get("warehouse_id"))
    return _change(node, building, node.get("change_in_on_hand"), node.get("created_at"), zone)


def _change(node: Node, building: str, quantity: Node, at: Node, zone: str) -> ParsedMessage:
    occurred = words.when(at, zone)
    if occurred is None:
        raise node.fail("a change of stock without its time.")
    sku = node.get("sku").required()
    before = words.pieces(node.get("previous_on_hand"))
    change = words.pieces(quantity)
    if change == Decimal(0):
        return ParsedMessage(events=(), message_type=CHANGE)
    reason = node.get("reason").text()[:200]
    advice = Advice(
        kind="adjustment",
        id=f"{building}/{occurred.utc:%Y%m%dT%H%M%S}/{before}/{sku}",
        occurred=occurred,
        warehouse=building,
        text=reason,
        lines=(Line(product=sku, quantity=change, reason=reason, pointer=node.pointer),),
        essence=repr((sku, int(change))),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(), message_type=CHANGE, statements=(advice,))


def level(data: Node) -> ParsedMessage:
    """A page of a building's stock (``poll.stock_ask``).

    ``on_hand`` is what lies on shelves for sale; what lies on others comes beside it
    (``non_sellable_quantity``), and is held back. The last page alone knows how many there are.
    """
    moment, number = poll.asked(data)
    page = data.path("list", "data")
    lines, buildings = [], {}
    for edge in page.get("edges").items():
        node = edge.get("node")
        for_sale = words.pieces(node.get("on_hand"))
        held = Decimal(node.get("non_sellable_quantity").whole() or 0)
        buildings[words.number(node.get("warehouse_id"))] = True
        lines.append(
            SnapshotLine(
                product=node.get("sku").required(),
                on_hand=for_sale + held,
                held=held,
                allocated=Decimal(node.get("allocated").whole() or 0),
                pointer=node.pointer,
            )
        )
    if len(buildings) > 1:
        raise page.fail("a page about several buildings.")
    is_last = not page.path("pageInfo", "hasNextPage").flag()
    building = next(iter(buildings), "")
    said = Snapshot(
        id=f"stock/{moment}",
        as_of=parse_iso(moment, "UTC"),
        warehouse=building,
        lines=tuple(lines),
        part=number,
        parts=number if is_last else 0,
        pointer=data.pointer,
    )
    return ParsedMessage(events=(), message_type=STOCK, statements=(said,))
