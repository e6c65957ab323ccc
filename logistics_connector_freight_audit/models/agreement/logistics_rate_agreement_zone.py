from odoo import fields, models

from ...core.rates import Zone


class LogisticsRateAgreementZone(models.Model):
    """Which places lie in a zone: the closest range decides."""

    _name = "logistics.rate.agreement.zone"
    _description = "Zone of a Rate Agreement"
    _inherit = ["logistics.rate.agreement.line"]
    _order = "agreement_id, zone, country_id, first, id"

    zone = fields.Char(required=True)
    country_id = fields.Many2one("res.country", "To", help="Empty: everywhere.")
    first = fields.Char(
        "Postcodes from", help="A whole one, or its beginning, such as 80. Empty: all."
    )
    last = fields.Char("up to", help="With it. Empty: only those that begin as the first.")
    origin_country_id = fields.Many2one("res.country", "Leaves", help="Empty: from everywhere.")
    origin_first = fields.Char("Leaves postcodes from")
    origin_last = fields.Char("Leaves up to")
    service = fields.Char(help="Empty: every service.")

    def _core(self):
        return Zone(
            zone=self.zone.strip(),
            country=self.country_id.code or "",
            first=self.first or "",
            last=self.last or "",
            origin_country=self.origin_country_id.code or "",
            origin_first=self.origin_first or "",
            origin_last=self.origin_last or "",
            service=self.service or "",
        )
