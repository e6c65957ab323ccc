import json
from decimal import Decimal

from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...core.accrual import Accrued, entry


class LogisticsFreightAccrual(models.Model):
    """The draft entry of a period. An accountant looks at it and posts it (law 8)."""

    _inherit = "logistics.freight.accrual"

    def action_create_entry(self):
        """Make the draft entry of what was prepared.

        :raise UserError: it is not prepared, or Settings name no account and journal
        """
        self._check_may_close()
        for accrual in self:
            accrual.lock_for_update()
            if accrual.state != "prepared":
                raise UserError(self.env._("Prepare %s first.", accrual.name))
            move = self.env["account.move"]
            values = accrual.sudo()._entry_values()
            if values["line_ids"]:
                # Whoever closes need not be an accountant: what is made is a draft.
                move = move.sudo().with_company(accrual.company_id).create(values)
            accrual.sudo().write({"state": "entered", "move_id": move.id})
        return self.action_view_entry() if len(self) == 1 and self.move_id else True

    def _entry_values(self):
        company = self.company_id
        journal, account = company.freight_accrual_journal_id, company.freight_accrual_account_id
        if not journal or not account:
            raise UserError(
                self.env._(
                    "Say in Settings → Logistics which journal and account freight is accrued in."
                )
            )
        lines = [
            Command.create(
                {
                    "account_id": line.account or account.id,
                    "partner_id": line.partner or False,
                    "name": self.name,
                    "analytic_distribution": json.loads(line.analytic) if line.analytic else False,
                    "debit": float(max(line.balance, 0)),
                    "credit": float(max(-line.balance, 0)),
                }
            )
            for line in entry(self._accrued())
        ]
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": self.date,
            "ref": self.name,
            "line_ids": lines,
        }

    def _accrued(self):
        """Summed by the database: the lines of a month are a million parcels'."""
        partners = {
            carrier.issuer: carrier.partner_id.id
            for carrier in self.env["logistics.freight.carrier"].search(
                [("company_id", "=", self.company_id.id)]
            )
        }
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT kind, issuer, analytic_distribution::text,
                       reversed_by_id IS NOT DISTINCT FROM %(run)s AS is_reversed,
                       sum(company_amount)
                FROM logistics_freight_accrual_line
                WHERE accrual_id = %(run)s OR reversed_by_id = %(run)s
                GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
                """,
                run=self.id,
            )
        )
        products = self.env["logistics.freight.product"]
        accounts = {
            kind: products._account(self.company_id, kind).id for kind in {row[0] for row in rows}
        }
        return [
            Accrued(
                accounts[kind],
                partners.get(issuer) or None,
                analytic,
                Decimal(repr(amount)),  # Odoo reads numbers of the database as floats
                is_reversed,
            )
            for kind, issuer, analytic, is_reversed, amount in rows
        ]

    def _left_the_books(self):
        """The entry was deleted or cancelled: it can be made again."""
        self.filtered(lambda accrual: accrual.state == "entered").write(
            {"state": "prepared", "move_id": False}
        )
