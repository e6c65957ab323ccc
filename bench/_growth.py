"""A history of a million events, as the benchmarks put it into the tables."""

EVENTS = 1_000_000
PER_SHIPMENT = 8
# As the intake and the inbox leave them; indexes and constraints stay on.
FILL = (
    """
    INSERT INTO logistics_shipment (name, company_id, mode, state, issuer, correlation_id,
        create_uid, write_uid, create_date, write_date)
    SELECT 'OLD/' || n, 1, 'parcel', 'delivered', 'northwind', md5(n::text), 1, 1,
           now() - interval '100 days', now() - interval '90 days'
    FROM generate_series(1, %(shipments)s) n
    """,
    """
    INSERT INTO logistics_shipment_reference (shipment_id, company_id, type, value, value_key,
        issuer, create_uid, write_uid, create_date, write_date)
    SELECT id, 1, 'tracking', 'OLD' || id, 'OLD' || id, 'northwind', 1, 1, now(), now()
    FROM logistics_shipment WHERE name LIKE 'OLD/%%'
    """,
    """
    INSERT INTO logistics_message (connection_id, company_id, direction, channel, state, provider,
        receipt, correlation_id, external_id, revision, digest, size, content_type, received_at,
        processed_at, priority, tries, event_count, parked_count, is_conflict)
    SELECT %(connection)s, 1, 'in', 'webhook', 'processed', 'canonical', md5('r' || n),
           md5('c' || n), 'old-' || n, '', md5('d' || n) || md5('e' || n), 600,
           'application/json', now() - interval '90 days' + n * interval '1 s',
           now() - interval '90 days' + n * interval '1 s', 50, 1, 1, 0, false
    FROM generate_series(1, %(events)s) n
    """,
    """
    INSERT INTO logistics_message_key (connection_id, identity, revision, digest, message_id,
        first_seen_at, last_seen_at, duplicate_count)
    SELECT connection_id, 'id:' || external_id, '', digest, id, received_at, received_at, 0
    FROM logistics_message WHERE external_id LIKE 'old-%%'
    """,
    """
    INSERT INTO logistics_message_body (message_id, headers, content)
    SELECT id, '{}', convert_to(repeat('x', 600), 'UTF8')
    FROM logistics_message WHERE external_id LIKE 'old-%%'
    """,
    """
    INSERT INTO logistics_event (fingerprint, company_id, shipment_id, connection_id, message_id,
        provider, issuer, shipment_key, tracking_number, code_id, classifier, raw_code,
        raw_sub_code, raw_text, source_id, revision, retracts, corrects, occurred_at,
        occurred_offset, received_at, processed_at, standing)
    SELECT 'old:' || m.id, 1, s.id, m.connection_id, m.id, 'canonical', 'northwind',
           'OLD' || s.id, 'OLD' || s.id, c.id, 'actual', 'MOV_ARRIVED', '', '', '', '', '', '',
           m.received_at, 0, m.received_at, m.processed_at, 'active'
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM logistics_message
          WHERE external_id LIKE 'old-%%') m
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM logistics_shipment
          WHERE name LIKE 'OLD/%%') s ON s.n = (m.n - 1) / %(per_shipment)s + 1
    CROSS JOIN (SELECT id FROM logistics_event_code WHERE code = 'MOV_ARRIVED') c
    """,
)


# Tables that the fill makes long, and the indexes that no constraint needs.
TABLES = (
    "logistics_shipment",
    "logistics_shipment_reference",
    "logistics_message",
    "logistics_message_key",
    "logistics_event",
)
INDEXES = """
SELECT i.indexname, i.indexdef FROM pg_indexes i
WHERE i.tablename = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""


def fill(database, connection_id, events=EVENTS, bulk=False):
    """Put old events, and all that belongs to them, into the tables; the number of events.

    :param bool bulk: without indexes, which are made again afterwards
    """
    values = {
        "connection": connection_id,
        "events": events,
        "per_shipment": PER_SHIPMENT,
        "shipments": -(-events // PER_SHIPMENT),
    }
    with database.connect() as connection, connection.cursor() as cursor:
        indexes = []
        if bulk:
            cursor.execute(INDEXES, (list(TABLES),))
            indexes = cursor.fetchall()
            for name, _definition in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            cursor.execute("SET maintenance_work_mem = '1GB'")
        for statement in FILL:
            cursor.execute(statement, values)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT") if _may_checkpoint(cursor) else None
    return database.value("SELECT count(*) FROM logistics_event")


def _may_checkpoint(cursor):
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return cursor.fetchone()[0]
