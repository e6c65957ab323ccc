# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Any table, read by a profile: one charge a row, or several side by side."""

import re
from decimal import Decimal

from ...core.bill import Bill, Charge
from ...core.cells import text
from ...core.reading import Cells, SetAside, currency_flags, rows

_HEAD = ("carrier", "number", "account", "date", "due", "currency", "total")
_SAID = ("service", "zone", "payer", "code", "description", "told_class")
# The first word of a row below the charges that tells their sum.
_TOTAL = re.compile(r"(grand |sub)?total\b|summe\b|gesamt|total général|totaal\b|totale\b", re.I)
NOTHING = Decimal(0)


def read(lines, layout, profile):
    """The rows of a table.

    :param profile: :class:`~.profile.Profile` without problems
    """
    return rows(lines, _Reader(layout, profile).line)


class _Reader:
    def __init__(self, layout, profile):
        self.layout = layout
        self.profile = profile
        self.informational = frozenset(one.upper() for one in profile.informational)
        self.kinds = {
            name: name.partition(":")[2]
            for name in profile.columns
            if name.startswith("reference:")
        }
        self.heads = {}
        self.places = {} if layout.header_row else self._places(())

    def line(self, line):
        if line.number <= self.layout.header_row:
            if line.number == self.layout.header_row:
                self.places = self._places([_name(cell) for cell in line.cells])
            return None, (), None, ()
        cells = Cells(line.cells, self.places, self.layout)
        if _is_total(cells):
            stop = SetAside("total_line", NOTHING)
            # Below several invoices, it is the sum of all of them, and of none.
            stop.bill = next(iter(self.heads.values())) if len(self.heads) == 1 else None
            stop.told = _total_of(cells)
            raise stop
        bill = self._bill_of(cells)
        cells.currency = bill.currency
        try:
            charges = tuple(self._charges(line, cells, bill))
        except SetAside as stop:
            stop.bill = bill
            raise
        return bill, charges, None, tuple(cells.flags)

    def _places(self, names):
        def place(where):
            if isinstance(where, int):
                return where
            wanted = _name(where)
            return names.index(wanted) if wanted in names else None

        wanted = dict(self.profile.columns)
        for n, pair in enumerate(self.profile.pairs):
            parts = {"amount": pair.amount, "description": pair.description}
            parts |= {"code": pair.code, "tax": pair.tax}
            wanted |= {(n, key): where for key, where in parts.items() if where is not None}
        found = {key: place(where) for key, where in wanted.items()}
        return {key: at for key, at in found.items() if at is not None}

    def _said(self, cells, name):
        return cells.text(name) or self.profile.constants.get(name, "")

    def _bill_of(self, cells):
        told = tuple(cells.raw(name) for name in _HEAD)
        if told not in self.heads:
            self.heads[told] = self._bill(cells)
        return self.heads[told]

    def _bill(self, cells):
        number = self._said(cells, "number")
        if not number:
            raise SetAside("number_missing")
        currency = (self._said(cells, "currency") or self.layout.currency).upper()
        total = cells.amount_or_flag("total", "total")
        return Bill(
            carrier=self._said(cells, "carrier"),
            number=number,
            account=self._said(cells, "account"),
            date=cells.day("date"),
            due=cells.day_or_flag("due", "due"),
            currency=currency,
            total_unsaid=total,
            is_credit=bool(total and total < 0),
            flags=currency_flags(currency),
        )

    def _charges(self, line, cells, bill):
        shared = self._shared(cells, bill)
        if self.profile.pairs:
            yield from self._pairs(line, cells, shared)
            return
        net, tax = _money(cells)
        yield Charge(
            line.number,
            net,
            tax=tax,
            list_amount=cells.amount_or_flag("list_amount", "discount"),
            discount=cells.amount_or_flag("discount", "discount"),
            is_informational=self._said(cells, "told_class").upper() in self.informational,
            **shared,
        )

    def _pairs(self, line, cells, shared):
        whole = cells.amount("net")
        gross = cells.amount("gross")
        told = whole if gross is None else gross
        found = []
        try:
            for n, pair in enumerate(self.profile.pairs):
                net = cells.amount((n, "amount"))
                if net is None:
                    continue
                name = cells.text((n, "description")) or pair.name
                tax = cells.amount((n, "tax")) or NOTHING
                found.append((net, tax, name, cells.text((n, "code"))))
        except SetAside as stop:
            values = dict(stop.aside.values)
            values["column"] = str(self.profile.pairs[n].amount)
            raise SetAside(stop.aside.code, told, **values) from None
        nets, taxes = sum(one[0] for one in found), sum(one[1] for one in found)
        if not found and told is None:
            raise SetAside("amount_missing", column=str(self.profile.pairs[0].amount))
        wrong = (whole is not None and nets != whole) or (
            gross is not None and nets + taxes != gross
        )
        if wrong:
            raise SetAside("parts", told, parts=f"{nets + taxes:f}", told=f"{told:f}")
        for net, tax, name, code in found:
            said = {**shared, "description": name or shared["description"]}
            said["code"] = code or shared["code"]
            yield Charge(line.number, net, tax=tax, **said)

    def _shared(self, cells, bill):
        unit = self._said(cells, "weight_unit")
        shared = {name: self._said(cells, name) for name in _SAID}
        return shared | {
            "currency": bill.currency,
            "tracking": cells.tracking("tracking"),
            "master": cells.text("master"),
            "references": cells.references(self.kinds),
            "ship_date": cells.day_or_flag("ship_date", "ship_date"),
            "delivery_date": cells.day_or_flag("delivery_date", "delivery_date"),
            "entered": cells.weight("entered", unit),
            "billed": cells.weight("billed", unit),
        }


def _money(cells):
    """→ (net, tax) of what the row tells of net, gross and tax.

    :raise SetAside: it tells too little, or they do not make each other
    """
    net, gross, tax = (cells.amount(name) for name in ("net", "gross", "tax"))
    if net is None and gross is None:
        raise SetAside("amount_missing", column="gross" if "net" not in cells.places else "net")
    if net is None:
        return gross - (tax or NOTHING), tax or NOTHING
    if gross is not None and net + (tax or NOTHING) != gross:
        raise SetAside("parts", gross, parts=f"{net + (tax or NOTHING):f}", told=f"{gross:f}")
    return net, tax or NOTHING


def _is_total(cells):
    first = next(filter(None, map(text, cells.cells)), "")
    return bool(_TOTAL.match(first)) and not cells.text("tracking")


def _total_of(cells):
    for name in ("gross", "net", "total"):
        try:
            found = cells.amount(name)
        except SetAside:
            continue
        if found is not None:
            return found
    return None


def _name(cell):
    return " ".join(text(cell).lower().split())
