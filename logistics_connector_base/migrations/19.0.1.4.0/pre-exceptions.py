"""Cases get columns that Odoo would fill one by one: they are filled here, in one go."""

COLUMNS = """
ALTER TABLE logistics_exception
    ADD COLUMN IF NOT EXISTS opened_at timestamp,
    ADD COLUMN IF NOT EXISTS hours_to_close double precision,
    ADD COLUMN IF NOT EXISTS severity_by_hand boolean,
    ADD COLUMN IF NOT EXISTS severity_due_at timestamp
"""
# Whoever chose another severity than the type's meant it. The rest is reckoned by the first review.
FILL = """
UPDATE logistics_exception e SET
    opened_at = e.first_seen_at,
    hours_to_close = CASE WHEN e.closed_at IS NULL THEN 0 ELSE
        GREATEST(0, EXTRACT(EPOCH FROM e.closed_at - e.first_seen_at) / 3600) END,
    severity_by_hand = e.severity <> t.severity,
    severity_due_at = CASE WHEN e.is_open THEN now() AT TIME ZONE 'UTC' END
FROM logistics_exception_type t
WHERE t.id = e.type_id AND e.opened_at IS NULL
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(COLUMNS)
    cr.execute(FILL)
