# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""GS1 identifiers as EPCIS writes them: EPC URNs and GS1 Digital Links, to plain numbers.

Source: GS1 EPC Tag Data Standard (URN forms), GS1 Digital Link (application identifiers in paths).
"""

import re
from typing import NamedTuple

# EPC scheme → our kind of number, and how many digits it has with its check digit.
_URN = re.compile(r"urn:epc:id:(sscc|gsin|ginc|sgln):(\d{6,12})\.([^.]*)(?:\.(.*))?", re.ASCII)
_LINK = re.compile(r"https?://[^?#]*?/(00|401|402|414)/([^/?#]+)", re.ASCII)
_KINDS = {"00": "sscc", "401": "ginc", "402": "gsin", "414": "sgln"}
_GEO = re.compile(r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:[,;].*)?", re.ASCII)


class Gs1Key(NamedTuple):
    """A number and what it names: "sscc" a logistic unit, "gsin" a shipment, "ginc" a
    consignment, "sgln" a place (its GLN)."""

    kind: str
    number: str


def check_digit(digits: str) -> str:
    """GS1's check digit for ``digits`` (without one): weights 3, 1, 3 … from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def key_of(uri: str) -> Gs1Key | None:
    """The number in an EPC URN or a Digital Link; None where it is of another kind (goods, assets)
    or has not the form of its kind.

    ``urn:epc:id:sscc:4012345.1234567890`` is the SSCC 140123452345678902.
    """
    if match := _URN.fullmatch(uri):
        return _from_urn(*match.group(1, 2, 3))
    if match := _LINK.match(uri):
        kind, value = _KINDS[match.group(1)], match.group(2)
        if kind == "ginc":
            return Gs1Key(kind, value) if len(value) <= 30 else None
        length = {"sscc": 18, "gsin": 17, "sgln": 13}[kind]
        if len(value) == length and value.isdigit() and check_digit(value[:-1]) == value[-1]:
            return Gs1Key(kind, value)
    return None


def _from_urn(kind, prefix, rest):
    if kind == "ginc":
        return Gs1Key(kind, prefix + rest) if rest and len(prefix + rest) <= 30 else None
    digits = {"sscc": 17, "gsin": 16, "sgln": 12}[kind]
    if not re.fullmatch(r"\d*", rest, re.ASCII) or len(prefix) + len(rest) != digits:
        return None
    # The extension digit of an SSCC stands before the company's prefix.
    number = rest[:1] + prefix + rest[1:] if kind == "sscc" else prefix + rest
    return Gs1Key(kind, number + check_digit(number))


def coordinates(uri: str) -> tuple[float, float] | None:
    """Latitude and longitude of a ``geo:`` URI (RFC 5870), None for anything else."""
    match = _GEO.fullmatch(uri)
    if not match:
        return None
    latitude, longitude = float(match.group(1)), float(match.group(2))
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
