import base64
import hashlib
from itertools import islice

from odoo import api, fields, models

from ...core.unpack import plain_name
from ...providers.freight_json import parse

FREIGHT_JSON = parse.CODE
SHOWN = 20


class LogisticsFreightFile(models.Model):
    """Bills that a carrier told us in a message: each is filed as a file of its own, and checked
    and imported like any other."""

    _inherit = "logistics.freight.file"

    reader = fields.Selection(selection_add=[(FREIGHT_JSON, "Freight bill JSON")])
    message_id = fields.Many2one(
        "logistics.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    correlation_id = fields.Char(readonly=True, copy=False)

    @api.model
    def _take_statements(self, told):
        """File bills; they are checked by a job after the commit. What came before, to the letter,
        has no effect.

        :param told: list of (message, ToldBill)
        :return: troubles to report: none, as nothing of it has been looked at
        """
        files = self.sudo()
        # In one order, so that two lanes that file the same wait for each other in the same way.
        for digest, message, bill in sorted(
            ((hashlib.sha256(bill.content).hexdigest(), message, bill) for message, bill in told),
            key=lambda one: (one[0], one[1].id),
        ):
            company = message.connection_id.company_id
            if files.search_count(
                [
                    ("company_id", "=", company.id),
                    ("digest", "=", digest),
                    ("state", "!=", "cancelled"),
                ],
                limit=1,
            ):
                continue
            files.create(
                {
                    "name": plain_name(f"{bill.carrier} {bill.number}".replace("/", "-")),
                    "company_id": company.id,
                    "source": "inbox",
                    "reader": FREIGHT_JSON,
                    "state": "checking",
                    "message_id": message.id,
                    "correlation_id": message.correlation_id,
                    "data": base64.b64encode(bill.content),
                    "user_id": company.freight_mail_user_id.id,
                }
            )
        self.env["logistics.freight.file.desk"]._wake_after_commit()
        return []

    def _look(self):
        """What a carrier told in our own words has no layout to be found out."""
        if self.reader != FREIGHT_JSON:
            return super()._look()
        with self._open() as stream:
            beginning = [list(row.raw) for row in islice(self._rows(stream), SHOWN)]
        self._write_own({"first_rows": beginning, "encoding": "utf-8", "questions": []})

    def _rows(self, stream):
        if self.reader == FREIGHT_JSON:
            return parse.rows(stream.read())
        return super()._rows(stream)

    def _show_beginning(self):
        return None if self.reader == FREIGHT_JSON else super()._show_beginning()
