"""Freight audit: a carrier's file imported, matched and audited ÷ the same rows loaded and joined.

python -m bench.audit [--json FILE] [--lines 100000] [--small 10000] [--rounds 3]

A file of UPS billing data, and our shipments with what was booked for them. The product checks it,
imports it and audits its bills, batch by batch, each committed. Beside it the floor: the same rows
are copied into a table of PostgreSQL as they are, and joined by tracking number with the shipments
and their booked amounts. One process, no HTTP. A small file and the large one, each in a process
of its own, tell what memory follows the size of the file.
"""

import argparse
import csv
import io
import json
import tempfile
from pathlib import Path

from tests.simulators.freight_bills import Book, write_ups
from tests.support.inside import Inside

from . import _rig as rig

#: Of a parcel of the generator: the rows of its charges and the one for information.
ROWS_PER_PARCEL = 3.4
SET_UP = """
import json, uuid
parcels = json.load(open({parcels!r}))
env.ref("base.EUR").active = True
company, euro = env.company, env.ref("base.EUR")
model = env["logistics.shipment"]
sample = model.create({
    "company_id": company.id, "issuer": "ups", "ship_date": "2026-03-02",
    "package_ids": [(0, 0, {"tracking_number": "SAMPLE", "weight": 1})],
    "charge_ids": [(0, 0, {"kind": "booked", "category": "base", "name": "Freight",
                           "amount": 1, "currency_id": euro.id})]})
env.cr.commit()

def clone(table, source, columns, rows):
    env.cr.execute("SELECT column_name, udt_name FROM information_schema.columns "
                   "WHERE table_name = %s AND is_generated = 'NEVER'", (table,))
    types = dict(env.cr.fetchall())
    others = [name for name in types if name not in columns and name != "id"]
    quoted = ", ".join(f'"{name}"' for name in [*columns, *others])
    told = ", ".join(f'v."{name}"' for name in columns)
    copied = ", ".join(f't."{name}"' for name in others)
    casts = "(" + ", ".join(f"%s::{types[name]}" for name in columns) + ")"
    names = ", ".join(f'"{name}"' for name in columns)
    for start in range(0, len(rows), 5000):
        env.cr.execute_values(
            f"INSERT INTO {table} ({quoted}) SELECT {told}, {copied} FROM {table} t, "
            f"(VALUES %s) v({names}) WHERE t.id = {source}",
            rows[start:start + 5000], template=casts, page_size=5000)

first = 10_000_000
clone("logistics_shipment", sample.id,
      ["id", "name", "ship_date", "tracking_numbers", "public_id"],
      [(first + n, f"B{n:08}", one["shipped"], one["tracking"], uuid.uuid4().hex)
       for n, one in enumerate(parcels)])
clone("logistics_shipment_package", sample.package_ids.id,
      ["shipment_id", "tracking_number", "weight"],
      [(first + n, one["tracking"], one["weight"]) for n, one in enumerate(parcels)])
reference = sample.reference_ids.filtered(lambda one: one.type == "tracking")
clone("logistics_shipment_reference", reference.id,
      ["shipment_id", "value", "value_key"],
      [(first + n, one["tracking"], one["tracking"]) for n, one in enumerate(parcels)])
clone("logistics_shipment_charge", sample.charge_ids.id,
      ["shipment_id", "name", "category", "amount", "company_amount"],
      [(first + n, name, category, amount, amount)
       for n, one in enumerate(parcels) for name, category, amount in one["booked"]])
for table in ("logistics_shipment", "logistics_shipment_package", "logistics_shipment_reference",
              "logistics_shipment_charge"):
    env.cr.execute(f"ANALYZE {table}")
env.cr.commit()
result = len(parcels)
"""
AUDIT = """
import base64, resource, time
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
data = base64.b64encode(open({file!r}, "rb").read())
file = env["logistics.freight.file"].create({"name": "ups.csv", "data": data})
del data
env.cr.commit()
before, times = peak(), []
def work(desk):
    desk = env[desk]
    while True:
        waiting = env[desk._desk_model].search([("state", "in", desk._desk_states)],
                                               order="id", limit=1)
        if not waiting:
            return
        desk._work_record(waiting)
        env.cr.commit()
        env.invalidate_all()
start = time.perf_counter()
file.action_check()
work("logistics.freight.file.desk")
times.append(time.perf_counter() - start)
start = time.perf_counter()
file.action_import()
work("logistics.freight.file.desk")
times.append(time.perf_counter() - start)
imported = peak()
start = time.perf_counter()
work("logistics.freight.bill.desk")
times.append(time.perf_counter() - start)
env.cr.execute("SELECT verdict, count(*) FROM logistics_freight_bill_shipment l "
               "JOIN logistics_freight_bill b ON b.id = l.bill_id WHERE b.file_id = %s "
               "GROUP BY 1", (file.id,))
verdicts, told = dict(env.cr.fetchall()), peak()
start = time.perf_counter()
env["logistics.freight.analysis"].formatted_read_group(
    [], ["issuer", "kind"], ["billed_amount:sum", "error_amount:sum", "error_share:avg"])
times.append(time.perf_counter() - start)
result = (*times, before, imported, told, verdicts, file.row_count, file.state, file.problem or "")
"""
FLOOR = """
import csv, time
rows = open({file!r}, encoding="utf-8-sig")
start = time.perf_counter()
columns = ", ".join(f"c{n} text" for n in range({width}))
env.cr.execute(f"CREATE TEMP TABLE bench_rows ({columns}) ON COMMIT DROP")
env.cr._obj.copy_expert("COPY bench_rows FROM STDIN WITH (FORMAT csv, DELIMITER {delimiter!r})",
                        rows)
env.cr.execute('''
    SELECT r.c20, s.id, r.amount, b.amount
    FROM (SELECT c20, sum(replace(c52, ',', '.')::numeric) AS amount FROM bench_rows
          WHERE c43 <> 'INF' GROUP BY 1) r
    LEFT JOIN logistics_shipment_reference n ON n.value_key = r.c20 AND n.type = 'tracking'
    LEFT JOIN logistics_shipment s ON s.id = n.shipment_id
    LEFT JOIN (SELECT shipment_id, sum(amount) AS amount FROM logistics_shipment_charge
               WHERE kind = 'booked' GROUP BY 1) b ON b.shipment_id = s.id''')
found = env.cr.fetchall()
result = (time.perf_counter() - start, len(found), sum(1 for row in found if row[1]))
env.cr.rollback()
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench audit", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        small = run(Path(folder), 1, options.small, 1)
        large = [run(Path(folder), 2, options.lines, 3) for _round in range(options.rounds)]
    parts = {
        name: rig.median([one[name] for one in large])
        for name in ("check_s", "import_s", "audit_s", "report_s", "floor_s", "memory_mb")
    }
    whole = parts["check_s"] + parts["import_s"] + parts["audit_s"]
    ratios = {
        "audit_vs_load_and_join": whole / parts["floor_s"],
        "audit_memory_large_vs_small": (parts["memory_mb"] + 1) / (small["memory_mb"] + 1),
    }
    figures = {
        "lines": large[0]["lines"],
        "lines_per_s": large[0]["lines"] / whole,
        "small_memory_mb": small["memory_mb"],
        **parts,
    }
    return rig.report("audit", ratios, figures, options.json)


def run(folder, seed, lines, floors):
    """One file on a fresh database: seconds of each step and of the floor, and how much memory grew
    beyond what the process had before."""
    book = Book(seed, round(lines / ROWS_PER_PARCEL))
    made = write_ups(book, currency="EUR", invoices=4)
    file, parcels = folder / "ups.csv", folder / "parcels.json"
    file.write_bytes(made.data)
    parcels.write_text(json.dumps([_parcel(one) for one in book.parcels]))
    sample = made.data[:4000].decode("utf-8-sig")
    delimiter = max(",;", key=sample.count)
    width = len(next(csv.reader(io.StringIO(sample), delimiter=delimiter)))
    with rig.bench_database("logistics_connector_freight_audit") as name:
        with Inside(name, rig.extra_conf()) as inside:
            inside.run(SET_UP.replace("{parcels!r}", repr(str(parcels))), timeout=900)
        with Inside(name, rig.extra_conf()) as inside:
            told = inside.run(AUDIT.replace("{file!r}", repr(str(file))), timeout=3600)
            program = FLOOR.replace("{file!r}", repr(str(file))).replace("{width}", str(width))
            program = program.replace("{delimiter!r}", repr(delimiter))
            joined = [inside.run(program, timeout=600) for _round in range(floors)]
    check, imported, audited, report, before, _peak, peak, verdicts, rows, state, problem = told
    clean = verdicts.get("clean", 0) + verdicts.get("refund", 0)
    if state != "imported" or clean < 0.9 * len(book.parcels):
        raise SystemExit(f"{state} {problem}: {verdicts}; the figure means nothing")
    if joined[0][2] < 0.99 * len(book.parcels):
        raise SystemExit(f"the floor found {joined[0][1:]}; the figure means nothing")
    return {
        "lines": rows,
        "check_s": check,
        "import_s": imported,
        "audit_s": audited,
        "report_s": report,
        "floor_s": rig.median([one[0] for one in joined]),
        "memory_mb": peak - before,
    }


def _parcel(parcel):
    names = {"base": ("Freight", "base"), "fuel": ("Fuel Surcharge", "fuel")}
    names["delivery_area"] = ("Delivery Area Surcharge", "accessorial")
    return {
        "tracking": parcel.tracking,
        "shipped": parcel.shipped.isoformat(),
        "weight": float(parcel.weight),
        "booked": [
            (*names.get(item.what, (item.what.replace("_", " "), "accessorial")), float(item.net))
            for item in parcel.items
            if item.what != "credit"
        ],
    }


if __name__ == "__main__":
    main()
