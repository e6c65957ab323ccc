from odoo import api, models

from ..providers.usps import parse


class LogisticsProviderUsps(models.AbstractModel):
    """USPS Tracking v3: answers, and notifications of subscriptions that carry the same."""

    _name = "logistics.provider.usps"
    _inherit = "logistics.provider.handler"
    _description = "USPS Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _receipt_status(self):
        return 200

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Create a subscription to the Tracking API (Subscriptions - Tracking v3) at "
                "developers.usps.com, with the address below."
            ),
            self.env._(
                "How USPS signs is not checked yet: let the connection accept USPS's own "
                "network addresses only."
            ),
        ]
