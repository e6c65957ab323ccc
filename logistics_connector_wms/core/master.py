# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Master data that a warehouse has to know before it is told to work with it: what is told of an
item, a lot and a customer, what has to be told again, and what an answer means."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ITEM, LOT, CUSTOMER = "item", "lot", "customer"
KINDS = (ITEM, LOT, CUSTOMER)
#: Under which name a message lists a kind, those that others need first.
LISTS = {ITEM: "items", LOT: "lots", CUSTOMER: "customers"}
TELL, WITHDRAW, NOTHING = "tell", "withdraw", "nothing"
NEW, CHANGED, QUEUED, KNOWN = "new", "changed", "queued", "known"
REJECTED, WITHDRAWN = "rejected", "withdrawn"
STATES = (NEW, CHANGED, QUEUED, KNOWN, REJECTED, WITHDRAWN)
ACCEPTED, REFUSED = "accepted", "rejected"

Key = tuple[str, int]


# -- content --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in which goods are counted. ``factor``: how many of the item's own unit it holds."""

    name: str
    factor: float
    barcodes: tuple[str, ...] = ()


def units(found: Iterable[Unit]) -> list[dict[str, Any]]:
    """Units as a message lists them: each once, whatever the order in which they were found."""
    by_name: dict[tuple[str, float], set[str]] = {}
    for unit in found:
        # Twelve digits: what a division leaves behind them is no change.
        factor = float(f"{unit.factor:.12g}")
        by_name.setdefault((unit.name, factor), set()).update(unit.barcodes)
    return [
        without_nothing({"unit": name, "factor": factor, "barcodes": sorted(barcodes)})
        for (name, factor), barcodes in sorted(by_name.items(), key=lambda row: row[0][::-1])
    ]


def without_nothing(content: Mapping[str, Any]) -> dict[str, Any]:
    """What is not known is not said."""
    return {
        name: value for name, value in content.items() if value not in (None, "", [], {}, False)
    }


def digest(content: Mapping[str, Any], key: bytes = b"") -> str:
    """What tells one content from another: the same facts have the same digest.

    :param key: makes it useless to whoever would guess a person's address from it
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


# -- what has to be told --------------------------------------------------------------------------


def step(wanted: str, told: str, is_asked: bool = False, is_there: bool = False) -> str:
    """What is to be told of a record.

    :param wanted: digest of what it is now; "" for one that is not to be used any more
    :param told: digest of what was told last; "" where that was nothing, or that it is gone
    :param is_asked: whether a person wants it told whatever was told before
    :param is_there: whether the partner has it, as far as it has said so
    """
    if not wanted:
        return WITHDRAW if told or (is_asked and is_there) else NOTHING
    return TELL if is_asked or wanted != told else NOTHING


@dataclass(frozen=True, slots=True)
class Heard:
    """What a partner has said of the versions of one record.

    ``version``: the greatest that it has taken (0: none), ``is_there``: whether that was a record,
    and not that it is gone. ``answer`` and ``words``: of the last version that was told.
    """

    version: int = 0
    is_there: bool = False
    answer: str = ""
    words: str = ""


def hear(heard: Heard, last: int, version: int, action: str, answer: str, words: str = "") -> Heard:
    """What is known of a partner after an answer, whatever the order in which answers come.

    :param last: the version that was told last
    :param version: the one that is spoken of
    :param action: what it said: :data:`TELL` or :data:`WITHDRAW`
    :param answer: :data:`ACCEPTED` or :data:`REFUSED`
    """
    known, is_there = heard.version, heard.is_there
    if answer == ACCEPTED and version >= known:
        known, is_there = version, action == TELL
    if version == last:
        return Heard(known, is_there, answer, words)
    return Heard(known, is_there, heard.answer, heard.words)


def state(
    wanted: str, told: str, answer: str, is_asked: bool = False, is_there: bool = False
) -> str:
    """How a record stands with a partner, in a word for people; parameters as of :func:`step`.

    :param answer: to the last version that was told, "" for none
    """
    if step(wanted, told, is_asked, is_there) != NOTHING:
        return CHANGED if told or is_there else NEW
    if answer == REFUSED:
        return REJECTED
    if not wanted:
        return WITHDRAWN
    return KNOWN if answer == ACCEPTED else QUEUED


# -- messages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in a message. ``content``: None says that it is not to be used any more;
    ``code``: by which it was known, where that has changed or it is gone."""

    kind: str
    number: int
    version: int
    content: Mapping[str, Any] | None
    code: str = ""

    @property
    def action(self) -> str:
        return WITHDRAW if self.content is None else TELL


def document(entries: Sequence[Entry], told_at: str) -> dict[str, Any]:
    """A message (schemas/master-1.0.json).

    :param told_at: ISO 8601, with offset
    """
    lists: dict[str, list] = {name: [] for name in LISTS.values()}
    for entry in entries:
        row = {"id": entry.number, "version": entry.version, "action": entry.action}
        if entry.content is None:
            row |= without_nothing({"code": entry.code})
        else:
            row |= without_nothing({"formerly": entry.code}) | dict(entry.content)
        lists[LISTS[entry.kind]].append(row)
    filled = {name: rows for name, rows in lists.items() if rows}
    return {"type": "master", "version": "1.0", "told_at": told_at, **filled}


def told(content: Any) -> Iterator[tuple[Key, int, str]]:
    """Of which records a message of ours tells: (kind and id, version, action) of each."""
    for kind, name in LISTS.items():
        for row in content.get(name, ()):
            yield (kind, row["id"]), row["version"], row["action"]


def identity(entries: Iterable[Entry]) -> str:
    """What makes a message one for ever: the records and their versions."""
    names = sorted(f"{entry.kind}:{entry.number}:{entry.version}" for entry in entries)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def batches(rows: Sequence, size: int) -> Iterator[Sequence]:
    """``rows`` in their order, so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
