from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.audit import Band, Tolerances


class LogisticsFreightTolerance(models.Model):
    """How much a bill may differ from what was expected. The most specific rule holds: of a charge,
    of a carrier's service, of a carrier, of the company."""

    _name = "logistics.freight.tolerance"
    _description = "Tolerance of Freight Bills"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    name = fields.Char(compute="_compute_name")
    carrier_id = fields.Many2one(
        "logistics.freight.carrier",
        check_company=True,
        tracking=True,
        help="Empty: every carrier.",
        ondelete="cascade",
        index="btree_not_null",
    )
    service = fields.Char(tracking=True, help="As the shipment names it. Empty: every service.")
    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge",
        tracking=True,
        ondelete="cascade",
        help="Empty: every charge.",
        index="btree_not_null",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    over_amount = fields.Monetary("Over by at most", tracking=True)
    over_percent = fields.Float("Over by at most %", digits=(6, 2), tracking=True)
    under_amount = fields.Monetary("Under by at most", tracking=True)
    under_percent = fields.Float("Under by at most %", digits=(6, 2), tracking=True)
    rule = fields.Selection(
        [("both", "Amount and percent"), ("either", "Amount or percent")],
        "Must hold",
        required=True,
        default="both",
        tracking=True,
    )

    @api.depends("carrier_id", "service", "type_id", "company_id")
    def _compute_name(self):
        for one in self:
            parts = [one.carrier_id.name, one.service, one.type_id.name]
            one.name = " · ".join(filter(None, parts)) or self.env._("Every charge")

    @api.constrains("over_amount", "over_percent", "under_amount", "under_percent")
    def _check_positive(self):
        for one in self:
            if min(one.over_amount, one.over_percent, one.under_amount, one.under_percent) < 0:
                raise ValidationError(self.env._("A tolerance is nothing below zero."))

    @api.model
    def _tolerances(self, company):
        """The rules of a company as core.audit.Tolerances."""
        return Tolerances(
            one._band() for one in self.sudo().search([("company_id", "=", company.id)])
        )

    def _band(self):
        def told(value):
            return Decimal(str(value)) if value else None

        return Band(
            sequence=self.sequence,
            issuer=self.carrier_id.issuer or "",
            service=self.service or "",
            key=self.type_id.key or "",
            currency=self.currency_id.name,
            over_amount=told(self.over_amount),
            over_percent=told(self.over_percent),
            under_amount=told(self.under_amount),
            under_percent=told(self.under_percent),
            both=self.rule == "both",
        )
