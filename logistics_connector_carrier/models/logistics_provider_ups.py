from odoo import api, models

from ..providers.ups import follow, parse, poll


class LogisticsProviderUps(models.AbstractModel):
    """UPS Track Alert: one scan in each message, without signature, id or repetition."""

    _name = "logistics.provider.ups"
    _inherit = "logistics.provider.handler"
    _description = "UPS Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _access_defaults(self, environment):
        host = "wwwcie.ups.com" if environment == "test" else "onlinetools.ups.com"
        token_url = f"https://{host}/security/v1/oauth/token"
        return [{"kind": "oauth2", "token_url": token_url, "client_auth": "basic", "hosts": host}]

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _connection_proofs(self):
        # The opaque text that was given at subscription comes back in this header, as it is.
        return [{"kind": "static", "header": "credential"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Have Track Alert added to your app at developer.ups.com. UPS is given the "
                "address and the secret below with each subscription; it calls the secret "
                "“credential” and sends it back with each event."
            ),
            self.env._(
                "A subscription lasts 14 days. Odoo makes one for each parcel, and anew before it "
                "ends: page “Following” of the connection."
            ),
        ]
