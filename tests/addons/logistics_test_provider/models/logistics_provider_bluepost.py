from odoo import api, models

from ..providers.bluepost import parse


class LogisticsProviderBluepost(models.AbstractModel):
    """Blue Post: a carrier that does not exist. Several scans in one message, HMAC in hex."""

    _name = "logistics.provider.bluepost"
    _inherit = "logistics.provider.handler"
    _description = "Blue Post Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _handshake(self, raw):
        return parse.handshake(raw)

    @api.model
    def _connection_proofs(self):
        return [
            {
                "kind": "hmac",
                "header": "X-Blue-Signature",
                "encoding": "hex",
                "prefix": "sha256=",
            }
        ]
