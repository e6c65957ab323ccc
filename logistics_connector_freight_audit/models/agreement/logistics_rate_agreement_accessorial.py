from odoo import fields, models

from ...core.rates import Accessorial
from .logistics_rate_agreement_line import exact


class LogisticsRateAgreementAccessorial(models.Model):
    """A surcharge: how much, and when it is due by itself."""

    _name = "logistics.rate.agreement.accessorial"
    _description = "Accessorial of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, type_id, service, id"

    type_id = fields.Many2one(
        "logistics.freight.charge.type", "Charge", required=True, ondelete="restrict"
    )
    service = fields.Char(help="Empty: every service that is not named.")
    kind = fields.Selection(
        [
            ("flat", "Amount"),
            ("percent_base", "% of the carriage"),
            ("percent_value", "% of the declared value"),
            ("per_weight", "Amount for each unit of weight"),
        ],
        "Reckoned as",
        required=True,
        default="flat",
    )
    amount = fields.Float("How much", digits=(12, 4))
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    minimum = fields.Monetary("At least")
    discount = fields.Float("Discount %", digits=(6, 3))
    when = fields.Selection(
        [
            ("asked", "Ordered"),
            ("always", "Always"),
            ("residential", "Private address"),
            ("area", "Where it goes (see areas)"),
            ("weight", "A package weighs more than"),
            ("longest", "Its longest side is more than"),
            ("girth", "Its length and girth are more than"),
        ],
        "Due",
        required=True,
        default="asked",
        help="What was ordered is due in any case.",
    )
    limit = fields.Float(digits=(12, 2), help="In the agreement's units.")
    each = fields.Boolean("For each package", help="Otherwise once for the shipment.")

    _share = models.Constraint(
        'CHECK(discount BETWEEN 0 AND 100 AND amount >= 0 AND minimum >= 0 AND "limit" >= 0)',
        "A discount lies between 0 and 100 %, and no amount is below zero.",
    )
    _uniq = models.UniqueIndex(
        "(agreement_id, type_id, COALESCE(service, ''))",
        "This charge is there already for the service.",
    )

    def _core(self):
        return Accessorial(
            key=self.type_id.key,
            kind=self.kind,
            amount=exact(self.amount),
            minimum=exact(self.minimum),
            discount=exact(self.discount),
            when=self.when,
            limit=exact(self.limit),
            each=self.each,
            service=self.service or "",
        )
