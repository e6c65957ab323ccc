from odoo import api, models
from odoo.addons.logistics_connector_base.providers.canonical.poll import FEED

from ..providers.warehouse_json import parse


class LogisticsProviderWarehouse(models.AbstractModel):
    """Our own JSON, for warehouses and 3PLs who can send what we define (Standard Webhooks)."""

    _name = "logistics.provider.warehouse.json"
    _inherit = "logistics.provider.handler"
    _description = "Warehouse JSON Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"feed": FEED}

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
            self.env._(
                "Give it our contracts, too: the warehouse advices that it sends, and the releases "
                "that it gets, with their samples."
            ),
            self.env._("Let it send a snapshot of its stock first: that one changes nothing."),
        ]
