"""How many recorded events per second become applied ones, beside two other ways.

``python -m bench.process [--json FILE] [--rounds 3] [--messages 10000] [--jobs 500]
[--growth] [--profile]``

Each round works on fresh copies of one prepared database with recorded canonical messages of one
event each, ten for each shipment:

- drain: ``logistics.inbox._drain``, called until nothing waits (parse, identity, map, fold)
- orm: the same event rows by ``logistics.event.create``, 500 in one call, nothing else
- jobs: the same work (``logistics.inbox._work``) with one queue job for each message, by
  queue_job's runner on two prefork workers; a sample, all of different shipments. Enqueueing is not
  counted, which flatters the jobs.

``--growth``: the drain once more with a million events of other shipments in the tables.
``--profile``: where the time of a drain goes, by cProfile, instead of a measurement.
"""

import argparse
import time

from devtools import databases
from devtools.server import OdooServer
from tests.support.database import Database
from tests.support.inside import Inside
from tests.support.polling import wait_for

from . import _world, report

BASE, COPY, GROWN = "bench_process_base", "bench_process", "bench_process_grown"
WARM = 200  # messages that are worked before the clock runs
EVENTS_PER_SHIPMENT = 10
HISTORY = 1_000_000
HISTORY_PER_SHIPMENT = 10

DRAIN = """
import time
inbox = env["logistics.inbox"].with_user(env.ref("logistics_connector_base.user_logistics_service"))
inbox._work({warm!r})
begin, cpu = time.perf_counter(), time.process_time()
while inbox._is_waiting(env.cr):
    inbox._drain()
    env.cr.rollback()
result = {{"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}}
"""
QUIET = """
from odoo.addons.logistics_connector_base.intake import waker
waker.wake = lambda dbname: None
"""
ORM = """
import time
from odoo.addons.logistics_connector_base.models.logistics_event import COLUMNS
env.cr.execute(f"SELECT {{', '.join(COLUMNS)}} FROM logistics_event ORDER BY id")
rows = [dict(zip(COLUMNS, row)) for row in env.cr.fetchall()]
for row in rows:
    row["fingerprint"] = "orm:" + row["fingerprint"]
env.cr.commit()
events = env(context={{"tracking_disable": True}})["logistics.event"]
def create(part):
    events.create(part)
    env.flush_all()
    env.cr.commit()
    env.invalidate_all()
create(rows[:{warm}])
begin = time.perf_counter()
for start in range({warm}, len(rows), 500):
    create(rows[start : start + 500])
result = {{"seconds": time.perf_counter() - begin, "rows": len(rows) - {warm}}}
"""
ENQUEUE = """
inbox = env["logistics.inbox"].with_user(env.ref("logistics_connector_base.user_logistics_service"))
for message_id in {ids!r}:
    inbox.with_delay(max_retries=5)._work([message_id])
"""
PROFILE = """
import cProfile, io, pstats
inbox = env["logistics.inbox"].with_user(env.ref("logistics_connector_base.user_logistics_service"))
inbox._work({warm!r})
profile = cProfile.Profile()
profile.enable()
inbox._drain()
profile.disable()
text = io.StringIO()
statistics = pstats.Stats(profile, stream=text)
statistics.sort_stats("cumulative").print_stats(70)
statistics.sort_stats("tottime").print_stats(25)
result = text.getvalue()
"""


