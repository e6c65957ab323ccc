"""Which orders and transfers are to be looked at anew.

``logistics_business_due`` holds a line for each change that may move a business state, written by
triggers in the transaction of the change: also for what is changed past the ORM. It has no key that
writers could wait for; the same order may stand there many times. Whoever works the lines
(``logistics.business.desk``) deletes them in the transaction that writes the states: a process that
dies takes nothing along. Lines of changes that are not committed cannot be seen, nor be missed.
"""

from odoo.tools import SQL

# is_old: of what has been there for long; the rest goes before.
TABLE = """
CREATE TABLE IF NOT EXISTS logistics_business_due (
    id bigserial PRIMARY KEY,
    kind varchar NOT NULL,
    record_id integer NOT NULL,
    is_old boolean NOT NULL DEFAULT false,
    since timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC')
);
CREATE INDEX IF NOT EXISTS logistics_business_due_turn ON logistics_business_due (is_old, id);
CREATE INDEX IF NOT EXISTS logistics_business_due_record
    ON logistics_business_due (record_id, kind);
ALTER TABLE logistics_business_due SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0.2, autovacuum_analyze_threshold = 2000);
"""
# Argument: what was changed. (No scans: a session keeps the plan that it made while the tables were
# still small.)
FUNCTION = """
CREATE OR REPLACE FUNCTION logistics_note_due() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
DECLARE
    part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    CASE TG_ARGV[0]
    WHEN 'order' THEN
        INSERT INTO logistics_business_due (kind, record_id) VALUES ('order', part.id);
    WHEN 'order_line' THEN
        INSERT INTO logistics_business_due (kind, record_id) VALUES ('order', part.order_id);
        IF TG_OP = 'UPDATE' THEN
            IF OLD.invoice_status IS DISTINCT FROM NEW.invoice_status THEN
                -- What is invoiced closes the deliveries, too.
                INSERT INTO logistics_business_due (kind, record_id)
                SELECT DISTINCT 'picking', m.picking_id FROM stock_move m
                WHERE m.sale_line_id = part.id AND m.picking_id IS NOT NULL;
            END IF;
        END IF;
    WHEN 'move' THEN
        INSERT INTO logistics_business_due (kind, record_id)
        SELECT 'order', l.order_id FROM sale_order_line l WHERE l.id = part.sale_line_id;
        IF TG_OP = 'UPDATE' THEN
            IF OLD.sale_line_id IS DISTINCT FROM NEW.sale_line_id THEN
                INSERT INTO logistics_business_due (kind, record_id)
                SELECT 'order', l.order_id FROM sale_order_line l WHERE l.id = OLD.sale_line_id;
            END IF;
        END IF;
    WHEN 'picking' THEN
        -- Also what it is a back-order of.
        INSERT INTO logistics_business_due (kind, record_id)
        WITH RECURSIVE up AS (
            SELECT part.id AS id, part.backorder_id AS backorder_id
            UNION
            SELECT p.id, p.backorder_id FROM stock_picking p JOIN up ON p.id = up.backorder_id
        ) SELECT 'picking', id FROM up;
    WHEN 'order_link' THEN
        INSERT INTO logistics_business_due (kind, record_id)
        VALUES ('order', part.sale_order_id);
    WHEN 'picking_link' THEN
        INSERT INTO logistics_business_due (kind, record_id) VALUES ('picking', part.picking_id);
        INSERT INTO logistics_business_due (kind, record_id)
        SELECT DISTINCT 'order', l.order_id FROM stock_move m
        JOIN sale_order_line l ON l.id = m.sale_line_id WHERE m.picking_id = part.picking_id;
    WHEN 'shipment' THEN
        PERFORM logistics_shipment_due(part.id);
    ELSE  -- what belongs to a shipment
        PERFORM logistics_shipment_due(part.shipment_id);
        IF TG_OP = 'UPDATE' THEN
            IF OLD.shipment_id IS DISTINCT FROM NEW.shipment_id THEN
                PERFORM logistics_shipment_due(OLD.shipment_id);
            END IF;
        END IF;
    END CASE;
    RETURN NULL;
END $$;
"""
OF_SHIPMENT = """
CREATE OR REPLACE FUNCTION logistics_shipment_due(shipment integer) RETURNS void LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
BEGIN
    INSERT INTO logistics_business_due (kind, record_id)
    SELECT 'order', r.sale_order_id FROM logistics_shipment_sale_order_rel r
    WHERE r.shipment_id = shipment
    UNION
    SELECT 'picking', r.picking_id FROM logistics_shipment_picking_rel r
    WHERE r.shipment_id = shipment
    UNION
    SELECT 'order', l.order_id FROM logistics_shipment_picking_rel r
    JOIN stock_move m ON m.picking_id = r.picking_id
    JOIN sale_order_line l ON l.id = m.sale_line_id WHERE r.shipment_id = shipment;
END $$;
"""


