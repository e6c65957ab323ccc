from odoo import fields, models


class LogisticsShipmentCharge(models.Model):
    _inherit = "logistics.shipment.charge"

    booking_id = fields.Many2one("logistics.booking", index="btree_not_null", ondelete="cascade")
