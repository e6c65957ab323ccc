from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_high_value = fields.Monetary(
        "High value at risk",
        default=10_000,
        help="Exceptions about goods of this value or more are one step graver than usual, those "
        "of ten times the value two steps. 0: values do not count.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_currency_id = fields.Many2one(related="company_id.currency_id")
    logistics_high_value = fields.Monetary(
        related="company_id.logistics_high_value",
        readonly=False,
        currency_field="company_currency_id",
    )
