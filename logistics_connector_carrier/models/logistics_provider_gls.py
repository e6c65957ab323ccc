from odoo import api, models

from ..providers.gls import parse, poll


class LogisticsProviderGls(models.AbstractModel):
    """GLS Track And Trace V1 and MyGLS: histories of parcels. They are asked for."""

    _name = "logistics.provider.gls"
    _inherit = "logistics.provider.handler"
    _description = "GLS Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "At dev-portal.gls-group.net, make an app with “Track And Trace V1”. GLS sends "
                "nothing itself: the address below is only for a system of yours that passes "
                "answers on (of MyGLS, say)."
            ),
            self.env._(
                "On the page “Our access”, add OAuth2 with the app’s id and secret; the address "
                "for tokens stands in the portal."
            ),
            self.env._("On the page “Polling”, add a line “Shipment by shipment”."),
        ]
