# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The rows of a file, one at a time: CSV in any dialect, or the first sheet of an XLSX workbook.

Memory stays flat: a row is forgotten when the next one is asked for.
"""

import csv
import io
import zipfile
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .bill import Aside, Row
from .cells import text

# Characters of a row (those of carriers have a few thousand), and bytes that a workbook unpacks to.
ROW_AT_MOST = 262_144
UNPACKED_AT_MOST = 1_000_000_000
# A quoted cell may go over lines (an address). Beyond this, a quotation mark is not closed.
LINES_AT_MOST = 8
# Stands for what is no character of a text: bytes that cannot be decoded, and NUL, which no
# database keeps.
UNREAD = "\ufffd"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. ``header_row`` counts from 1; 0: there is none. ``date_order`` is
    dmy, mdy, ymd or empty (not known). ``currency`` is of files that do not tell theirs."""

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    date_order: str = ""
    header_row: int = 0
    currency: str = ""
    is_workbook: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it stands in the file, counted from 1. ``cells`` are text, or Decimal and dates
    where a workbook knows them. ``aside`` is why it could not even be cut into cells."""

    number: int
    cells: tuple
    aside: Aside | None = None

    @property
    def raw(self):
        """The cells as text, without empty ones at the end."""
        cells = [cell if isinstance(cell, str) else text(cell) for cell in self.cells]
        while cells and not cells[-1].strip():
            cells.pop()
        return tuple(cells)


class Unreadable(ValueError):
    """It is no file of this kind at all."""


def lines(stream, layout):
    """The rows of a file.

    :param stream: binary, at its beginning
    :return: a generator of :class:`Line`; a row that cannot be cut into cells has an ``aside``
    :raise Unreadable: it is no workbook although the layout says so, or too large when unpacked
    """
    return _sheet(stream) if layout.is_workbook else _csv(stream, layout)


class _Open(Exception):
    """A quotation mark is open for more lines than a cell may have."""


class _Physical:
    """The lines of a file. Those of the row that is being read are ``held``, and can be given back
    but for the first, when it turns out that they are rows of their own."""

    def __init__(self, stream):
        self.stream = stream
        self.held = []
        self.returned = deque()
        self.count = 0

    def __iter__(self):
        return self

    def __next__(self):
        if len(self.held) == LINES_AT_MOST:
            raise _Open
        line = self.returned.popleft() if self.returned else self.stream.readline(ROW_AT_MOST)
        if not line:
            if len(self.held) > 1:
                raise _Open  # the file ends within a cell
            raise StopIteration
        if len(line) >= ROW_AT_MOST:
            raise csv.Error("too long")
        line = line.replace("\x00", UNREAD)
        self.held.append(line)
        self.count += 1
        return line

    def give_back(self):
        self.returned.extendleft(reversed(self.held[1:]))
        self.count -= len(self.held) - 1


def _csv(stream, layout):
    # What cannot be decoded is replaced and shown, not dropped: the amount beside it still counts.
    words = io.TextIOWrapper(stream, layout.encoding, errors="replace", newline="")
    physical = _Physical(words)
    try:
        yield from _records(physical, layout.delimiter)
    finally:
        words.detach()


def _records(physical, delimiter):
    reader = csv.reader(physical, delimiter=delimiter)
    number = 0
    while True:
        physical.held.clear()
        number += 1
        first = physical.count + 1
        try:
            cells = next(reader)
            is_open = len(physical.held) > 1 and _is_swallowed(cells, delimiter)
        except StopIteration:
            return
        except _Open:
            is_open = True
        except csv.Error:
            yield Line(number, (), Aside("unreadable", (("first", first),)))
            return
        if is_open:
            physical.give_back()
            reader = csv.reader(physical, delimiter=delimiter)
            raw = (physical.held[0].strip("\r\n"),)
            yield Line(number, raw, Aside("quote", (("first", first),)))
            continue
        if number == 1 and cells and cells[0].startswith("\ufeff"):
            cells[0] = cells[0][1:].strip('"')
        yield Line(number, tuple(cells))


def _is_swallowed(cells, delimiter):
    """Whether a row over several lines is one cell with line breaks, or rows that an open quotation
    mark has swallowed: then a cell holds a whole row's worth of delimiters."""
    return max(cell.count(delimiter) for cell in cells) >= max(2, len(cells) // 2)


def _sheet(stream):
    from openpyxl import load_workbook  # costs a quarter of a second: only who reads one pays

    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(one.file_size for one in archive.infolist()) > UNPACKED_AT_MOST:
                raise Unreadable("The workbook is too large when unpacked.")
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, KeyError, OSError, TypeError, ValueError) as error:
        raise Unreadable("This is not an XLSX workbook.") from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong, and rows get lost
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield Line(number, tuple(map(_typed, cells)))
    finally:
        book.close()


def _typed(cell):
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        # A workbook keeps 15 digits: 12.1 is 12.1 again. Of more it has lost some: say so.
        return Decimal(repr(cell)) if abs(cell) < 1e15 else f"{cell:.5E}"
    if isinstance(cell, (date, datetime)):
        return cell
    return str(cell).replace("\x00", UNREAD)


def unread(line):
    """The :class:`Row` of a line that holds nothing, or could not be cut into cells; else None."""
    if line.aside is not None:
        return Row(line.number, line.raw, aside=line.aside)
    if not any(cell if isinstance(cell, str) else True for cell in map(_bare, line.cells)):
        return Row(line.number, ())
    return None


def _bare(cell):
    return cell.strip() if isinstance(cell, str) else cell
