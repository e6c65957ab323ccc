from odoo import fields, models

from ...core.rates import Area


class LogisticsRateAgreementArea(models.Model):
    """Where a surcharge for an area is due, such as a remote one."""

    _name = "logistics.rate.agreement.area"
    _description = "Area of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, type_id, country_id, first, id"

    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge",
        required=True,
        ondelete="restrict",
        help="Its amount stands among the accessorials.",
    )
    country_id = fields.Many2one("res.country", "To", help="Empty: everywhere.")
    first = fields.Char("Postcodes from", help="A whole one, or its beginning, such as 80.")
    last = fields.Char("up to", help="With it. Empty: only those that begin as the first.")

    def _core(self):
        return Area(
            key=self.type_id.key,
            country=self.country_id.code or "",
            first=self.first or "",
            last=self.last or "",
        )
