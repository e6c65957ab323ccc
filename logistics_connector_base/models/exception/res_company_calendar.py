from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    logistics_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working hours of the exceptions",
        check_company=True,
        help="In which hours the time to respond and resolve is counted, where a policy has none "
        "of its own. Empty: in the working hours of the company.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    logistics_calendar_id = fields.Many2one(
        related="company_id.logistics_calendar_id", readonly=False
    )
