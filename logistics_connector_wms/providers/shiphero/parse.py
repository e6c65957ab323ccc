# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipHero: its webhooks, and the pieces of the answers to our questions (poll.py).

A webhook names its type in ``webhook_type``; "PO Update" and "Tote Cleared" may leave it out, and
are known by their shape. Times are UTC where they have no offset. README.md beside this file says
what each type becomes, and where its shape was looked up.
"""

from collections.abc import Callable

from odoo.addons.logistics_connector_base.core.canonical import (
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Reference,
)
from odoo.addons.logistics_connector_base.core.reading import Node, local_zone, read

from ...core.advice import Advice
from . import inbound, shipping, stock, words

CODE = words.CODE

# Types that tell nothing that we would do anything with. They are kept, and that is all.
# Inventory Update: the stock of one product without a moment at which it was true.
NOTED = frozenset(
    {
        "Inventory Update",
        "Product Update",
        "Tote Cleared",
        "Capture Payment",
        "Automation Rules",
        "Print Barcode",
        "Generate Label",
        "Shipment ASN",
        "Work Order Status Update",
    }
)


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """What a webhook, or a piece of an answer, tells.

    Raises ParseError for what it cannot understand, a type of webhook that it does not know
    included.
    """
    root = read(raw)
    zone = local_zone(context)
    asked = root.get("node")
    if asked.is_object:
        kind = asked.get("__typename").required()
        if kind not in ASKED:
            raise asked.get("__typename").fail(f"nobody asked for a “{kind[:40]}”.")
        return ASKED[kind](asked, zone)
    if root.get("data").is_object:
        # The first answer of a round tells its time, and nothing else.
        data = root.get("data")
        is_clock = "clock" in data.value
        return ParsedMessage((), message_type=stock.STOCK) if is_clock else stock.level(data)
    kind = webhook_type(root)
    if root.get("test").code() == "1":
        return ParsedMessage(events=(), message_type=f"{kind} (test)")
    if kind in NOTED:
        return ParsedMessage(events=(), message_type=kind)
    if kind not in TOLD:
        raise root.get("webhook_type").fail(f"the type “{kind[:40]}” of a webhook is unknown.")
    return TOLD[kind](root, zone)


def webhook_type(root: Node) -> str:
    """The type of a webhook, "" where it does not say and its shape does not show it."""
    for node in (root, root.get("fulfillment"), root.get("purchase_order")):
        if node.is_object and (kind := node.get("webhook_type").code()):
            return kind
    if root.get("purchase_order").is_object:
        return inbound.ORDER
    return "Tote Cleared" if root.get("tote_id").value and root.get("items").is_list else ""


# -- how far an order is --------------------------------------------------------------------------


def _step(root: Node, zone: str, at: str) -> ParsedMessage:
    """A step of an order that says when it was."""
    kind = webhook_type(root)
    node = root.get("fulfillment") if root.get("fulfillment").is_object else root
    order = node.get("order_number").required()
    thing = node.get("allocation_reference").code() or node.get("shipping_label_id").code()
    event = ParsedEvent(
        issuer=CODE,
        shipment_key=order,
        references=(Reference("picking", order),),
        raw_code=kind,
        raw_sub_code=thing,
        occurred=words.when(node.get(at), zone),
        pointer=node.pointer,
    )
    return ParsedMessage(events=(event,), message_type=kind)


def _allocated(root: Node, zone: str) -> ParsedMessage:
    return _step(root, zone, "allocated_at")


def _deallocated(root: Node, zone: str) -> ParsedMessage:
    return _step(root, zone, "deallocated_at")


def _package_added(root: Node, zone: str) -> ParsedMessage:
    return _step(root, zone, "package_added_at")


def _picked(root: Node, zone: str) -> ParsedMessage:
    """ "Tote Complete" has no time: an event would have to guess it, a note has not to."""
    batch = root.get("batch_id").code()[:64]
    notes = []
    for tote in root.get("totes").items():
        for one in tote.get("orders").items():
            order = one.get("order_number").required()
            key = f"picked/{order}/{tote.get('tote_barcode').code()}/{batch}"
            notes.append(
                Advice(
                    kind="progress",
                    id=key,
                    occurred=None,
                    order=order,
                    stage="picked",
                    text=tote.get("tote_name").text(),
                    pointer=one.pointer,
                )
            )
    return ParsedMessage(events=(), message_type="Tote Complete", statements=tuple(notes))


def _packed(root: Node, zone: str) -> ParsedMessage:
    """ "Order Packed Out" has neither a time nor our number: ShipHero's own stands in the text."""
    order = words.number(root.get("order_id")) or words.number(root.get("order_uuid"))
    if not order:
        raise root.fail("an order was packed that has no number.")
    tote = root.get("tote_id").code()
    note = Advice(
        kind="progress",
        id=f"packed/{order}/{tote}",
        occurred=None,
        stage="packed",
        text=f"ShipHero {order}",
        pointer=root.pointer,
    )
    return ParsedMessage(events=(), message_type="Order Packed Out", statements=(note,))


def _cancelled(root: Node, zone: str) -> ParsedMessage:
    """An answer to the release: ShipHero will not work the order (any more)."""
    order = root.get("order_number").required()
    key = words.number(root.get("order_id")) or words.number(root.get("order_uuid"))
    answer = Advice(
        kind="release",
        id=f"cancelled/{key or order}",
        occurred=None,
        order=order,
        answer="cancelled",
        pointer=root.pointer,
    )
    return ParsedMessage(events=(), message_type="Order Canceled", statements=(answer,))


Reader = Callable[[Node, str], ParsedMessage]

TOLD: dict[str, Reader] = {
    shipping.SHIPPED: shipping.told,
    inbound.ORDER: inbound.order_told,
    inbound.RETURN: inbound.return_told,
    stock.CHANGE: stock.told,
    "Order Allocated": _allocated,
    "Order Deallocated": _deallocated,
    "Package Added": _package_added,
    "Tote Complete": _picked,
    "Order Packed Out": _packed,
    "Order Canceled": _cancelled,
}
# By the name of GraphQL's type.
ASKED: dict[str, Reader] = {
    "Shipment": shipping.asked,
    "PurchaseOrder": inbound.order_asked,
    "Return": inbound.return_asked,
    "InventoryChange": stock.asked,
}
