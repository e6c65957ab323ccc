"""The business state of orders moved beside them, to rows of its own."""

from odoo.addons.logistics_connector_base.business_state import due

# What was known goes over as it was; who is right is looked at bit by bit afterwards.
TAKE_OVER = """
INSERT INTO logistics_business_state (kind, sale_order_id, name, company_id, warehouse_id,
    partner_id, promised_at, state, return_under_way, blocked_reason, reasons, shipment_count,
    fingerprint, since, moved_at)
SELECT 'order', o.id, o.name, o.company_id, o.warehouse_id, o.partner_shipping_id,
    o.commitment_date, o.logistics_state, false, o.logistics_blocked_reason, '[]', 0, '',
    COALESCE(o.write_date, now() AT TIME ZONE 'UTC'),
    COALESCE(o.write_date, now() AT TIME ZONE 'UTC')
FROM sale_order o WHERE o.logistics_state IS NOT NULL
ON CONFLICT DO NOTHING
"""
OLD_COLUMNS = "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema()"
OLD_COLUMNS += " AND table_name = 'sale_order' AND column_name = 'logistics_state'"


def migrate(cr, version):
    cr.execute(OLD_COLUMNS)
    if cr.fetchone():
        cr.execute(TAKE_OVER)
        # No row of that wide table is written.
        cr.execute(
            "ALTER TABLE sale_order DROP COLUMN logistics_state, "
            "DROP COLUMN IF EXISTS logistics_blocked_reason"
        )
    due.everything(cr)
