from odoo import models


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    # Conditions that hold after the delivery look at the last weeks' deliveries.
    _delivered = models.Index("(delivered_at) WHERE delivered_at IS NOT NULL")
