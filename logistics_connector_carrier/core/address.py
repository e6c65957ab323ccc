# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier says of an address before anything is booked: plain values and pure functions."""

import re
import unicodedata
from dataclasses import dataclass

# What becomes of a check.
GOOD, OTHER, SEVERAL, UNKNOWN = "good", "other", "several", "unknown"
STREET, PLACE = "street", "place"

# USPS Publication 28, appendices B and C: what people write out and carriers write short.
_SHORT = {
    "apartment": "apt",
    "avenue": "ave",
    "boulevard": "blvd",
    "building": "bldg",
    "circle": "cir",
    "court": "ct",
    "drive": "dr",
    "east": "e",
    "floor": "fl",
    "highway": "hwy",
    "lane": "ln",
    "north": "n",
    "parkway": "pkwy",
    "place": "pl",
    "road": "rd",
    "south": "s",
    "square": "sq",
    "street": "st",
    "suite": "ste",
    "terrace": "ter",
    "west": "w",
}
_ZIP5 = {"US", "PR"}


@dataclass(frozen=True, slots=True)
class Address:
    """One address that the carrier knows. ``lines``: empty where it knows places only; ``zip``: as
    it is written in the country, with the four digits more where there are any."""

    lines: tuple[str, ...] = ()
    city: str = ""
    zip: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """``found``: what it may be, the best first; empty: nothing like it is known. ``level``: how
    far the carrier looks: "street", or "place" for zip and city. ``is_residential``: None where it
    does not say. ``text``: its words, for people."""

    found: tuple[Address, ...] = ()
    level: str = STREET
    is_residential: bool | None = None
    text: str = ""


def verdict(party, answer):
    """What a check comes to.

    :param Party party: the address that was asked for
    :param AddressAnswer answer:
    :return: "good", "other" (it means this one), "several" (a person chooses) or "unknown"
    """
    if not answer.found:
        return UNKNOWN
    if any(is_same(party, one, answer.level) for one in answer.found):
        return GOOD
    return OTHER if len(answer.found) == 1 else SEVERAL


def is_same(party, address, level=STREET):
    """Whether they differ in writing only: capitals, accents, punctuation, usual short forms, the
    last four digits of a ZIP code."""
    states = {_plain(party.state), _plain(address.state)} - {""}
    same = (
        _zip(party.zip, party.country) == _zip(address.zip, party.country)
        and _plain(party.city) == _plain(address.city)
        and len(states) < 2
    )
    if level == PLACE or not same:
        return same
    return _words(party.lines) == _words(address.lines)


def _plain(text):
    """ "São  José" is "sao jose"."""
    parts = unicodedata.normalize("NFKD", (text or "").casefold())
    kept = "".join(one if one.isalnum() else " " for one in parts if not unicodedata.combining(one))
    return " ".join(kept.split())


def _words(lines):
    words = _plain(" ".join(lines)).split()
    return [_SHORT.get(word, word) for word in words]


def _zip(text, country):
    plain = re.sub(r"[^0-9A-Z]", "", (text or "").upper())
    return plain[:5] if country in _ZIP5 else plain
