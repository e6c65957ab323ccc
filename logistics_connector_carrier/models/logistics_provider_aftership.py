from odoo import api, models

from ..providers.aftership import follow, parse


class LogisticsProviderAftership(models.AbstractModel):
    """AfterShip Tracking: trackings with their checkpoints, by webhook or asked for."""

    _name = "logistics.provider.aftership"
    _inherit = "logistics.provider.handler"
    _description = "AfterShip Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _trackers(self):
        return follow.TRACKERS

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "api_key", "header": "as-api-key", "hosts": "api.aftership.com"}]

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "aftership-hmac-sha256", "encoding": "base64"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Open the webhooks in AfterShip’s settings for tracking and add the address below."
            ),
            self.env._("Store the webhook secret shown there here."),
            self.env._("Choose the tracking updates there."),
            self.env._(
                "Odoo makes the trackings, number by number: page “Following” of the connection."
            ),
        ]

    @api.model
    def _secret_is_theirs(self):
        return True
