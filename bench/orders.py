"""Orders: grouping 100,000 of them by their business state ÷ by Odoo's own state.

python -m bench.orders [--json FILE] [--rows 100000] [--rounds 9]

Orders with a line, a delivery and a shipment each, in several states. What is timed: grouping, a
page of those that are blocked, what the desk judges per second, and what noting the change costs
whoever writes shipments' states (with and without the triggers, alternately, taken back). One
process, no HTTP, medians; as a user with the least rights.
"""

import argparse
import time

from tests.support.database import Database
from tests.support.inside import Inside

from . import _rig as rig

ROWS = 100_000
TEMPLATE = """
product = env["product.product"].create({"name": "Bench", "is_storable": True})
customer = env["res.partner"].create({"name": "Bench"})
order = env["sale.order"].create({
    "partner_id": customer.id,
    "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 3})]})
order.action_confirm()
picking = order.picking_ids
shipment = picking._ensure_shipment()
env["res.users"].create({
    "name": "Bench", "login": "bench_orders", "company_id": env.company.id,
    "group_ids": [(6, 0, [env.ref("base.group_user").id,
                          env.ref("sales_team.group_sale_salesman_all_leads").id])]})
env.cr.commit()
result = {"sale_order": order.id, "sale_order_line": order.order_line.id,
          "stock_picking": picking.id, "stock_move": picking.move_ids.id,
          "logistics_shipment": shipment.id}
"""
# Copies have the numbers from BASE on, each its own.
BASE = 1_000_000
OWN = {
    "sale_order": {"name": "'B' || n", "access_token": "NULL"},
    "sale_order_line": {"order_id": f"{BASE} + n"},
    "stock_picking": {
        "name": "'BENCH/' || n",
        "sale_id": f"{BASE} + n",
        "state": "CASE WHEN n % 10 < 6 THEN 'done' ELSE 'assigned' END",
    },
    "stock_move": {
        "picking_id": f"{BASE} + n",
        "sale_line_id": f"{BASE} + n",
        "quantity": "3",
        "state": "CASE WHEN n % 10 < 6 THEN 'done' ELSE 'assigned' END",
    },
    "logistics_shipment": {
        "name": "'BENCH/' || n",
        "public_id": "md5('bench' || n)",
        "state": "(ARRAY['delivered', 'delivered', 'delivered', 'in_transit', 'in_transit',"
        " 'lost', 'booked', 'draft', 'draft', 'draft'])[n % 10 + 1]",
    },
}
LINKS = (
    "INSERT INTO logistics_shipment_picking_rel (shipment_id, picking_id)"
    f" SELECT {BASE} + n, {BASE} + n FROM generate_series(1, %s) n",
    "INSERT INTO logistics_shipment_sale_order_rel (shipment_id, sale_order_id)"
    f" SELECT {BASE} + n, {BASE} + n FROM generate_series(1, %s) n",
)
DESK = """
import time
from odoo.addons.logistics_connector_base.business_state import due
env.cr.execute("DELETE FROM logistics_business_due")
due.everything(env.cr)
env.cr.commit()
start, count = time.perf_counter(), 0
desk = env["logistics.business.desk"]
while worked := desk._work_batch(500):
    count += worked
result = count / (time.perf_counter() - start)
"""
GROUP = """
import statistics, time
model = env["sale.order"].with_user(env["res.users"].search([("login", "=", "bench_orders")]))
times = {{name: [] for name in {fields!r}}}
for _round in range({rounds} + 2):
    for name in times:  # alternately, as the machine is not always as fast
        env.invalidate_all()
        start = time.perf_counter()
        groups = model.formatted_read_group([], [name], ["__count"])
        times[name].append(time.perf_counter() - start)
result = {{name: statistics.median(values[2:]) * 1000 for name, values in times.items()}}
result["groups"] = len(groups)
"""
PAGE = """
import statistics, time
model = env["sale.order"].with_user(env["res.users"].search([("login", "=", "bench_orders")]))
fields = {{"name": {{}}, "logistics_state": {{}}, "logistics_blocked_reason": {{}}}}
times = []
for _round in range({rounds} + 2):
    env.invalidate_all()
    start = time.perf_counter()
    page = model.web_search_read({domain!r}, fields, limit=80, count_limit=10001)
    times.append(time.perf_counter() - start)
result = (statistics.median(times[2:]) * 1000, page["length"])
"""
SHIPMENTS = f"UPDATE logistics_shipment SET state = %s WHERE id BETWEEN {BASE} + 1 AND {BASE} + %s"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench orders", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    with rig.bench_database("logistics_connector_base") as name:
        with Inside(name, rig.extra_conf()) as inside:
            templates = inside.run(TEMPLATE)
            fill(Database(name), templates, options.rows)
            ratios, figures = measure(inside, Database(name), options.rounds)
        figures["rows"] = options.rows
    return rig.report("orders", ratios, figures, options.json)


