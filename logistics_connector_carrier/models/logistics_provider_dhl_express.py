from odoo import api, models

from ..providers.dhl_express import parse


class LogisticsProviderDhlExpress(models.AbstractModel):
    """DHL Express: answers of MyDHL API, all checkpoints of shipments. It is asked for."""

    _name = "logistics.provider.dhl.express"
    _inherit = "logistics.provider.handler"
    _description = "DHL Express Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "DHL Express sends nothing by itself. Whatever asks MyDHL API for tracking "
                "posts the answers, as they are, to the address below."
            ),
        ]
