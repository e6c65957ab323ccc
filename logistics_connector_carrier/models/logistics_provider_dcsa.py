from odoo import api, models

from ..providers.dcsa import parse, poll


class LogisticsProviderDcsa(models.AbstractModel):
    """DCSA Track & Trace: ocean carriers' events, with revisions and retractions from 3.0 on."""

    _name = "logistics.provider.dcsa"
    _inherit = "logistics.provider.handler"
    _description = "DCSA Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _connection_proofs(self):
        return [
            {
                "kind": "hmac",
                "header": "Notification-Signature",
                "encoding": "hex",
                "prefix": "sha256=",
            }
        ]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Ask the carrier for a subscription to its track and trace events, with the "
                "address below as the callback."
            ),
            self.env._(
                "The secret is the one that you give in the subscription, or that the carrier "
                "gives you."
            ),
        ]
