"""By which connections shipments were told of, or whose partner was told."""

TOLD = """
INSERT INTO logistics_shipment_connection_rel (shipment_id, connection_id)
SELECT DISTINCT shipment_id, connection_id FROM logistics_event
WHERE shipment_id IS NOT NULL AND connection_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
TOLD_THEM = """
INSERT INTO logistics_shipment_connection_rel (shipment_id, connection_id)
SELECT m.res_id, m.connection_id FROM logistics_message m
JOIN logistics_shipment s ON s.id = m.res_id
WHERE m.direction = 'out' AND m.res_model = 'logistics.shipment'
UNION
SELECT r.shipment_id, m.connection_id FROM logistics_message m
JOIN logistics_shipment_picking_rel r ON r.picking_id = m.res_id
WHERE m.direction = 'out' AND m.res_model = 'stock.picking'
ON CONFLICT DO NOTHING
"""


def migrate(cr, version):
    cr.execute(TOLD)
    cr.execute(TOLD_THEM)
