from odoo import fields, models

from .logistics_freight_dispute import REASONS


class LogisticsFreightCarrierDeadline(models.Model):
    """How long a carrier takes disputes of one reason."""

    _name = "logistics.freight.carrier.deadline"
    _description = "Dispute Deadline of a Carrier"
    _order = "carrier_id, id"

    carrier_id = fields.Many2one(
        "logistics.freight.carrier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="carrier_id.company_id", store=True, index=True)
    reason = fields.Selection(REASONS, required=True)
    days = fields.Integer("Days after the bill", required=True)

    _reason_uniq = models.Constraint(
        "UNIQUE(carrier_id, reason)", "The deadline for this reason is there already."
    )
    _days_positive = models.Constraint("CHECK(days > 0)", "Give a number of days.")


class LogisticsFreightCarrier(models.Model):
    _inherit = "logistics.freight.carrier"

    dispute_partner_id = fields.Many2one(
        "res.partner",
        "Disputes go to",
        check_company=True,
        tracking=True,
        help="The contact to whom disputes are sent. Empty: the vendor itself.",
    )
    dispute_days = fields.Integer(
        "Days to dispute",
        tracking=True,
        help="So many days after the bill's date are disputes taken, by contract. 0: not known.",
    )
    deadline_ids = fields.One2many(
        "logistics.freight.carrier.deadline", "carrier_id", "Other deadlines"
    )

    def _dispute_days(self, reason):
        """Days after the bill's date in which disputes of this reason are taken; 0: not known."""
        own = self.sudo().deadline_ids.filtered(lambda one: one.reason == reason)
        return own.days or self.sudo().dispute_days
