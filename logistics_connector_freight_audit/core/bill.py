# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's invoice file says, whatever its format: immutable values without Odoo.

A reader makes one :class:`Row` of each row of the file, so every row is accounted for: it holds
charges, is set aside with a reason, or is empty. :class:`Tally` counts and sums them.

Amounts are Decimal in the currency beside them, signed as the carrier signed them.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

# What a charge is. ``info`` is shown and never summed.
CLASSES = (
    "base",
    "fuel",
    "accessorial",
    "adjustment",
    "government",
    "brokerage",
    "tax",
    "discount",
    "credit",
    "info",
)

# Why a row was set aside, in the user's words: the shell translates them by their code.
REASONS = {
    "amount": "“%(value)s” in the column %(column)s is not an amount.",
    "amount_missing": "The row tells no amount (column %(column)s).",
    "date": "“%(value)s” in the column %(column)s is not a date.",
    "date_order": "“%(value)s” may begin with the day or the month. Say which, and read again.",
    "number_missing": "The row does not say which invoice it belongs to.",
    "cells": "The row has %(count)s cells, and %(expected)s were expected.",
    "currency": "“%(value)s” is not in %(currency)s, the currency of the invoice.",
    "shifted": "The columns of this row seem shifted: “%(value)s” stands where %(column)s belongs.",
    "quote": "A quotation mark in line %(first)s is not closed.",
    "unreadable": "From line %(first)s on, the file cannot be read.",
    "parts": "The charges of the row make %(parts)s, but the row says %(told)s.",
    "line_type": "“%(value)s” is a kind of line that is not known.",
    "total_line": "A total that the file tells, not a charge.",
}

