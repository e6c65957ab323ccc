from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.customs import EORI_NUMBER


class ResPartner(models.Model):
    _inherit = "res.partner"

    logistics_eori = fields.Char(
        "EORI",
        groups="base.group_user",
        help="The number by which customs of the EU and of Great Britain know a company: the "
        "country's two letters and up to 15 characters.",
    )
    carrier_location = fields.Char(
        "Carrier's location",
        groups="base.group_user",
        help="Of a shop, post office or station where parcels wait: the number by which the "
        "carrier knows it, such as U12345678 (UPS).",
    )

    @api.constrains("logistics_eori")
    def _check_logistics_eori(self):
        for partner in self:
            if partner.logistics_eori and not EORI_NUMBER.fullmatch(partner.logistics_eori):
                raise ValidationError(
                    self.env._(
                        "“%s” is no EORI number: it has two letters of the country and up to 15 "
                        "letters and digits.",
                        partner.logistics_eori,
                    )
                )

    def _booking_party(self):
        party = super()._booking_party()
        eori = self.sudo().commercial_partner_id.logistics_eori
        return replace(party, eori=eori) if eori else party
