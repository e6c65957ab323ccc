from odoo import api, models

from ..providers.fedex import parse, poll


class LogisticsProviderFedex(models.AbstractModel):
    """FedEx Advanced Integrated Visibility: shipments with all their scans, again and again."""

    _name = "logistics.provider.fedex"
    _inherit = "logistics.provider.handler"
    _description = "FedEx Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _access_defaults(self, environment):
        host = "apis-sandbox.fedex.com" if environment == "test" else "apis.fedex.com"
        token_url = f"https://{host}/oauth/token"
        return [{"kind": "oauth2", "token_url": token_url, "client_auth": "form", "hosts": host}]

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "fdx-signature", "encoding": "base64"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Open your project at developer.fedex.com and add the Shipment Visibility Webhook."
            ),
            self.env._(
                "Paste the address below as the webhook’s URL, and the secret as its security "
                "token."
            ),
            self.env._("Press “Test webhook” there."),
        ]
