# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Deliveries as orders of ShipHero's.

``order_create`` makes a second order of the same number without a word, so each act looks first.
``order_update`` changes all but the lines; these have mutations of their own, by ShipHero's ids.
"""

from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.act import ABSENT, DONE, REFUSED, TOO_LATE, Act, Verdict
from . import told, words
from .graphql import ask, identifier

SHOP = "Odoo"
CANCELLED = ("canceled", "cancelled")
FULFILLED = "fulfilled"

FIND = (
    "query ($number: String!) { orders(order_number: $number) { data(first: 10) { edges { node { "
    f"id legacy_id fulfillment_status line_items(first: {told.LINES}) {{ "
    "pageInfo { hasNextPage } "
    "edges { node { id sku quantity quantity_shipped partner_line_item_id } } } } } } } }"
)
CREATE = (
    "mutation ($data: CreateOrderInput!) { order_create(data: $data) { order { id legacy_id } } }"
)
UPDATE = "mutation ($data: UpdateOrderInput!) { order_update(data: $data) { request_id } }"
ADD = "mutation ($data: AddLineItemsInput!) { order_add_line_items(data: $data) { request_id } }"
CHANGE = (
    "mutation ($data: UpdateLineItemsInput!) { order_update_line_items(data: $data) "
    "{ request_id } }"
)
REMOVE = (
    "mutation ($data: RemoveLineItemsInput!) { order_remove_line_items(data: $data) "
    "{ request_id } }"
)
CANCEL = (
    "mutation ($data: CancelOrderInput!) { order_cancel(data: $data) "
    "{ order { id fulfillment_status } } }"
)


def place(number: str, content: dict) -> Act:
    """See ``core.act.ReleaseActs``. Raises told.Untold for what ShipHero cannot be told."""
    wanted = _lines(number, content)
    orders = yield from _live(number)
    if len(orders) > 1:
        known = ", ".join(words.number(one.get("id")) for one in orders)
        return Verdict(REFUSED, f"ShipHero has {len(orders)} orders {number}: {known}.")
    if not orders:
        data = {**_order(number, content), "line_items": list(wanted.values())}
        said = yield from ask(CREATE, changes=True, data=data)
        order = said.path("order_create", "order")
        return Verdict(DONE, reference=words.number(order.get("legacy_id")) or _own(order))
    (order,) = orders
    change = _difference(order, wanted)
    if _has_left(order):
        if not any(change):
            return Verdict(DONE, reference=words.number(order.get("id")))
        return Verdict(TOO_LATE, f"ShipHero has shipped of {number} already.")
    yield from _bring_in_line(order, number, content, change)
    return Verdict(DONE, reference=words.number(order.get("id")))


def cancel(number: str, content: dict) -> Act:
    """See ``core.act.ReleaseActs``."""
    orders = yield from _live(number)
    if any(_has_left(order) for order in orders):
        return Verdict(TOO_LATE, f"ShipHero has shipped of {number} already.")
    for order in orders:
        data = {"order_id": _own(order), "reason": content.get("reason", "")}
        said = yield from ask(CANCEL, changes=True, data=data)
        status = said.path("order_cancel", "order", "fulfillment_status").text().lower()
        if status not in CANCELLED:
            return Verdict(TOO_LATE, f"ShipHero still has {number} as “{status}”.")
    return Verdict(DONE)


def find(number: str) -> Act:
    """See ``core.act.ReleaseActs``."""
    orders = yield from _live(number)
    if not orders:
        return Verdict(ABSENT)
    return Verdict(DONE, reference=words.number(orders[0].get("id")))


def known(number: str):
    """The id of the order of this number, whatever became of it; "" where there is none."""
    said = yield from ask(FIND, number=number)
    nodes = [edge.get("node") for edge in said.path("orders", "data", "edges").items()]
    live = [node for node in nodes if not _is_cancelled(node)]
    return _own((live or nodes)[0]) if nodes else ""


# -- what ShipHero has ----------------------------------------------------------------------------


def _live(number):
    said = yield from ask(FIND, number=number)
    nodes = [edge.get("node") for edge in said.path("orders", "data", "edges").items()]
    return [node for node in nodes if not _is_cancelled(node)]


def _own(order: Node) -> str:
    return order.get("id").required()


def _is_cancelled(order: Node) -> bool:
    return order.get("fulfillment_status").text().lower() in CANCELLED


def _has_left(order: Node) -> bool:
    if order.get("fulfillment_status").text().lower() == FULFILLED:
        return True
    lines = words.edges(order.get("line_items"))
    return any(line.get("quantity_shipped").whole() for line in lines)


def _difference(order: Node, wanted: dict[str, dict]):
    """What is to be added, changed and removed: inputs, inputs, ids."""
    added, changed, removed = dict(wanted), [], []
    for line in words.edges(order.get("line_items")):
        key, own = line.get("partner_line_item_id").code(), line.get("id").required()
        now = added.get(key)
        if now is None or now["sku"] != line.get("sku").text():
            removed.append(own)
            continue
        del added[key]
        quantity = now["quantity"]
        if line.get("quantity").whole() != quantity:
            pending = {"quantity": quantity, "quantity_pending_fulfillment": quantity}
            changed.append({"id": own, **pending})
    return list(added.values()), changed, removed


def _bring_in_line(order, number, content, change):
    """The lines that are more come before those that are less: an order without lines may be closed
    by itself."""
    own = {"order_id": _own(order)}
    added, changed, removed = change
    if added:
        yield from ask(ADD, changes=True, data={**own, "line_items": added})
    if changed:
        yield from ask(CHANGE, changes=True, data={**own, "line_items": changed})
    if removed:
        yield from ask(REMOVE, changes=True, data={**own, "line_item_ids": removed})
    head = _order(number, content)
    data = {name: value for name, value in head.items() if name in UPDATED}
    yield from ask(UPDATE, changes=True, data={**own, **data})


# -- what it is told ------------------------------------------------------------------------------

# Of an order, what ``order_update`` takes; the rest is its identity.
UPDATED = ("shipping_address", "required_ship_date", "packing_note", "shipping_lines")


def _order(number: str, content: dict) -> dict:
    address = told.order_address(content.get("ship_to", {}))
    data = {
        "order_number": number,
        "partner_order_id": number,
        "shop_name": SHOP,
        "fulfillment_status": "pending",
        "subtotal": told.NO_MONEY,
        "total_price": told.NO_MONEY,
        "email": content.get("ship_to", {}).get("email"),
        "shipping_address": address,
        "required_ship_date": told.moment(content.get("ship_by")),
        "packing_note": told.note(content),
        "shipping_lines": told.shipping(content.get("shipping")),
    }
    return {name: value for name, value in data.items() if value is not None}


def _lines(number: str, content: dict) -> dict[str, dict]:
    """Our line → CreateLineItemInput. Its number is how a shipment names our line."""
    building = identifier("Warehouse", content["their_warehouse"])
    lines = {}
    for line in told.checked(content):
        quantity, key = told.pieces(line), f"{number}/{line['line']}"
        lines[key] = {
            "sku": line["their_product"],
            "partner_line_item_id": key,
            "quantity": quantity,
            "quantity_pending_fulfillment": quantity,
            "fulfillment_status": "pending",
            "price": told.NO_MONEY,
            "product_name": line.get("name", line["their_product"])[:255],
            "warehouse_id": building,
        }
    return lines
