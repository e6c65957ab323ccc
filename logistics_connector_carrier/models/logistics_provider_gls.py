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
    def _access_defaults(self, environment):
        host = "api-sandbox.gls-group.net" if environment == "test" else "api.gls-group.net"
        # The portal names the address for tokens.
        return [{"kind": "oauth2", "token_url": "", "client_auth": "basic", "hosts": host}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "At dev-portal.gls-group.net, make an app with “Track And Trace V1”. GLS sends "
                "nothing itself: it is asked about your open shipments."
            ),
            self.env._("The app has an id and a secret; the address for tokens stands there, too."),
        ]
