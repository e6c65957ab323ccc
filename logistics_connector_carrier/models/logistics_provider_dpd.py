from odoo import api, models

from ..providers.dpd import parse


class LogisticsProviderDpd(models.AbstractModel):
    """DPD: parcel life cycles, which are asked for, and scans that a gateway passes on."""

    _name = "logistics.provider.dpd"
    _inherit = "logistics.provider.handler"
    _description = "DPD Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/Berlin"}
