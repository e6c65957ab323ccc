from odoo import api, models

from ...providers.epcis import parse, poll


class LogisticsProviderEpcis(models.AbstractModel):
    """GS1 EPCIS 2.0: visibility events in JSON, error declarations included."""

    _name = "logistics.provider.epcis"
    _inherit = "logistics.provider.handler"
    _description = "EPCIS Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _connection_proofs(self):
        # The standard leaves open how a capture is signed; this is what most can do.
        return [{"kind": "hmac", "header": "X-Signature", "encoding": "hex", "prefix": "sha256="}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Ask the partner to capture its EPCIS 2.0 events (JSON) at the address below."
            ),
            self.env._(
                "Agree on how it proves who it is, if that is not yet set on the page Proofs."
            ),
        ]
