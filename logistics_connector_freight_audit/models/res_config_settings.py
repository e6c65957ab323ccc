from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    freight_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the limits"
    )
    freight_four_eyes = fields.Boolean(related="company_id.freight_four_eyes", readonly=False)
    freight_line_limit = fields.Monetary(
        related="company_id.freight_line_limit",
        readonly=False,
        currency_field="freight_currency_id",
    )
    freight_bill_limit = fields.Monetary(
        related="company_id.freight_bill_limit",
        readonly=False,
        currency_field="freight_currency_id",
    )
    billing_policy = fields.Selection(
        related="company_id.billing_policy", readonly=False, required=True
    )
    freight_accrual_journal_id = fields.Many2one(
        related="company_id.freight_accrual_journal_id", readonly=False
    )
    freight_accrual_account_id = fields.Many2one(
        related="company_id.freight_accrual_account_id", readonly=False
    )
