from odoo import api, models

from ..providers.shipengine import follow, parse


class LogisticsProviderShipengine(models.AbstractModel):
    """ShipEngine (ShipStation API): trackings with their scans, by webhook or asked for."""

    _name = "logistics.provider.shipengine"
    _inherit = "logistics.provider.handler"
    _description = "ShipEngine Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "api_key", "header": "API-Key", "hosts": "api.shipengine.com"}]

    @api.model
    def _connection_proofs(self):
        # The scheme's own defaults are ShipEngine's headers and content.
        return [{"kind": "rsa_key_set", "key_set_url": "https://api.shipengine.com/jwks"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Add a webhook for tracking (“track”) with the address below, in the "
                "dashboard or with the API."
            ),
            self.env._(
                "There is no secret: calls are proved with ShipEngine’s public keys, which "
                "this server reads at api.shipengine.com."
            ),
            self.env._(
                "Odoo starts the tracking, number by number: page “Following” of the connection."
            ),
        ]
