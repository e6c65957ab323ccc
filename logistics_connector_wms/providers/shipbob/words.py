# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How ShipBob writes times, numbers and sizes."""

import re
from decimal import Decimal

from odoo.addons.logistics_connector_base.core.canonical import Instant
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import Node

CODE = "shipbob"
OUNCE, INCH = 0.028349523125, 2.54  # kg, cm
# What we put after a transfer's name where it is told anew: ShipBob takes a reference once only.
_AGAIN = re.compile(r"~[0-9]{1,6}\Z")


def when(node: Node) -> Instant | None:
    """A time, UTC where it has no offset. None where there is none, or ShipBob's "never" (year 1).
    Raises ParseError where it cannot be read."""
    text = node.text()
    if not text or text.startswith("0001-"):
        return None
    try:
        return parse_iso(text, "UTC")
    except ValueError as error:
        raise node.fail(f"{error}.") from None


def transfer(reference: str) -> str:
    """Our transfer's name, of a reference that we gave: "WH/OUT/00012~2" → "WH/OUT/00012"."""
    return _AGAIN.sub("", reference)


def pieces(node: Node) -> Decimal:
    """A quantity: whole, never less than nothing. Raises ParseError without one."""
    found = node.whole()
    if found is None:
        raise node.fail("a quantity is needed here, and there is none.")
    if found < 0:
        raise node.fail("a quantity below zero.")
    return Decimal(found)


def size(node: Node, unit: float) -> float | None:
    """A size in ``unit``; None where ShipBob has not measured."""
    value = node.value
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return round(float(value) * unit, 4) or None if is_number and value > 0 else None
