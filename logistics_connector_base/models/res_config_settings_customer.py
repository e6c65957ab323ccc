from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_tracking_page = fields.Boolean(
        related="company_id.logistics_tracking_page", readonly=False
    )
    logistics_proof_audience = fields.Selection(
        related="company_id.logistics_proof_audience", readonly=False
    )
