from odoo import api, models

from ...providers.canonical import parse


class LogisticsProviderByHand(models.AbstractModel):
    """What people state themselves: canonical messages of our own making (``core.by_hand``)."""

    _name = "logistics.provider.by.hand"
    _inherit = "logistics.provider.handler"
    _description = "Provider of Statements by Hand"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)
