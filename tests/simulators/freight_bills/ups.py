"""UPS billing data: 250 columns by place, no header, a row for each charge."""

import random
from decimal import Decimal

from .broken import break_rows
from .file import Expected, File, Style

WIDTH = 250
SERVICES = (("3", "Ground Commercial"), ("2", "2nd Day Air"), ("13", "Next Day Air Saver"))
# what → category, detail, class, code, description
NAMES = {
    "fuel": ("SHP", "ISS", "FSC", "FSC", "Fuel Surcharge"),
    "residential": ("SHP", "ISS", "ACC", "RES", "Residential Surcharge"),
    "delivery_area": ("SHP", "ISS", "ACC", "RDR", "Delivery Area Surcharge"),
    "signature": ("SHP", "ISS", "ACC", "DCS", "Delivery Confirmation Signature"),
    "address_correction": ("ADJ", "ADC", "FRT", "3", "Address Correction Ground"),
    "weight_correction": ("ADJ", "SCC", "FRT", "3", "Shipping Charge Correction Ground"),
    "unheard_of": ("SHP", "ISS", "ACC", "ZQ9", "Moonlight Handling"),
    "credit": ("ADJ", "GSR", "FRT", "3", "Guaranteed Service Refund"),
}


def write_ups(book, style=None, errors=None, invoices=2, currency="USD", off=Decimal(0)):
    """:param off: what the told total of the first invoice is wrong by"""
    style = style or Style()
    file, rows = File("ups.csv"), []
    sums = {}
    for at, parcel in enumerate(book.parcels):
        invoice = f"0000SIM{900 + at % invoices}"
        for item in parcel.items:
            rows.append(_row(style, invoice, currency, parcel, item))
            sums[invoice] = sums.get(invoice, Decimal(0)) + item.net
            _expect(file, invoice, parcel, item.net)
        # An informational row repeats the carriage: who sums it, pays twice.
        row = _row(style, invoice, currency, parcel, parcel.items[0])
        row[43] = "INF"
        rows.append(row)
        _expect(file, invoice, parcel, Decimal(0))
    file.told = dict(sums)
    first = next(iter(sums))
    file.told[first] += off
    for row in rows:
        row[10] = style.money(file.told[row[5]])
    places = {"amount": 52, "date": 4, "number": 5, "words": 66, "tracking": 20, "least": 40}
    rng = random.Random(book.seed)
    break_rows(file, rows, rng, errors or {}, {**places, "cut": "cells"})
    file.data = style.bytes(rows)
    return file


def _expect(file, invoice, parcel, net):
    row = len(file.expected) + 1
    file.expected.append(Expected(row, "charges", net, invoice=invoice, tracking=parcel.tracking))


def _row(style, invoice, currency, parcel, item):
    code, name = SERVICES[parcel.service]
    category, detail, told, what, words = NAMES.get(item.what, ("SHP", "ISS", "FRT", code, name))
    row = [""] * WIDTH
    row[0], row[2], row[3] = "2.1", "0000A1B2C3", "US"
    row[4], row[5], row[9] = style.day(book_date(parcel)), invoice, currency
    row[11], row[13], row[15] = style.day(parcel.shipped), parcel.master, parcel.order
    row[17], row[18], row[20], row[21] = "PP", "1", parcel.tracking, f"PK-{parcel.order[-5:]}"
    row[26], row[27] = style.money(parcel.weight), "K"
    row[28], row[29], row[31] = style.money(parcel.billed), "K", "1"
    row[32] = "x ".join(style.money(side) for side in parcel.sides)
    row[33], row[34], row[35] = f"{parcel.zone:03}", category, detail
    row[43], row[44], row[45], row[46] = told, what, words, "1"
    row[50], row[51], row[52] = currency, style.money(item.discount), style.money(item.net)
    row[66], row[82] = "Simulated Sender", "DE"
    row[116], row[121] = style.day(parcel.shipped), style.day(parcel.delivered)
    return row


def book_date(parcel):
    """The invoice's date: one for all."""
    return parcel.shipped.replace(day=28)
