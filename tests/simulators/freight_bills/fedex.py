"""FedEx Billing Online, all columns: a row for each shipment with pairs of charges."""

import random
from decimal import Decimal

from .broken import break_rows
from .file import Expected, File, Style
from .ups import book_date

PAIRS = 25
HEADER = (
    "Bill to Account Number|Invoice Date|Invoice Number|Store ID|Original Amount Due|"
    "Current Balance|Payor|Ground Tracking ID Prefix|Express or Ground Tracking ID|"
    "Transportation Charge Amount|Net Charge Amount|Service Type|Ground Service|Shipment Date|"
    "POD Delivery Date|Actual Weight Amount|Actual Weight Units|Rated Weight Amount|"
    "Rated Weight Units|TDMasterTrackingID|Dim Length|Dim Width|Dim Height|Dim Unit|"
    "Recipient Name|Original Customer Reference|Original Ref#2|Zone Code|"
    "Currency Conversion Rate".split("|")
    + ["Tracking ID Charge Description", "Tracking ID Charge Amount"] * PAIRS
    + ["Shipment Notes"]
)
SERVICES = ("FedEx Ground", "FedEx 2Day", "FedEx Standard Overnight")
NAMES = {
    "fuel": "Fuel Surcharge",
    "residential": "Residential Delivery",
    "delivery_area": "DAS Resi",
    "signature": "Direct Signature",
    "address_correction": "Address Correction",
    "weight_correction": "Weight Correction",
    "unheard_of": "Moonlight Handling",
    "credit": "Service Failure Credit",
}


def write_fedex(book, style=None, errors=None, invoices=2, off=Decimal(0)):
    style = style or Style(date="%Y%m%d")
    file, rows, sums = File("fedex.csv"), [list(HEADER)], {}
    file.expected.append(Expected(1, "nothing"))
    for at, parcel in enumerate(book.parcels):
        invoice = f"9-{700 + at % invoices}-00042"
        rows.append(_row(style, invoice, parcel))
        sums[invoice] = sums.get(invoice, Decimal(0)) + parcel.net
        count = len(parcel.items) + bool(parcel.items[0].discount)
        file.expected.append(
            Expected(
                len(rows),
                "charges",
                parcel.net,
                invoice=invoice,
                tracking=parcel.tracking,
                count=count,
            )
        )
    file.told = dict(sums)
    file.told[next(iter(sums))] += off
    for row in rows[1:]:
        row[4] = row[5] = style.money(file.told[row[2]])
    places = {"amount": 10, "date": 1, "number": 2, "words": 24, "tracking": 8, "least": 9}
    break_rows(file, rows, random.Random(book.seed), errors or {}, places)
    file.data = style.bytes(rows)
    return file


def _row(style, invoice, parcel):
    row = dict.fromkeys(HEADER[:29], "")
    base = parcel.items[0]
    row |= {
        "Bill to Account Number": "123456789",
        "Invoice Date": style.day(book_date(parcel)),
        "Invoice Number": invoice,
        "Payor": "Shipper",
        "Express or Ground Tracking ID": parcel.tracking,
        "Transportation Charge Amount": style.money(base.net + base.discount),
        "Net Charge Amount": style.money(parcel.net),
        "Service Type": SERVICES[parcel.service],
        "Shipment Date": style.day(parcel.shipped),
        "POD Delivery Date": style.day(parcel.delivered),
        "Actual Weight Amount": style.money(parcel.weight),
        "Actual Weight Units": "K",
        "Rated Weight Amount": style.money(parcel.billed),
        "Rated Weight Units": "K",
        "TDMasterTrackingID": parcel.master,
        "Dim Length": style.money(parcel.sides[0]),
        "Dim Width": style.money(parcel.sides[1]),
        "Dim Height": style.money(parcel.sides[2]),
        "Dim Unit": "C",
        "Recipient Name": "Simulated Receiver",
        "Original Customer Reference": parcel.order,
        "Zone Code": f"{parcel.zone:02}",
    }
    pairs = [(NAMES[item.what], item.net) for item in parcel.items[1:]]
    if base.discount:
        pairs.insert(0, ("Earned Discount", -base.discount))
    cells = [cell for name, net in pairs for cell in (name, style.money(net))]
    return [*row.values(), *cells, *[""] * (2 * PAIRS - len(cells)), ""]
