from odoo import api, models

from ..providers.sendcloud import parse


class LogisticsProviderSendcloud(models.AbstractModel):
    """Sendcloud webhooks: the new status of one parcel, in Sendcloud's own codes."""

    _name = "logistics.provider.sendcloud"
    _inherit = "logistics.provider.handler"
    _description = "Sendcloud Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "Sendcloud-Signature", "encoding": "hex"}]
