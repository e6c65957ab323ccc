from odoo import api, models

from ..providers.dhl import parse


class LogisticsProviderDhl(models.AbstractModel):
    """DHL Shipment Tracking Unified: all divisions in one shape, pushed or asked for."""

    _name = "logistics.provider.dhl"
    _inherit = "logistics.provider.handler"
    _description = "DHL Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _handshake(self, raw):
        return parse.handshake(raw)

    @api.model
    def _receipt_status(self):
        return 200  # DHL's page asks for it

    @api.model
    def _connection_proofs(self):
        # DHL sends back the header and the token that we give with the subscription.
        return [{"kind": "static", "header": "X-DHL-Push-Token"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Create a subscription to Shipment Tracking Unified - Push at "
                "developer.dhl.com, with the address below."
            ),
            self.env._(
                "Name the header X-DHL-Push-Token there, and give it the secret as its value."
            ),
            self.env._(
                "Store your DHL API key as our access for calls to api-eu.dhl.com, with the "
                "header DHL-API-Key: with it, DHL's question whether the subscription is ours "
                "is answered."
            ),
        ]
