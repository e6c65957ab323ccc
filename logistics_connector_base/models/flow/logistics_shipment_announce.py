from odoo import models


class LogisticsShipment(models.Model):
    """Whoever has subscribed learns what happens to shipments."""

    _inherit = "logistics.shipment"

    def _refold(self):
        changed = super()._refold()
        # Not only where the state changed: each scan is news.
        self.env["logistics.subscription"]._announce(self)
        return changed