def fill(database, templates, rows):
    """So many orders; without triggers, which are measured apart."""
    with database.connect() as connection, connection.cursor() as cursor:
        connection.autocommit = False
        for table in (*OWN, "logistics_shipment_picking_rel", "logistics_shipment_sale_order_rel"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table, row_id in templates.items():
            _copy(cursor, table, row_id, rows)
        for statement in LINKS:
            cursor.execute(statement, (rows,))
        for table in (*OWN, "logistics_shipment_picking_rel", "logistics_shipment_sale_order_rel"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.commit()
    for table in (*OWN, "logistics_shipment_picking_rel", "logistics_shipment_sale_order_rel"):
        database.rows(f"VACUUM ANALYZE {table}")


def _copy(cursor, table, row_id, rows):
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' ORDER BY ordinal_position",
        (table,),
    )
    columns = [row[0] for row in cursor.fetchall()]
    values = ", ".join(OWN[table].get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} (id, {names}) SELECT {BASE} + n, {values}"
        f" FROM {table} t CROSS JOIN generate_series(1, {int(rows)}) n WHERE t.id = {int(row_id)}"
    )


def measure(inside, database, rounds):
    figures = {"desk_states_per_second": inside.run(DESK, timeout=1200)}
    database.rows("VACUUM ANALYZE logistics_business_state")
    fields = ("state", "logistics_state")
    groups = inside.run(GROUP.format(fields=fields, rounds=rounds), timeout=600)
    if groups["groups"] < 4:
        raise SystemExit(f"only {groups['groups']} groups; the figure means nothing")
    figures["group_by_state_ms"] = groups["state"]
    figures["group_by_logistics_state_ms"] = groups["logistics_state"]
    for case, domain in (
        ("page_blocked", [("logistics_state", "=", "blocked")]),
        ("page_all", []),
    ):
        program = PAGE.format(domain=domain, rounds=rounds)
        figures[f"{case}_ms"], shown = inside.run(program, timeout=600)
        if not shown:
            raise SystemExit(f"{case}: an empty page; the figure means nothing")
    noted, plain = note_costs(database)
    figures["shipment_1000_noted_ms"], figures["shipment_1000_plain_ms"] = noted, plain
    ratios = {
        "group_orders_vs_state": groups["logistics_state"] / groups["state"],
        "shipments_noted_vs_not": noted / plain,
    }
    return ratios, figures


def note_costs(database, count=4000, rounds=7):
    """Milliseconds per thousand shipments whose state is written, with and without noting what is
    due."""
    noted, plain = [], []
    with database.connect() as connection, connection.cursor() as cursor:
        connection.autocommit = False
        for _round in range(rounds):
            for times, switch in ((noted, "ENABLE"), (plain, "DISABLE")):
                cursor.execute(
                    f"ALTER TABLE logistics_shipment {switch} TRIGGER logistics_due_change"
                )
                start = time.perf_counter()
                cursor.execute(SHIPMENTS, ("out_for_delivery", count))
                times.append((time.perf_counter() - start) * 1000 / (count / 1000))
                connection.rollback()
    return rig.median(noted), rig.median(plain)


if __name__ == "__main__":
    main()
