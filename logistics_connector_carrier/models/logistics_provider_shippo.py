from odoo import api, models

from ..providers.shippo import follow, parse


class LogisticsProviderShippo(models.AbstractModel):
    """Shippo: tracks with their history, by webhook or asked for."""

    _name = "logistics.provider.shippo"
    _inherit = "logistics.provider.handler"
    _description = "Shippo Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _access_defaults(self, environment):
        header = {"header": "Authorization", "prefix": "ShippoToken "}
        return [{"kind": "api_key", **header, "hosts": "api.goshippo.com"}]

    @api.model
    def _connection_proofs(self):
        # "t=…,v1=…" in one header, so there is no header of the time.
        return [
            {
                "kind": "hmac_time",
                "header": "Shippo-Auth-Signature",
                "encoding": "hex",
                "signed": "{timestamp}.{body}",
            }
        ]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Ask Shippo for signed webhooks; it takes up to ten working days. They give "
                "you the secret: store it here."
            ),
            self.env._(
                "Then add a webhook for “track_updated” with the address below. Odoo registers "
                "the numbers: page “Following” of the connection."
            ),
        ]

    @api.model
    def _secret_is_theirs(self):
        return True
