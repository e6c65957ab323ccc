"""In which order things changed, so that "what changed since" loses nothing.

A time cannot say it: a row carries the time at which its transaction began to write, and is seen
when that is committed; 10:00:06 may appear after 10:00:07 was read. Here each change has a
*position*, the number of its transaction (``pg_current_xact_id``), and a list is read below the
*horizon*, the number of the oldest transaction that may still write (``pg_snapshot_xmin``). What is
below is committed and seen, or never will be. Whatever comes later has a greater position than all
that was read: who goes on from where a page ended meets it.

``logistics_change`` holds a line for each transaction that changed a shipment or an order, written
by triggers: also for what was changed past the ORM, and without a lock that anybody could wait for.
Events carry their position themselves. ``logistics_change_mark`` holds the horizon each minute: the
way from a time to a position ("updated since").

Numbers of transactions begin anew where a dump is restored in another server. ``adjust`` sees it
and lets positions begin behind the greatest one: ``logistics_position_base``.
"""

from odoo.tools import SQL

# kind: what changed; a line is written once in a transaction, and never changed.
TABLES = """
CREATE TABLE IF NOT EXISTS logistics_change (
    position bigint NOT NULL,
    kind varchar NOT NULL,
    record_id integer NOT NULL,
    company_id integer NOT NULL,
    PRIMARY KEY (company_id, kind, position, record_id)
);
CREATE INDEX IF NOT EXISTS logistics_change_latest
    ON logistics_change (record_id, kind, position);
CREATE TABLE IF NOT EXISTS logistics_change_mark (
    at timestamp PRIMARY KEY,
    position bigint NOT NULL
);
ALTER TABLE logistics_event ADD COLUMN IF NOT EXISTS change_position bigint NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS logistics_event_change
    ON logistics_event (company_id, change_position, id);
"""
BASE = """
CREATE OR REPLACE FUNCTION logistics_position_base() RETURNS bigint
LANGUAGE sql IMMUTABLE AS 'SELECT %s::bigint'
"""
FUNCTIONS = """
CREATE OR REPLACE FUNCTION logistics_position() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT pg_current_xact_id()::text::bigint + logistics_position_base() $$;

CREATE OR REPLACE FUNCTION logistics_horizon() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + logistics_position_base() $$;

ALTER TABLE logistics_event ALTER COLUMN change_position SET DEFAULT logistics_position();

CREATE OR REPLACE FUNCTION logistics_note_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.change_position := logistics_position();
    RETURN NEW;
END $$;

-- Arguments: the kind, and the column that holds the company.
CREATE OR REPLACE FUNCTION logistics_note_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    VALUES (logistics_position(), TG_ARGV[0], NEW.id, NEW.company_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- What belongs to a shipment. (No scans: a session keeps the plan that it made while the tables
-- were still small.)
CREATE OR REPLACE FUNCTION logistics_note_part() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
DECLARE
    part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    SELECT logistics_position(), 'shipment', s.id, s.company_id
    FROM logistics_shipment s WHERE s.id = part.shipment_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- Who is told by a connection for the first time may be seen by its keys from then on.
CREATE OR REPLACE FUNCTION logistics_note_touch() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
BEGIN
    IF EXISTS (SELECT FROM logistics_event e WHERE e.shipment_id = NEW.shipment_id
               AND e.connection_id = NEW.connection_id AND e.id < NEW.id) THEN
        RETURN NULL;
    END IF;
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    SELECT logistics_position(), 'shipment', s.id, s.company_id
    FROM logistics_shipment s WHERE s.id = NEW.shipment_id
    UNION ALL
    SELECT logistics_position(), 'order', o.sale_order_id, o.company_id
    FROM logistics_shipment_sale_order_rel r
    JOIN logistics_business_state o ON o.sale_order_id = r.sale_order_id
    WHERE r.shipment_id = NEW.shipment_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- Links between shipments and orders concern both.
CREATE OR REPLACE FUNCTION logistics_note_link() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
DECLARE
    link record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    SELECT logistics_position(), 'shipment', s.id, s.company_id
    FROM logistics_shipment s WHERE s.id = link.shipment_id
    UNION ALL
    SELECT logistics_position(), 'order', o.sale_order_id, o.company_id
    FROM logistics_business_state o WHERE o.sale_order_id = link.sale_order_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- An order that has a business state.
CREATE OR REPLACE FUNCTION logistics_note_order() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
BEGIN
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    SELECT logistics_position(), 'order', NEW.id, NEW.company_id
    FROM logistics_business_state o WHERE o.sale_order_id = NEW.id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION logistics_note_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO logistics_change (position, kind, record_id, company_id)
    VALUES (logistics_position(), 'order', NEW.sale_order_id, NEW.company_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
ORDER_COLUMNS = ("name", "company_id", "client_order_ref", "date_order", "commitment_date")
STATE_COLUMNS = ("sale_order_id", "company_id", "state", "blocked_reason")
# A fold that finds nothing new writes "id = id" (see logistics.shipment): no change.
CHANGED = "WHEN (OLD.* IS DISTINCT FROM NEW.*)"
ORDER_CHANGED, STATE_CHANGED = (
    "({}) IS DISTINCT FROM ({})".format(
        *(", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    )
    for columns in (ORDER_COLUMNS, STATE_COLUMNS)
)
TOUCHES = "WHEN (NEW.shipment_id IS NOT NULL AND NEW.connection_id IS NOT NULL)"
MOVED = TOUCHES[:-1] + " AND NEW.shipment_id IS DISTINCT FROM OLD.shipment_id)"
# table, name, moment, condition and what is done
TRIGGERS = (
    ("logistics_event", "change", "BEFORE UPDATE", CHANGED, "logistics_note_event()"),
    ("logistics_event", "touch", "AFTER INSERT", TOUCHES, "logistics_note_touch()"),
    ("logistics_event", "move", "AFTER UPDATE", MOVED, "logistics_note_touch()"),
    ("logistics_shipment", "made", "AFTER INSERT", "", "logistics_note_record('shipment')"),
    ("logistics_shipment", "change", "AFTER UPDATE", CHANGED, "logistics_note_record('shipment')"),
    ("sale_order", "change", "AFTER UPDATE", f"WHEN ({ORDER_CHANGED})", "logistics_note_order()"),
    (
        "logistics_business_state",
        "made",
        "AFTER INSERT",
        "WHEN (NEW.sale_order_id IS NOT NULL)",
        "logistics_note_state()",
    ),
    (
        "logistics_business_state",
        "change",
        "AFTER UPDATE",
        f"WHEN (NEW.sale_order_id IS NOT NULL AND {STATE_CHANGED})",
        "logistics_note_state()",
    ),
    *(
        (table, name, moment, condition, "logistics_note_part()")
        for table in (
            "logistics_shipment_reference",
            "logistics_shipment_package",
            "logistics_shipment_stop",
        )
        for name, moment, condition in (
            ("part", "AFTER INSERT OR DELETE", ""),
            ("change", "AFTER UPDATE", CHANGED),
        )
    ),
    (
        "logistics_shipment_sale_order_rel",
        "link",
        "AFTER INSERT OR DELETE",
        "",
        "logistics_note_link()",
    ),
)
# What was there before anybody counted, all at position 0.
FILL = """
INSERT INTO logistics_change (position, kind, record_id, company_id)
SELECT 0, 'shipment', id, company_id FROM logistics_shipment
UNION ALL SELECT 0, 'order', sale_order_id, company_id FROM logistics_business_state
WHERE sale_order_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
GREATEST = """
SELECT GREATEST(
    (SELECT position FROM logistics_change_mark ORDER BY at DESC LIMIT 1),
    (SELECT max(GREATEST(
        (SELECT x.position FROM logistics_change x WHERE x.company_id = c.id
         AND x.kind = 'shipment' ORDER BY x.position DESC LIMIT 1),
        (SELECT x.position FROM logistics_change x WHERE x.company_id = c.id
         AND x.kind = 'order' ORDER BY x.position DESC LIMIT 1),
        (SELECT e.change_position FROM logistics_event e WHERE e.company_id = c.id
         ORDER BY e.change_position DESC LIMIT 1))) FROM res_company c), 0),
    pg_current_xact_id()::text::bigint, logistics_position_base()
"""
# The clock is read after the snapshot was taken: whoever asks for a later time has seen all below.
MARK = """
INSERT INTO logistics_change_mark (at, position)
VALUES (clock_timestamp() AT TIME ZONE 'UTC', logistics_horizon()) ON CONFLICT DO NOTHING
"""
POSITION_AT = "SELECT position FROM logistics_change_mark WHERE at <= %s ORDER BY at DESC LIMIT 1"
# Where a later line of the same record is below the horizon, nobody reads the earlier one again.
COLLECT = """
DELETE FROM logistics_change c USING (
    SELECT company_id, kind, position, record_id FROM logistics_change
    WHERE EXISTS (
        SELECT FROM logistics_change later WHERE later.record_id = logistics_change.record_id
            AND later.kind = logistics_change.kind
            AND later.position > logistics_change.position
            AND later.position < logistics_horizon())
    LIMIT %(limit)s) old
WHERE (c.company_id, c.kind, c.position, c.record_id)
    = (old.company_id, old.kind, old.position, old.record_id)
"""
# Lines of what was deleted.
COLLECT_GONE = """
DELETE FROM logistics_change c
WHERE c.kind = 'shipment' AND NOT EXISTS (
        SELECT FROM logistics_shipment s WHERE s.id = c.record_id)
    OR c.kind = 'order' AND NOT EXISTS (SELECT FROM sale_order o WHERE o.id = c.record_id)
"""
OBJECTS = (
    "DROP FUNCTION IF EXISTS logistics_note_event, logistics_note_record, logistics_note_part, "
    "logistics_note_touch, logistics_note_link, logistics_note_order, logistics_note_state CASCADE",
    "ALTER TABLE IF EXISTS logistics_event DROP COLUMN IF EXISTS change_position",
    "DROP FUNCTION IF EXISTS logistics_position, logistics_horizon",
    "DROP FUNCTION IF EXISTS logistics_position_base",
    "DROP TABLE IF EXISTS logistics_change, logistics_change_mark",
)


