"""A million shipments of ten warehouses, partners, teams and countries: 100,000 are under way,
100,000 were delivered in the last 40 days, the rest before that. The first 200,000 have events."""

SHIPMENTS = 1_000_000
# One of each beside what is there, to part shipments by.
PLACES = """
company = env.company
country_ids = env["res.country"].search([], limit=10).ids
warehouses = env["stock.warehouse"].create(
    [{"name": f"Bench {n}", "code": f"BE{n}"} for n in range(9)])
warehouses |= env["stock.warehouse"].search([("id", "not in", warehouses.ids)], limit=1)
teams = env["crm.team"].create([{"name": f"Bench {n}"} for n in range(10)])
provider = env.ref("logistics_connector_base.provider_canonical")
connections = env["logistics.connection"].create(
    [{"name": f"Partner {n}", "provider_id": provider.id} for n in range(10)])
env.cr.execute("UPDATE logistics_connection SET state = 'live' WHERE id = ANY(%s)",
               (connections.ids,))
groups = ("base.group_user", "logistics_connector_base.group_logistics_manager")
def person(login):
    return env["res.users"].with_context(no_reset_password=True).create({
        "name": login, "login": login, "company_id": company.id,
        "company_ids": [(6, 0, company.ids)],
        "group_ids": [(6, 0, [env.ref(g).id for g in groups])]})
people = {login: person(login) for login in ("everything", "warehouse", "connection", "mixed")}
scopes = env["logistics.scope"]
scopes.create({"name": "W", "user_ids": [(6, 0, people["warehouse"].ids)],
               "warehouse_ids": [(6, 0, warehouses[:1].ids)]})
scopes.create({"name": "C", "user_ids": [(6, 0, people["connection"].ids)],
               "connection_ids": [(6, 0, connections[:1].ids)]})
scopes.create({"name": "M", "user_ids": [(6, 0, people["mixed"].ids)],
               "sales_team_ids": [(6, 0, teams[:3].ids)],
               "country_ids": [(6, 0, country_ids[:3])]})
env.cr.commit()
result = {"warehouses": warehouses.ids, "teams": teams.ids, "countries": country_ids,
          "connections": connections.ids}
"""
# What is under way began up to 20 days ago, one by one; a sixth was never picked up.
FILL = (
    """
    CREATE UNLOGGED TABLE bench_parcel AS
    SELECT n, n <= %(n)s / 10 AS is_moving, n <= %(n)s / 5 AS is_told, n %% 6 = 0 AS stands,
           now() AT TIME ZONE 'UTC' - CASE
               WHEN n <= %(n)s / 10 THEN (n::bigint * 7919 %% 480) * interval '1 hour'
               WHEN n <= %(n)s / 5 THEN (n::bigint * 7919 %% 960 + 72) * interval '1 hour'
               ELSE (n::bigint * 7919 %% 8000 + 1100) * interval '1 hour' END AS begun
    FROM generate_series(1, %(n)s) n
    """,
    """
    INSERT INTO logistics_shipment (name, company_id, mode, state, issuer, correlation_id,
        service, tracking_numbers, warehouse_id, sales_team_id, destination_country_id, ship_date,
        promised_delivery_at, picked_up_at, delivered_at, pod_received, on_hold,
        has_delivery_exception, create_uid, write_uid, create_date, write_date)
    SELECT 'BENCH/' || n, 1, 'parcel',
           CASE WHEN is_moving AND stands THEN 'booked'
                WHEN is_moving AND n %% 40 = 1 THEN 'delivery_attempted'
                WHEN is_moving THEN 'in_transit' ELSE 'delivered' END,
           'northwind', md5(n::text), (ARRAY['Express', 'Economy'])[n %% 2 + 1],
           'BENCH' || lpad(n::text, 12, '0'),
           (%(warehouses)s::int[])[n %% 10 + 1], (%(teams)s::int[])[n / 10 %% 10 + 1],
           (%(countries)s::int[])[n / 100 %% 10 + 1], begun::date, begun + interval '96 hours',
           CASE WHEN NOT (is_moving AND stands) THEN begun + interval '6 hours' END,
           CASE WHEN NOT is_moving THEN begun + interval '72 hours' END,
           NOT is_moving AND n %% 2 = 0, false, false, 1, 1, begun, begun
    FROM bench_parcel
    """,
    """
    INSERT INTO logistics_shipment_connection_rel (shipment_id, connection_id)
    SELECT s.id, (%(connections)s::int[])[p.n / 1000 %% 10 + 1]
    FROM bench_parcel p JOIN logistics_shipment s ON s.name = 'BENCH/' || p.n
    """,
    """
    INSERT INTO logistics_shipment_reference (shipment_id, company_id, type, value, value_key,
        issuer, create_uid, write_uid, create_date, write_date)
    SELECT id, 1, 'tracking', tracking_numbers, tracking_numbers, 'northwind', 1, 1, create_date,
           create_date
    FROM logistics_shipment WHERE name LIKE 'BENCH/%%'
    """,
    """
    INSERT INTO logistics_event (fingerprint, company_id, warehouse_id, shipment_id, connection_id,
        provider, issuer, shipment_key, tracking_number, code_id, classifier, raw_code,
        raw_sub_code, raw_text, source_id, revision, retracts, corrects, occurred_at,
        occurred_offset, received_at, processed_at, standing)
    SELECT 'bench:' || p.n || ':' || step.code || step.hours, 1, s.warehouse_id, s.id,
           (%(connections)s::int[])[p.n / 1000 %% 10 + 1], 'canonical', 'northwind',
           s.tracking_numbers, s.tracking_numbers, c.id, 'actual', step.code, '', '', '', '', '',
           '', p.begun + step.hours * interval '1 hour', 60,
           p.begun + step.hours * interval '1 hour', p.begun, 'active'
    FROM bench_parcel p JOIN logistics_shipment s ON s.name = 'BENCH/' || p.n
    CROSS JOIN (VALUES ('LBL_CREATED', 0), ('PUP_PICKED_UP', 6), ('MOV_ARRIVED', 24),
        ('DLV_ATTEMPTED', 30), ('DLV_ATTEMPTED', 54), ('DLV_DELIVERED', 72), ('DOC_POD', 75)
    ) step(code, hours)
    JOIN logistics_event_code c ON c.code = step.code
    WHERE p.is_told AND p.begun + step.hours * interval '1 hour' < now() AT TIME ZONE 'UTC'
          AND CASE step.code WHEN 'LBL_CREATED' THEN TRUE
              WHEN 'DLV_ATTEMPTED' THEN p.is_moving AND NOT p.stands AND p.n %% 40 = 1
              WHEN 'DLV_DELIVERED' THEN NOT p.is_moving
              WHEN 'DOC_POD' THEN NOT p.is_moving AND p.n %% 2 = 0
              ELSE NOT (p.is_moving AND p.stands) END
    """,
    """
    UPDATE logistics_shipment s SET last_event_id = last.id, last_event_at = last.occurred_at
    FROM (SELECT DISTINCT ON (shipment_id) shipment_id, id, occurred_at FROM logistics_event
          WHERE shipment_id IS NOT NULL ORDER BY shipment_id, occurred_at DESC, id DESC) last
    WHERE last.shipment_id = s.id
    """,
    """
    INSERT INTO logistics_message (connection_id, company_id, direction, channel, state, provider,
        receipt, correlation_id, external_id, revision, digest, size, content_type, received_at,
        processed_at, priority, tries, event_count, parked_count, is_conflict)
    SELECT (%(connections)s::int[])[n %% 10 + 1], 1, 'in', 'webhook', 'processed', 'canonical',
           md5('r' || n), md5('c' || n), 'bench-' || n, '', md5('d' || n) || md5('e' || n), 600,
           'application/json', moment, moment, 50, 1, 1, 0, false
    FROM generate_series(1, %(n)s) n
    CROSS JOIN LATERAL (SELECT now() AT TIME ZONE 'UTC'
        - (%(n)s - n) * interval '3 seconds' AS moment) at
    """,
    "DROP TABLE bench_parcel",
)
TABLES = (
    "logistics_shipment",
    "logistics_shipment_reference",
    "logistics_shipment_connection_rel",
    "logistics_event",
    "logistics_message",
)


def fill(database, places, shipments=SHIPMENTS):
    """Put them into the tables, without the triggers that note changes for others; the number of
    events.

    :param dict places: what :data:`PLACES` made
    """
    with database.connect() as connection, connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in FILL:
            cursor.execute(statement, {**places, "n": shipments})
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("SELECT count(*) FROM logistics_event")
        return cursor.fetchone()[0]
