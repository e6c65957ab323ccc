from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_tracking_page = fields.Boolean(
        related="company_id.logistics_tracking_page", readonly=False
    )
    logistics_proof_audience = fields.Selection(
        related="company_id.logistics_proof_audience", readonly=False
    )
    logistics_notices = fields.Boolean(related="company_id.logistics_notices", readonly=False)
    logistics_news_default = fields.Boolean(
        related="company_id.logistics_news_default", readonly=False
    )
    logistics_quiet_from = fields.Float(related="company_id.logistics_quiet_from", readonly=False)
    logistics_quiet_to = fields.Float(related="company_id.logistics_quiet_to", readonly=False)
    logistics_notice_delay = fields.Integer(
        related="company_id.logistics_notice_delay", readonly=False
    )
    logistics_notices_per_day = fields.Integer(
        related="company_id.logistics_notices_per_day", readonly=False
    )
    logistics_notice_hours = fields.Integer(
        related="company_id.logistics_notice_hours", readonly=False
    )
