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
    def _setup_words(self, connection):
        return [
            self.env._(
                "At developer.royalmail.net, ask for the “Royal Mail Tracking API (v2)” and "
                "accept its terms. Royal Mail sends nothing itself: give nobody the address "
                "below."
            ),
            self.env._(
                "On the page “Our access”, add two API keys, in the headers X-IBM-Client-Id and "
                "X-IBM-Client-Secret, only sent to api.royalmail.net."
            ),
            self.env._("On the page “Polling”, add a line “Shipment by shipment”."),
        ]
