# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""UPS billing data: a row for each charge, by place, without a header."""

from decimal import Decimal

from ...core.bill import Bill, Charge
from ...core.cells import CURRENCIES, sides, text
from ...core.reading import Cells, SetAside, currency_flags, rows
from .columns import CLASSES, INFORMATIONAL, PLACES, REFERENCES, WIDTH

CARRIER = "ups"
# Trailing empty columns may be missing, but not the amount.
LEAST = PLACES["Net Amount"] + 1
_HEAD = tuple(
    PLACES[name]
    for name in (
        "Account Number",
        "Invoice Date",
        "Invoice Number",
        "Invoice Type Code",
        "Invoice Currency Code",
        "Invoice Amount",
        "Invoice Due Date",
        "Invoice Exchange Rate",
    )
)
_CLASS = PLACES["Charge Classification Code"]
_CURRENCY = PLACES["Invoice Currency Code"]


def recognise(lines):
    """How sure it is that these are UPS billing data, 0 to 100."""
    full = [line.cells for line in lines if any(map(text, line.cells))]
    good = [cells for cells in full if LEAST <= len(cells) <= WIDTH and _is_one(cells)]
    return 100 * len(good) // len(full) if full else 0


def _is_one(cells):
    charge = text(cells[_CLASS]) in CLASSES and text(cells[_CURRENCY]).isalpha()
    return charge or _is_header(cells)


def _is_header(cells):
    """Somebody who made a workbook of it may have added the names."""
    place = PLACES["Invoice Number"]
    return len(cells) > place and text(cells[place]) == "Invoice Number"


def read(lines, layout):
    """The rows of a UPS billing data file, see :func:`~....core.reading.rows`."""
    heads = {}

    def bill_of(cells):
        told = tuple(cells.cells[place] if place < cells.size else "" for place in _HEAD)
        if told not in heads:
            heads[told] = _bill(cells)
        return heads[told]

    def read_line(line):
        if line.number == 1 and _is_header(line.cells):
            return None, (), None, ()
        cells = Cells(line.cells, PLACES, layout)
        size = len(line.raw)
        informational = cells.text("Charge Classification Code").upper() == INFORMATIONAL
        if size > WIDTH or (size < LEAST and not informational):
            raise SetAside("cells", count=size, expected=f"{LEAST} to {WIDTH}")
        bill = bill_of(cells)
        cells.currency = cells.text("Transaction Currency Code").upper() or bill.currency
        try:
            return bill, (_charge(line.number, cells, bill),), None, tuple(cells.flags)
        except SetAside as stop:
            stop.bill = bill
            raise

    return rows(lines, read_line)


def _bill(cells):
    number = cells.text("Invoice Number")
    if not number:
        raise SetAside("number_missing")
    currency = cells.text("Invoice Currency Code").upper() or cells.layout.currency
    before = len(cells.flags)
    total = cells.amount_or_flag("Invoice Amount", "total")
    due = cells.day_or_flag("Invoice Due Date", "due")
    rate = cells.amount_or_flag("Invoice Exchange Rate", "exchange_rate")
    flags = (*cells.flags[before:], *currency_flags(currency))
    return Bill(
        carrier=CARRIER,
        number=number,
        account=cells.text("Account Number"),
        date=cells.day("Invoice Date"),
        due=due,
        currency=currency,
        exchange_rate=rate or None,
        total=total,
        is_credit=bool(total and total < 0),
        flags=flags,
    )


def _charge(number, cells, bill):
    traded = cells.text("Transaction Currency Code").upper()
    told_class = cells.text("Charge Classification Code").upper()
    informational = told_class == INFORMATIONAL
    if traded and not (len(traded) == 3 and traded.isalpha()):
        raise SetAside("shifted", value=traded, column="Transaction Currency Code")
    try:
        net = cells.amount("Net Amount", required=not informational) or Decimal(0)
    except SetAside as stop:
        if informational:  # whatever stands there, it counts nothing
            raise SetAside(stop.aside.code, Decimal(0), **dict(stop.aside.values)) from None
        raise
    discount = cells.amount_or_flag("Incentive Amount", "discount")
    if traded and traded not in CURRENCIES:
        cells.flags.append("currency_unknown")
    category = cells.text("Charge Category Code")
    decimal = cells.layout.decimal
    return Charge(
        row=number,
        net=net,
        currency=traded or bill.currency,
        list_amount=None if discount is None else net + discount,
        discount=discount,
        is_informational=informational,
        tracking=cells.tracking("Tracking Number"),
        master=cells.text("Lead Shipment Number"),
        references=cells.references(REFERENCES),
        ship_date=cells.day_or_flag("Shipment Date", "ship_date")
        or cells.day_or_flag("Transaction Date", "ship_date"),
        delivery_date=cells.day_or_flag("Shipment Delivery Date", "delivery_date"),
        service=cells.text("Original Service Description"),
        zone=cells.text("Zone"),
        entered=cells.weight("Entered Weight", "Entered Weight Unit of Measure"),
        billed=cells.weight("Billed Weight", "Billed Weight Unit of Measure"),
        weight_rule=cells.text("Billed Weight Type"),
        dimensions=sides(
            cells.text("Package Dimensions"),
            cells.text("Package Dimension Unit Of Measure"),
            decimal,
        ),
        payer=cells.text("Bill Option Code"),
        code=cells.text("Charge Description Code"),
        category=category,
        detail=cells.text("Charge Category Detail Code"),
        description=cells.text("Charge Description"),
        told_class=told_class,
        adjusts=cells.text("Charge Category Detail Code") if category == "ADJ" else "",
        original=cells.text("Original tracking number"),
    )
