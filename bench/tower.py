"""Control tower: the page's figures ÷ Odoo's own grouping of the same shipments by state.

python -m bench.tower [--json FILE] [--shipments 100000] [--events 1000000] [--rounds 15]

Shipments of 400 days with orders, connections, promises and proofs, a million events and some
thousand open exceptions. What is timed is what the page asks for (``logistics.tower.figures`` for
90 days, as a user with the least rights), the same for somebody who is narrowed to one of two
warehouses, whose figures are counted while they wait, and the two crons that count. One process,
no HTTP, median of the rounds, a fresh cache for each.
"""

import argparse

from tests.support.database import Database
from tests.support.inside import Inside

from . import _rig as rig

SET_UP = """
company = env.company
uid = env.ref("base.user_admin").id
near = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
far = env["stock.warehouse"].create({"name": "Far", "code": "FAR", "company_id": company.id})
provider = env.ref("logistics_connector_base.provider_canonical")
connections = env["logistics.connection"].create([
    {"name": f"Carrier {n}", "provider_id": provider.id, "company_id": company.id,
     "state": "live"} for n in range(4)])
order = env["sale.order"].create({"partner_id": company.partner_id.id, "company_id": company.id})
order.state = "sale"
env["logistics.exception"]._report([{
    "type": "unknown_shipment", "key": "bench", "name": "No shipment", "company_id": company.id}])
case = env["logistics.exception"].search([("key", "=", "bench")])
group = "logistics_connector_base.group_logistics_user"
people = env["res.users"].create([
    {"name": name, "login": name, "company_id": company.id, "company_ids": [(6, 0, company.ids)],
     "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref(group).id])]}
    for name in ("bench_all", "bench_part")])
scope = env["logistics.scope"].create({"name": "Far", "warehouse_ids": [(6, 0, far.ids)]})
people[1].logistics_scope_ids = scope
result = {"near": near.id, "far": far.id, "order": order.id, "case": case.id,
          "connections": connections.ids}
"""
#: As their makers leave them; ids from here on.
BASE = 20_000_000
SHIPMENTS = """
INSERT INTO logistics_shipment (id, name, company_id, warehouse_id, mode, state, issuer,
    correlation_id, picked_up_at, delivered_at, promised_delivery_at, estimated_delivery_at,
    pod_received, create_uid, write_uid, create_date, write_date)
SELECT {base} + n, 'T/' || n, 1, CASE WHEN n % 3 = 0 THEN {far} ELSE {near} END, 'parcel',
       CASE WHEN d.there THEN 'delivered' ELSE 'in_transit' END, 'northwind', md5(n::text),
       d.day, CASE WHEN d.there THEN d.day + d.took END,
       CASE WHEN n % 9 <> 0 THEN d.day + interval '3 days 1 hour' END,
       CASE WHEN NOT d.there THEN d.day + d.took END, n % 10 <> 0, 1, 1, now(), now()
FROM generate_series(1, {shipments}) n
CROSS JOIN LATERAL (SELECT now() AT TIME ZONE 'UTC' - (n % 400) * interval '1 day'
                    - (n % 23) * interval '1 hour' AS day,
                    (ARRAY[1, 1, 2, 2, 2, 3, 3, 3, 4, 6])[n / 400 % 10 + 1] * interval '1 day'
                        AS took) t
CROSS JOIN LATERAL (SELECT t.day, t.took, n % 400 <> 17
                    AND t.day + t.took < now() AT TIME ZONE 'UTC' AS there) d
"""
ORDERS = """
INSERT INTO sale_order (id, {columns})
SELECT {base} + n, {selected} FROM sale_order t
JOIN generate_series(1, {shipments}) n ON TRUE
JOIN logistics_shipment s ON s.id = {base} + n WHERE t.id = {order}
"""
RELATED = (
    "INSERT INTO logistics_shipment_sale_order_rel (shipment_id, sale_order_id)"
    " SELECT {base} + n, {base} + n FROM generate_series(1, {shipments}) n",
    "INSERT INTO logistics_shipment_connection_rel (shipment_id, connection_id)"
    " SELECT {base} + n, (ARRAY{connections})[n % 4 + 1] FROM generate_series(1, {shipments}) n",
)
EVENTS = """
INSERT INTO logistics_event (fingerprint, company_id, shipment_id, connection_id, provider, issuer,
    code_id, classifier, occurred_at, occurred_offset, received_at, processed_at, standing)
SELECT 't:' || n, 1, {base} + (n % {shipments}) + 1, (ARRAY{connections})[n % 4 + 1], 'canonical',
       'northwind', c.id, 'actual', now() - n * interval '30 s', 0, now() - n * interval '30 s',
       now() - n * interval '30 s', 'active'
FROM generate_series(1, {events}) n
CROSS JOIN (SELECT id FROM logistics_event_code WHERE code = 'MOV_ARRIVED') c
"""
STATES = """
INSERT INTO logistics_business_state (kind, name, sale_order_id, company_id, warehouse_id, state,
    since, moved_at)
SELECT 'order', o.name, o.id, 1, {near},
       (ARRAY['pending', 'in_progress', 'partial', 'blocked', 'fulfilled'])
           [least(o.id % 40, 4) + 1], now(), now()
FROM sale_order o WHERE o.id > {base}
ON CONFLICT DO NOTHING
"""
CASES = """
INSERT INTO logistics_exception (key, {columns})
SELECT 'bench-' || n, {selected} FROM logistics_exception t
JOIN generate_series(1, 5000) n ON TRUE WHERE t.id = {case}
"""
MEASURE = """
import statistics, time
def timed(act, rounds):
    times = []
    for _round in range(rounds):
        env.invalidate_all()
        start = time.perf_counter()
        told = act()
        times.append(time.perf_counter() - start)
    return statistics.median(times), told
cells = env["logistics.figure.cell"]
def whole(reach):
    for _figure in cells._refresh_each(reach):
        env.cr.commit()
from odoo.addons.logistics_connector_monitoring.models.logistics_figure_cell import RECENT, REACH
whole_s, _none = timed(lambda: whole(REACH), 1)
recent_s, _none = timed(lambda: whole(RECENT), 3)
env.cr.execute("ANALYZE logistics_figure_cell")
found = {{}}
for login in ("bench_all", "bench_part"):
    user = env["res.users"].search([("login", "=", login)])
    tower = env["logistics.tower"].with_user(user)
    tower.figures("quarter")
    found[login] = timed(lambda: tower.figures("quarter"), {rounds})
user = env["res.users"].search([("login", "=", "bench_all")])
shipments = env["logistics.shipment"].with_user(user)
floor_s, _none = timed(lambda: shipments.formatted_read_group([], ["state"], ["__count"]), {rounds})
numbers = {{login: {{one["code"]: one["of"] for one in told["figures"]}}
           for login, (_s, told) in found.items()}}
env.cr.execute("SELECT count(*) FROM logistics_figure_cell")
result = dict(whole_s=whole_s, recent_s=recent_s, page_s=found["bench_all"][0],
              part_s=found["bench_part"][0], floor_s=floor_s, numbers=numbers,
              cells=env.cr.fetchone()[0])
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench tower", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--shipments", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    more = ("logistics_connector_monitoring",)
    with rig.bench_database(*more) as name:
        with Inside(name, rig.extra_conf()) as inside:
            made = inside.run(SET_UP, timeout=300)
        fill(Database(name), made, options)
        with Inside(name, rig.extra_conf()) as inside:
            told = inside.run(MEASURE.format(rounds=options.rounds), timeout=1800)
    shown, part = told["numbers"]["bench_all"], told["numbers"]["bench_part"]
    if not (shown["shipment_promise"] > options.shipments / 100 > part["shipment_promise"] > 0):
        raise SystemExit(f"{told['numbers']}: the figure means nothing")
    figures = {
        "shipments": options.shipments,
        "events": options.events,
        "cells": told["cells"],
        "page_ms": 1000 * told["page_s"],
        "page_of_a_part_ms": 1000 * told["part_s"],
        "group_by_state_ms": 1000 * told["floor_s"],
        "count_recent_s": told["recent_s"],
        "count_whole_s": told["whole_s"],
    }
    ratios = {"tower_vs_group_by_state": told["page_s"] / told["floor_s"]}
    return rig.report("tower", ratios, figures, options.json)


def fill(database, made, options):
    """The history, and its statistics."""
    values = {
        **made,
        "base": BASE,
        "shipments": options.shipments,
        "events": options.events,
        "connections": made["connections"],
    }
    with database.connect() as connection, connection.cursor() as cursor:

        def copied(table, changed):
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " AND column_name NOT IN ('id', 'key') AND is_generated = 'NEVER'",
                (table,),
            )
            names = [row[0] for row in cursor.fetchall()]
            return {
                "columns": ", ".join(f'"{name}"' for name in names),
                "selected": ", ".join(changed.get(name, f't."{name}"') for name in names),
            }

        cursor.execute(SHIPMENTS.format(**values))
        order = {
            "name": "'T/' || n",
            "date_order": "s.picked_up_at - (n % 90) * interval '1 hour'",
            "access_token": "NULL",
        }
        cursor.execute(ORDERS.format(**values, **copied("sale_order", order)))
        for statement in (*RELATED, EVENTS, STATES):
            cursor.execute(statement.format(**values))
        case = {"first_seen_at": "now() AT TIME ZONE 'UTC' - (n % 300) * interval '1 hour'"}
        cursor.execute(CASES.format(**values, **copied("logistics_exception", case)))
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
