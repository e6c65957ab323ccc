# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What comes in: receipts as purchase orders of ShipHero's, returns as its returns.

A purchase order takes other quantities, and no other products. A return takes no change at all.
"""

from odoo.addons.logistics_connector_base.core.reading import Node

from ...core.act import ABSENT, DONE, REFUSED, TOO_LATE, Act, Verdict
from . import orders, told, words
from .graphql import Refusal, ask, identifier

OVER = ("closed", *orders.CANCELLED)

FIND = (
    "query ($number: String!) { purchase_order(po_number: $number) { data { id legacy_id "
    f"fulfillment_status line_items(first: {told.LINES}) {{ pageInfo {{ hasNextPage }} "
    "edges { node { sku quantity quantity_received } } } } } }"
)
CREATE = (
    "mutation ($data: CreatePurchaseOrderInput!) { purchase_order_create(data: $data) "
    "{ purchase_order { id legacy_id } } }"
)
UPDATE = (
    "mutation ($data: UpdatePurchaseOrderInput!) { purchase_order_update(data: $data) "
    "{ request_id } }"
)
CANCEL = (
    "mutation ($data: CancelPurchaseOrderInput!) { purchase_order_cancel(data: $data) "
    "{ request_id } }"
)
RETURNS = (
    "query ($order: String!) { returns(order_id: $order) { data(first: 20) { "
    "pageInfo { hasNextPage } edges { node { id legacy_id partner_id status "
    "line_items { quantity line_item { sku } } } } } } }"
)
RETURN = (
    "mutation ($data: CreateReturnInput!) { return_create(data: $data) "
    "{ return { id legacy_id } } }"
)


# -- receipts -------------------------------------------------------------------------------------


def place_receipt(number: str, content: dict) -> Act:
    """See ``core.act.ReleaseActs``. Raises told.Untold."""
    wanted = _by_sku(content)
    order = yield from _known(number)
    if order is None:
        data = {**_receipt(number, content), "line_items": _new_lines(content, wanted)}
        said = yield from ask(CREATE, changes=True, data=data)
        made = said.path("purchase_order_create", "purchase_order")
        return Verdict(DONE, reference=words.number(made.get("id")))
    reference = words.number(order.get("id"))
    lines = words.edges(order.get("line_items"))
    has = {line.get("sku").text(): line for line in lines}
    changed = {
        sku: wanted.get(sku, 0)
        for sku, line in has.items()
        if line.get("quantity").whole() != wanted.get(sku, 0)
    }
    new = [sku for sku in wanted if sku not in has]
    if not changed and not new:
        return Verdict(DONE, reference=reference)
    if _status(order) in OVER:
        return Verdict(TOO_LATE, f"ShipHero has closed {number}.", reference)
    if new:
        text = f"ShipHero adds no products to a purchase order it has ({number}): {', '.join(new)}."
        return Verdict(REFUSED, text, reference)
    fewer = [sku for sku, quantity in changed.items() if _received(has[sku]) > quantity]
    if fewer:
        text = f"ShipHero has received more of {', '.join(fewer)} already ({number})."
        return Verdict(TOO_LATE, text, reference)
    rows = [{"sku": sku, "quantity": quantity} for sku, quantity in changed.items()]
    data = {"po_id": order.get("id").required(), "line_items": rows}
    if day := told.moment(content.get("expected_at")):
        data["po_date"] = day
    yield from ask(UPDATE, changes=True, data=data)
    return Verdict(DONE, reference=reference)


def cancel_receipt(number: str) -> Act:
    """See ``core.act.ReleaseActs``."""
    order = yield from _known(number)
    if order is None:
        return Verdict(DONE)
    if any(_received(line) for line in words.edges(order.get("line_items"))):
        return Verdict(TOO_LATE, f"ShipHero has received of {number} already.")
    if _status(order) == "closed":
        return Verdict(TOO_LATE, f"ShipHero has closed {number}.")
    yield from ask(CANCEL, changes=True, data={"po_id": order.get("id").required()})
    return Verdict(DONE)


def find_receipt(number: str) -> Act:
    """See ``core.act.ReleaseActs``."""
    order = yield from _known(number)
    if order is None:
        return Verdict(ABSENT)
    return Verdict(DONE, reference=words.number(order.get("id")))


def _known(number):
    """The purchase order that is not cancelled, or None."""
    try:
        said = yield from ask(FIND, number=number)
    except Refusal as error:
        if error.is_unknown:
            return None
        raise
    order = said.path("purchase_order", "data")
    if not order.is_object or _status(order) in orders.CANCELLED:
        return None
    return order


def _status(order: Node) -> str:
    return order.get("fulfillment_status").text().lower()


def _received(line: Node) -> int:
    return line.get("quantity_received").whole() or 0


def _by_sku(content: dict) -> dict[str, int]:
    """Pieces of each product: a purchase order is changed by product, so it has each once."""
    found: dict[str, int] = {}
    for line in told.checked(content):
        sku = line["their_product"]
        found[sku] = found.get(sku, 0) + told.pieces(line)
    return found


def _new_lines(content: dict, wanted: dict[str, int]) -> list[dict]:
    names = {line["their_product"]: line.get("name", "") for line in content["lines"]}
    return [
        {
            "sku": sku,
            "quantity": quantity,
            "price": told.NO_MONEY,
            "expected_weight_in_lbs": "0",
            "product_name": (names[sku] or sku)[:255],
        }
        for sku, quantity in wanted.items()
    ]


def _receipt(number: str, content: dict) -> dict:
    data = {
        "po_number": number,
        "partner_order_number": content.get("origin"),
        "warehouse_id": identifier("Warehouse", content["their_warehouse"]),
        "subtotal": told.NO_MONEY,
        "shipping_price": told.NO_MONEY,
        "total_price": told.NO_MONEY,
        "po_date": told.moment(content.get("expected_at")),
        "po_note": told.note(content) or None,
        "fulfillment_status": "pending",
    }
    return {name: value for name, value in data.items() if value is not None}


# -- returns --------------------------------------------------------------------------------------


def place_return(number: str, content: dict) -> Act:
    """See ``core.act.ReleaseActs``. Raises told.Untold."""
    wanted = _by_sku(content)
    sold = content.get("return_of", "")
    order = (yield from orders.known(sold)) if sold else ""
    if not order:
        return Verdict(
            REFUSED, f"ShipHero knows no order {sold or '-'}, of which {number} is the return."
        )
    known = yield from _return(order, number)
    if known is not None:
        reference = words.number(known.get("id"))
        if _returned(known) == wanted:
            return Verdict(DONE, reference=reference)
        return Verdict(TOO_LATE, "ShipHero takes no change of a return: tell them.", reference)
    said = yield from ask(RETURN, changes=True, data=_new_return(order, number, content, wanted))
    return Verdict(DONE, reference=words.number(said.path("return_create", "return", "id")))


def cancel_return(number: str) -> Act:
    """ShipHero takes no such call: a person tells them."""
    return Verdict(TOO_LATE, f"ShipHero takes no cancellation of a return ({number}): tell them.")
    yield


def find_return(number: str, content: dict) -> Act:
    """See ``core.act.ReleaseActs``."""
    order = yield from orders.known(content.get("return_of", ""))
    known = (yield from _return(order, number)) if order else None
    if known is None:
        return Verdict(ABSENT)
    return Verdict(DONE, reference=words.number(known.get("id")))


def _return(order, number):
    said = yield from ask(RETURNS, order=order)
    page = said.path("returns", "data")
    found = (node for node in words.edges(page) if node.get("partner_id").code() == number)
    return next(found, None)


def _returned(node: Node) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in node.get("line_items").items():
        sku = item.path("line_item", "sku").text()
        found[sku] = found.get(sku, 0) + (item.get("quantity").whole() or 0)
    return found


def _new_return(order: str, number: str, content: dict, wanted: dict[str, int]) -> dict:
    reason = content.get("note", "")[:200] or "Return"
    return {
        "order_id": order,
        "partner_id": number,
        "warehouse_id": identifier("Warehouse", content["their_warehouse"]),
        "return_reason": reason,
        "label_type": "SELF_RETURN",  # labels are not ShipHero's business here
        "label_cost": told.NO_MONEY,
        "create_label": False,
        "shipping_carrier": "other",
        "shipping_method": "other",
        "dimensions": {"weight": "0", "height": "0", "width": "0", "length": "0"},
        "address": told.plain_address(content.get("ship_from", {})),
        "line_items": [
            {"sku": sku, "quantity": quantity, "return_reason": reason}
            for sku, quantity in wanted.items()
        ],
    }
