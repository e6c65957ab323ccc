from odoo import fields, models

from ...core.rates import Discount
from .logistics_rate_agreement_line import exact


class LogisticsRateAgreementDiscount(models.Model):
    """What is taken off the carriage, and what stays at least."""

    _name = "logistics.rate.agreement.discount"
    _description = "Discount of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, service, zone, over, id"

    service = fields.Char(help="Empty: every service that is not named.")
    zone = fields.Char(help="Empty: every zone that is not named.")
    over = fields.Float("Above", digits=(12, 3), help="The weight above which it holds.")
    percent = fields.Float("Discount %", digits=(6, 3))
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    minimum = fields.Monetary("At least", help="So much is paid after discount, whatever it is.")

    _share = models.Constraint(
        "CHECK(percent BETWEEN 0 AND 100 AND over >= 0 AND minimum >= 0)",
        "A discount lies between 0 and 100 %, and no amount is below zero.",
    )
    _uniq = models.UniqueIndex(
        "(agreement_id, COALESCE(service, ''), COALESCE(zone, ''), over)",
        "There is a discount of this service and zone from this weight already.",
    )

    def _core(self):
        return Discount(
            percent=exact(self.percent),
            minimum=exact(self.minimum),
            over=exact(self.over),
            service=self.service or "",
            zone=self.zone or "",
        )
