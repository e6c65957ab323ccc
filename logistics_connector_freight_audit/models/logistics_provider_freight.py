from odoo import api, models

from ..providers.freight_json import parse


class LogisticsProviderFreight(models.AbstractModel):
    """Our own JSON, for carriers who can send their bills as we define it (Standard Webhooks)."""

    _name = "logistics.provider.freight.json"
    _inherit = "logistics.provider.handler"
    _description = "Freight Bill JSON Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"message_id_header": "webhook-id"}

    @api.model
    def _connection_proofs(self):
        return [{"kind": "standard_webhooks"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._("Give the partner the address and the secret below, by two different ways."),
            self.env._("Give it our contract of freight bills, too, with its samples."),
            self.env._(
                "What it sends is under Freight → Bill files, and is checked before import."
            ),
        ]
