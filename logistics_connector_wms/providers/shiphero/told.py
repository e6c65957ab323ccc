# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Our words for goods, places and times in ShipHero's."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

LINES = 100  # of one order, in one answer: of more, nobody could say what ShipHero has
NO_MONEY = "0.00"  # ShipHero wants prices; what goods cost is not its business


class Untold(ValueError):
    """What ShipHero cannot be told, for a person to mend."""


def checked(content: dict) -> Sequence[dict]:
    """The lines of a release. Raises Untold for more than ShipHero's answers hold."""
    lines = content["lines"]
    if len(lines) > LINES:
        raise Untold(f"ShipHero is told of {LINES} lines at most; these are {len(lines)}.")
    return lines


def pieces(line: dict) -> int:
    """The quantity of a line. Raises Untold for a fraction: ShipHero knows whole pieces only."""
    quantity = Decimal(str(line["their_quantity"]))
    if quantity != quantity.to_integral_value():
        raise Untold(
            f"ShipHero counts whole pieces, and {line['product']} is {quantity.normalize():f}."
        )
    return int(quantity)


def moment(text: str | None) -> str | None:
    """An instant (ISO 8601 with offset) as ShipHero takes it: UTC without offset."""
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def note(content: dict) -> str:
    """What packers read: the note, and the lots, for which an order of ShipHero's has no place."""
    rows = [content.get("note", "")]
    for line in content["lines"]:
        if line.get("lots"):
            rows.append(f"{line['their_product']}: lot {', '.join(line['lots'])}")
    return "\n".join(row for row in rows if row)[:1000]


def shipping(words: dict | None) -> dict | None:
    """How it is to travel, as ShipHero's account calls it."""
    if not words:
        return None
    carrier, service = words.get("carrier", ""), words.get("service", "")
    title = words.get("title") or f"{carrier} {service}".strip()
    return {"title": title, "price": NO_MONEY, "carrier": carrier, "method": service}


def order_address(address: dict) -> dict:
    """CreateOrderAddressInput."""
    first, _blank, last = (address.get("name") or "").strip().rpartition(" ")
    company = address.get("company", "")
    lines = {
        "first_name": first or last,
        "last_name": last if first else "",
        "company": company if company != address.get("name") else "",
        "address1": address.get("street"),
        "address2": address.get("street2", ""),
        "city": address.get("city"),
        "state": address.get("state", ""),
        "state_code": address.get("state", ""),
        "zip": address.get("zip"),
        "country": address.get("country"),
        "country_code": address.get("country"),
        "phone": address.get("phone"),
        "email": address.get("email"),
    }
    return {name: value for name, value in lines.items() if value is not None}


def plain_address(address: dict) -> dict:
    """AddressInput, of returns."""
    lines = {
        "name": address.get("name"),
        "address1": address.get("street"),
        "address2": address.get("street2"),
        "city": address.get("city"),
        "state": address.get("state"),
        "zip": address.get("zip"),
        "country": address.get("country"),
        "phone": address.get("phone"),
    }
    return {name: value for name, value in lines.items() if value}
