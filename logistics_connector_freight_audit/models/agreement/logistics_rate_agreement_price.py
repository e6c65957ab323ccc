from odoo import fields, models

from ...core.rates import Price
from .logistics_rate_agreement_line import exact


class LogisticsRateAgreementPrice(models.Model):
    """What a weight costs to a zone, before discount."""

    _name = "logistics.rate.agreement.price"
    _description = "Price of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, service, zone, up_to, id"

    service = fields.Char(help="Empty: every service that has no prices of its own.")
    zone = fields.Char(help="Empty: every zone that has no prices of its own.")
    up_to = fields.Float(
        "Up to", digits=(12, 3), help="The weight up to which it holds. 0: any weight above."
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    amount = fields.Monetary("Flat")
    rate = fields.Float("Plus", digits=(12, 4), help="For each unit of weight.")
    per = fields.Float("for each", digits=(12, 3), default=1, help="Such as 1 kg, or 100 lb.")
    over = fields.Float("above", digits=(12, 3), help="Only the weight above this is counted.")
    step = fields.Float(
        "counted by", digits=(12, 3), help="1: each unit that is begun. 0: exactly."
    )

    _least = models.Constraint(
        "CHECK(up_to >= 0 AND amount >= 0 AND rate >= 0 AND per > 0 AND over >= 0 AND step >= 0)",
        "Prices and weights are nothing below zero, and a unit is more than that.",
    )
    _break_uniq = models.UniqueIndex(
        "(agreement_id, COALESCE(service, ''), COALESCE(zone, ''), up_to)",
        "There is a price of this service and zone up to this weight already.",
    )

    def _core(self):
        return Price(
            zone=(self.zone or "").strip(),
            up_to=exact(self.up_to) if self.up_to else None,
            amount=exact(self.amount),
            rate=exact(self.rate),
            per=exact(self.per),
            step=exact(self.step),
            over=exact(self.over),
            service=self.service or "",
        )
