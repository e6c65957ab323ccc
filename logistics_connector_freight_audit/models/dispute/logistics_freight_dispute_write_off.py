from collections import defaultdict

from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

APPROVER = "logistics_connector_freight_audit.group_freight_approver"
ENDED = ("credited", "closed", "expired")


class LogisticsFreightDispute(models.Model):
    """What the carrier does not take back is a cost, after all: it leaves the account of what is
    disputed by a draft entry."""

    _inherit = "logistics.freight.dispute"

    lost_amount = fields.Monetary(
        "Not taken back",
        compute="_compute_lost_amount",
        help="Claimed and not credited, once the dispute is over.",
    )
    write_off_id = fields.Many2one(
        "account.move",
        "Write-off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _compute_lost_amount(self):
        for dispute in self:
            is_over = dispute.state in ENDED
            lost = dispute.claimed_amount - dispute.credited_amount
            dispute.lost_amount = max(0.0, lost) if is_over else 0.0

    def action_write_off(self):
        """Make the draft entry that brings what was lost to the classes that it was billed for.

        :raise UserError: the dispute goes on, nothing was lost, or the bill is in no books
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(APPROVER):
            raise AccessError(self.env._("Freight approvers write off what was lost."))
        self._check_state(*ENDED)
        self.lock_for_update()
        if self.write_off_id:
            raise UserError(self.env._("%s is written off already.", self.name))
        if self.bill_id.state != "billed":
            raise UserError(
                self.env._("Bill %s is not in the books: nothing stands there.", self.bill_id.name)
            )
        if self.currency_id.is_zero(self.lost_amount):
            raise UserError(self.env._("Nothing was lost in %s.", self.name))
        moves = self.env["account.move"].sudo().with_company(self.company_id)
        self.sudo().write_off_id = moves.create(self.sudo()._write_off_values())
        return self.action_view_write_off()

    def action_view_write_off(self):
        self.ensure_one()
        return self.write_off_id.get_formview_action()

    def _write_off_values(self):
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("type", "=", "general")], limit=1
        )
        if not journal:
            raise UserError(self.env._("%s has no journal for such entries.", self.company_id.name))
        lost = self._lost_by_kind()
        lines = [self._entry_line(*one) for one in sorted(lost.items()) if one[1]]
        back = self._entry_line("disputed", -self.currency_id.round(sum(lost.values())))
        back["balance"] = -sum(line["balance"] for line in lines)
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": journal.id,
            "date": fields.Date.context_today(self),
            "ref": self.env._("%s: not taken back", self.name),
            "line_ids": [Command.create(line) for line in (*lines, back)],
        }

    def _lost_by_kind(self):
        """Class → what was lost of it, in the currency of the bill."""
        lost, known, whole = defaultdict(float), self.bill_id._kinds_in_books(), 0.0
        for line in self.line_ids:
            rest = line.claimed_amount - line.credited_amount
            if self.currency_id.compare_amounts(rest, 0) <= 0:
                continue
            billed = line.line_id
            found = billed._disputed_by_kind(billed._billed_by_kind(known))
            total = sum(found.values())
            whole += rest
            for kind, amount in found.items():
                lost[kind] += amount * rest / total
        rounded = {kind: self.currency_id.round(amount) for kind, amount in lost.items()}
        if rounded:
            most = max(rounded, key=rounded.get)
            others = sum(amount for kind, amount in rounded.items() if kind != most)
            rounded[most] = self.currency_id.round(whole - others)
        return rounded

    def _entry_line(self, kind, amount):
        # At the rate of the vendor bill, so that nothing is left on the account.
        balance = self.company_id.currency_id.round(amount * (self.bill_id.company_rate or 1.0))
        products = self.env["logistics.freight.product"]
        return {
            "account_id": products._account(self.company_id, kind).id,
            "partner_id": self.bill_id.partner_id.id,
            "name": f"{self.name}: {self.bill_id.display_name}",
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": balance,
        }
