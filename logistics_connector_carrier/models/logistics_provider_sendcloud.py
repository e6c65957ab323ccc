from odoo import api, models

from ..providers.sendcloud import parse, poll


class LogisticsProviderSendcloud(models.AbstractModel):
    """Sendcloud webhooks: the new status of one parcel, in Sendcloud's own codes."""

    _name = "logistics.provider.sendcloud"
    _inherit = "logistics.provider.handler"
    _description = "Sendcloud Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "basic", "hosts": "panel.sendcloud.sc"}]

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "Sendcloud-Signature", "encoding": "hex"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Open Settings → Integrations at Sendcloud, and your API integration there."
            ),
            self.env._("Switch webhook feedback on and paste the address below."),
            self.env._(
                "The secret is the integration’s Secret Key, or its Webhook Signature Key where "
                "it has one."
            ),
            self.env._("Save there: Sendcloud sends a test message."),
        ]

    @api.model
    def _secret_is_theirs(self):
        return True
