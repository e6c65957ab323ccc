from odoo import models


class LogisticsDeliveredUnbilled(models.Model):
    _name = "logistics.delivered.unbilled"
    _inherit = ["logistics.delivered.unbilled", "logistics.figure.subject"]


class LogisticsFreightBillShipment(models.Model):
    _name = "logistics.freight.bill.shipment"
    _inherit = ["logistics.freight.bill.shipment", "logistics.figure.subject"]
