from odoo import api, models

from ..providers.canadapost import parse


class LogisticsProviderCanadapost(models.AbstractModel):
    """Canada Post's Get Tracking Details, XML. It is asked for."""

    _name = "logistics.provider.canadapost"
    _inherit = "logistics.provider.handler"
    _description = "Canada Post Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "America/Toronto"}

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Canada Post sends nothing by itself. Whatever asks for Get Tracking Details "
                "posts the answers, as they are, to the address below."
            ),
        ]