def prepare(messages):
    """The database that rounds are copied from, with recorded messages."""
    path = _world.prepare(BASE)
    shipments = messages // EVENTS_PER_SHIPMENT
    spare = shipments + WARM // EVENTS_PER_SHIPMENT
    _world.say(f"{spare} shipments, {messages + WARM} recorded messages")
    with Inside(BASE) as inside:
        inside.run(QUIET)
        _world.make_shipments(inside, [_world.number(n) for n in range(spare)])
        _world.record(inside, path, WARM, WARM // EVENTS_PER_SHIPMENT, first=shipments)
        _world.record(inside, path, messages, shipments)


def recorded(name):
    """The ids of the messages of a database: ``(to warm up, to measure)``."""
    query = "SELECT id FROM logistics_message WHERE state = 'received' ORDER BY id"
    ids = Database(name).column(query)
    return ids[:WARM], ids[WARM:]


def check_applied(name, ids):
    """Raise unless all messages were processed, each with one event of a shipment."""
    applied = Database(name).value(
        "SELECT count(*) FROM logistics_message m JOIN logistics_event e ON e.message_id = m.id "
        "WHERE m.id = ANY(%s) AND m.state = 'processed' AND e.shipment_id IS NOT NULL "
        "AND NOT e.is_unmapped",
        ids,
    )
    if applied != len(ids):
        raise RuntimeError(f"{applied} of {len(ids)} messages were applied in {name}")


def measure_drain(inside, name):
    """Events per second of the drain."""
    warm, ids = recorded(name)
    inside.run(QUIET)
    found = inside.run(DRAIN.format(warm=warm), timeout=600)
    check_applied(name, ids)
    rate = len(ids) / found["seconds"]
    _world.say(f"drain: {rate:.0f}/s")
    return {"drain_per_second": rate, "drain_cpu_share": found["cpu"] / found["seconds"]}


def measure_orm(inside):
    """Events per second that the ORM creates in bulk."""
    found = inside.run(ORM.format(warm=WARM), timeout=600)
    rate = found["rows"] / found["seconds"]
    _world.say(f"ORM: {rate:.0f}/s")
    return {"orm_bulk_per_second": rate}


def measure_jobs(inside, name, count):
    """Events per second with one job for each message."""
    warm, ids = recorded(name)
    inside.run(QUIET)
    conf = {"max_cron_threads": 0, "log_level": "warn"}
    with OdooServer(name, workers=2, extra_conf=conf):
        _run_jobs(inside, name, warm[:40])
        seconds = _run_jobs(inside, name, ids[:count])
    check_applied(name, ids[:count])
    _world.say(f"jobs: {count / seconds:.0f}/s")
    return {"job_per_event_per_second": count / seconds}


def _run_jobs(inside, name, ids):
    """Enqueue one job for each message and wait for the last; seconds from the commit on."""
    inside.run(ENQUEUE.format(ids=ids), timeout=120)
    begin, database = time.perf_counter(), Database(name)
    open_jobs = "SELECT count(*) FROM queue_job WHERE state NOT IN ('done', 'failed', 'cancelled')"
    wait_for(lambda: not database.value(open_jobs), 300, "the jobs to end", interval=0.1)
    seconds = time.perf_counter() - begin
    if database.value("SELECT count(*) FROM queue_job WHERE state <> 'done'"):
        raise RuntimeError("jobs failed")
    return seconds


def one_round(options):
    """All sides once, on copies."""
    _world.copy(BASE, COPY)
    with Inside(COPY) as inside:
        figures = measure_drain(inside, COPY) | measure_orm(inside)
    _world.copy(BASE, COPY)
    with Inside(COPY) as inside:
        figures |= measure_jobs(inside, COPY, options.jobs)
    if options.growth:
        _world.copy(GROWN, COPY)
        with Inside(COPY) as inside:
            figures["drain_1m_per_second"] = measure_drain(inside, COPY)["drain_per_second"]
        figures["growth_1m_process"] = figures["drain_1m_per_second"] / figures["drain_per_second"]
    drain = figures["drain_per_second"]
    figures["process_vs_job_per_event"] = drain / figures["job_per_event_per_second"]
    figures["process_vs_orm_bulk"] = drain / figures["orm_bulk_per_second"]
    return figures


def grow():
    """A copy of the database with a million worked events of other shipments, by SQL."""
    _world.say(f"a copy with {HISTORY} events more")
    _world.copy(BASE, GROWN)
    with Database(GROWN).connect() as connection, connection.cursor() as cursor:
        first = _clone(cursor, "logistics_shipment", HISTORY // HISTORY_PER_SHIPMENT, {})
        digest = "md5(n::text) || md5('x' || n)"
        values = {
            "receipt": "md5('r' || n)",
            "correlation_id": "md5('c' || n)",
            "external_id": "'old-' || n",
            "digest": digest,
            "state": "'processed'",
            "event_count": "1",
            "processed_at": "received_at",
        }
        message = _clone(cursor, "logistics_message", HISTORY, values)
        values = {
            "identity": "md5('i' || n)",
            "digest": digest,
            "message_id": f"{message} + n - 1",
        }
        _clone(cursor, "logistics_message_key", HISTORY, values)
        cursor.execute(
            """
            INSERT INTO logistics_event (fingerprint, company_id, connection_id, message_id,
                shipment_id, provider, issuer, shipment_key, tracking_number, code_id, classifier,
                raw_code, occurred_at, received_at, processed_at, standing)
            SELECT md5(m.id::text), m.company_id, m.connection_id, m.id,
                %s + (m.id - %s) / %s, m.provider, 'northwind', 'OLD' || m.id, 'OLD' || m.id,
                (SELECT id FROM logistics_event_code WHERE code = 'MOV_ARRIVED'), 'actual', 'ARR',
                m.received_at - interval '30 days', m.received_at, m.received_at, 'active'
            FROM logistics_message m WHERE m.id >= %s
            """,
            (first, message, HISTORY_PER_SHIPMENT, message),
        )
        cursor.execute("VACUUM ANALYZE")


def _clone(cursor, table, count, values):
    """Copy the first row of *table* *count* times with SQL *values* of ``n``; the first new id."""
    cursor.execute(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = %s::regclass "
        "AND attnum > 0 AND NOT attisdropped AND attname <> 'id'",
        (table,),
    )
    columns = [row[0] for row in cursor.fetchall()]
    cursor.execute(f"SELECT max(id) + 1 FROM {table}")
    first = cursor.fetchone()[0]
    chosen = ", ".join(values.get(name, name) for name in columns)
    cursor.execute(
        f"INSERT INTO {table} (id, {', '.join(columns)}) SELECT {first} + n - 1, {chosen} "
        f"FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t, generate_series(1, {count}) AS n"
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first + count})")
    return first


def profile():
    """Where the time of a drain goes."""
    _world.copy(BASE, COPY)
    with Inside(COPY) as inside:
        warm, _ids = recorded(COPY)
        inside.run(QUIET)
        return inside.run(PROFILE.format(warm=warm), timeout=600)


def measure(options):
    """All rounds: ``(ratios, figures)``, as medians."""
    if options.growth:
        grow()
    figures = report.medians([one_round(options) for _n in range(options.rounds)])
    ratios = {name: figures.pop(name) for name in list(figures) if name in report.BOUNDS}
    figures |= {"messages": options.messages, "jobs_sample": options.jobs, "workers": 2}
    return ratios, figures | {"rounds": options.rounds}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


def main():
    options, load = arguments(), report.load_average()
    try:
        prepare(options.messages)
        if options.profile:
            print(profile())
        else:
            report.publish("process", *measure(options), options.json, load)
    finally:
        for name in (BASE, COPY, GROWN):
            databases.drop(name)


if __name__ == "__main__":
    main()
