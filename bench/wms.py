"""Warehouses: booking what a 3PL shipped ÷ Odoo's own validation; comparing a snapshot ÷ a join.

python -m bench.wms [--json FILE] [--orders 60] [--rows 50000] [--rounds 5]

Deliveries of 10 lines each, in stock and ready. Half of them are validated by Odoo as a person
would, with the quantities that are reserved; half are told by ship advices that are filed and
booked, one transaction each, alternately. The snapshot names each of 50,000 products; it is filed
and compared, beside the one statement that joins the same two sides. One process, no HTTP.
"""

import argparse

from tests.support.inside import Inside

from . import _rig as rig

SET_UP = """
connection = env["logistics.connection"].create({
    "name": "Bench 3PL", "state": "live",
    "provider_id": env.ref("logistics_connector_wms.provider_warehouse_json").id})
warehouse = env["stock.warehouse"].search([], limit=1)
warehouse.logistics_connection_id = connection
products = env["product.product"].create([
    {"name": f"Bench {n}", "default_code": f"BENCH-{n}", "is_storable": True}
    for n in range(10)])
for product in products:
    env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 1_000_000)
customer = env["res.partner"].create({"name": "Bench"})
orders = env["sale.order"].create([
    {"partner_id": customer.id, "warehouse_id": warehouse.id, "order_line": [
        (0, 0, {"product_id": product.id, "product_uom_qty": 3}) for product in products]}
    for _n in range({orders})])
orders.action_confirm()
pickings = orders.picking_ids
env.cr.commit()
result = (connection.id, [(picking.id, picking.name) for picking in pickings])
"""
VALIDATE = """
import time
start = time.perf_counter()
env["stock.picking"].browse({picking_id}).with_context(skip_backorder=True).button_validate()
env.cr.commit()
result = time.perf_counter() - start
env.invalidate_all()
"""
BOOK = """
import json, time, uuid
from odoo import api, fields
from odoo.addons.logistics_connector_base.core.canonical import ParseContext
from odoo.addons.logistics_connector_wms.providers.warehouse_json import parse
body = json.dumps({{"id": str(uuid.uuid4()), "issuer": "bench", "advices": [{{
    "type": "ship", "id": str(uuid.uuid4()), "order": {name!r}, "final": True,
    "occurred_at": fields.Datetime.now().isoformat() + "Z",
    "lines": [{{"product": f"BENCH-{{n}}", "quantity": 3}} for n in range(10)]}}]}}).encode()
message = env["logistics.message"].create({{
    "connection_id": {connection_id}, "company_id": env.company.id, "direction": "in",
    "channel": "call", "state": "processed", "provider": "warehouse_json",
    "receipt": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4()), "digest": "-", "size": 0,
    "received_at": fields.Datetime.now()}})
env.cr.commit()
start = time.perf_counter()
(advice,) = parse.parse(body, ParseContext()).statements
env["logistics.advice"]._take_statements([(message, advice)])
env.cr.commit()
desk = env["logistics.advice.desk"]
claimed = desk._claim()
desk._work(*claimed)
result = time.perf_counter() - start
env.invalidate_all()
if env["stock.picking"].browse({picking_id}).state != "done":
    raise ValueError(env["logistics.advice"].search([], limit=1).problem)
"""
FILL = """
template = env["product.product"].search([("default_code", "=", "BENCH-0")])
env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = "
               "'product_template' AND column_name <> 'id'")
columns = [row[0] for row in env.cr.fetchall()]
names = ", ".join(f'"{{name}}"' for name in columns)
values = ", ".join(f't."{{name}}"' for name in columns)
env.cr.execute(
    f"INSERT INTO product_template (id, {{names}}) SELECT 1000000 + n, {{values}} "
    "FROM product_template t, generate_series(1, {rows}) n WHERE t.id = %s",
    (template.product_tmpl_id.id,))
# Otherwise each of the rows to come is looked up by reading the whole table.
env.cr.execute("ANALYZE product_template")
env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = "
               "'product_product' AND column_name NOT IN ('id', 'product_tmpl_id', "
               "'default_code', 'barcode')")
columns = [row[0] for row in env.cr.fetchall()]
names = ", ".join(f'"{{name}}"' for name in columns)
values = ", ".join(f't."{{name}}"' for name in columns)
env.cr.execute(
    f"INSERT INTO product_product (id, product_tmpl_id, default_code, {{names}}) "
    f"SELECT 1000000 + n, 1000000 + n, 'SKU-' || n, {{values}} "
    "FROM product_product t, generate_series(1, {rows}) n WHERE t.id = %s", (template.id,))
env.cr.execute("ANALYZE product_product")
place = env["stock.warehouse"].search([], limit=1).lot_stock_id
env.cr.execute(
    "INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, "
    "in_date) SELECT 1000000 + n, %s, %s, n %% 50, 0, now() FROM generate_series(1, {rows}) n",
    (place.id, env.company.id))
env.cr.execute("ANALYZE stock_quant")
env.cr.commit()
result = place.id
"""
JOIN = """
import time
start = time.perf_counter()
env.cr.execute('''
    SELECT COALESCE(p.id, q.product_id), l.on_hand, q.quantity
    FROM logistics_snapshot_line l
    LEFT JOIN product_product p ON p.default_code = l.product_code
    FULL JOIN (SELECT product_id, SUM(quantity) AS quantity FROM stock_quant
               WHERE location_id = %s GROUP BY 1) q ON q.product_id = p.id
    WHERE l.snapshot_id = %s OR l.id IS NULL''', ({place_id}, {snapshot_id}))
rows = env.cr.fetchall()
result = time.perf_counter() - start
"""
SNAPSHOT = """
import json, time, uuid
from odoo import fields
from odoo.addons.logistics_connector_base.core.canonical import ParseContext
from odoo.addons.logistics_connector_wms.providers.warehouse_json import parse
body = json.dumps({{"id": str(uuid.uuid4()), "issuer": "bench", "advices": [{{
    "type": "snapshot", "id": str(uuid.uuid4()), "complete": False,
    "as_of": fields.Datetime.now().isoformat() + "Z",
    "lines": [{{"product": f"SKU-{{n}}", "on_hand": n % 50 + (n % 100 == 0)}}
              for n in range(1, {rows} + 1)]}}]}}).encode()
message = env["logistics.message"].search([], limit=1)
start = time.perf_counter()
parsed = parse.parse(body, ParseContext()).statements
read = time.perf_counter()
env["logistics.snapshot"]._take_statements([(message, parsed[0])])
env.cr.commit()
filed = time.perf_counter()
snapshot = env["logistics.snapshot"].search([], order="id desc", limit=1)
env.invalidate_all()
snapshot._compare()
env.cr.commit()
compared = time.perf_counter()
figures = (snapshot.compared_count, snapshot.difference_count)
result = (snapshot.id, read - start, filed - read, compared - filed, *figures)
env.invalidate_all()
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench wms", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with (
        rig.bench_database("logistics_connector_wms") as name,
        Inside(name, rig.extra_conf()) as inside,
    ):
        booked, validated = confirm(inside, options.orders)
        parts = compare(inside, options.rows, options.rounds)
    ratios = {
        "advices_vs_validation": booked / validated,
        "snapshot_vs_join": parts["compare_s"] / parts["join_s"],
    }
    figures = {"book_ms": booked * 1000, "validate_ms": validated * 1000, **parts}
    return rig.report("wms", ratios, figures, options.json)


def confirm(inside, orders):
    """Median seconds of booking a delivery of ten lines, told and by hand."""
    connection_id, pickings = inside.run(SET_UP.replace("{orders}", str(orders)), timeout=900)
    booked, validated = [], []
    for number, (picking_id, name) in enumerate(pickings):
        program = VALIDATE if number % 2 else BOOK
        values = {"picking_id": picking_id, "name": name, "connection_id": connection_id}
        seconds = inside.run(program.format(**values), timeout=120)
        (validated if number % 2 else booked).append(seconds)
    # The first ones fill the caches.
    return rig.median(booked[3:]), rig.median(validated[3:])


def compare(inside, rows, rounds):
    """Median seconds of reading, filing and comparing a snapshot, and of the join."""
    place_id = inside.run(FILL.format(rows=rows), timeout=600)
    times, joins = [], []
    for _round in range(rounds):
        snapshot_id, *seconds, compared, differs = inside.run(
            SNAPSHOT.format(rows=rows), timeout=600
        )
        if compared != rows - rows // 50 + rows // 100 or differs != rows // 100:
            raise SystemExit(f"{compared} compared, {differs} differ; the figure means nothing")
        times.append(seconds)
        values = {"place_id": place_id, "snapshot_id": snapshot_id}
        joins.append(inside.run(JOIN.format(**values), timeout=120))
    read, filed, judged = (rig.median(column) for column in zip(*times, strict=True))
    return {"read_s": read, "file_s": filed, "compare_s": judged, "join_s": rig.median(joins)}


if __name__ == "__main__":
    main()
