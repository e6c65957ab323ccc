# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Billing Online, all columns: a row for each shipment, its charges side by side in pairs."""

import re
from decimal import Decimal

from ...core.bill import Bill, Charge, Reference
from ...core.cells import dimensions, text
from ...core.reading import Cells, SetAside, currency_flags, rows

CARRIER = "fedex"
TRACKING = "express or ground tracking id"
NET = "net charge amount"
BASE = "transportation charge amount"
# What makes a header of it. The rest may be left out by who exports.
NEEDED = ("invoice number", TRACKING, NET)
REFERENCES = {
    "original customer reference": "customer",
    "updated customer reference": "customer",
    "original ref#2": "shipment",
    "updated ref#2": "shipment",
    "original ref#3/po number": "po",
    "updated ref#3/po number": "po",
    "original department reference description": "department",
    "updated department reference description": "department",
    "rma#": "rma",
    "entry number": "entry",
    "crossreftrackingid": "tracking",
}
_DESCRIPTION = re.compile(r"tracking id charge description[ _.]*\d*\Z")
_AMOUNT = re.compile(r"tracking id charge amount[ _.]*\d*\Z")
_IS_BASE = re.compile(r"transportation( charge)?( amount)?\Z", re.I)
_HEAD = (
    "bill to account number",
    "invoice date",
    "invoice number",
    "original amount due",
    "currency conversion rate",
)


def recognise(lines):
    """How sure it is that these are FedEx's columns, 0 to 100."""
    return max((_score(line) for line in lines), default=0)


def _score(line):
    names = set(map(_name, line.cells))
    pairs = any(map(_DESCRIPTION.match, names))
    found = sum(name in names for name in NEEDED)
    return 100 if found == len(NEEDED) and pairs else 20 * found


def header_row(lines):
    """The number of the row with the names; 0: there is none."""
    return next((line.number for line in lines if _score(line) == 100), 0)


def _name(cell):
    return " ".join(text(cell).lower().split())


def read(lines, layout):
    """The rows of a FedEx file. Those above the header hold nothing.

    ``layout.currency`` is that of the account: FedEx's columns do not tell the invoice's.
    """
    places, pairs, heads = {}, [], {}

    def read_line(line):
        if not places:
            if _score(line) == 100:
                places.update(_places(line.cells))
                pairs.extend(_pairs(line.cells))
                for number, (_description, place) in enumerate(pairs, 1):
                    places[f"tracking id charge amount #{number}"] = place
            return None, (), None, ()
        cells = Cells(line.cells, places, layout)
        told = tuple(cells.raw(name) for name in _HEAD)
        bill = heads.get(told) or heads.setdefault(told, _bill(cells))
        cells.currency = bill.currency
        try:
            charges = tuple(_charges(line, cells, bill, pairs))
        except SetAside as stop:
            stop.bill = bill
            raise
        return bill, charges, None, tuple(cells.flags)

    return rows(lines, read_line)


def _places(names):
    """Column → place; of columns that repeat the first."""
    places = {}
    for place, name in enumerate(map(_name, names)):
        places.setdefault(name, place)
    return places


def _pairs(names):
    """Places of description and amount. A description goes with the amount that follows it."""
    waiting = None
    for place, name in enumerate(map(_name, names)):
        if _DESCRIPTION.match(name):
            waiting = place
        elif _AMOUNT.match(name) and waiting is not None:
            yield waiting, place
            waiting = None


def _bill(cells):
    number = cells.text("invoice number")
    if not number:
        raise SetAside("number_missing")
    total = cells.amount_or_flag("original amount due", "total")
    currency = cells.layout.currency
    return Bill(
        carrier=CARRIER,
        number=number,
        account=cells.text("bill to account number"),
        date=cells.day("invoice date"),
        currency=currency,
        exchange_rate=cells.amount_or_flag("currency conversion rate", "exchange_rate") or None,
        total=total,
        is_credit=bool(total and total < 0),
        flags=currency_flags(currency),
    )


def _charges(line, cells, bill, pairs):
    net = cells.amount(NET, required=True)
    try:
        base = cells.amount(BASE)
        parts = list(_parts(cells, pairs))
    except SetAside as stop:  # the row's own sum is readable: nothing is lost to the control
        raise SetAside(stop.aside.code, net, **dict(stop.aside.values)) from None
    summed = sum((part for _name, part in parts), Decimal(0))
    inside = False
    if (base is not None or parts) and (base or 0) + summed != net:
        # Some exports repeat the transportation charge as the first pair.
        inside = summed == net and any(_IS_BASE.match(name) for name, _part in parts)
        if not inside:
            raise SetAside("parts", net, parts=f"{(base or 0) + summed:f}", told=f"{net:f}")
    shared = _shared(cells, bill)
    if base is None and not parts:  # not broken down
        yield Charge(line.number, net, **shared)
        return
    if (base or not parts) and not inside:
        yield Charge(line.number, base or Decimal(0), description="Transportation Charge", **shared)
    for name, part in parts:
        yield Charge(line.number, part, description=name, **shared)


def _parts(cells, pairs):
    for number, (description, _place) in enumerate(pairs, 1):
        column = f"tracking id charge amount #{number}"
        found = cells.amount(column)
        if found is not None:
            name = text(cells.cells[description]) if description < cells.size else ""
            if found or name:
                yield name, found


def _shared(cells, bill):
    service = " ".join(filter(None, (cells.text("service type"), cells.text("ground service"))))
    references = cells.references(REFERENCES)
    tracking = cells.tracking(TRACKING)
    prefix = cells.text("ground tracking id prefix")
    if prefix and tracking:  # some systems know a ground parcel by both in one
        references += (Reference("tracking", prefix + tracking),)
    return {
        "currency": bill.currency,
        "tracking": tracking,
        "master": cells.text("tdmastertrackingid"),
        "references": references,
        "ship_date": cells.day_or_flag("shipment date", "ship_date"),
        "delivery_date": cells.day_or_flag("pod delivery date", "delivery_date"),
        "service": service,
        "zone": cells.text("zone code"),
        "entered": cells.weight("actual weight amount", "actual weight units"),
        "billed": cells.weight("rated weight amount", "rated weight units"),
        "weight_rule": cells.text("rated method"),
        "dimensions": dimensions(
            cells.raw("dim length"),
            cells.raw("dim width"),
            cells.raw("dim height"),
            cells.text("dim unit"),
            cells.layout.decimal,
        ),
        "payer": cells.text("payor"),
        "original": cells.text("crossreftrackingid"),
    }
