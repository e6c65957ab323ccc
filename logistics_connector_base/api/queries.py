"""The statements of ``reads.py``. Whose it is, is part of each of them."""

OWN = """(%(everything)s OR EXISTS (SELECT FROM logistics_event v
    WHERE v.shipment_id = s.id AND v.connection_id = ANY(%(connections)s)))"""
TOLD_BY = """EXISTS (SELECT FROM logistics_event t JOIN logistics_connection tc
    ON tc.id = t.connection_id WHERE t.shipment_id = s.id AND tc.name = %(connection)s
    AND t.connection_id = ANY(%(connections)s))"""
SHIPMENT = """s.id, s.public_id, s.name, s.correlation_id, s.state, s.pod_received, s.is_partial,
    s.is_damaged, s.is_short, s.on_hold, s.has_delivery_exception, s.mode, s.issuer,
    s.carrier_name, s.service, s.origin, s.ship_date, s.promised_delivery_at,
    s.estimated_delivery_at, s.picked_up_at, s.delivered_at, s.last_event_at, s.signed_by,
    s.write_date"""
# Each once, at its latest change that is below the horizon.
CHANGES = """
    SELECT c.position, c.record_id FROM logistics_change c
    WHERE c.company_id = %(company)s AND c.kind = %(kind)s
        AND (c.position, c.record_id) > (%(position)s, %(number)s)
        AND c.position < logistics_horizon()
    ORDER BY c.position, c.record_id LIMIT %(scan)s
"""
LATEST = """NOT EXISTS (SELECT FROM logistics_change l WHERE l.record_id = page.record_id
    AND l.kind = %(kind)s AND l.position > page.position AND l.position < logistics_horizon())"""
EVENT = """e.id, e.change_position AS position, e.fingerprint, e.classifier, e.standing,
    e.occurred_at, e.occurred_offset, e.occurred_precision, e.zone_assumed, e.recorded_at,
    e.received_at, e.estimated_delivery_at, e.issuer, e.tracking_number, e.raw_code,
    e.raw_sub_code, e.source_id, e.revision, e.retracts, e.corrects, e.city, e.state_name,
    e.country_code, e.place_name, e.zip, e.latitude, e.longitude, e.signed_by, e.raw_text,
    code.code, reason.code AS reason, conn.name AS connection, s.public_id AS shipment_public_id,
    s.name AS shipment_name"""
EVENT_JOINS = """
JOIN logistics_event_code code ON code.id = e.code_id
LEFT JOIN logistics_event_reason reason ON reason.id = e.reason_id
LEFT JOIN logistics_connection conn ON conn.id = e.connection_id
LEFT JOIN logistics_shipment s ON s.id = e.shipment_id AND s.company_id = %(company)s
"""
OWN_EVENT = "(%(everything)s OR e.connection_id = ANY(%(connections)s))"
EVENT_CHANGES = """
    SELECT p.change_position AS position, p.id AS record_id FROM logistics_event p
    WHERE p.company_id = %(company)s AND (p.change_position, p.id) > (%(position)s, %(number)s)
        AND p.change_position < logistics_horizon()
    ORDER BY p.change_position, p.id LIMIT %(scan)s
"""
# Row by row, in the order of the scan, so that it ends as soon as the page is full.
FEED = """
WITH fitting AS (
    SELECT fit.* FROM ({scan}) page CROSS JOIN LATERAL (
        SELECT {select} WHERE {wanted} LIMIT 1) fit
    ORDER BY page.position, page.record_id LIMIT %(rows)s
), edge AS (
    SELECT count(*) AS scanned, max(page.position) AS edge_position,
        (array_agg(page.record_id ORDER BY page.position DESC, page.record_id DESC))[1]
            AS edge_number
    FROM ({scan}) page
)
SELECT * FROM edge LEFT JOIN fitting ON true ORDER BY fitting.position, fitting.id
"""
RECEIPTS = """
SELECT m.id, m.receipt, m.correlation_id, m.state, m.received_at, m.processed_at, m.event_count,
    c.name AS connection
FROM logistics_connection c CROSS JOIN LATERAL (
    SELECT * FROM logistics_message own
    WHERE own.connection_id = c.id AND own.direction = 'in' AND own.id < %(before)s
        AND own.id >= %(after)s AND (%(since)s::timestamp IS NULL OR own.received_at >= %(since)s)
    ORDER BY own.id DESC LIMIT %(rows)s) m
WHERE c.id = ANY(%(connections)s) AND (%(connection)s::text IS NULL OR c.name = %(connection)s)
ORDER BY m.id DESC LIMIT %(rows)s
"""
# Messages get their number and their time within a moment of each other; this is many moments.
EARLIEST = """
SELECT id - 10000 FROM logistics_message WHERE received_at >= %s ORDER BY received_at LIMIT 1
"""
ORDER = """o.id, o.name, o.client_order_ref, o.date_order, o.commitment_date,
    b.state AS logistics_state, b.blocked_reason AS logistics_blocked_reason"""
ORDER_JOIN = "JOIN logistics_business_state b ON b.sale_order_id = o.id"
OWN_ORDER = f"""(%(everything)s OR EXISTS (
    SELECT FROM logistics_shipment_sale_order_rel r JOIN logistics_shipment s
        ON s.id = r.shipment_id AND s.company_id = %(company)s
    WHERE r.sale_order_id = o.id AND {OWN}))"""
# What belongs to a shipment, by the name under which it is shown.
PARTS = {
    "references": "SELECT shipment_id, type, value, issuer "
    "FROM logistics_shipment_reference WHERE shipment_id = ANY(%(ids)s) "
    "ORDER BY shipment_id, type, id",
    "packages": "SELECT shipment_id, tracking_number, sscc "
    "FROM logistics_shipment_package WHERE shipment_id = ANY(%(ids)s) "
    "ORDER BY shipment_id, sequence, id",
    "stops": "SELECT p.shipment_id, p.role, p.planned_at, p.arrived_at, p.departed_at, "
    "COALESCE(a.city, '') AS city, a.street, a.zip, n.code AS country, "
    "COALESCE(a.name, p.name) AS name FROM logistics_shipment_stop p "
    "LEFT JOIN res_partner a ON a.id = p.partner_id "
    "LEFT JOIN res_country n ON n.id = a.country_id "
    "WHERE p.shipment_id = ANY(%(ids)s) ORDER BY p.shipment_id, p.sequence, p.id",
    "orders": "SELECT r.shipment_id, o.name FROM logistics_shipment_sale_order_rel r "
    "JOIN sale_order o ON o.id = r.sale_order_id AND o.company_id = %(company)s "
    "WHERE r.shipment_id = ANY(%(ids)s) ORDER BY o.id",
}
