# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What ShipBob is told of a delivery: orders.

ShipBob takes a reference once for ever, also of an order that was cancelled, and changes no order.
So the first version of a release is told under our transfer's name, and a later one under
"WH/OUT/00012~3", after those before it were cancelled. Whatever broke off in between: the order of
the version that is told is there or it is not.
"""

import json
from decimal import Decimal
from urllib.parse import urlencode

from odoo.addons.logistics_connector_base.core.reading import Node, read

from ...core.act import (
    ABSENT,
    DONE,
    REFUSED,
    TOO_LATE,
    Act,
    ReleaseActs,
    Step,
    Trouble,
    Verdict,
)
from .shipping import CANCELLED, COMPLETED

VERSIONS = 20  # of which orders are looked for
KINDS = ("delivery", "transfer")
# Our words for whom the carrier bills → ShipBob's.
PAYMENTS = {"prepaid": "MerchantResponsible", "third_party": "ThirdParty", "collect": "Collect"}
WORKED = ("fulfilled", "partiallyfulfilled")


class ShipBobActs(ReleaseActs):
    """See ``ReleaseActs``."""

    def place(self, content: dict) -> Act:
        if lack := _untold(content):
            return Verdict(REFUSED, lack)
        reference = _reference(content)
        orders = yield from _orders(content)
        known = next((one for one in orders if _told_as(one) == reference), None)
        if known is not None:
            return Verdict(DONE, reference=_number(known))
        for order in orders:
            if text := (yield from _cancelled(order)):
                return Verdict(TOO_LATE, text)
        return (yield from _made(content, reference))

    def cancel(self, content: dict) -> Act:
        if content["kind"] not in KINDS:
            return Verdict(DONE)  # it was never told
        orders = yield from _orders(content)
        for order in orders:
            if text := (yield from _cancelled(order)):
                return Verdict(TOO_LATE, text)
        return Verdict(DONE)

    def find(self, content: dict) -> Act:
        reference = _reference(content)
        orders = yield from _orders(content)
        known = next((one for one in orders if _told_as(one) == reference), None)
        return Verdict(DONE, reference=_number(known)) if known else Verdict(ABSENT)


# -- calls ----------------------------------------------------------------------------------------


def _get(path: str):
    """The answer to a question. Raises Trouble for what is none."""
    exchange = yield Step("GET", path)
    if not 200 <= exchange.status < 300:
        raise Trouble(f"ShipBob: {exchange.status} {_words(exchange.body)}")
    return read(exchange.body)


def _post(path: str, content: dict | None, **headers: str):
    body = json.dumps(content).encode() if content is not None else b"{}"
    told = {"Content-Type": "application/json", **headers}
    return (yield Step("POST", path, told, body, changes=True))


def _words(body: bytes) -> str:
    """What ShipBob says of an error: texts, by the field that they are about."""
    try:
        said = json.loads(body)
    except ValueError:
        return body[:200].decode("utf-8", "replace")
    texts: list[str] = []

    def gather(value, name=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                gather(inner, key)
        elif isinstance(value, list):
            for inner in value:
                gather(inner, name)
        elif isinstance(value, str) and value:
            texts.append(f"{name}: {value}" if name else value)

    gather(said)
    return "; ".join(texts)[:500]


# -- what ShipBob has -----------------------------------------------------------------------------


def _orders(content: dict):
    """The orders of a transfer that are not cancelled, of whatever version."""
    number, last = content[content["kind"]], content["revision"]
    first = max(1, last - VERSIONS + 1)
    names = dict.fromkeys([number, *(_name(number, one) for one in range(first, last + 1))])
    query = urlencode({"ReferenceIds": ",".join(names), "Limit": 250})
    found = yield from _get(f"/order?{query}")
    # What the filter of a server does not know, it does not filter.
    mine = [one for one in found.items() if _told_as(one) in names]
    return [one for one in mine if _status(one) not in CANCELLED]


def _told_as(order: Node) -> str:
    return order.get("reference_id").code()


def _number(order: Node) -> str:
    return order.get("id").required()


def _status(node: Node) -> str:
    return node.get("status").code().lower().replace(" ", "")


def _cancelled(order: Node):
    """Cancel an order; why it could not be, "" where it was."""
    name = _told_as(order)
    has_left = any(_status(one) == COMPLETED for one in order.get("shipments").items())
    if has_left or _status(order) in WORKED:
        return f"ShipBob has shipped of {name} already."
    exchange = yield from _post(f"/order/{_number(order)}/cancel", None)
    if not 200 <= exchange.status < 300:
        return f"ShipBob does not cancel {name}: {_words(exchange.body) or exchange.status}"
    said = read(exchange.body)
    results = said.get("canceled_shipment_results").items()
    kept = [one for one in results if not one.get("is_success").flag()]
    if kept:
        reasons = "; ".join(dict.fromkeys(one.get("reason").text() for one in kept))
        return f"ShipBob does not cancel {name}: {reasons}"
    return ""


# -- what it is told ------------------------------------------------------------------------------


def _reference(content: dict) -> str:
    return _name(content[content["kind"]], content["revision"])


def _name(number: str, revision: int) -> str:
    return number if revision == 1 else f"{number}~{revision}"


def _untold(content: dict) -> str:
    """What ShipBob cannot be told, in the user's words; "" where nothing is."""
    if content["kind"] not in KINDS:
        return "ShipBob is told of deliveries only: announce what comes in on its own pages."
    for line in content["lines"]:
        quantity = Decimal(str(line["their_quantity"]))
        if quantity != quantity.to_integral_value():
            text = f"{quantity.normalize():f}"
            return f"ShipBob counts whole pieces, and {line['product']} is {text}."
    return ""


