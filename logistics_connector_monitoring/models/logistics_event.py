from odoo import models


class LogisticsEvent(models.Model):
    _inherit = "logistics.event"

    _received = models.Index("USING brin (received_at) WITH (autosummarize = on)")
