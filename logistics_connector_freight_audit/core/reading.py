# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What all readers of freight bills share: cells by name, and what cannot be read.

What decides about money sets the row aside (:class:`SetAside`): the amount, the invoice, its date.
What only helps to match (a weight, a ship date) is flagged, and the charge counts.
"""

from .bill import Aside, Reference, Row
from .cells import (
    CURRENCIES,
    AmbiguousDate,
    amount,
    day,
    has_formula,
    is_other_currency,
    is_rounded,
    text,
    weight,
)
from .table import unread


class SetAside(Exception):
    """This row is not read. ``aside`` says why."""

    def __init__(self, code, amount=None, **values):
        super().__init__(code)
        self.aside = Aside(code, tuple(sorted(values.items())), amount)


class Cells:
    """The cells of one row by the name of their column, and the flags that reading them raised."""

    __slots__ = ("cells", "currency", "flags", "layout", "places", "size")

    def __init__(self, cells, places, layout):
        self.cells = cells
        self.size = len(cells)
        self.places = places
        self.layout = layout
        self.flags = []
        self.currency = ""  # of the bill, once it is known

    def raw(self, name):
        place = self.places.get(name)
        return self.cells[place] if place is not None and place < self.size else ""

    def text(self, name):
        return text(self.raw(name))

    def amount(self, name, required=False):
        """:raise SetAside: it is no amount or one of another currency, or it is missing and
        required"""
        cell = self.raw(name)
        try:
            found = amount(cell, self.layout.decimal)
        except ValueError:
            raise SetAside("amount", value=text(cell), column=name) from None
        if found is not None and is_other_currency(cell, self.currency):
            raise SetAside("currency", value=text(cell), currency=self.currency)
        if found is None and required:
            raise SetAside("amount_missing", column=name)
        return found

    def amount_or_flag(self, name, flag):
        try:
            return amount(self.raw(name), self.layout.decimal)
        except ValueError:
            self.flags.append(flag)
            return None

    def day(self, name):
        """:raise SetAside: it is no date, or may be two"""
        cell = self.raw(name)
        try:
            return day(cell, self.layout.date_order)
        except AmbiguousDate:
            raise SetAside("date_order", value=text(cell)) from None
        except ValueError:
            raise SetAside("date", value=text(cell), column=name) from None

    def day_or_flag(self, name, flag):
        try:
            return day(self.raw(name), self.layout.date_order)
        except ValueError:
            self.flags.append(flag)
            return None

    def weight(self, name, unit):
        """:param unit: the column of its unit, or a unit itself where there is no such column"""
        told = self.text(unit) if unit in self.places else unit
        try:
            return weight(self.raw(name), told, self.layout.decimal)
        except ValueError:
            self.flags.append("weight")
            return None

    def tracking(self, name):
        """A tracking number as told; flagged where a spreadsheet rounded it."""
        told = self.text(name)
        if is_rounded(told):
            self.flags.append("tracking_rounded")
        return told

    def references(self, kinds):
        """The references of a row, of each kind and value one.

        :param kinds: column → kind
        """
        found = {}
        for name, kind in kinds.items():
            value = self.text(name)
            if value:
                found[kind, value] = Reference(kind, value)
        return tuple(found.values())


def currency_flags(currency):
    """Flags of a bill for its currency."""
    if not currency:
        return ("currency_unsaid",)
    return () if currency in CURRENCIES else ("currency_unknown",)


def rows(source, read_line):
    """One :class:`Row` of each :class:`~.table.Line`.

    :param read_line: ``line → (bill, charges, told, flags)``; raises :class:`SetAside`, with
        ``bill`` on it where that much is known
    """
    for line in source:
        row = unread(line)
        if row is None:
            raw = line.raw
            formula = ("formula",) if has_formula(raw) else ()
            try:
                bill, charges, told, flags = read_line(line)
                row = Row(line.number, raw, bill, charges, None, told, (*flags, *formula))
            except SetAside as stop:
                bill = getattr(stop, "bill", None)
                row = Row(
                    line.number, raw, bill, (), stop.aside, getattr(stop, "told", None), formula
                )
        yield row
