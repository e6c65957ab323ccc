from odoo import fields, models
from odoo.exceptions import UserError

from .logistics_freight_dispute import OF_FINDINGS


class LogisticsFreightBillShipment(models.Model):
    """What is disputed of a bill stands in a dispute, one for each reason."""

    _inherit = "logistics.freight.bill.shipment"

    dispute_line_ids = fields.One2many(
        "logistics.freight.dispute.line", "line_id", "Disputes", readonly=True
    )

    def _decide(self, decision, reason="", amounts=None, is_short=True):
        result = super()._decide(decision, reason, amounts, is_short)
        if decision == "disputed":
            self._file_disputes()
        return result

    def _file_disputes(self):
        disputes = self.env["logistics.freight.dispute"].sudo()
        for line in self:
            reason = OF_FINDINGS.get(line.main_finding, "rate")
            dispute = disputes.search(
                [
                    ("bill_id", "=", line.bill_id.id),
                    ("reason", "=", reason),
                    ("state", "=", "draft"),
                ],
                limit=1,
            )
            dispute = dispute or disputes.create(
                {
                    "bill_id": line.bill_id.id,
                    "reason": reason,
                    "user_id": line.bill_id.user_id.id or self.env.uid,
                }
            )
            dispute.line_ids = [
                (0, 0, {"line_id": line.id, "claimed_amount": line.disputed_amount})
            ]

    def action_undo(self):
        self._leave_disputes()
        return super().action_undo()

    def action_refuse(self):
        self._leave_disputes()
        return super().action_refuse()

    def _leave_disputes(self):
        """What the carrier was told of cannot be undone: its answer is awaited, or it is closed."""
        lines = self.sudo().dispute_line_ids
        told = lines.filtered(lambda one: one.state not in ("draft", "expired", "closed"))
        if told:
            raise UserError(
                self.env._(
                    "The carrier was told of %(line)s with %(dispute)s. Close that dispute first.",
                    line=told[0].line_id.name,
                    dispute=told[0].dispute_id.name,
                )
            )
        drafts = lines.filtered(lambda one: one.state in ("draft", "expired"))
        disputes = drafts.dispute_id
        drafts.unlink()
        disputes.filtered(lambda one: not one.line_ids and one.state == "draft").unlink()


class LogisticsFreightBill(models.Model):
    _inherit = "logistics.freight.bill"

    dispute_ids = fields.One2many("logistics.freight.dispute", "bill_id", "Disputes")
    dispute_count = fields.Integer("Number of disputes", compute="_compute_dispute_count")

    def _kinds_in_books(self):
        """A credit that a dispute has brought takes from what is disputed, not from the cost."""
        lines = self.env["logistics.freight.dispute.line"].sudo()
        found = lines.search([("credit_charge_ids.bill_id", "in", self.ids)])
        kinds = dict.fromkeys(found.credit_charge_ids.ids, "disputed")
        return {**super()._kinds_in_books(), **kinds}

    def _compute_dispute_count(self):
        counts = dict(
            self.env["logistics.freight.dispute"]._read_group(
                [("bill_id", "in", self.ids)], ["bill_id"], ["__count"]
            )
        )
        for bill in self:
            bill.dispute_count = counts.get(bill, 0)

    def action_view_disputes(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_dispute"
        )
        return dict(action, domain=[("bill_id", "in", self.ids)], context={})
