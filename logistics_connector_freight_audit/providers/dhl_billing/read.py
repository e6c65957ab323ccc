# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DHL Express MyBill: a line I for the invoice, a line S for each shipment, extra charges XC1 to
XC9 beside it. Two dialects of the header; a shipment's charges must make its own total, in the way
that its own cells prove."""

import re
from decimal import Decimal

from ...core.bill import Bill, Charge
from ...core.cells import sides, text
from ...core.reading import Cells, SetAside, currency_flags, rows

CARRIER = "dhl_express"
NEEDED = ("line type", "invoice number", "shipment number", "weight charge")
NET_TOTAL = "total amount (excl. vat)"
GROSS_TOTAL = "total amount (incl. vat)"
UNSAID_TOTAL = "total amount"  # of the second dialect: with or without tax, nobody says
REFERENCES = {f"shipment reference {n}": "shipment" for n in (1, 2, 3)}
NOTHING = Decimal(0)
_CREDIT = re.compile(r"(CN\b|CREDIT)", re.I)
_ENTERED = ("cust scale weight (a)", "cust scale weight (kg)")
_HEAD = ("invoice number", "billing account", "invoice date", "currency")


def recognise(lines):
    """How sure it is that these are DHL's columns, 0 to 100."""
    return max((_score(line) for line in lines), default=0)


def _score(line):
    names = set(map(_name, line.cells))
    found = sum(name in names for name in NEEDED)
    return 100 if found == len(NEEDED) else 15 * found


def header_row(lines):
    """The number of the row with the names; 0: there is none."""
    return next((line.number for line in lines if _score(line) == 100), 0)


def _name(cell):
    """``Weight(kg)`` and ``Weight (kg)`` are one name."""
    return " ".join(text(cell).lower().replace("(", " (").split())


def read(lines, layout):
    """The rows of a DHL file. Those above the header hold nothing."""
    places, heads = {}, {}

    def bill_of(cells):
        told = tuple(cells.raw(name) for name in _HEAD)
        if told not in heads:
            heads[told] = _bill(cells, with_total=False)
        return heads[told]

    def read_line(line):
        if not places:
            if _score(line) == 100:
                for place, name in enumerate(map(_name, line.cells)):
                    places.setdefault(name, place)
            return None, (), None, ()
        cells = Cells(line.cells, places, layout)
        kind = cells.text("line type").upper()
        if kind == "I":
            bill = _bill(cells, with_total=True)
            heads[tuple(cells.raw(name) for name in _HEAD)] = bill
        elif kind != "S":
            raise SetAside("line_type", value=kind)
        else:
            bill = bill_of(cells)
        cells.currency = bill.currency
        find = _invoice_charges if kind == "I" else _charges
        try:
            charges = tuple(find(line, cells, bill))
        except SetAside as stop:
            stop.bill = bill
            raise
        return bill, charges, None, tuple(cells.flags)

    return rows(lines, read_line)


def _bill(cells, with_total):
    number = cells.text("invoice number")
    if not number:
        raise SetAside("number_missing")
    currency = cells.text("currency").upper() or cells.layout.currency
    totals = {}
    if with_total:
        totals = {
            "total": cells.amount_or_flag(GROSS_TOTAL, "total"),
            "total_net": cells.amount_or_flag(NET_TOTAL, "total"),
            "total_unsaid": cells.amount_or_flag(UNSAID_TOTAL, "total"),
        }
    told = next((one for one in totals.values() if one is not None), NOTHING)
    return Bill(
        carrier=CARRIER,
        number=number,
        account=cells.text("billing account"),
        date=cells.day("invoice date"),
        due=cells.day_or_flag("due date", "due"),
        currency=currency,
        is_credit=told < 0 or bool(_CREDIT.match(cells.text("invoice type"))),
        original=cells.text("original invoice number"),
        flags=currency_flags(currency),
        **totals,
    )


def _invoice_charges(line, cells, bill):
    """What the invoice itself costs. Its other amounts are the sums of its shipments."""
    fee = cells.amount("invoice fee")
    if fee:
        yield Charge(line.number, fee, bill.currency, description="Invoice Fee")


def _charges(line, cells, bill):
    gross, net = _told(cells)
    try:
        found = list(_parts(cells))
        weighed = list(_weighed(cells, found, gross, net))
    except SetAside as stop:
        amount = stop.aside.amount if stop.aside.amount is not None else gross
        raise SetAside(stop.aside.code, amount, **dict(stop.aside.values)) from None
    shared = _shared(cells, bill)
    return [Charge(line.number, **part, **shared) for part in (*weighed, *found)]


