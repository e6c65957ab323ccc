"""Columns by which shipments are parted among users, filled in one statement each: the ORM would
read every shipment there ever was."""

COLUMNS = """
ALTER TABLE logistics_shipment
    ADD COLUMN IF NOT EXISTS sales_team_id integer,
    ADD COLUMN IF NOT EXISTS destination_country_id integer
"""
TEAMS = """
UPDATE logistics_shipment s SET sales_team_id = found.team_id
FROM (SELECT DISTINCT ON (r.shipment_id) r.shipment_id, o.team_id
      FROM logistics_shipment_sale_order_rel r JOIN sale_order o ON o.id = r.sale_order_id
      WHERE o.team_id IS NOT NULL ORDER BY r.shipment_id, o.date_order DESC, o.id DESC) found
WHERE found.shipment_id = s.id
"""
CONSIGNEES = """
UPDATE logistics_shipment s SET destination_country_id = p.country_id
FROM res_partner p WHERE p.id = s.partner_id
"""
DESTINATIONS = """
UPDATE logistics_shipment s SET destination_country_id = found.country_id
FROM (SELECT DISTINCT ON (t.shipment_id) t.shipment_id, p.country_id
      FROM logistics_shipment_stop t JOIN res_partner p ON p.id = t.partner_id
      WHERE t.role = 'destination' ORDER BY t.shipment_id, t.sequence DESC, t.id DESC) found
WHERE found.shipment_id = s.id AND s.partner_id IS NULL
"""


def migrate(cr, version):
    for statement in (COLUMNS, TEAMS, CONSIGNEES, DESTINATIONS):
        cr.execute(statement)
