from odoo import api, models

from ..providers.royalmail import parse


class LogisticsProviderRoyalmail(models.AbstractModel):
    """Royal Mail Tracking API v2: events, summaries and signatures. They are asked for."""

    _name = "logistics.provider.royalmail"
    _inherit = "logistics.provider.handler"
    _description = "Royal Mail Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/London"}
