from odoo import api, models

from ..providers.dpd import parse, poll


class LogisticsProviderDpd(models.AbstractModel):
    """DPD: parcel life cycles, which are asked for, and scans that a gateway passes on."""

    _name = "logistics.provider.dpd"
    _inherit = "logistics.provider.handler"
    _description = "DPD Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _connection_defaults(self):
        return {"tz": "Europe/Berlin"}

    @api.model
    def _polls(self):
        return {"shipment": poll.TRACKING}

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Ask DPD for the Tracking Push Service. It calls with GET: let a gateway of "
                "yours post the scans to the address below and answer DPD once that was "
                "accepted."
            ),
            self.env._("Let the gateway prove itself with the secret below."),
            self.env._(
                "Where DPD gives you an address for life cycles of parcels, add a line "
                "“Shipment by shipment” on the page “Polling”."
            ),
        ]
