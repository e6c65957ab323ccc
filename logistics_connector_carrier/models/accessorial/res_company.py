from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.customs import IOSS_NUMBER


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_eori = fields.Char(
        related="partner_id.logistics_eori", readonly=False, groups="base.group_user"
    )
    logistics_ioss = fields.Char(
        "IOSS",
        groups="base.group_user",
        help="Number of the Import One-Stop Shop: value added tax of consignments up to EUR 150 to "
        "consumers in the EU was paid with the order.",
    )
    logistics_signer_id = fields.Many2one(
        "res.users",
        "Signs customs papers",
        groups="base.group_user",
        help="Whose name stands on customs declarations. Empty: who ships the delivery.",
    )

    @api.constrains("logistics_ioss")
    def _check_logistics_ioss(self):
        for company in self:
            if company.logistics_ioss and not IOSS_NUMBER.fullmatch(company.logistics_ioss):
                raise ValidationError(
                    self.env._(
                        "“%s” is no IOSS number: it has the letters IM and ten digits.",
                        company.logistics_ioss,
                    )
                )
