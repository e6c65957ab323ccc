# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier is told of a dispute: a table, as CSV for its programs and as PDF for its people;
and the answer that it sends back as a table."""

import contextlib
import csv
import io
from dataclasses import astuple, dataclass, fields
from decimal import Decimal, InvalidOperation

from . import cells

# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# How carriers say yes and no, in the first letters of a word.
YES = ("accept", "approv", "grant", "credit", "yes", "ok", "paid")
NO = ("reject", "denied", "deny", "declin", "no", "refus")


@dataclass(frozen=True, slots=True)
class Claim:
    """One billed shipment that is disputed. Amounts as text, in the currency of the bill, without
    tax. ``proof``: what we know of the shipment."""

    tracking: str
    reference: str
    ship_date: str
    bill: str
    billed: str
    expected: str
    disputed: str
    why: str
    proof: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier answers about one shipment. ``accepted``: None where it names no amount."""

    tracking: str
    is_accepted: bool
    accepted: Decimal | None
    note: str


COLUMNS = tuple(field.name for field in fields(Claim))
ANSWERED = ("answer", "amount", "note")


def as_csv(claims):
    """With a heading, in UTF-8 (RFC 4180), and empty columns for the carrier's answer.

    :param claims: iterable of :class:`Claim`
    :rtype: bytes
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, *ANSWERED))
    for claim in claims:
        writer.writerow((*(harmless(text) for text in astuple(claim)), "", "", ""))
    return out.getvalue().encode()


def harmless(text):
    """Text that no spreadsheet runs. A plain amount stays one."""
    if text.startswith(FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text):
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def read_answers(raw):
    """The answers in our own table, as the carrier filled it in.

    :param bytes raw: CSV with the columns tracking, answer, amount and note, comma or semicolon
    :return: list of :class:`Answer`; rows without an answer are left out
    :raise ValueError: it is no such table, or an answer cannot be understood; the text names the
        row
    """
    try:
        words = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = raw.decode("cp1252", "replace")
    first = words.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(words, newline=""), delimiter=delimiter)
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if not {"tracking", "answer"} <= set(names):
        raise ValueError("columns")
    rows = []
    for number, row in enumerate(reader, 2):
        told = {key: (row.get(name) or "").strip() for key, name in names.items()}
        if told["answer"]:
            rows.append((number, told))
    amounts = _amounts({number: told.get("amount", "") for number, told in rows})
    return [_answer(told, amounts[number], number) for number, told in rows]


def _amounts(told):
    """The amounts of a table, row → amount or None. One table is written in one way: an amount that
    can be read in one way only says how the others are meant.

    :raise ValueError: an amount that is none, that is below zero, or that may mean two things
    """
    ways = {sign: {} for sign in ".,"}
    for number, text in told.items():
        for sign, read in ways.items():
            with contextlib.suppress(ValueError):
                read[number] = cells.amount(text, sign)
        if not any(number in read for read in ways.values()):
            raise ValueError(f"amount {number}")
    possible = [read for read in ways.values() if len(read) == len(told)]
    if not possible:
        first = next(number for number in told if number not in ways["."])
        raise ValueError(f"amount {first}")
    found = possible[0]
    for number, amount in found.items():
        if any(read[number] != amount for read in possible):
            raise ValueError(f"unclear {number}")
        if amount is not None and amount < 0:
            raise ValueError(f"amount {number}")
    return found


def _answer(told, accepted, number):
    word = told["answer"].lower()
    if word.startswith(NO):
        return Answer(told["tracking"].lstrip("'"), False, Decimal(0), told.get("note", ""))
    if word.startswith(YES) or word.startswith("partial"):
        if word.startswith("partial") and accepted is None:
            raise ValueError(f"amount {number}")
        return Answer(told["tracking"].lstrip("'"), True, accepted, told.get("note", ""))
    raise ValueError(f"answer {number}")


def as_pdf(title, facts, claims):
    """The same on paper, A4 across.

    :param str title:
    :param facts: pairs of label and text that stand above the table
    :param claims: sequence of :class:`Claim`
    :rtype: bytes
    """
    from xml.sax.saxutils import escape

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    cell = ParagraphStyle("cell", fontName="Helvetica", fontSize=7.5, leading=9.5)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=14, leading=18)

    def say(text):
        return Paragraph(escape(text).replace("\n", "<br/>"), cell)

    table = [[say(column.replace("_", " ").capitalize()) for column in COLUMNS]]
    table += [[say(text) for text in astuple(claim)] for claim in claims]
    widths = [32, 30, 18, 26, 17, 17, 17, 62, 58]
    body = Table(table, colWidths=[width * mm for width in widths], repeatRows=1)
    body.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.25, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    out = io.BytesIO()
    story = [Paragraph(escape(title), head)]
    story += [say(f"{label}: {text}") for label, text in facts if text]
    story += [Spacer(1, 4 * mm), body] if claims else []
    margin = 10 * mm
    SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        title=title,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
    ).build(story)
    return out.getvalue()
