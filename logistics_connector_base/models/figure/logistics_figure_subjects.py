from odoo import models


class LogisticsBusinessState(models.Model):
    _name = "logistics.business.state"
    _inherit = ["logistics.business.state", "logistics.figure.subject"]


class LogisticsShipment(models.Model):
    _name = "logistics.shipment"
    _inherit = ["logistics.shipment", "logistics.figure.subject"]

    # What was picked up in some days.
    _picked_up = models.Index("(picked_up_at) WHERE picked_up_at IS NOT NULL")


class LogisticsException(models.Model):
    _name = "logistics.exception"
    _inherit = ["logistics.exception", "logistics.figure.subject"]
