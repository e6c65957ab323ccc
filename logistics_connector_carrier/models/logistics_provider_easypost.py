from odoo import api, models

from ..providers.easypost import follow, parse


class LogisticsProviderEasypost(models.AbstractModel):
    """EasyPost: trackers with all their scans, by webhook or asked for."""

    _name = "logistics.provider.easypost"
    _inherit = "logistics.provider.handler"
    _description = "EasyPost Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "basic_key", "hosts": "api.easypost.com"}]

    @api.model
    def _connection_proofs(self):
        # The newer signature (X-Hmac-Signature-V2) signs the time as well; its exact content is
        # public only in others' receivers. How to ask for it: providers/easypost/README.md.
        return [
            {
                "kind": "hmac",
                "header": "X-Hmac-Signature",
                "encoding": "hex",
                "prefix": "hmac-sha256-hex=",
            }
        ]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Create a webhook in EasyPost’s dashboard, or with its API: the address below "
                "as “url”, the secret below as “webhook_secret”."
            ),
            self.env._(
                "EasyPost tells about every tracker of the account. Labels bought there have one; "
                "Odoo makes them for the others: page “Following” of the connection."
            ),
        ]
