from odoo import api, models

from ..providers.gls import parse


class LogisticsProviderGls(models.AbstractModel):
    """GLS Track And Trace V1 and MyGLS: histories of parcels. They are asked for."""

    _name = "logistics.provider.gls"
    _inherit = "logistics.provider.handler"
    _description = "GLS Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)