def _differ(*expressions):
    """A condition on OLD and NEW; ``{}`` in an expression stands for the row."""
    rows = (", ".join(text.format(*[row] * 4) for text in expressions) for row in ("OLD", "NEW"))
    return "({}) IS DISTINCT FROM ({})".format(*rows)


# Reserved or waiting, a transfer is open: only its end matters.
END = "CASE WHEN {}.state IN ('done', 'cancel') THEN {}.state END"
DONE_QUANTITY = "CASE WHEN {}.state = 'done' THEN {}.quantity END"
# May it block? How grave its type is, "queries" asks. That it grows with time does not count.
GRAVE = (
    "({}.is_open IS TRUE AND CASE WHEN {}.severity_by_hand THEN {}.severity "
    "ELSE COALESCE({}.base_severity, 'major') END IN ('major', 'critical'))"
)
ORDERED = "state IN ('sale', 'cancel')"
# table, name, moment, condition and what was changed
TRIGGERS = (
    ("sale_order", "made", "AFTER INSERT", f"NEW.{ORDERED}", "order"),
    (
        "sale_order",
        "change",
        "AFTER UPDATE",
        f"(NEW.{ORDERED} OR OLD.{ORDERED}) AND "
        + _differ(
            "{}.state", "{}.name", "{}.invoice_status", "{}.company_id", "{}.warehouse_id",
            "{}.partner_shipping_id", "{}.commitment_date",
        ),
        "order",
    ),
    ("sale_order_line", "made", "AFTER INSERT", f"NEW.{ORDERED}", "order_line"),
    ("sale_order_line", "gone", "AFTER DELETE", f"OLD.{ORDERED}", "order_line"),
    (
        "sale_order_line",
        "change",
        "AFTER UPDATE",
        f"NEW.{ORDERED} AND "
        + _differ(
            "{}.product_uom_qty", "{}.product_uom_id", "{}.qty_delivered", "{}.qty_invoiced",
            "{}.invoice_status", "{}.product_id", "{}.qty_delivered_method",
        ),
        "order_line",
    ),
    ("stock_move", "made", "AFTER INSERT", "NEW.sale_line_id IS NOT NULL", "move"),
    ("stock_move", "gone", "AFTER DELETE", "OLD.sale_line_id IS NOT NULL", "move"),
    (
        "stock_move",
        "change",
        "AFTER UPDATE",
        "(NEW.sale_line_id IS NOT NULL OR OLD.sale_line_id IS NOT NULL) AND "
        + _differ(
            END, DONE_QUANTITY, "{}.product_uom_qty", "{}.product_uom", "{}.product_id",
            "{}.sale_line_id", "{}.picking_id", "{}.location_id", "{}.location_dest_id",
            "{}.to_refund",
        ),
        "move",
    ),
    ("stock_picking", "made", "AFTER INSERT", "", "picking"),
    # Of what it was the back-order, nothing is to come any more.
    ("stock_picking", "gone", "AFTER DELETE", "OLD.backorder_id IS NOT NULL", "picking"),
    (
        "stock_picking",
        "change",
        "AFTER UPDATE",
        _differ(
            END, "{}.name", "{}.backorder_id", "{}.picking_type_id", "{}.partner_id",
            "{}.location_id", "{}.location_dest_id",
            "COALESCE({}.date_deadline, {}.scheduled_date)",
        ),
        "picking",
    ),
    (
        "logistics_shipment",
        "change",
        "AFTER UPDATE",
        _differ("{}.state", "{}.on_hold", "{}.is_partial", "{}.name"),
        "shipment",
    ),
    ("logistics_shipment_sale_order_rel", "link", "AFTER INSERT OR DELETE", "", "order_link"),
    ("logistics_shipment_picking_rel", "link", "AFTER INSERT OR DELETE", "", "picking_link"),
    ("logistics_shipment_stop", "part", "AFTER INSERT OR DELETE", "", "stop"),
    (
        "logistics_shipment_stop",
        "change",
        "AFTER UPDATE",
        _differ("{}.shipment_id", "{}.role", "{}.partner_id", "{}.name", "{}.sequence"),
        "stop",
    ),
    ("logistics_shipment_charge", "part", "AFTER INSERT OR DELETE", "", "charge"),
    (
        "logistics_shipment_charge",
        "change",
        "AFTER UPDATE",
        _differ("{}.shipment_id", "{}.kind"),
        "charge",
    ),
    (
        "logistics_exception",
        "made",
        "AFTER INSERT",
        "NEW.shipment_id IS NOT NULL AND " + GRAVE.format(*["NEW"] * 4),
        "exception",
    ),
    (
        "logistics_exception",
        "gone",
        "AFTER DELETE",
        "OLD.shipment_id IS NOT NULL AND " + GRAVE.format(*["OLD"] * 4),
        "exception",
    ),
    (
        "logistics_exception",
        "change",
        "AFTER UPDATE",
        "(NEW.shipment_id IS NOT NULL OR OLD.shipment_id IS NOT NULL) AND "
        + f"({GRAVE.format(*['NEW'] * 4)} OR {GRAVE.format(*['OLD'] * 4)}) AND "
        + _differ(GRAVE, "{}.type_id", "{}.shipment_id", "{}.name"),
        "exception",
    ),
)  # fmt: skip
# Transfers that were over before this addon came say nothing that anybody looks for.
OLDEST = "90 days"
EVERYTHING = f"""
INSERT INTO logistics_business_due (kind, record_id, is_old)
SELECT 'order', id, true FROM sale_order WHERE {ORDERED}
UNION ALL
SELECT 'picking', p.id, true FROM stock_picking p
WHERE p.state NOT IN ('done', 'cancel')
   OR COALESCE(p.date_done, p.write_date) > now() AT TIME ZONE 'UTC' - interval '{OLDEST}'
   OR EXISTS (SELECT FROM logistics_shipment_picking_rel r WHERE r.picking_id = p.id)
"""
WAITING = "SELECT EXISTS (SELECT FROM logistics_business_due)"
DUE = """
SELECT DISTINCT record_id FROM logistics_business_due
WHERE kind = %(kind)s AND record_id = ANY(%(ids)s)
"""
TAKE = """
DELETE FROM logistics_business_due d USING (
    SELECT id FROM logistics_business_due ORDER BY is_old, id LIMIT %(limit)s) turn
WHERE d.id = turn.id RETURNING d.kind, d.record_id
"""
# What is taken twice in one turn is worked once; what is left of it is taken along.
TAKE_ALONG = """
DELETE FROM logistics_business_due WHERE kind = %(kind)s AND record_id = ANY(%(ids)s)
"""
LATER = "INSERT INTO logistics_business_due (kind, record_id, is_old) VALUES (%s, %s, true)"
OBJECTS = (
    "DROP FUNCTION IF EXISTS logistics_note_due CASCADE",
    "DROP FUNCTION IF EXISTS logistics_shipment_due",
    "DROP TABLE IF EXISTS logistics_business_due",
)


def install(cr):
    """Make table, functions and triggers, or bring them up to date."""
    for statement in (TABLE, OF_SHIPMENT, FUNCTION):
        cr.execute(statement)
    for where, name, moment, condition, what in TRIGGERS:
        names = {"table": SQL.identifier(where), "name": SQL.identifier(f"logistics_due_{name}")}
        # Constants of this module.
        # pylint: disable=sql-injection
        cr.execute(SQL("DROP TRIGGER IF EXISTS %(name)s ON %(table)s", **names))
        cr.execute(
            SQL(
                "CREATE TRIGGER %(name)s %(moment)s ON %(table)s FOR EACH ROW %(condition)s "
                "EXECUTE FUNCTION logistics_note_due(%(what)s)",
                moment=SQL(moment),
                condition=SQL(f"WHEN ({condition})" if condition else ""),
                what=what,
                **names,
            )
        )


def everything(cr):
    """All that people may look for is to be looked at, after what changes meanwhile."""
    cr.execute(EVERYTHING)


def uninstall(cr):
    """Leave nothing behind, in Odoo's tables neither."""
    for statement in OBJECTS:
        cr.execute(statement)
