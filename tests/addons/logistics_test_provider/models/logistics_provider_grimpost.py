from odoo import api, models

from ..providers.grimpost import parse


class LogisticsProviderGrimpost(models.AbstractModel):
    """Grim Post: a provider that misbehaves, for the exam and the tests of the inbox."""

    _name = "logistics.provider.grimpost"
    _inherit = "logistics.provider.bluepost"
    _description = "Grim Post Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)
