from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_eori = fields.Char(related="company_id.logistics_eori", readonly=False)
    logistics_ioss = fields.Char(related="company_id.logistics_ioss", readonly=False)
    logistics_signer_id = fields.Many2one(related="company_id.logistics_signer_id", readonly=False)
