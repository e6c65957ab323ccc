# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How an unknown file is written, by looking at its beginning. What cannot be told is asked."""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace

from .cells import text
from .table import Layout, Line, Unreadable, lines

# How much of a file is looked at, and how many of its rows.
BYTES = 262_144
ROWS = 400
DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_POINTED = re.compile(
    r"[-+(]?\d{1,3}(?:,\d{3})*\.\d{1,2}\)?-?\Z|[-+(]?\d+\.(?:\d{1,2}|\d{4,})\)?-?\Z"
)
_COMMAED = re.compile(
    r"[-+(]?\d{1,3}(?:\.\d{3})*,\d{1,2}\)?-?\Z|[-+(]?\d+,(?:\d{1,2}|\d{4,})\)?-?\Z"
)
_UNCLEAR = re.compile(r"[-+(]?\d{1,3}[.,]\d{3}\)?-?\Z")
_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b")

# What a person must say. The shell translates them by their code.
QUESTIONS = {
    "encoding": "The file is not UTF-8. Are letters such as “é” right when read as Windows-1252?",
    "decimal": "“1.234” may be a thousand or one: which is the decimal sign?",
    "date_order": "All dates may begin with the day or with the month: which is it?",
    "date_orders": "Some dates begin with the day, others with the month.",
    "delimiter": "The columns cannot be told apart.",
    "currency": "The file does not tell its currency.",
    "provider": "More than one carrier's layout fits.",
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What was found: ``layout`` to read with, ``provider`` (a code of READERS, or empty),
    ``scores`` of each, ``questions`` (codes of :data:`QUESTIONS`) to be answered before, and the
    first ``lines``, to be shown."""

    layout: Layout
    provider: str
    scores: tuple[tuple[str, int], ...]
    questions: tuple[str, ...]
    lines: tuple[Line, ...]


def sniff(sample, readers):
    """Look at a file.

    :param sample: its first :data:`BYTES` (of a workbook: all of it)
    :param readers: code → reader, see ``providers.READERS``
    :raise Unreadable: it is empty, or neither a table nor an XLSX workbook
    """
    if not sample.strip():
        raise Unreadable("The file is empty.")
    if sample[:4] == b"PK\x03\x04":
        return _judge(
            Layout(is_workbook=True), _first(sample, Layout(is_workbook=True)), readers, ()
        )
    if sample[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable("This is an old Excel file (.xls). Save it as .xlsx or .csv.")
    if sample[:4] == b"%PDF":
        raise Unreadable("This is a PDF. Ask the carrier for the invoice as a table.")
    whole = len(sample) < BYTES
    encoding, sure = encoding_of(sample[:BYTES])
    words = sample[:BYTES].decode(encoding, "ignore" if sure else "replace")
    if not whole:
        words = words[: words.rfind("\n") + 1] or words
    if "\x00" in words:
        raise Unreadable("This is not a table: it holds bytes that are no text.")
    delimiter = delimiter_of(words)
    questions = [] if sure else ["encoding"]
    if not delimiter:
        questions.append("delimiter")
    layout = Layout(encoding=encoding, delimiter=delimiter or ",")
    return _judge(layout, _first(words.encode(encoding, "replace"), layout), readers, questions)


def _first(sample, layout):
    found = []
    for line in lines(io.BytesIO(sample), layout):
        found.append(line)
        if len(found) == ROWS:
            break
    return tuple(found)


def _judge(layout, first, readers, questions):
    questions = list(questions)
    good = [line for line in first if line.aside is None and any(map(text, line.cells))]
    scores = sorted(
        ((code, reader.recognise(good)) for code, reader in readers.items()),
        key=lambda pair: (-pair[1], pair[0]),
    )
    best = [code for code, score in scores if score >= 80]
    if len(best) > 1:
        questions.append("provider")
    provider = best[0] if len(best) == 1 else ""
    cells = [cell for line in good for cell in line.cells if isinstance(cell, str)]
    decimal, decimal_asked = decimal_of(cells)
    order, order_asked = date_order_of(cells)
    questions += [code for code in (decimal_asked, order_asked) if code]
    find_header = getattr(readers.get(provider), "header_row", None)
    row = find_header(good) if find_header else 0 if provider else header_of(good)
    if provider and find_header and not row:
        row = header_of(good)
    layout = replace(layout, decimal=decimal, date_order=order, header_row=row)
    return Sniffed(layout, provider, tuple(scores), tuple(questions), first)


def encoding_of(sample):
    """→ (encoding, whether it is sure). UTF-8 proves itself, Windows-1252 never does."""
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding, True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8", True
    except UnicodeDecodeError:
        return "cp1252", False


def delimiter_of(words):
    """The delimiter that cuts most rows into the same number of cells; empty: none does."""
    best, most = "", 0.0
    for delimiter in DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
            sizes = [len(row) for _n, row in zip(range(ROWS), reader, strict=False) if row]
        except csv.Error:
            continue
        wide = [size for size in sizes if size > 1]
        if not wide:
            continue
        size, often = Counter(wide).most_common(1)[0]
        # Many columns tell more than few; rows that differ (trimmed ends) tell a little less.
        score = (len(wide) + often) / (2 * len(sizes)) * min(size, 30)
        if score > most:
            best, most = delimiter, score
    return best


def decimal_of(cells):
    """→ (decimal sign, question). Asked where amounts are of groups of three only, or of both."""
    cells = [cell.strip() for cell in cells]
    point = sum(bool(_POINTED.match(cell)) for cell in cells)
    comma = sum(bool(_COMMAED.match(cell)) for cell in cells)
    if not point and not comma:
        unclear = any(map(_UNCLEAR.match, cells))
        return ".", "decimal" if unclear else ""
    sign = "." if point >= comma else ","
    # A few of the other kind may be anything (versions, sections); as many as these are a question.
    return sign, "decimal" if 3 * min(point, comma) > max(point, comma) else ""


def date_order_of(cells):
    """→ (dmy, mdy or empty, question). One order for the whole file, and only if it is proven."""
    day_first = month_first = seen = 0
    for cell in cells:
        found = _DATE.match(cell.strip())
        if not found:
            continue
        one, two = int(found.group(1)), int(found.group(2))
        if not (0 < one < 32 and 0 < two < 32):
            continue
        seen += 1
        day_first += one > 12 >= two
        month_first += two > 12 >= one
    if day_first and month_first:
        return "", "date_orders"
    if seen and not day_first and not month_first:
        return "", "date_order"
    return ("dmy" if day_first else "mdy" if month_first else ""), ""


def header_of(good):
    """The number of the row that holds the names of columns; 0: there is none.

    The first row that is all words, about as wide as the widest, above rows that hold numbers.
    """
    if len(good) < 2:
        return 0
    widest = max(len(line.raw) for line in good)
    for at, line in enumerate(good[:10]):
        cells = [text(cell) for cell in line.cells if text(cell)]
        if 2 * len(cells) < widest or not all(map(_is_name, line.cells)):
            continue
        below = good[at + 1 : at + 20]
        if any(not _is_name(cell) for row in below for cell in row.cells):
            return line.number
    return 0


def _is_name(cell):
    if not isinstance(cell, str):
        return False
    bare = cell.strip()
    return not bare or (not bare[0].isdigit() and any(map(str.isalpha, bare)))


def doubts(total):
    """What is wrong with the control of a bill (:class:`~.bill.Total`), as codes: ``difference``,
    ``unknown`` (rows whose amount nobody knows), ``asides``, ``currencies``, ``contradictions``,
    ``untold``, and the flags of the bill."""
    found = []
    if total.told is None:
        found.append("untold")
    elif total.difference:
        found.append("difference")
    if total.unknown:
        found.append("unknown")
    if total.asides:
        found.append("asides")
    if total.others:
        found.append("currencies")
    if total.contradictions:
        found.append("contradictions")
    return (*found, *total.bill.flags)
