from odoo import api, fields, models
from odoo.exceptions import UserError

from ...core import propose as core_propose
from ...core.sniff import BYTES, sniff
from ...core.table import Layout, Unreadable, lines
from ...providers import READERS
from ...providers.table.profile import Pair, Profile
from ...providers.table.read import read as read_table

TABLE = "table"
DELIMITERS = [(",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")]
ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("utf-8-sig", "UTF-8 with mark"),
    ("cp1252", "Windows-1252"),
    ("utf-16", "UTF-16"),
]
SHOWN = 12


class LogisticsFreightFile(models.Model):
    """Looking at a file: whose layout it is, how it is written, and what only a person can say."""

    _inherit = "logistics.freight.file"

    reader = fields.Selection(
        [
            ("ups_billing", "UPS billing data (250 columns)"),
            ("fedex_billing", "FedEx invoice (wide)"),
            ("dhl_billing", "DHL Express invoice (I and S lines)"),
            (TABLE, "Another table"),
        ],
        "Read as",
        tracking=True,
    )
    profile_id = fields.Many2one(
        "logistics.freight.profile",
        index="btree_not_null",
        ondelete="set null",
        help="How tables of this carrier are read. Saved once, found by the names of its columns.",
    )
    is_workbook = fields.Boolean("Workbook", readonly=True)
    encoding = fields.Selection(ENCODINGS, default="utf-8")
    delimiter = fields.Selection(DELIMITERS, "Columns end with", default=",")
    decimal = fields.Selection(
        [(".", "Point: 1,234.56"), (",", "Comma: 1.234,56")], "Decimal sign", default="."
    )
    date_order = fields.Selection(
        [("dmy", "Day, month, year"), ("mdy", "Month, day, year"), ("ymd", "Year, month, day")],
        "Dates",
        help="Needed only where dates may be read in two ways. 2026-03-09 cannot.",
    )
    header_row = fields.Integer(
        "Names stand in row", help="0: the table has no row with the names of its columns."
    )
    currency_id = fields.Many2one(
        "res.currency",
        help="Only of files that do not tell theirs.",
    )
    issuer = fields.Char(
        "Carrier", help="The carrier's code, such as “ups”: of tables that do not tell it."
    )
    bill_number = fields.Char("Bill number", help="Of tables that do not tell it.")
    bill_date = fields.Date("Date of the bill", help="Of tables that do not tell it.")
    questions = fields.Json(readonly=True)
    question_text = fields.Text("To be answered", compute="_compute_question_text")
    first_rows = fields.Json(readonly=True)
    column_ids = fields.One2many("logistics.freight.file.column", "file_id", "Columns")

    @api.depends("questions", "date_order", "delimiter", "reader")
    def _compute_question_text(self):
        # Written out, so that they are found for translation.
        words = {
            "encoding": self.env._(
                "The file is not UTF-8. Are letters such as “é” right below? If not, choose "
                "another encoding."
            ),
            "decimal": self.env._("“1.234” may be a thousand or one. Which is the decimal sign?"),
            "date_order": self.env._(
                "All dates may begin with the day or with the month. Which is it?"
            ),
            "date_orders": self.env._(
                "Some dates begin with the day, others with the month. Which do you trust? The "
                "others are set aside."
            ),
            "delimiter": self.env._("The columns cannot be told apart. How do they end?"),
            "provider": self.env._("More than one carrier's layout fits. Whose file is it?"),
            "profile": self.env._("This table is new. Say below what its columns hold."),
        }
        for file in self:
            open_ones = [code for code in file.questions or () if not file._is_answered(code)]
            file.question_text = "\n".join(words[code] for code in open_ones if code in words)

    def _is_answered(self, code):
        if code in ("date_order", "date_orders"):
            return bool(self.date_order)
        return code == "provider" and bool(self.reader)

    def _look(self):
        """Find out how the file is written, as far as its beginning shows."""
        self.ensure_one()
        with self._open() as stream:
            sample = stream.read(BYTES)
            if sample[:4] == b"PK\x03\x04":
                sample += stream.read()
        try:
            found = sniff(sample, READERS)
        except Unreadable as error:
            self._write_own({"state": "problem", "problem": self._unreadable(error)})
            return
        layout = found.layout
        self._write_own(
            {
                "reader": found.provider or TABLE,
                "is_workbook": layout.is_workbook,
                "encoding": layout.encoding,
                "delimiter": layout.delimiter,
                "decimal": layout.decimal,
                "date_order": layout.date_order or False,
                "header_row": layout.header_row,
                "questions": list(found.questions),
                "first_rows": [list(line.raw) for line in found.lines[: SHOWN + 8]],
            }
        )
        if self.reader == TABLE:
            self._propose_columns()

    def _unreadable(self, error):
        # The reader's own sentences, as they are found for translation here.
        words = {
            "The file is empty.": self.env._("The file is empty."),
            "This is an old Excel file (.xls). Save it as .xlsx or .csv.": self.env._(
                "This is an old Excel file (.xls). Save it as .xlsx or .csv."
            ),
            "This is a PDF. Ask the carrier for the invoice as a table.": self.env._(
                "This is a PDF. Ask the carrier for the invoice as a table."
            ),
            "This is not a table: it holds bytes that are no text.": self.env._(
                "This is not a table: it holds bytes that are no text."
            ),
            "This is not an XLSX workbook.": self.env._("This is not an XLSX workbook."),
            "The workbook is too large when unpacked.": self.env._(
                "The workbook is too large when unpacked."
            ),
        }
        return words.get(str(error), str(error))

    def action_look_again(self):
        """After the layout was changed by hand: read the beginning again in that way."""
        for file in self:
            file._check_open()
            file._show_beginning()
            if file.reader == TABLE and not file.profile_id:
                file._propose_columns()

    def _check_open(self):
        if self.state not in ("draft", "checked", "problem"):
            raise UserError(self.env._("“%s” is being worked or done already.", self.name))

    def _layout(self):
        """How the file is written, as core.table.Layout."""
        self.ensure_one()
        return Layout(
            encoding=self.encoding or "utf-8",
            delimiter=self.delimiter or ",",
            decimal=self.decimal or ".",
            date_order=self.date_order or "",
            header_row=self.header_row,
            currency=self.currency_id.name or "",
            is_workbook=self.is_workbook,
        )

    def _beginning(self, count=60):
        """The first lines of the file in its present layout."""
        found = []
        with self._open() as stream:
            for line in lines(stream, self._layout()):
                found.append(line)
                if len(found) == count:
                    break
        return found

    def _show_beginning(self):
        try:
            rows = [list(line.raw) for line in self._beginning(SHOWN + 8)]
        except Unreadable as error:
            raise UserError(self._unreadable(error)) from None
        self._write_own({"first_rows": rows})

    def _propose_columns(self):
        """Say what the columns of an unknown table may hold; a saved profile knows it."""
        self.ensure_one()
        found = self._beginning()
        at = self.header_row
        names = list(found[at - 1].raw) if 0 < at <= len(found) else []
        below = [line.cells for line in found[at:] if line.aside is None]
        profile = self.env["logistics.freight.profile"]._find_for(self.company_id, names)
        self.profile_id = profile
        proposed = core_propose.propose(names, below, self._layout())
        chosen = {one.column: (one.field, one.score) for one in proposed.fields}
        for text_at, amount_at in proposed.pairs:
            chosen[text_at], chosen[amount_at] = ("pair_name", 0), ("pair_amount", 0)
        if profile:
            chosen = profile._columns_by_place(names)
            self._write_own(profile._layout_values(self))
        width = max([len(names), *map(len, below)], default=0)
        self.column_ids.unlink()
        self.env["logistics.freight.file.column"].create(
            [
                {
                    "file_id": self.id,
                    "place": place,
                    "name": (names[place] if place < len(names) else "")[:200],
                    "sample": _sample(below, place),
                    "holds": chosen.get(place, (False, 0))[0],
                    "score": chosen.get(place, (False, 0))[1],
                }
                for place in range(min(width, 400))
            ]
        )
        questions = [code for code in self.questions or () if code != "profile"]
        self._write_own({"questions": questions if profile else [*questions, "profile"]})

    def _profile(self):
        """How this table is read, as providers.table.Profile.

        :raise UserError: it says too little
        """
        self.ensure_one()
        columns, pairs, name_at = {}, [], None
        for column in self.column_ids.sorted("place"):
            where = column.place
            if column.holds == "pair_name":
                name_at = where
            elif column.holds == "pair_amount":
                pairs.append(Pair(amount=where, description=name_at, name=column.name or ""))
                name_at = None
            elif column.holds:
                if column.holds in columns:
                    raise UserError(
                        self.env._(
                            "Two columns are said to hold “%s”. Choose one.",
                            dict(column._fields["holds"]._description_selection(self.env))[
                                column.holds
                            ],
                        )
                    )
                columns[column.holds] = where
        told = {"number": self.bill_number, "carrier": self.issuer}
        profile = Profile(
            name=self.name,
            columns=columns,
            constants={key: value for key, value in told.items() if value and key not in columns},
            pairs=tuple(pairs),
        )
        problems = self._problems(profile)
        if problems:
            raise UserError("\n".join(problems))
        return profile

    def _problems(self, profile):
        """What is missing in a profile, in the user's words."""
        said = {*profile.columns, *profile.constants}
        found = []
        if "number" not in said:
            found.append(
                self.env._("Say which column holds the bill's number, or fill in the number.")
            )
        if "carrier" not in said:
            found.append(self.env._("Say which column holds the carrier, or fill in the carrier."))
        if not profile.pairs and not {"net", "gross"} & set(profile.columns):
            found.append(self.env._("Say which column holds the amount."))
        if {"net", "gross"} <= set(profile.columns) and "tax" not in profile.columns:
            found.append(
                self.env._("With an amount with and without tax, say which column holds the tax.")
            )
        return found

    def _rows(self, stream):
        """The rows of the file as its reader understands them (core.bill.Row), one at a time."""
        layout = self._layout()
        if self.reader == TABLE:
            return read_table(lines(stream, layout), layout, self._profile())
        return READERS[self.reader].read(lines(stream, layout), layout)


def _sample(below, place):
    """A few values of a column, to be shown beside its name."""
    seen = []
    for cells in below:
        cell = str(cells[place]).strip() if place < len(cells) else ""
        if cell and cell not in seen:
            seen.append(cell[:40])
        if len(seen) == 3:
            break
    return " · ".join(seen)
