from odoo import api, models

from ..providers.laposte import parse, poll


class LogisticsProviderLaposte(models.AbstractModel):
    """La Poste Suivi v2: the whole history of shipments. It is asked for; nothing is sent."""

    _name = "logistics.provider.laposte"
    _inherit = "logistics.provider.handler"
    _description = "La Poste Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/Paris"}

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "api_key", "header": "X-Okapi-Key", "hosts": "api.laposte.fr"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "At developer.laposte.fr, subscribe to “Suivi v2” and copy the key. La Poste "
                "sends nothing itself: it is asked about your open shipments."
            ),
        ]
