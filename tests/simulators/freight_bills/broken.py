"""Errors of the file itself: a row that a reader must set aside, or read all the same and say."""

from dataclasses import replace

from .book import Planted

# Kind → whether the row must be set aside. ``amount_letter``: an O for a zero.
FILE_ERRORS = {
    "amount_letter": True,
    "date_impossible": True,
    "number_missing": True,
    "cut": True,
    "formula": False,
    "rounded": False,
    "empty": False,
}


def break_rows(file, rows, rng, errors, places):
    """Break rows of a file at random.

    :param rows: lists of cells; a changed one is changed in place
    :param errors: kind → how many
    :param places: of the cells ``amount``, ``date``, ``number``, ``words``, ``tracking``, and
        ``least``: how many cells a cut row keeps; ``is_known``: the row tells its sum beside
        ``amount``
    """
    good = [
        at
        for at, one in enumerate(file.expected)
        if one.kind == "charges" and one.count and one.net
    ]
    wanted = [kind for kind, count in errors.items() for _ in range(count) if kind in FILE_ERRORS]
    for kind, at in zip(wanted, rng.sample(good, len(wanted)), strict=True):
        row, expected = rows[at], file.expected[at]
        if kind == "amount_letter":
            row[places["amount"]] = row[places["amount"]].replace("0", "O", 1).replace("1", "l", 1)
            row[places["amount"]] += "O" if row[places["amount"]].isascii() else ""
            known = places.get("is_known", False)
            changed = replace(expected, kind="aside", code="amount", is_known=known)
        elif kind == "date_impossible":
            row[places["date"]] = "20260231"
            changed = replace(expected, kind="aside", code="date", invoice="", is_known=False)
        elif kind == "number_missing":
            row[places["number"]] = ""
            changed = replace(
                expected, kind="aside", code="number_missing", invoice="", is_known=False
            )
        elif kind == "cut":
            del row[places["least"] :]
            code = places.get("cut", "amount_missing")
            invoice = "" if code == "cells" else expected.invoice
            changed = replace(expected, kind="aside", code=code, invoice=invoice, is_known=False)
        elif kind == "formula":
            row[places["words"]] = '=HYPERLINK("http://example.invalid";"pay")'
            changed = expected
        elif kind == "rounded":
            row[places["tracking"]] = "1.23457E+11"
            changed = replace(expected, tracking="1.23457E+11")
        else:
            rows[at] = []
            changed = replace(expected, kind="nothing")
        file.expected[at] = changed
        file.planted.append(Planted(kind, expected.tracking, expected.net + expected.tax))
