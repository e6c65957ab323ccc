"""Tables of carriers that nobody has heard of: a charge a row, or charges side by side."""

import random
from decimal import Decimal

from .broken import break_rows
from .file import Expected, File, Style
from .ups import book_date

HEADER = (
    "Rechnungsnummer;Rechnungsdatum;Sendungsnummer;Lieferschein;Versanddatum;Produkt;Gewicht;"
    "Leistung;Nettobetrag;MwSt;Währung".split(";")
)
NAMES = {
    "base": "Freight charge",
    "fuel": "Fuel surcharge",
    "residential": "Residential delivery",
    "delivery_area": "Delivery area surcharge",
    "signature": "Signature",
    "address_correction": "Address correction",
    "weight_correction": "Weight correction",
    "unheard_of": "Moonlight handling",
    "credit": "Credit: service failure",
}


def write_generic(book, style=None, errors=None, invoices=2, has_total=False, has_header=True):
    """One charge a row, by default as a German office writes it."""
    style = style or Style(";", ",", "%d.%m.%Y", "cp1252")
    file, rows = File("generic.csv"), []
    if has_header:
        rows.append(list(HEADER))
        file.expected.append(Expected(1, "nothing"))
    for at, parcel in enumerate(book.parcels):
        invoice = f"RE-{2026000 + at % invoices}"
        for item in parcel.items:
            rows.append(
                [
                    invoice,
                    style.day(book_date(parcel)),
                    parcel.tracking,
                    parcel.order,
                    style.day(parcel.shipped),
                    "Paket",
                    style.money(parcel.billed),
                    NAMES[item.what],
                    style.money(item.net),
                    style.money(item.tax),
                    "EUR",
                ]
            )
            file.expected.append(
                Expected(
                    len(rows),
                    "charges",
                    item.net,
                    item.tax,
                    invoice=invoice,
                    tracking=parcel.tracking,
                )
            )
    places = {"amount": 8, "date": 1, "number": 0, "words": 5, "tracking": 2, "least": 8}
    break_rows(file, rows, random.Random(book.seed), errors or {}, places)
    if has_total:
        whole = sum((one.net + one.tax for one in file.expected), Decimal(0))
        rows.append(["Summe", *[""] * 7, style.money(whole), "", ""])
        file.expected.append(Expected(len(rows), "aside", code="total_line", count=0))
        file.told = {f"RE-{2026000}": whole}
    file.data = style.bytes(rows)
    return file


def write_wide(book, style=None, pairs=6):
    """A row for each parcel: charge 1, amount 1, charge 2 …, and their sum."""
    style = style or Style()
    names = ["Invoice", "Invoice Date", "Tracking Number", "Currency", "Net Amount"]
    for n in range(1, pairs + 1):
        names += [f"Charge {n}", f"Amount {n}"]
    file, rows = File("wide.csv"), [names]
    file.expected.append(Expected(1, "nothing"))
    for parcel in book.parcels:
        row = ["W-1", style.day(book_date(parcel)), parcel.tracking, "EUR", style.money(parcel.net)]
        for item in parcel.items:
            row += [NAMES[item.what], style.money(item.net)]
        rows.append(row + [""] * (len(names) - len(row)))
        file.expected.append(
            Expected(
                len(rows),
                "charges",
                parcel.net,
                invoice="W-1",
                tracking=parcel.tracking,
                count=len(parcel.items),
            )
        )
    file.data = style.bytes(rows)
    return file
