from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    freight_alias_name = fields.Char(
        "Address for freight bills", compute="_compute_freight_alias", store=True, readonly=False
    )
    freight_alias_domain_id = fields.Many2one(
        "mail.alias.domain",
        "Domain for freight bills",
        compute="_compute_freight_alias",
        store=True,
        readonly=False,
    )
    freight_mail_from = fields.Selection(
        related="company_id.freight_mail_from", readonly=False, required=True
    )
    freight_mail_user_id = fields.Many2one(
        related="company_id.freight_mail_user_id", readonly=False
    )

    # Kept by set_values: who types a name has not made it an address yet.
    @api.depends("company_id")
    def _compute_freight_alias(self):
        for settings in self:
            company = settings.company_id.sudo()
            alias = company.freight_alias_id
            settings.freight_alias_name = alias.alias_name
            settings.freight_alias_domain_id = (
                alias.alias_domain_id if alias else company.alias_domain_id
            )

    def set_values(self):
        result = super().set_values()
        for settings in self:
            alias = settings.company_id.sudo().freight_alias_id
            told = (settings.freight_alias_name or False, settings.freight_alias_domain_id)
            if told != (alias.alias_name, alias.alias_domain_id):
                settings.company_id._set_freight_alias(*told)
        return result
