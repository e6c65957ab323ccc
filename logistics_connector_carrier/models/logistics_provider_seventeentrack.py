from odoo import api, models

from ..providers.seventeentrack import follow, parse


class LogisticsProviderSeventeentrack(models.AbstractModel):
    """17TRACK API v2: numbers with the scans of all their carriers, by webhook or asked for."""

    _name = "logistics.provider.seventeentrack"
    _inherit = "logistics.provider.handler"
    _description = "17TRACK Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "api_key", "header": "17token", "hosts": "api.17track.net"}]

    @api.model
    def _connection_proofs(self):
        # The key is the security key of the account, the same that its API is called with.
        return [
            {"kind": "plain_hash", "header": "sign", "encoding": "hex", "signed": "{body}/{key}"}
        ]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Paste the address below as the webhook of 17TRACK’s tracking API (version "
                "2.2 or later)."
            ),
            self.env._(
                "The secret is the security key of the API: store it here. Who gets a new key "
                "there stores it here, too."
            ),
            self.env._("Odoo registers the numbers: page “Following” of the connection."),
        ]

    @api.model
    def _secret_is_theirs(self):
        return True
