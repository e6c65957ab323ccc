from odoo import api, models

from ..providers.laposte import parse


class LogisticsProviderLaposte(models.AbstractModel):
    """La Poste Suivi v2: the whole history of shipments. It is asked for; nothing is sent."""

    _name = "logistics.provider.laposte"
    _inherit = "logistics.provider.handler"
    _description = "La Poste Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/Paris"}
