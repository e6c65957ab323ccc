"""What the business state of orders and transfers is judged by, read for many at once.

Each statement is sent once, for however many orders or transfers; see ``facts``.
"""

# Of transfers to a customer (also of other companies of ours) each move is a last leg; what comes
# from one is a return; all else is a step before.
PLACES = """
WITH RECURSIVE away AS (
    SELECT id, usage = 'customer' AS is_customer FROM stock_location
    WHERE usage = 'customer' OR id = %(inter_company)s
    UNION
    SELECT l.id, away.is_customer FROM stock_location l JOIN away ON l.location_id = away.id
) SELECT id, bool_or(is_customer) AS is_customer FROM away GROUP BY id
"""
ORDERS = """
SELECT o.id, o.name, o.state, o.company_id, o.warehouse_id, o.partner_shipping_id AS partner_id,
    o.commitment_date AS promised_at
FROM sale_order o WHERE o.id = ANY(%(ids)s)
"""
LINES = """
SELECT l.order_id, l.id, l.product_id, l.product_uom_qty AS ordered, l.qty_delivered AS delivered,
    l.qty_invoiced AS invoiced, COALESCE(l.invoice_status, 'no') AS invoice_status,
    COALESCE(l.qty_delivered_method = 'stock_move', false) AS has_goods,
    COALESCE(u.factor, 1) AS factor
FROM sale_order_line l LEFT JOIN uom_uom u ON u.id = l.product_uom_id
WHERE l.order_id = ANY(%(ids)s) AND l.display_type IS NULL
    AND NOT COALESCE(l.is_downpayment, false)
ORDER BY l.order_id, l.sequence, l.id
"""
# A done move's quantity is what was moved; of an open one it is what is reserved.
MOVES = """
SELECT l.order_id, l.id AS line_id, m.product_id, m.picking_id, m.state,
    m.quantity, m.product_uom_qty AS planned, COALESCE(u.factor, 1) AS factor,
    m.location_id, m.location_dest_id, COALESCE(m.to_refund, false) AS refund,
    p.backorder_id IS NOT NULL AS is_rest
FROM sale_order_line l JOIN stock_move m ON m.sale_line_id = l.id
LEFT JOIN uom_uom u ON u.id = m.product_uom
LEFT JOIN stock_picking p ON p.id = m.picking_id
WHERE l.order_id = ANY(%(ids)s)
ORDER BY m.id
"""
# Of the orders, and of the transfers. (A shipment may hang on several of each.)
SHIPMENT_LINKS = """
SELECT 'order' AS kind, sale_order_id AS record_id, shipment_id
FROM logistics_shipment_sale_order_rel WHERE sale_order_id = ANY(%(orders)s)
UNION ALL
SELECT 'picking', picking_id, shipment_id
FROM logistics_shipment_picking_rel WHERE picking_id = ANY(%(pickings)s)
"""
# Places are compared by contact, where one is known, else by their words.
SHIPMENTS = """
SELECT s.id, s.name, s.state, COALESCE(s.on_hold, false) AS on_hold,
    COALESCE(s.is_partial, false) AS partial, s.is_on_transfer,
    COALESCE(first.place, '') AS origin, COALESCE(last.place, '') AS destination,
    COALESCE(freight.known, false) AS freight_known,
    COALESCE(freight.owed AND NOT freight.approved, false) AS freight_open
FROM (SELECT *, EXISTS (SELECT FROM logistics_shipment_picking_rel r
                        WHERE r.shipment_id = logistics_shipment.id) AS is_on_transfer
      FROM logistics_shipment WHERE id = ANY(%(shipments)s) AND state <> 'cancelled') s
LEFT JOIN LATERAL (
    SELECT COALESCE('#' || partner_id, lower(trim(name))) AS place FROM logistics_shipment_stop
    WHERE shipment_id = s.id AND role = 'origin' ORDER BY sequence, id LIMIT 1) first ON true
LEFT JOIN LATERAL (
    SELECT COALESCE('#' || partner_id, lower(trim(name))) AS place FROM logistics_shipment_stop
    WHERE shipment_id = s.id AND role = 'destination' ORDER BY sequence DESC, id DESC LIMIT 1
    ) last ON true
LEFT JOIN LATERAL (
    SELECT count(*) > 0 AS known, bool_or(kind IN ('booked', 'billed')) AS owed,
        bool_or(kind = 'approved') AS approved
    FROM logistics_shipment_charge WHERE shipment_id = s.id) freight ON true
"""
# Those that block: grave by their kind, or because a person says so. What has only become urgent
# with time keeps nothing from going on.
EXCEPTIONS = """
SELECT e.id, e.name, e.shipment_id
FROM logistics_exception e JOIN logistics_exception_type t ON t.id = e.type_id
WHERE e.shipment_id = ANY(%(shipments)s) AND e.is_open IS TRUE
    AND CASE WHEN e.severity_by_hand THEN e.severity ELSE COALESCE(e.base_severity, t.severity) END
        IN ('major', 'critical')
ORDER BY e.id
"""
PICKINGS = """
SELECT p.id, p.name, p.state, p.company_id, t.warehouse_id, t.code, p.partner_id,
    COALESCE(p.date_deadline, p.scheduled_date) AS promised_at, p.location_id, p.location_dest_id
FROM stock_picking p JOIN stock_picking_type t ON t.id = p.picking_type_id
WHERE p.id = ANY(%(ids)s) AND t.code IN ('incoming', 'outgoing', 'internal', 'dropship')
"""
# The back-orders of transfers, and theirs: is one still open?
BACKORDERS = """
WITH RECURSIVE rest AS (
    SELECT id AS first_id, id FROM stock_picking WHERE id = ANY(%(ids)s)
    UNION
    SELECT rest.first_id, p.id FROM stock_picking p JOIN rest ON p.backorder_id = rest.id
)
SELECT DISTINCT rest.first_id AS id FROM rest JOIN stock_picking p ON p.id = rest.id
WHERE rest.id <> rest.first_id AND p.state NOT IN ('done', 'cancel')
"""
# Of what a transfer brings to a customer: nothing is left to invoice.
INVOICED = """
SELECT m.picking_id AS id, bool_and(l.invoice_status IN ('invoiced', 'upselling')) AS invoiced
FROM stock_move m JOIN sale_order_line l ON l.id = m.sale_line_id
WHERE m.picking_id = ANY(%(ids)s) AND m.state <> 'cancel' GROUP BY m.picking_id
"""
