# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Cursors: where a page ended. Opaque to the caller, and no secret: a cursor says where to go on in
a list, never what may be seen of it, so that one of somebody else's opens nothing."""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass

MAX_LENGTH = 200
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_MARK = 8  # characters of the digest that ties a cursor to its list
BIGGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The last row of a page in the list's order: its position, then its number."""

    position: int = 0
    number: int = 0


def encode(list_key: str, place: Place) -> str:
    """The cursor of a place in a list. ``list_key`` names the list and its filters."""
    plain = json.dumps([_mark(list_key), place.position, place.number], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(list_key: str, text: str) -> Place:
    """The place behind a cursor.

    :raises ValueError: it is none of ours, or of another list or other filters
    """
    broken = "This is not a cursor of ours. Take it as it came, from “cursor” or “next”."
    if not _SHAPE.fullmatch(text):
        raise ValueError(broken)
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        mark, position, number = json.loads(plain)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise ValueError(broken) from None
    if type(position) is not int or type(number) is not int or not isinstance(mark, str):
        raise ValueError(broken)
    if not (0 <= position <= BIGGEST and 0 <= number <= BIGGEST):
        raise ValueError(broken)
    if mark != _mark(list_key):
        raise ValueError("This cursor belongs to another list. Keep the filters while you page.")
    return Place(position, number)


def _mark(list_key: str) -> str:
    return hashlib.sha256(list_key.encode("utf-8", "replace")).hexdigest()[:_MARK]
