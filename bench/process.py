"""Processing: events per second from recorded to applied, beside two floors in the same run.

python -m bench.process [--json FILE] [--events 10000] [--rounds 3]

- drain: the inbox's own drain in one process, as its job runs it: parse, identify, map, match, fold
- job per event: the same work, but one queue job for each message (two workers, the real runner)
- two lanes: the same in two processes at once
- ORM bulk: creating as many event records by the ORM, 500 at a time, and nothing else

Each message holds one event; five events make a parcel's journey. Medians of the rounds.
"""

import argparse
import hashlib
import json
import random
import time
import uuid
from datetime import timedelta

from psycopg2.extras import execute_values

from tests.simulators import CanonicalPartner, Parcel, journey
from tests.simulators.journey import EINDHOVEN, UTRECHT, now
from tests.support.connections import connect, make_shipments
from tests.support.database import Database
from tests.support.inside import Inside
from tests.support.polling import wait_for
from tests.support.rpc import Session

from . import _rig as rig

LOCKS, LANES = 0x4C4F4749, 16  # of the drains: inbox/lanes.py
DRAIN = """
import time
start = time.monotonic()
left = True
while left:
    env["logistics.inbox"]._drain()
    env.cr.rollback()
    env.cr.execute("SELECT EXISTS (SELECT 1 FROM logistics_message"
                   " WHERE state IN ('received', 'processing'))")
    left = env.cr.fetchone()[0]
result = time.monotonic() - start
"""
# The same values as the drain writes, prepared before the clock runs.
ORM_BULK = """
import time, uuid
env.cr.execute("SELECT id FROM logistics_event WHERE connection_id = {connection} LIMIT {count}")
events = env["logistics.event"].browse([row[0] for row in env.cr.fetchall()])
names = [name for name, field in events._fields.items()
         if field.store and field.column_type and name != "id"]
rows = events.read(names, load=None)
for row in rows:
    row.pop("id")
    row["fingerprint"] = "bench:" + uuid.uuid4().hex
start = time.monotonic()
for first in range(0, len(rows), 500):
    env["logistics.event"].create(rows[first:first + 500])
    env.flush_all()
    env.cr.commit()
result = time.monotonic() - start, len(rows)
env.cr.execute("DELETE FROM logistics_event WHERE fingerprint LIKE 'bench:%'")
env.cr.commit()
"""
ENQUEUE = """
service = env.ref("logistics_connector_base.user_logistics_service")
jobs = env["bench.job"].with_user(service)
for message_id in {ids}:
    jobs.with_delay(channel="root", max_retries=1)._apply(message_id)
result = len({ids})
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench process", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=600, help="events for one job each")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with rig.bench_database() as name, rig.server(name) as odoo:
        bench = Bench(odoo)
        ratios, figures = measure(bench, options)
    return rig.report("process", ratios, figures, options.json)


class Bench:
    """Recorded messages, and the ways to work them."""

    def __init__(self, odoo):
        self.name = odoo.db
        self.rpc = Session(odoo.url, odoo.db)
        self.database = Database(odoo.db)
        self.partner = CanonicalPartner()
        self.connection_id = connect(self.rpc, self.partner, "Benchmark of processing")
        self.lanes(1)
        self.rng = random.Random(1)

    def lanes(self, number):
        """How many lanes may work: the server's own take part in nothing that one lane does."""
        self.rpc("ir.config_parameter", "set_param", "logistics.inbox_lanes", str(number))

    def record(self, count):
        """File ``count`` messages as the intake does; their ids."""
        steps = journey("delivered", now() - timedelta(days=4), EINDHOVEN, UTRECHT)[1:]
        numbers = sorted({self.partner.number(self.rng) for _ in range(-(-count // len(steps)))})
        make_shipments(self.rpc, numbers, self.partner.issuer)
        bodies = [
            self.partner.body(Parcel(number), [step]) for step in steps for number in numbers
        ][:count]
        rows = []
        for body in bodies:
            digest, message_id = hashlib.sha256(body).hexdigest(), json.loads(body)["id"]
            rows.append((f"id:{message_id}", message_id, digest, len(body), uuid.uuid4().hex, body))
        return self._insert(rows)

    def _insert(self, rows):
        with self.database.connect() as connection, connection.cursor() as cursor:
            connection.autocommit = False
            ids = execute_values(
                cursor,
                "INSERT INTO logistics_message (connection_id, company_id, direction, channel,"
                " state, provider, receipt, correlation_id, external_id, digest, size, received_at,"
                " priority, tries, event_count, parked_count) VALUES %s RETURNING id",
                [
                    (receipt, receipt, external_id, digest, size)
                    for _identity, external_id, digest, size, receipt, _body in rows
                ],
                template=f"({self.connection_id}, 1, 'in', 'webhook', 'received', 'canonical', %s,"
                " %s, %s, %s, %s, now() AT TIME ZONE 'UTC', 50, 0, 0, 0)",
                page_size=1000,
                fetch=True,
            )
            ids = [row[0] for row in ids]
            execute_values(
                cursor,
                "INSERT INTO logistics_message_key (connection_id, identity, revision, digest,"
                " message_id, first_seen_at, last_seen_at, duplicate_count) VALUES %s",
                [(row[0], row[2], message_id) for row, message_id in zip(rows, ids, strict=True)],
                template=f"({self.connection_id}, %s, '', %s, %s, now() AT TIME ZONE 'UTC',"
                " now() AT TIME ZONE 'UTC', 0)",
                page_size=1000,
            )
            execute_values(
                cursor,
                "INSERT INTO logistics_message_body (message_id, headers, content) VALUES %s",
                [(message_id, row[5]) for row, message_id in zip(rows, ids, strict=True)],
                template="(%s, '{}', %s)",
                page_size=1000,
            )
            connection.commit()
        return ids

    def applied(self, ids):
        """How many of these messages are processed with their event on its shipment."""
        return self.database.value(
            "SELECT count(*) FROM logistics_message m JOIN logistics_event e ON e.message_id = m.id"
            " WHERE m.id = ANY(%s) AND m.state = 'processed' AND e.shipment_id IS NOT NULL",
            ids,
        )

    def hold_drain(self):
        """Keep the server's own drains from starting; returns what ends it."""
        context = self.database.connect()
        connection = context.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(%s, lane) FROM generate_series(1, %s) lane", (LOCKS, LANES)
            )
        return lambda: context.__exit__(None, None, None)


def check(applied, count):
    if applied != count:
        raise SystemExit(f"{applied} of {count} events were applied: the figure means nothing")


def drain(bench, inside, count):
    release = bench.hold_drain()  # the sweep must not take part
    ids = bench.record(count)
    release()
    seconds = inside.run(DRAIN, timeout=600)
    check(bench.applied(ids), count)
    return count / seconds


def two_lanes(bench, processes, count):
    """The same with two processes, a lane each."""
    release = bench.hold_drain()
    bench.lanes(2)
    ids = bench.record(count)
    release()
    start = time.monotonic()
    for lane, process in enumerate(processes, 1):
        process.start(DRAIN.replace("_drain()", f"_drain({lane})"))
    for process in processes:
        process.result(600)
    seconds = time.monotonic() - start
    bench.lanes(1)
    check(bench.applied(ids), count)
    return count / seconds


def job_per_event(bench, inside, count):
    release = bench.hold_drain()
    ids = bench.record(count)
    inside.run(ENQUEUE.format(ids=ids), timeout=600)
    start = time.monotonic()  # making the jobs is not counted, though it costs as well
    query = "SELECT count(*) FROM queue_job WHERE method_name = '_apply' AND state = 'done'"
    wait_for(lambda: bench.database.value(query) >= count, 300, "the jobs are not done", 0.05)
    seconds = time.monotonic() - start
    check(bench.applied(ids), count)
    bench.database.rows("DELETE FROM queue_job WHERE method_name = '_apply'")
    release()
    return count / seconds


def orm_bulk(bench, inside, count):
    program = ORM_BULK.format(connection=bench.connection_id, count=count)
    seconds, created = inside.run(program, timeout=600)
    return created / seconds


def measure(bench, options):
    speeds = {"drain": [], "two_lanes": [], "job_per_event": [], "orm_bulk": []}
    conf = rig.extra_conf()
    with Inside(bench.name, conf) as inside, Inside(bench.name, conf) as other:
        drain(bench, inside, 500)  # warm
        for _round in range(options.rounds):
            speeds["drain"].append(drain(bench, inside, options.events))
            speeds["two_lanes"].append(two_lanes(bench, (inside, other), options.events))
            speeds["orm_bulk"].append(orm_bulk(bench, inside, options.events))
            speeds["job_per_event"].append(job_per_event(bench, inside, options.jobs))
    pairs = list(zip(speeds["drain"], speeds["job_per_event"], speeds["orm_bulk"], strict=True))
    ratios = {
        "process_vs_job_per_event": rig.median([ours / jobs for ours, jobs, _orm in pairs]),
        "process_vs_orm_bulk": rig.median([ours / orm for ours, _jobs, orm in pairs]),
    }
    figures = {f"{case}_per_second": rig.median(found) for case, found in speeds.items()}
    figures |= {"events": options.events, "jobs": options.jobs, "rounds": options.rounds}
    return ratios, figures


if __name__ == "__main__":
    main()
