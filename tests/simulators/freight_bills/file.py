"""A file, and what stands in it row by row."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Expected:
    """What a row holds. ``kind``: charges, aside, nothing. ``net`` and ``tax`` are what it adds, or
    what it would have added, were it not broken; ``is_known``: whether that much can be read."""

    row: int
    kind: str
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    code: str = ""
    invoice: str = ""
    tracking: str = ""
    is_known: bool = True
    count: int = 1


@dataclass
class File:
    """``told``: invoice → its total as the file tells it. ``planted``: errors of the file."""

    name: str
    data: bytes = b""
    expected: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    planted: list = field(default_factory=list)


@dataclass
class Style:
    """How a file is written."""

    delimiter: str = ","
    decimal: str = "."
    date: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    newline: str = "\r\n"
    is_trimmed: bool = False

    def money(self, amount):
        return f"{amount:f}".replace(".", self.decimal)

    def day(self, day):
        return day.strftime(self.date)

    def lines(self, rows):
        """The rows as text; an entry that is text already stays as it is."""
        for row in rows:
            if isinstance(row, str):
                yield row + self.newline
                continue
            cells = list(row)
            while self.is_trimmed and cells and not cells[-1]:
                cells.pop()
            out = io.StringIO()
            csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline).writerow(cells)
            yield out.getvalue()

    def bytes(self, rows):
        return "".join(self.lines(rows)).encode(self.encoding)
