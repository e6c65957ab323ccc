from odoo import api, models
from odoo.addons.logistics_connector_base.core.canonical import ParseError

# Our name for a carrier without an interface, in the place of karrio's.
OWN = "own"


class LogisticsProviderOwn(models.AbstractModel):
    """A carrier without an interface: it is booked by giving out its numbers, priced by our lists,
    and told by e-mail. It sends nothing that could be read."""

    _name = "logistics.provider.own"
    _inherit = "logistics.provider.handler"
    _description = "Provider of Carriers without Interface"

    @api.model
    def _parse_message(self, raw, context):
        raise ParseError("This carrier has no messages that are known.")
