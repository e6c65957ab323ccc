from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _logistics_zone(self):
        """On whose clock its days pass: its address's, else its working hours'."""
        return self.partner_id.tz or self.resource_calendar_id.tz or "UTC"
