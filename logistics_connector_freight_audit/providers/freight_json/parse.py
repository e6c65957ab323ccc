# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Our own JSON for bills: what a carrier or a forwarder sends who can send what we define.

The shape is the JSON Schema ``schemas/freight-bill-1.0.json`` of this addon; README.md beside this
file shows it. A message is refused as a whole where it does not fit. What fits and does not add up
(a total, a currency that is not active) is a matter of the bill: it is filed, checked, and shown.

Identity: the message has ``id`` and ``revision``; a bill has carrier, number and account.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParsedMessage
from odoo.addons.logistics_connector_base.core.own_format import OwnFormat
from odoo.addons.logistics_connector_base.core.reading import Node, read

from ...core.bill import Bill, Charge, Dimensions, Reference, Row, Weight
from ...core.cells import has_formula
from ...core.reading import currency_flags
from ...core.told import ToldBill

CODE = "freight_json"
NAME = "Freight bill JSON"
MESSAGE_TYPE = "freight-bill"
FORMAT = OwnFormat(Path(__file__).parents[2] / "schemas" / "freight-bill-1.0.json")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The bills of a message.

    Raises ParseError, with up to five places where it does not fit.
    """
    root = read(raw)
    FORMAT.check(root.value)
    issuer = root.get("issuer").text()
    return ParsedMessage(
        events=(),
        external_id=root.get("id").text(),
        revision=root.get("revision").text(),
        message_type=MESSAGE_TYPE,
        statements=tuple(_told(node, issuer) for node in root.get("bills").items()),
    )


def rows(content: bytes) -> Iterator[Row]:
    """The charges of one bill, each a row as a table would have it.

    :param content: of a :class:`ToldBill`
    """
    return _rows(read(content), "")


def _told(node: Node, issuer: str) -> ToldBill:
    said = {**node.value, "carrier": _carrier(node, issuer)}
    for _row in _rows(node, issuer):
        pass  # a day that there is not is told now, with its place
    content = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return ToldBill(said["carrier"], node.get("number").required(), content)


def _rows(node: Node, issuer: str) -> Iterator[Row]:
    bill = _bill(node, issuer)
    for number, charge in enumerate(node.get("charges").items(), 1):
        raw = tuple(f"{name}: {_words(value)}" for name, value in charge.value.items())
        flags = ("formula",) if has_formula(map(_words, charge.value.values())) else ()
        yield Row(number, raw, bill, (_charge(charge, number, bill),), flags=flags)


def _bill(node: Node, issuer: str) -> Bill:
    currency = node.get("currency").text()
    return Bill(
        carrier=_carrier(node, issuer),
        number=node.get("number").required(),
        account=node.get("account").code(),
        date=_day(node.get("date")),
        due=_day(node.get("due")),
        currency=currency,
        exchange_rate=_amount(node.get("exchange_rate")),
        total=_amount(node.get("total")),
        total_net=_amount(node.get("total_net")),
        is_credit=node.get("credit").flag(),
        original=node.get("original").code(),
        flags=currency_flags(currency),
    )


def _charge(node: Node, row: int, bill: Bill) -> Charge:
    return Charge(
        row,
        _amount(node.get("amount")),
        currency=node.get("currency").text() or bill.currency,
        tax=_amount(node.get("tax")) or Decimal(0),
        list_amount=_amount(node.get("list_amount")),
        discount=_amount(node.get("discount")),
        is_informational=node.get("informational").flag(),
        tracking=node.get("tracking").code(),
        master=node.get("master").code(),
        references=tuple(
            Reference(one.get("type").text(), one.get("value").code())
            for one in node.get("references").items()
        ),
        ship_date=_day(node.get("ship_date")),
        delivery_date=_day(node.get("delivery_date")),
        service=node.get("service").code(),
        zone=node.get("zone").code(),
        entered=_weight(node.get("entered_weight")),
        billed=_weight(node.get("billed_weight")),
        weight_rule=node.get("weight_rule").code(),
        dimensions=_dimensions(node.get("dimensions")),
        payer=node.get("payer").code(),
        code=node.get("code").code(),
        category=node.get("category").code(),
        detail=node.get("detail").code(),
        description=node.get("description").code(),
        told_class=node.get("class").code(),
        adjusts=node.get("adjusts").code(),
        original=node.get("original").code(),
    )


def _carrier(node: Node, issuer: str) -> str:
    return node.get("carrier").text() or issuer


def _amount(node: Node) -> Decimal | None:
    told = node.text()
    return Decimal(told) if told else None


def _weight(node: Node) -> Weight | None:
    if node.value is None:
        return None
    return Weight(_amount(node.get("value")), node.get("unit").text())


def _dimensions(node: Node) -> Dimensions | None:
    if node.value is None:
        return None
    sides = (_amount(node.get(name)) for name in ("length", "width", "height"))
    return Dimensions(*sides, node.get("unit").text())


def _day(node: Node) -> date | None:
    told = node.text()
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise node.fail("there is no such day.") from None


def _words(value: object) -> str:
    """A value as a person reads it in a row."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
