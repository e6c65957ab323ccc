# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier without an interface is told at the end of the day: a table, as CSV for its
programs and as PDF for its driver."""

import csv
import io
from dataclasses import astuple, dataclass, fields

# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One parcel. ``action``: "book" or "cancel"; ``weight``: kilograms."""

    action: str
    number: str
    reference: str
    order: str
    service: str
    date: str
    weight: str
    is_return: str
    company: str
    name: str
    street: str
    zip: str
    city: str
    country: str
    phone: str


COLUMNS = tuple(field.name for field in fields(Row))
PRINTED = ("action", "number", "reference", "weight", "company", "name", "zip", "city", "country")


def as_csv(rows):
    """With a heading, in UTF-8 (RFC 4180).

    :param rows: iterable of Row
    :rtype: bytes
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(_harmless(text) for text in astuple(row))
    return out.getvalue().encode()


def _harmless(text):
    return f"'{text}" if text.startswith(FORMULA) else text


def as_pdf(title, rows, font=""):
    """The same on paper, A4 across, with the sums and a line to sign on.

    :param str title:
    :param rows: sequence of Row
    :param str font: path of a TrueType font; "" for Helvetica
    :rtype: bytes
    """
    from xml.sax.saxutils import escape

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    from .own_label import font_name

    name = font_name(font)
    cell = ParagraphStyle("cell", fontName=name, fontSize=8, leading=10)
    head = ParagraphStyle("head", fontName=name, fontSize=14, leading=18)
    table = [[Paragraph(escape(column.capitalize()), cell) for column in PRINTED]]
    for row in rows:
        table.append([Paragraph(escape(getattr(row, column)), cell) for column in PRINTED])
    widths = [16, 42, 42, 18, 48, 38, 18, 36, 18]
    grid = Table(table, colWidths=[one * mm for one in widths], repeatRows=1)
    grid.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    booked = [row for row in rows if row.action == "book"]
    kilograms = sum(float(row.weight or 0) for row in booked)
    sums = f"Packages: {len(booked)}, {kilograms:.3f} kg"
    buffer = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 10 * mm)
    page = SimpleDocTemplate(buffer, pagesize=landscape(A4), title=title, invariant=1, **margins)
    page.build(
        [
            Paragraph(escape(title), head),
            Paragraph(escape(sums), cell),
            Spacer(1, 4 * mm),
            grid,
            Spacer(1, 16 * mm),
            Paragraph("_" * 50, cell),
        ]
    )
    return buffer.getvalue()
