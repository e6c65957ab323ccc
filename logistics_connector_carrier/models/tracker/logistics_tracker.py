from odoo import api, models
from odoo.tools import SQL

# What the delivery method says comes first, then the account by which it is booked.
BY_METHOD = """
SELECT p.shipment_id, d.logistics_tracker_connection_id AS connection_id,
       COALESCE(d.logistics_tracker_code, '') AS carrier
FROM logistics_shipment_picking_rel p
JOIN stock_picking k ON k.id = p.picking_id
JOIN delivery_carrier d ON d.id = k.carrier_id
WHERE d.logistics_tracker_connection_id = ANY(%s)
"""
BY_ACCOUNT = """
SELECT p.shipment_id, d.logistics_connection_id AS connection_id, '' AS carrier
FROM logistics_shipment_picking_rel p
JOIN stock_picking k ON k.id = p.picking_id
JOIN delivery_carrier d ON d.id = k.carrier_id
WHERE d.delivery_type = 'logistics' AND d.logistics_connection_id = ANY(%s)
"""


class LogisticsTracker(models.Model):
    _inherit = "logistics.tracker"

    @api.model
    def _targets(self):
        at_work = [row[0] for row in self._at_work()]
        return [SQL(BY_METHOD, at_work), SQL(BY_ACCOUNT, at_work), *super()._targets()]