def _made(content: dict, reference: str):
    channel = yield from _channel()
    if not channel:
        return Verdict(REFUSED, "The token may not write orders in any of ShipBob's channels.")
    exchange = yield from _post("/order", _order(content, reference), shipbob_channel_id=channel)
    if not 200 <= exchange.status < 300:
        return Verdict(REFUSED, f"ShipBob: {_words(exchange.body) or exchange.status}")
    return Verdict(DONE, reference=_number(read(exchange.body)))


def _channel():
    """The channel in which the token may write; "" where there is none."""
    found = yield from _get("/channel")
    for one in found.items():
        if "orders_write" in [scope.text() for scope in one.get("scopes").items()]:
            return one.get("id").required()
    return ""


def _order(content: dict, reference: str) -> dict:
    address = content.get("ship_to", {})
    shipping = content.get("shipping", {})
    order = {
        "reference_id": reference,
        "order_number": content[content["kind"]],
        "type": "DTC",
        "shipping_method": shipping.get("service") or shipping.get("carrier") or "Standard",
        "recipient": {
            "name": address.get("name", ""),
            "email": address.get("email"),
            "phone_number": address.get("phone"),
            "address": {
                "address1": address.get("street", ""),
                "address2": address.get("street2"),
                "company_name": address.get("company"),
                "city": address.get("city", ""),
                "state": address.get("state"),
                "zip_code": address.get("zip"),
                "country": address.get("country", ""),
            },
        },
        "products": [_product(line) for line in content["lines"]],
        "tags": [],
    }
    if content["their_warehouse"].isdigit():
        order["location_id"] = int(content["their_warehouse"])
    if payment := PAYMENTS.get(shipping.get("payment", "")):
        order["shipping_terms"] = {"carrier_type": "Parcel", "payment_term": payment}
    return order


def _product(line: dict) -> dict:
    product = {
        "reference_id": line["their_product"],
        "sku": line["their_product"],
        "name": line.get("name", line["their_product"]),
        "quantity": int(Decimal(str(line["their_quantity"]))),
        "external_line_id": line["line"],
    }
    if len(line.get("lots", ())) == 1:
        product["required_lot"] = {"lot_number": line["lots"][0]}
    return product