# Triggers of earlier versions.
GONE = (("sale_order", "made"),)


def install(cr):
    """Make tables, functions and triggers, or bring them up to date."""
    cr.execute("SELECT to_regclass('logistics_change'), to_regproc('logistics_position_base')")
    table, function = cr.fetchone()
    cr.execute(TABLES)
    if not function:
        cr.execute(BASE, (0,))
    cr.execute(FUNCTIONS)
    for where, name in GONE:
        cr.execute(
            SQL(
                "DROP TRIGGER IF EXISTS %s ON %s",
                SQL.identifier(f"logistics_{name}"),
                SQL.identifier(where),
            )
        )
    for where, name, moment, condition, action in TRIGGERS:
        names = {"table": SQL.identifier(where), "name": SQL.identifier(f"logistics_{name}")}
        # Constants of this module.
        # pylint: disable=sql-injection
        cr.execute(SQL("DROP TRIGGER IF EXISTS %(name)s ON %(table)s", **names))
        cr.execute(
            SQL(
                "CREATE TRIGGER %(name)s %(moment)s ON %(table)s FOR EACH ROW %(condition)s "
                "EXECUTE FUNCTION %(action)s",
                moment=SQL(moment),
                condition=SQL(condition),
                action=SQL(action),
                **names,
            )
        )
    if not table:
        cr.execute(FILL)
    adjust(cr)


def adjust(cr):
    """Let positions go on behind those that are there, where another server counts from below.

    :return: whether that was necessary
    """
    cr.execute(GREATEST)
    greatest, number, base = cr.fetchone()
    if greatest <= number + base:
        return False
    cr.execute(BASE, (greatest + 1 - number,))
    return True


def uninstall(cr):
    """Leave nothing behind, in Odoo's tables neither."""
    for statement in OBJECTS:
        cr.execute(statement)