# What a row or bill is worth looking at for, although it was read.
FLAGS = {
    "formula": "A cell begins like a spreadsheet formula. It was kept as text.",
    "currency_unknown": "The currency is not one of ISO 4217.",
    "currency_unsaid": "The file does not tell the currency.",
    "tracking_rounded": "A spreadsheet rounded the tracking number: its last digits are lost.",
    "ship_date": "The ship date cannot be read.",
    "delivery_date": "The delivery date cannot be read.",
    "due": "The due date cannot be read.",
    "weight": "A weight cannot be read.",
    "discount": "The discount cannot be read.",
    "tax": "The tax cannot be read.",
    "total": "The total that the file tells cannot be read.",
    "exchange_rate": "The exchange rate cannot be read.",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A number that the shipper gave. ``kind``: shipment, package, customer, po, bol, department,
    rma, invoice, pickup, entry, or tracking (the same parcel, written another way)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Weight:
    """``unit`` is kg, lb, oz, or what the file says where that is none of them."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Sides as told. ``unit`` is cm, in, or empty where the file does not say it."""

    length: Decimal
    width: Decimal
    height: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """The head of an invoice. ``total`` is with tax, ``total_net`` without; ``total_unsaid`` is a
    total of which the file does not say which of both it is. None: not told. ``exchange_rate`` is
    the carrier's own, as told."""

    carrier: str
    number: str
    account: str = ""
    date: datetime.date | None = None
    due: datetime.date | None = None
    currency: str = ""
    exchange_rate: Decimal | None = None
    total: Decimal | None = None
    total_net: Decimal | None = None
    total_unsaid: Decimal | None = None
    is_credit: bool = False
    original: str = ""
    flags: tuple[str, ...] = ()

    @property
    def key(self):
        """Carrier, invoice number and account, as duplicates are found by: dashes, blanks and
        leading zeros do not count."""
        return self.carrier, plain(self.number), plain(self.account)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge. ``net`` is without ``tax``; ``list_amount`` and ``discount`` are None where not
    told. ``told_class`` is the carrier's own word, ``category`` and ``detail`` its hierarchy.
    ``adjusts`` is the kind of a later correction (the carrier's word), ``original`` the tracking
    number that it corrects, where told."""

    row: int
    net: Decimal
    currency: str = ""
    tax: Decimal = Decimal(0)
    list_amount: Decimal | None = None
    discount: Decimal | None = None
    is_informational: bool = False
    tracking: str = ""
    master: str = ""
    references: tuple[Reference, ...] = ()
    ship_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    service: str = ""
    zone: str = ""
    entered: Weight | None = None
    billed: Weight | None = None
    weight_rule: str = ""
    dimensions: Dimensions | None = None
    payer: str = ""
    code: str = ""
    category: str = ""
    detail: str = ""
    description: str = ""
    told_class: str = ""
    adjusts: str = ""
    original: str = ""

    @property
    def gross(self):
        return self.net + self.tax

    @property
    def is_credit(self):
        return self.net < 0


@dataclass(frozen=True, slots=True)
class Aside:
    """Why a row was not read. ``amount`` is what it comes to, tax included, where that much can be
    read; None: nobody knows."""

    code: str
    values: tuple[tuple[str, object], ...] = ()
    amount: Decimal | None = None

    @property
    def reason(self):
        """In the user's words (English)."""
        return REASONS[self.code] % dict(self.values)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. ``raw`` is what stood there, without empty cells at its end. ``told`` is
    a total that the row tells of its bill."""

    number: int
    raw: tuple[str, ...]
    bill: Bill | None = None
    charges: tuple[Charge, ...] = ()
    aside: Aside | None = None
    told: Decimal | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """The control of one bill: ``summed`` is what was read, ``aside`` the readable amounts of rows
    that were set aside, ``unknown`` how many of those have none. ``difference`` is what was told
    less both; None where nothing was told. ``others`` are sums in other currencies than the
    bill's, ``contradictions`` further totals that the file tells of the same bill."""

    bill: Bill
    rows: int
    charges: int
    informational: int
    summed: Decimal
    net: Decimal
    tax: Decimal
    asides: int
    aside: Decimal
    unknown: int
    told: Decimal | None
    difference: Decimal | None
    others: tuple[tuple[str, Decimal], ...] = ()
    contradictions: tuple[Decimal, ...] = ()

    @property
    def is_balanced(self):
        """Whether all of it was read, and makes what was told to the cent."""
        doubts = self.asides or self.others or self.contradictions
        return self.difference == 0 and not doubts


@dataclass(slots=True)
class _Sum:
    bill: Bill
    rows: int = 0
    charges: int = 0
    informational: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    asides: int = 0
    aside: Decimal = Decimal(0)
    unknown: int = 0
    told: Decimal | None = None
    others: dict = field(default_factory=dict)
    contradictions: list = field(default_factory=list)


class Tally:
    """Counts and sums rows as they stream by; it keeps one small sum for each bill."""

    def __init__(self):
        self.rows = 0
        self.empty = 0
        self.charges = 0
        self.homeless = 0  # set aside, and of no bill that could be read
        self._sums = {}

    def add(self, row):
        """Take one :class:`Row`. A row without a bill and without content is counted as empty."""
        self.rows += 1
        self.charges += len(row.charges)
        if row.bill is None:
            real = row.aside and row.aside.code != "total_line"
            self.homeless += bool(real)
            self.empty += row.aside is None
            return
        found = self._sums.get(row.bill.key)
        if found is None:
            found = self._sums[row.bill.key] = _Sum(row.bill)
        elif row.bill is not found.bill:
            _meet(found, row.bill)
        found.rows += 1
        if row.told is not None:
            if found.told is None:
                found.told = row.told
            elif found.told != row.told:
                found.contradictions.append(row.told)
        for charge in row.charges:
            found.charges += 1
            if charge.is_informational:
                found.informational += 1
            elif charge.currency != found.bill.currency:
                mine = found.others.get(charge.currency, Decimal(0))
                found.others[charge.currency] = mine + charge.gross
            else:
                found.net += charge.net
                found.tax += charge.tax
        if row.aside and row.aside.code != "total_line":
            found.asides += 1
            if row.aside.amount is None:
                found.unknown += 1
            else:
                found.aside += row.aside.amount

    def totals(self):
        """One :class:`Total` for each bill, in the order in which the file told of them."""
        return tuple(_total(found) for found in self._sums.values())


def _meet(found, bill):
    """The head of a bill again: its I line may come later, or tell another total."""
    known = found.bill
    for name in ("total", "total_net", "total_unsaid"):
        before, now = getattr(known, name), getattr(bill, name)
        if before is not None and now is not None and before != now:
            found.contradictions.append(now)
    told = (known.total, known.total_net, known.total_unsaid) != (None, None, None)
    if not told:
        found.bill = bill


def _total(found):
    bill, gross = found.bill, found.net + found.tax
    told, base = bill.total, gross
    if told is None and found.told is not None:
        told, base = found.told, _nearer(found.told - found.aside, gross, found.net)
    if told is None and bill.total_net is not None:
        told, base = bill.total_net, found.net
    if told is None and bill.total_unsaid is not None:
        told = bill.total_unsaid
        base = _nearer(told - found.aside, gross, found.net)
    return Total(
        bill=bill,
        rows=found.rows,
        charges=found.charges,
        informational=found.informational,
        summed=gross,
        net=found.net,
        tax=found.tax,
        asides=found.asides,
        aside=found.aside,
        unknown=found.unknown,
        told=told,
        difference=None if told is None else told - base - found.aside,
        others=tuple(sorted(found.others.items())),
        contradictions=tuple(found.contradictions),
    )


def _nearer(told, gross, net):
    """With or without tax, where the file does not say which: the one that it is, else with."""
    return net if told == net else gross


def plain(number):
    """A number as it is compared: letters and digits only, in capitals, without leading zeros.

    ``A-00`` and ``000`` keep one zero, so that a number never becomes nothing.
    """
    bare = "".join(filter(str.isalnum, number)).upper()
    return bare.lstrip("0") or bare[:1]
