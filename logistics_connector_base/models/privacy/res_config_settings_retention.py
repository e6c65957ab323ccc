from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_body_days = fields.Integer(related="company_id.logistics_body_days", readonly=False)
    logistics_unfinished_days = fields.Integer(
        related="company_id.logistics_unfinished_days", readonly=False
    )
    logistics_record_days = fields.Integer(
        related="company_id.logistics_record_days", readonly=False
    )
