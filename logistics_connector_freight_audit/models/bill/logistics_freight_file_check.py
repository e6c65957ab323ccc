import time

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ...core.bill import Tally, plain
from ...core.sniff import doubts
from ...core.table import Unreadable
from .issuer import issuer_of

# So many rows that were set aside are shown before the import; the import keeps all of them.
SHOWN = 500
PROGRESS_SECONDS = 2
# What stands in the way of an import, whoever confirms it.
BLOCKING = {
    "currency_unknown",
    "currency_unsaid",
    "currency_inactive",
    "carrier",
    "date",
}


class LogisticsFreightFile(models.Model):
    """The check: the whole file is read, and nothing is written but what it comes to."""

    _inherit = "logistics.freight.file"

    checked_at = fields.Datetime(readonly=True)
    row_count = fields.Integer("Rows in all", readonly=True)
    charge_count = fields.Integer("Charges in all", readonly=True)
    aside_count = fields.Integer("Rows set aside", readonly=True)
    homeless_count = fields.Integer(
        "Of no bill", readonly=True, help="Rows set aside of which not even the bill is known."
    )
    has_doubts = fields.Boolean(readonly=True)
    is_blocked = fields.Boolean(readonly=True)
    is_all_known = fields.Boolean(
        readonly=True, help="Each of its bills was imported before, with another file."
    )

    aside_ids = fields.One2many(
        "logistics.freight.file.row",
        "file_id",
        "Rows that were set aside",
        domain=[("aside_code", "!=", False)],
        readonly=True,
    )
    progress = fields.Integer("Rows so far", compute="_compute_progress")

    def _compute_progress(self):
        rows = {
            one.file_id: one.rows
            for one in self.env["logistics.freight.progress"].search([("file_id", "in", self.ids)])
        }
        for file in self:
            file.progress = rows.get(file, 0)

    def action_check(self):
        """Read the whole file in the background, and say what it comes to."""
        for file in self:
            file._check_open()
            if {"date_order", "date_orders"} & set(file.questions or ()) and not file.date_order:
                raise UserError(
                    file.env._("Say first whether dates begin with the day or with the month.")
                )
            if not file.reader:
                raise UserError(file.env._("Say first whose file it is."))
            if file.reader == "table":
                file._profile()
                file.env["logistics.freight.profile"]._save(file)
            file._write_own(
                {"state": "checking", "problem": False, "tries": 0, "next_try_at": False}
            )
        self.env["logistics.freight.file.desk"]._wake_after_commit()

    def _check(self):
        """Count and sum the whole file. In a job."""
        self.ensure_one()
        tally, asides = Tally(), []
        for row in self._read_all():
            tally.add(row)
            is_aside = row.aside is not None and row.aside.code != "total_line"
            if is_aside and len(asides) < SHOWN:
                asides.append(row)
        totals = tally.totals()
        self.row_ids.unlink()
        self.total_ids.unlink()
        self.env["logistics.freight.file.total"].create([self._total_values(t) for t in totals])
        self.env["logistics.freight.file.row"].create([self._row_values(row) for row in asides])
        asides_in_all = sum(total.asides for total in totals) + tally.homeless
        # A bill that is known and left out is worth a word, but no doubt about the file.
        minded = [set(total.doubts or ()) - {"known"} for total in self.total_ids]
        self._write_own(
            {
                "state": "checked",
                "checked_at": fields.Datetime.now(),
                "row_count": tally.rows,
                "charge_count": tally.charges,
                "aside_count": asides_in_all,
                "homeless_count": tally.homeless,
                "has_doubts": bool(tally.homeless) or any(d - {"untold"} for d in minded),
                "is_blocked": any(total.is_blocked for total in self.total_ids),
                "is_all_known": all(total.is_known for total in self.total_ids),
                "problem": False,
                "next_try_at": False,
                "tries": 0,
            }
        )
        if not totals:
            self._nothing_in_it()
        elif self.source != "upload" and not (
            self.has_doubts or self.is_blocked or self.is_all_known
        ):
            self.action_import()
        if self.state != "importing":
            self._ask_person()
        self._tell_responsible(self.env._("“%s” is checked", self.name))

    def _nothing_in_it(self):
        self._write_own({"state": "problem", "problem": self.env._("There is no bill in it.")})

    def _read_all(self):
        """The rows of the whole file, with the progress shown meanwhile.

        :raise UserError: it cannot be read at all
        """
        seen, due = 0, time.monotonic() + PROGRESS_SECONDS
        try:
            with self._open() as stream:
                for row in self._rows(stream):
                    yield row
                    seen += 1
                    if seen % 500 == 0 and time.monotonic() > due:
                        self.env["logistics.freight.progress"]._say(self.id, seen)
                        due = time.monotonic() + PROGRESS_SECONDS
        except Unreadable as error:
            raise UserError(self._unreadable(error)) from None

    def _total_values(self, total):
        bill = total.bill
        issuer = issuer_of(bill.carrier)
        found = list(doubts(total))
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", bill.currency)], limit=1)
        if currency and not currency.active:
            found.append("currency_inactive")
        if not issuer:
            found.append("carrier")
        if not (bill.date or self.bill_date):
            found.append("date")
        known = self._bill_known(issuer, bill)
        if known:
            same = known.currency_id == currency and float_is_zero(
                known.amount_total - float(total.summed), precision_rounding=currency.rounding
            )
            found = ["known" if same else "conflict"]
        return {
            "file_id": self.id,
            "issuer": issuer,
            "name": bill.number,
            "account": bill.account,
            "date": bill.date or self.bill_date,
            "currency": bill.currency,
            "rows": total.rows,
            "charges": total.charges,
            "asides": total.asides,
            "summed": float(total.summed),
            "aside": float(total.aside),
            "told": float(total.told or 0),
            "is_told": total.told is not None,
            "difference": float(total.difference or 0),
            "doubts": found,
            "is_known": bool(known),
            "is_blocked": bool(BLOCKING & set(found)),
        }

    def _bill_known(self, issuer, bill):
        """The bill of this number that is there already: carrier, number and account, without
        dashes and leading zeros."""
        return self.env["logistics.freight.bill"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("issuer", "=", issuer),
                ("number_key", "=", plain(bill.number)),
                ("account_key", "=", plain(bill.account)),
                ("state", "!=", "cancelled"),
                ("file_id", "!=", self.id),
            ],
            limit=1,
        )

    def _tell_responsible(self, text):
        """A word to whoever brought it, wherever in Odoo they are by now."""
        if self.source == "upload" and self.user_id:
            self.user_id._bus_send(
                "simple_notification", {"type": "info", "title": text, "message": self.name}
            )
