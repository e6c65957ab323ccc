from odoo import api, models

from ..providers.fedex import parse


class LogisticsProviderFedex(models.AbstractModel):
    """FedEx Advanced Integrated Visibility: shipments with all their scans, again and again."""

    _name = "logistics.provider.fedex"
    _inherit = "logistics.provider.handler"
    _description = "FedEx Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "fdx-signature", "encoding": "base64"}]
