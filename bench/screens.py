"""Screens: the first page of our lists ÷ Odoo's own list of as many stock moves.

python -m bench.screens [--json FILE] [--rows 1000000] [--rounds 15] [--indexes] [--queues]

A million rows each of stock moves, messages, events, shipments and exceptions, on the disk as their
makers leave them. What is timed is what the web client asks for: the fields of the list view, 80
records, the count up to 10,001, as a user with the least rights, by the menu's own filter. One
process, no HTTP (it costs both the same), median of the rounds, a fresh cache for each. The ratio
is that of our slowest list. ``--indexes`` tells what each index of messages costs the intake;
``--queues`` measures the exception workbench alone (``bench/_queues.py``).
"""

import argparse
import time

from tests.simulators import CanonicalPartner
from tests.support.connections import connect
from tests.support.database import Database
from tests.support.inside import Inside
from tests.support.rpc import Session

from . import _clocks, _growth, _queues
from . import _rig as rig

ROWS = 1_000_000
# One of each as Odoo makes it; the others are copies of its row.
TEMPLATES = """
uid = env.ref("base.user_admin").id
company = env.company
product = env["product.product"].create({"name": "Bench", "is_storable": True})
kind = env["stock.picking.type"].search(
    [("code", "=", "outgoing"), ("company_id", "=", company.id)], limit=1)
picking = env["stock.picking"].create({
    "picking_type_id": kind.id, "location_id": kind.default_location_src_id.id,
    "location_dest_id": env.ref("stock.stock_location_customers").id,
    "move_ids": [(0, 0, {
        "product_id": product.id, "product_uom_qty": 3,
        "location_id": kind.default_location_src_id.id,
        "location_dest_id": env.ref("stock.stock_location_customers").id})]})
env["logistics.exception"]._report([{
    "type": "unknown_shipment", "key": "bench", "name": "No shipment for NW000000000001",
    "company_id": company.id, "provider": "northwind", "reference": "NW000000000001"}])
case = env["logistics.exception"].search([("key", "=", "bench")])
groups = ("base.group_user", "stock.group_stock_user",
          "logistics_connector_base.group_logistics_manager")
env["res.users"].create({
    "name": "Bench", "login": "bench_screens", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)], "group_ids": [(6, 0, [env.ref(g).id for g in groups])]})
result = {"stock_move": picking.move_ids.id, "logistics_exception": case.id}
"""
TEMPLATES += _queues.PEOPLE
OVERRIDES = {
    "stock_move": {
        "date": "now() - %(n)s * interval '30 s'",
        "state": "CASE WHEN %(n)s %% 20 = 0 THEN 'assigned' ELSE 'done' END",
    },
    "logistics_exception": _queues.OVERRIDES,
}
MORE_SHIPMENTS = """
INSERT INTO logistics_shipment (name, company_id, mode, state, issuer, tracking_numbers,
    correlation_id, create_uid, write_uid, create_date, write_date)
SELECT 'BENCH/' || n, 1, 'parcel',
       (ARRAY['delivered', 'delivered', 'delivered', 'in_transit', 'booked'])[n %% 5 + 1],
       'northwind', 'BENCH' || lpad(n::text, 12, '0'), md5('b' || n), 1, 1, now(), now()
FROM generate_series(1, %s) n
"""
# A few of each kind of trouble among the million.
TROUBLE = """
UPDATE logistics_message SET state = (ARRAY['dead', 'parked', 'conflict'])[id % 3 + 1]
WHERE id % 2000 < 3 AND external_id LIKE 'old-%%'
"""
# The growth fill's messages are old; the newest tenth came in the last days.
RECENT = """
UPDATE logistics_message SET received_at = now() AT TIME ZONE 'UTC' - (m.last - id) * interval '5 s'
FROM (SELECT max(id) AS last FROM logistics_message) m WHERE id > m.last - %s
"""
LISTS = {
    "stock_moves": ("stock.move", "stock.view_move_tree", []),
    "stock_moves_done": ("stock.move", "stock.view_move_tree", [("state", "=", "done")]),
    "exceptions_open": (
        "logistics.exception",
        "logistics_connector_base.view_logistics_exception_list",
        [("is_open", "=", True)],
    ),
    "exceptions": (
        "logistics.exception",
        "logistics_connector_base.view_logistics_exception_list",
        [],
    ),
    "shipments": (
        "logistics.shipment",
        "logistics_connector_base.view_logistics_shipment_list",
        [],
    ),
    "shipments_delivered": (
        "logistics.shipment",
        "logistics_connector_base.view_logistics_shipment_list",
        [("state", "=", "delivered")],
    ),
    "events": ("logistics.event", "logistics_connector_base.view_logistics_event_list", []),
    "messages_incoming": (
        "logistics.message",
        "logistics_connector_base.view_logistics_message_list",
        [("direction", "=", "in"), ("received_at", ">=", "today -7d")],
    ),
    "messages_all": (
        "logistics.message",
        "logistics_connector_base.view_logistics_message_list",
        [("direction", "=", "in")],
    ),
    "messages_to_look_at": (
        "logistics.message",
        "logistics_connector_base.view_logistics_message_list",
        [("state", "in", ("parked", "conflict", "dead"))],
    ),
}
#: What people do beside opening a list; no ratio, milliseconds.
SEARCHES = {
    "search_correlation": ("logistics.message", [("any_id", "=", "{correlation}")]),
    "search_partners_id": ("logistics.message", [("any_id", "=", "old-777777")]),
    "search_tracking": ("logistics.event", [("tracking_number", "=", "{tracking}")]),
    "search_part_of_a_number": ("logistics.shipment", [("reference_ids.value", "ilike", "{part}")]),
    "search_any_number_or_name": ("logistics.shipment", [("any_number", "ilike", "{part}")]),
}
MEASURE = """
import statistics, time
from lxml import etree
user = env["res.users"].search([("login", "=", "bench_screens")])
model = env[{model!r}].with_user(user)
arch = etree.fromstring(model.get_view(env.ref({view!r}).id, "list")["arch"])
spec = {{}}
for node in arch:
    if node.tag == "field":
        field = model._fields[node.get("name")]
        spec[field.name] = {{"fields": {{"display_name": {{}}}}}} if field.relational else {{}}
times = []
for _round in range({rounds} + 2):
    env.invalidate_all()
    start = time.perf_counter()
    page = model.web_search_read({domain!r}, spec, limit=80, count_limit=10001)
    times.append(time.perf_counter() - start)
result = (statistics.median(times[2:]) * 1000, len(page["records"]), page["length"])
"""
SEARCH = """
import statistics, time
user = env["res.users"].search([("login", "=", "bench_screens")])
model = env[{model!r}].with_user(user)
times = []
for _round in range({rounds} + 2):
    env.invalidate_all()
    start = time.perf_counter()
    found = model.search({domain}, limit=80)
    times.append(time.perf_counter() - start)
result = (statistics.median(times[2:]) * 1000, len(found))
"""
COUNTS = """
import statistics, time
user = env["res.users"].search([("login", "=", "bench_screens")])
times = []
for _round in range({rounds}):
    env.invalidate_all()
    start = time.perf_counter()
    env["logistics.connection"].with_user(user).search([]).read(
        ["message_count_text", "dead_count", "exception_count", "last_message_at"])
    times.append(time.perf_counter() - start)
result = statistics.median(times) * 1000
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench screens", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--indexes", action="store_true", help="what each index costs the intake")
    parser.add_argument("--queues", action="store_true", help="the exception workbench alone")
    options = parser.parse_args(arguments)
    with rig.bench_database() as name:
        if options.queues:
            return queues(name, options)
        fill(name, options.rows)
        with Inside(name, rig.extra_conf()) as inside:
            ratios, figures = measure(inside, Database(name), options.rounds)
            figures |= _queues.measure(inside, options.rounds)
        figures["rows"] = options.rows
        if options.indexes:
            figures |= index_costs(Database(name))
    return rig.report("screens", ratios, figures, options.json)


def queues(name, options):
    """Exceptions alone: they are filled and measured in minutes."""
    database = Database(name)
    with Inside(name, rig.extra_conf()) as inside:
        templates = inside.run(TEMPLATES)
    fill_exceptions(database, templates["logistics_exception"], options.rows)
    with Inside(name, rig.extra_conf()) as inside:
        figures = _queues.measure(inside, options.rounds) | _clocks.measure(inside, database)
    return rig.report("queues", {}, {**figures, "rows": options.rows}, options.json)


def fill_exceptions(database, row_id, rows):
    database.rows(_queues.MEMBERS)
    _multiply(database, "logistics_exception", row_id, rows, OVERRIDES["logistics_exception"])
    database.rows("VACUUM ANALYZE logistics_exception")


def fill(name, rows):
    """A million rows each."""
    database = Database(name)
    with rig.server(name) as odoo:
        connection_id = connect(Session(odoo.url, name), CanonicalPartner())
    with Inside(name, rig.extra_conf()) as inside:
        templates = inside.run(TEMPLATES)
    _growth.fill(database, connection_id, rows)
    _multiply(database, "stock_move", templates["stock_move"], rows, OVERRIDES["stock_move"])
    fill_exceptions(database, templates["logistics_exception"], rows)
    database.rows(MORE_SHIPMENTS, rows - -(-rows // _growth.PER_SHIPMENT))
    database.rows(TROUBLE)
    database.rows(RECENT, rows // 10)
    for table in (
        "stock_move",
        "logistics_shipment",
        "logistics_message",
        "logistics_event",
    ):
        database.rows(f"VACUUM ANALYZE {table}")


def _multiply(database, table, row_id, rows, overrides):
    """Copy a row, with other values in some columns."""
    columns = database.column(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' ORDER BY ordinal_position",
        table,
    )
    values = ", ".join(
        overrides[name] % {"n": "n"} if name in overrides else f"t.{name}" for name in columns
    )
    database.rows(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
        f" FROM {table} t CROSS JOIN generate_series(1, {int(rows)}) n WHERE t.id = {int(row_id)}"
    )


def measure(inside, database, rounds):
    figures = {}
    for case, (model, view, domain) in LISTS.items():
        program = MEASURE.format(model=model, view=view, domain=domain, rounds=rounds)
        milliseconds, shown, _count = inside.run(program, timeout=300)
        if not shown:
            raise SystemExit(f"{case}: an empty page; the figure means nothing")
        figures[f"{case}_ms"] = milliseconds
    found = database.rows("SELECT correlation_id FROM logistics_message ORDER BY id DESC LIMIT 1")[
        0
    ]
    number = database.value("SELECT max(tracking_number) FROM logistics_event")
    names = {
        "correlation": found[0],
        "tracking": number,
        "part": number[-6:],
    }
    for case, (model, domain) in SEARCHES.items():
        program = SEARCH.format(model=model, domain=repr(domain).format(**names), rounds=rounds)
        figures[f"{case}_ms"], shown = inside.run(program, timeout=300)
        if not shown:
            raise SystemExit(f"{case}: nothing found; the figure means nothing")
    figures["connection_counts_ms"] = inside.run(COUNTS.format(rounds=rounds), timeout=300)
    stock = figures["stock_moves_ms"]
    ours = [name for name in LISTS if not name.startswith("stock_moves")]
    ratios = {"list_vs_stock_move": max(figures[f"{name}_ms"] for name in ours) / stock}
    return ratios, figures


def index_costs(database, count=20_000):
    """Milliseconds per thousand messages filed, with all indexes, and what each of them takes of
    it. Indexes are dropped in a transaction that is taken back."""
    with database.connect() as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute(
            "SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
            " WHERE x.indrelid = 'logistics_message'::regclass AND NOT x.indisunique"
        )
        indexes = [row[0] for row in cursor.fetchall()]
        connection.rollback()
        _file(connection, cursor, count)  # warm
        base, costs = [], {}
        for index in indexes:
            pairs = []
            for _round in range(5):  # alternately, as the machine is not always as fast
                base.append(_file(connection, cursor, count))
                pairs.append(base[-1] - _file(connection, cursor, count, index))
            costs[f"index_{index.removeprefix('logistics_message_')}_ms"] = rig.median(pairs)
        costs["filing_1000_ms"] = rig.median(base)
    return costs


def _file(connection, cursor, count, without=None):
    if without:
        cursor.execute(f'DROP INDEX "{without}"')
    start = time.perf_counter()
    cursor.execute(
        "INSERT INTO logistics_message (connection_id, company_id, direction, channel, state,"
        " provider, receipt, correlation_id, external_id, digest, size, received_at, priority,"
        " tries, event_count, parked_count) SELECT c.id, c.company_id, 'in', 'webhook', 'received',"
        " 'canonical', gen_random_uuid()::text, gen_random_uuid()::text, gen_random_uuid()::text,"
        " md5(random()::text) || md5(random()::text), 1500, now() AT TIME ZONE 'UTC', 50, 0, 0, 0"
        " FROM (SELECT * FROM logistics_connection LIMIT 1) c, generate_series(1, %s) n",
        (count,),
    )
    seconds = time.perf_counter() - start
    connection.rollback()
    return seconds * 1000 / (count / 1000)


if __name__ == "__main__":
    main()
