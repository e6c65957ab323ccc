"""DHL Express MyBill: a line I, then a line S for each shipment, in two dialects of the header."""

import random
from decimal import Decimal

from .broken import break_rows
from .file import Expected, File, Style
from .ups import book_date

XC = ("Code", "Name", "Charge", "Tax Code", "Tax", "Discount", "Total")
_START = (
    "Line Type|Billing Source|Original Invoice Number|Invoice Number|Invoice Type|Invoice Date|"
    "Due Date|Billing Account|Shipment Number|Shipment Date|Shipment Reference 1|"
    "Shipment Reference 2|Product|Product Name|Pieces|Senders Name|Dimensions"
).split("|")
_WEIGHTS = {
    1: ["Cust Scale Weight (A)", "DHL Scale Weight (B)", "Weight Flag", "Weight (kg)"],
    2: ["Cust Scale Weight (kg)", "DHL Scale Weight (kg)", "Weight Flag", "Weight (kg)"],
}
_TOTALS = {
    1: ["Total amount (excl. VAT)", "Total amount (incl. VAT)"],
    2: ["Total Amount", "Total Charge"],
}
_END = (
    "Tax Code|Total Tax|Tax Adjustment|Invoice Fee|Weight Charge|Weight Tax (VAT)|"
    "Other Charges 1|Other Charges 1 Amount|Discount 1|Discount 1 Amount|"
    "Total Extra Charges (XC)|Total Extra Charges Tax"
).split("|")
PRODUCTS = (("P", "EXPRESS WORLDWIDE"), ("H", "ECONOMY SELECT"), ("N", "EXPRESS DOMESTIC"))
NAMES = {
    "fuel": ("FF", "FUEL SURCHARGE"),
    "residential": ("TK", "RESIDENTIAL ADDRESS"),
    "delivery_area": ("OO", "REMOTE AREA DELIVERY"),
    "signature": ("SF", "DIRECT SIGNATURE"),
    "address_correction": ("MA", "ADDRESS CORRECTION"),
    "weight_correction": ("WC", "WEIGHT CORRECTION"),
    "unheard_of": ("ZQ", "MOONLIGHT HANDLING"),
    "credit": ("SC", "SERVICE CREDIT"),
}


def header(dialect):
    extras = [f"XC{n} {name}" for n in range(1, 10) for name in XC]
    start, end = _START, _END
    return [*start, *_WEIGHTS[dialect], "Currency", *_TOTALS[dialect], *end, *extras]


def write_dhl(book, style=None, errors=None, dialect=1, currency="EUR", off=Decimal(0), signed=-1):
    """:param signed: -1 where discounts are written negative, 1 where positive"""
    style = style or Style(delimiter=";", date="%d/%m/%Y")
    names = header(dialect)
    file = File("dhl.csv")
    rows = [names, None]
    invoice = "SIMIR00012345"
    file.expected += [Expected(1, "nothing"), Expected(2, "charges", invoice=invoice, count=0)]
    net = tax = Decimal(0)
    for parcel in book.parcels:
        taxes = sum((item.tax for item in parcel.items), Decimal(0))
        rows.append(_row(style, names, dialect, invoice, currency, parcel, taxes, signed))
        net, tax = net + parcel.net, tax + taxes
        count = len(parcel.items) + bool(parcel.items[0].discount)
        file.expected.append(
            Expected(
                len(rows),
                "charges",
                parcel.net,
                taxes,
                invoice=invoice,
                tracking=parcel.tracking,
                count=count,
            )
        )
    file.told = {invoice: net + tax + off}
    head = dict.fromkeys(names, "")
    head |= _common(style, invoice, currency, book.parcels[0])
    head |= {"Line Type": "I", **_totals(style, dialect, net + off, net + tax + off)}
    rows[1] = list(head.values())
    places = {name: names.index(what) for name, what in _PLACES.items()}
    places |= {"least": names.index("Currency") + 1, "is_known": dialect == 1}
    break_rows(file, rows, random.Random(book.seed), errors or {}, places)
    file.data = style.bytes(rows)
    return file


_PLACES = {
    "amount": "Weight Charge",
    "date": "Invoice Date",
    "number": "Invoice Number",
    "words": "Senders Name",
    "tracking": "Shipment Number",
}


def _totals(style, dialect, net, gross):
    if dialect == 1:
        return dict(zip(_TOTALS[1], (style.money(net), style.money(gross)), strict=True))
    return dict(zip(_TOTALS[2], (style.money(gross), style.money(net)), strict=True))


def _common(style, invoice, currency, parcel):
    return {
        "Billing Source": "B",
        "Invoice Number": invoice,
        "Invoice Type": "OUTBOUND",
        "Invoice Date": style.day(book_date(parcel)),
        "Billing Account": "960000001",
        "Currency": currency,
    }


def _row(style, names, dialect, invoice, currency, parcel, taxes, signed):
    row = dict.fromkeys(names, "") | _common(style, invoice, currency, parcel)
    base = parcel.items[0]
    code, product = PRODUCTS[parcel.service]
    row |= _totals(style, dialect, parcel.net, parcel.net + taxes)
    row |= {
        "Line Type": "S",
        "Shipment Number": parcel.tracking,
        "Shipment Date": style.day(parcel.shipped),
        "Shipment Reference 1": parcel.order,
        "Product": code,
        "Product Name": product,
        "Pieces": "1",
        "Senders Name": "Simulated Sender",
        "Dimensions": "x".join(style.money(side) for side in parcel.sides),
        names[names.index("Weight Flag") - 2]: style.money(parcel.weight),
        "Weight Flag": "A",
        "Weight (kg)": style.money(parcel.billed),
        "Tax Code": "A",
        "Total Tax": style.money(taxes),
        "Weight Charge": style.money(base.net + base.discount),
        "Weight Tax (VAT)": style.money(base.tax),
    }
    if base.discount:
        row["Discount 1"] = "CONTRACT DISCOUNT"
        row["Discount 1 Amount"] = style.money(signed * base.discount)
    for n, item in enumerate(parcel.items[1:], 1):
        code, name = NAMES[item.what]
        values = (code, name, item.net, "A", item.tax, "", item.net + item.tax)
        for what, value in zip(XC, values, strict=True):
            row[f"XC{n} {what}"] = value if isinstance(value, str) else style.money(value)
    return list(row.values())
