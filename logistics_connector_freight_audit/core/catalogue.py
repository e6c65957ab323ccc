# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's charge is among ours: the most specific rule wins, no rule is said.

A rule matches what it names: carrier (``*``: any), told class, category, detail, code, and a
pattern of the description, where ``*`` stands for anything. What it leaves empty matches all.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files

from .bill import CLASSES

_COLUMNS = ("told_class", "category", "detail", "code")
# A description is judged by its beginning: it comes from outside.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A charge of the catalogue. ``kind`` is one of :data:`~.bill.CLASSES`."""

    key: str
    kind: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """(carrier, code, description …) → the key of an :class:`Entry`. ``priority`` is for a user's
    own rules: they win over those that we ship, however specific."""

    charge: str
    carrier: str = "*"
    told_class: str = ""
    category: str = ""
    detail: str = ""
    code: str = ""
    description: str = ""
    priority: int = 0

    @property
    def weight(self):
        """How specific it is: by priority, code, carrier, hierarchy, letters of the pattern, and
        last by its own words, so that no order of rules decides."""
        named = sum(bool(getattr(self, name)) for name in _COLUMNS)
        letters = len(self.description.replace("*", ""))
        whole = "*" not in self.description and bool(self.description)
        own = (self.carrier != "*", bool(self.code), bool(self.detail), letters > 0)
        return (self.priority, *own, named, whole, letters, self.description, self.charge)


@dataclass(frozen=True, slots=True)
class Found:
    """What a charge is: ``entry`` and the ``rule`` that says so; both None: unmapped."""

    entry: Entry | None
    rule: Rule | None = None


def read_entries(stream):
    """Entries of a CSV (text). :raise ValueError: a class is none, or a key stands twice"""
    found = {}
    for row in csv.DictReader(stream):
        if row["kind"] not in CLASSES or row["key"] in found:
            raise ValueError(row["key"])
        found[row["key"]] = Entry(row["key"], row["kind"], row["name"], row["note"] or "")
    return found


def read_rules(stream):
    """Rules of a CSV (text), in the columns in which Odoo loads it."""
    return tuple(
        Rule(
            charge=row["type_id:id"].removeprefix("charge_type_"),
            carrier=row["issuer"],
            **{name: row[name] for name in (*_COLUMNS, "description")},
        )
        for row in csv.DictReader(stream)
    )


def shipped():
    """The :class:`Catalogue` that comes with the addon."""
    folder = files(__package__.rpartition(".")[0]) / "data"
    with (folder / "logistics.freight.charge.type.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        entries = read_entries(stream)
    with (folder / "logistics.freight.charge.map.csv").open(encoding="utf-8", newline="") as stream:
        return Catalogue(entries, read_rules(stream))


class Catalogue:
    """Entries and rules; ``unmapped`` counts what no rule knew: (carrier, code, description)."""

    def __init__(self, entries, rules):
        """:raise ValueError: a rule names a charge that is none"""
        for rule in rules:
            if rule.charge not in entries:
                raise ValueError(f"{rule.charge}: no such charge")
        self.entries = dict(entries)
        self.unmapped = Counter()
        self._rules = [
            (rule, _pattern(rule.description))
            for rule in sorted(rules, key=lambda one: one.weight, reverse=True)
        ]
        self._known = {}

    def find(self, carrier, charge):
        """→ :class:`Found` of a :class:`~.bill.Charge`. What a reader found informational is that,
        whatever it is called."""
        told = tuple(getattr(charge, name).upper() for name in _COLUMNS)
        words = " ".join(charge.description.lower().split())[:_LONGEST]
        key = (carrier, *told, words, charge.is_informational)
        found = self._known.get(key)
        if found is None:
            found = self._find(carrier, told, words, charge.is_informational)
            if len(self._known) < 20_000:  # descriptions may hold dates: they must not pile up
                self._known[key] = found
        if found.entry is None:
            self.unmapped[carrier, charge.code, charge.description] += 1
        return found

    def _find(self, carrier, told, words, informational):
        if informational and "information" in self.entries:
            return Found(self.entries["information"])
        for rule, pattern in self._rules:
            if rule.carrier not in ("*", carrier):
                continue
            wanted = (rule.told_class, rule.category, rule.detail, rule.code)
            if any(mine and mine.upper() != his for mine, his in zip(wanted, told, strict=True)):
                continue
            if pattern is None or pattern.match(words):
                return Found(self.entries[rule.charge], rule)
        return Found(None)


def _pattern(told):
    if not told:
        return None
    # Each piece is found at its first place after the one before, and never looked for again: a
    # hostile description costs no more than its length.
    pieces = [re.escape(piece) for piece in told.lower().split("*")]
    if len(pieces) == 1:
        return re.compile(pieces[0] + r"\Z")
    inner = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    last = f".*{pieces[-1]}\\Z" if pieces[-1] else ""
    return re.compile(pieces[0] + inner + last, re.S)
