from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsFreightDisputeLine(models.Model):
    """A billed shipment in a dispute: claimed, accepted, credited."""

    _name = "logistics.freight.dispute.line"
    _description = "Disputed Shipment"
    _order = "dispute_id, id"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    dispute_id = fields.Many2one(
        "logistics.freight.dispute", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(related="dispute_id.state")
    company_id = fields.Many2one(related="dispute_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id", store=True)
    line_id = fields.Many2one(
        "logistics.freight.bill.shipment",
        "Billed shipment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    shipment_id = fields.Many2one(related="line_id.shipment_id", store=True, index=True)
    finding_text = fields.Text(related="line_id.finding_text")
    claimed_amount = fields.Monetary("Claimed", required=True, readonly=True)
    outcome = fields.Selection(
        [("accepted", "Accepted"), ("partial", "Accepted in part"), ("rejected", "Rejected")],
        compute="_compute_outcome",
        store=True,
    )
    is_answered = fields.Boolean("Answered", readonly=True)
    accepted_amount = fields.Monetary("Accepted", readonly=True)
    note = fields.Char("What they say")
    credit_charge_ids = fields.Many2many(
        "logistics.freight.bill.charge", "logistics_freight_dispute_credit_rel", string="Credits"
    )
    credited_amount = fields.Monetary("Credited", compute="_compute_credited_amount", store=True)

    _line_uniq = models.Constraint(
        "UNIQUE(dispute_id, line_id)", "This shipment is in the dispute already."
    )

    @api.depends("is_answered", "accepted_amount", "claimed_amount")
    def _compute_outcome(self):
        for line in self:
            if not line.is_answered:
                line.outcome = False
                continue
            compare = line.currency_id.compare_amounts
            if compare(line.accepted_amount, 0) <= 0:
                line.outcome = "rejected"
            elif compare(line.accepted_amount, line.claimed_amount) < 0:
                line.outcome = "partial"
            else:
                line.outcome = "accepted"

    @api.depends("credit_charge_ids.net")
    def _compute_credited_amount(self):
        for line in self:
            line.credited_amount = -sum(line.credit_charge_ids.mapped("net"))

    @api.constrains("accepted_amount", "claimed_amount")
    def _check_accepted(self):
        for line in self:
            compare = line.currency_id.compare_amounts
            if compare(line.accepted_amount, 0) < 0:
                raise ValidationError(self.env._("Less than nothing cannot be accepted."))
            if compare(line.accepted_amount, line.claimed_amount) > 0:
                raise ValidationError(
                    self.env._("Of %s more would be accepted than was claimed.", line.line_id.name)
                )
