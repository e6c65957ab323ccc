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
from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.advice import Advice, Line
from . import words

CHANGE = "Inventory Change"


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
