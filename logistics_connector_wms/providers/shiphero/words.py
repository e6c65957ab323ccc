# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How ShipHero writes times, numbers and sizes, in webhooks and in GraphQL alike."""

import base64
import binascii
import re
from decimal import Decimal

from odoo.addons.logistics_connector_base.core.canonical import Instant
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import Node

CODE = "shiphero"
# Sizes come with their unit ("0.0500 oz", "1.00 in"). A bare number says nothing of it.
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([a-z]{1,6})")
_KG = {
    "oz": 0.028349523125,
    "lb": 0.45359237,
    "lbs": 0.45359237,
    "g": 0.001,
    "kg": 1.0,
}
_CM = {"in": 2.54, "ft": 30.48, "mm": 0.1, "cm": 1.0, "m": 100.0}


def when(node: Node, zone: str) -> Instant | None:
    """A time; without offset it is of ``zone`` (ShipHero writes UTC). None where there is none.
    Raises ParseError where it cannot be read."""
    text = node.text()
    try:
        return parse_iso(text, zone) if text else None
    except ValueError as error:
        raise node.fail(f"{error}.") from None


def number(node: Node) -> str:
    """The number of a thing: webhooks write 76733, GraphQL the base64 of "Warehouse:76733"."""
    text = node.code()
    if not text or text.isdigit():
        return text
    try:
        plain = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    _kind, colon, digits = plain.partition(":")
    return digits if colon and digits.isdigit() else text


def pieces(node: Node) -> Decimal:
    """A quantity: whole, as ShipHero knows no other. Raises ParseError without one."""
    found = node.whole()
    if found is None:
        raise node.fail("a quantity is needed here, and there is none.")
    return Decimal(found)


def kilograms(node: Node) -> float | None:
    """A weight that says its unit; None for others."""
    return _size(node, _KG)


def centimetres(node: Node) -> float | None:
    """A length that says its unit; None for others."""
    return _size(node, _CM)


def _size(node: Node, units: dict[str, float]) -> float | None:
    value = node.value
    found = _SIZE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if not found or found[2] not in units:
        return None
    return round(float(found[1]) * units[found[2]], 4) or None


def edges(node: Node) -> tuple[Node, ...]:
    """The nodes of a GraphQL connection. Raises ParseError where more of them are on a page that
    we did not ask for: half a list is none."""
    if node.path("pageInfo", "hasNextPage").flag():
        raise node.fail("there are more lines than one answer holds.")
    return tuple(edge.get("node") for edge in node.get("edges").items())