def _told(cells):
    """Total of the row with tax, and what there is without; None: not told."""
    gross, net = cells.amount(GROSS_TOTAL), cells.amount(NET_TOTAL)
    unsaid = cells.amount(UNSAID_TOTAL)
    if gross is None and net is None and unsaid is None:
        raise SetAside("amount_missing", column=GROSS_TOTAL)
    if gross is None and net is not None:
        gross = net + (cells.amount("total tax") or NOTHING)
    return gross, net if unsaid is None else unsaid


def _parts(cells):
    """Charges beside the freight, as keywords of :class:`Charge`."""
    for n in range(1, 10):
        code, name = cells.text(f"xc{n} code"), cells.text(f"xc{n} name")
        charge = cells.amount(f"xc{n} charge")
        if charge is None and not code:
            continue
        yield _extra(cells, n, code, name, charge or NOTHING)
    for n in (1, 2):
        amount = cells.amount(f"other charges {n} amount")
        if amount:
            yield {"net": amount, "description": cells.text(f"other charges {n}")}
    fee, tax = cells.amount("invoice fee"), cells.amount("tax adjustment")
    if fee:
        yield {"net": fee, "description": "Invoice Fee"}
    if tax:
        yield {"net": NOTHING, "tax": tax, "description": "Tax Adjustment", "told_class": "TAX"}


def _extra(cells, n, code, name, charge):
    """An extra charge. Whether its discount is negative, positive or already taken off is said by
    its own total; where it has none, it is added as it is signed."""
    tax = cells.amount(f"xc{n} tax") or NOTHING
    discount = cells.amount(f"xc{n} discount") or NOTHING
    total = cells.amount(f"xc{n} total")
    nets = (charge + discount, charge - discount, charge)
    if total is None:
        net = nets[0]
    else:
        # Some files tell the total with tax, some without.
        net = next((one for one in nets if one + tax == total), None)
        if net is None:
            net = next((one for one in nets if one == total), None)
        if net is None:
            raise SetAside("parts", parts=f"{nets[0] + tax:f}", told=f"{total:f}")
    return {
        "net": net,
        "tax": tax,
        "list_amount": charge if net != charge or not discount else charge + abs(discount),
        "discount": abs(discount),
        "code": code,
        "description": name,
    }


def _weighed(cells, parts, gross, net):
    """The freight and its discounts, such that all charges make the row's own total.

    :raise SetAside: they do not, whichever way the discounts are signed
    """
    base = cells.amount("weight charge") or NOTHING
    tax = cells.amount("weight tax (vat)") or NOTHING
    discounts = []
    for n in (1, 2, 3):
        amount = cells.amount(f"discount {n} amount")
        if amount:
            discounts.append((cells.text(f"discount {n}") or "Discount", amount))
    rest = sum((part["net"] for part in parts), NOTHING)
    taxes = sum((part.get("tax", NOTHING) for part in parts), NOTHING) + tax
    off = sum((amount for _name, amount in discounts), NOTHING)
    for sign in (1, -1, 0) if off else (1,):
        mine = base + sign * off + rest
        if gross == mine + taxes or (gross is None and net in (mine, mine + taxes)):
            break
    else:
        told = gross if gross is not None else net
        raise SetAside("parts", gross, parts=f"{base + off + rest + taxes:f}", told=f"{told:f}")
    if base or tax or not parts:
        yield {"net": base, "tax": tax, "description": "Weight Charge", "told_class": "FREIGHT"}
    for name, amount in discounts:
        yield {
            "net": amount * (sign or 1),
            "description": name,
            "told_class": "DISCOUNT",
            "is_informational": sign == 0,
        }


def _shared(cells, bill):
    entered = next((name for name in _ENTERED if cells.raw(name)), _ENTERED[0])
    return {
        "currency": bill.currency,
        "tracking": cells.tracking("shipment number"),
        "references": cells.references(REFERENCES),
        "ship_date": cells.day_or_flag("shipment date", "ship_date"),
        "service": cells.text("product name") or cells.text("product"),
        "entered": cells.weight(entered, "kg"),
        "billed": cells.weight("weight (kg)", "kg"),
        "weight_rule": cells.text("weight flag"),
        "dimensions": sides(cells.text("dimensions"), "cm", cells.layout.decimal),
        "original": cells.text("original invoice number"),
    }
