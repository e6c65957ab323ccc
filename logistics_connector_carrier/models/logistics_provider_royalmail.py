from odoo import api, models

from ..providers.royalmail import parse, poll


class LogisticsProviderRoyalmail(models.AbstractModel):
    """Royal Mail Tracking API v2: events, summaries and signatures. They are asked for."""

    _name = "logistics.provider.royalmail"
    _inherit = "logistics.provider.handler"
    _description = "Royal Mail Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/London"}

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _access_defaults(self, environment):
        return [
            {"kind": "api_key", "header": header, "hosts": "api.royalmail.net"}
            for header in ("X-IBM-Client-Id", "X-IBM-Client-Secret")
        ]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "At developer.royalmail.net, ask for the “Royal Mail Tracking API (v2)” and "
                "accept its terms. Royal Mail sends nothing itself: it is asked about your open "
                "shipments."
            ),
            self.env._("Your app there has two keys: the client id, and the client secret."),
        ]
