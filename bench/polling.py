"""Asking a carrier about single parcels: how fast, and whether many open shipments slow it down.

python -m bench.polling [--json FILE] [--open 100000] [--asks 1000] [--rounds 3]

- poll: the sweeper's own job in one process, one call for each parcel (UPS), one asker; an answer
  with two scans is filed durably, and the parcel's next turn is set
- bare session: ``requests.Session().get`` of the same numbers from the same partner, in a loop
- with so many open shipments: the same number of parcels is due, the others are not

Medians of the rounds.
"""

import argparse
import subprocess
import sys

from devtools import paths
from tests.simulators.feed import UpsTracking
from tests.support.connections import connect
from tests.support.inside import Inside
from tests.support.rpc import Session

from . import _rig as rig

PATH = "/api/track/v1/details"
FEW = 1000
# As Odoo leaves them; indexes and constraints stay on.
FILL = """
INSERT INTO logistics_shipment (name, company_id, mode, state, issuer, correlation_id,
    create_uid, write_uid, create_date, write_date)
SELECT 'OPEN/' || n, 1, 'parcel', 'in_transit', 'ups', md5(n::text), 1, 1, now(), now()
FROM generate_series({first}, {last}) n;
INSERT INTO logistics_shipment_reference (shipment_id, company_id, type, value, value_key,
    issuer, create_uid, write_uid, create_date, write_date)
SELECT id, 1, 'tracking', '1Z' || lpad(id::text, 16, '0'), '1Z' || lpad(id::text, 16, '0'),
       'ups', 1, 1, now(), now()
FROM logistics_shipment s WHERE name LIKE 'OPEN/%' AND NOT EXISTS (
    SELECT 1 FROM logistics_shipment_reference r WHERE r.shipment_id = s.id);
ANALYZE logistics_shipment; ANALYZE logistics_shipment_reference
"""
ENROL = """
import time
start = time.monotonic()
env["logistics.poll.shipment"]._enrol(env["logistics.poll"].browse({poll_id}))
env.cr.execute("SELECT count(*) FROM logistics_poll_shipment")
result = (time.monotonic() - start, env.cr.fetchone()[0])
"""
# So many of all are due; the others are spread over a day.
POLL = """
import time
env.cr.execute('''
    UPDATE logistics_poll_shipment SET asked_at = now() AT TIME ZONE 'UTC' - interval '2 days',
        next_at = now() AT TIME ZONE 'UTC' + interval '1 hour' + random() * interval '1 day',
        quiet = 0, unknown = 0;
    UPDATE logistics_poll_shipment SET next_at = now() AT TIME ZONE 'UTC' - interval '1 minute'
    WHERE id IN (SELECT id FROM logistics_poll_shipment ORDER BY random() LIMIT {count});
''')
env.cr.commit()
env.cr.execute("SELECT f.value FROM logistics_poll_shipment p"
               " JOIN logistics_shipment_reference f USING (shipment_id)"
               " WHERE p.next_at < now() AT TIME ZONE 'UTC'")
numbers = [row[0] for row in env.cr.fetchall()]
env.cr.rollback()
start = time.monotonic()
left = True
while left:
    env["logistics.sweeper"]._ask()
    env.cr.rollback()
    env.cr.execute("SELECT EXISTS (SELECT 1 FROM logistics_poll_shipment"
                   " WHERE next_at <= now() AT TIME ZONE 'UTC')")
    left = env.cr.fetchone()[0]
seconds = time.monotonic() - start
env.cr.execute("SELECT count(*) FROM logistics_poll_shipment "
               " WHERE asked_at > now() AT TIME ZONE 'UTC' - interval '1 day'")
assert env.cr.fetchone()[0] == {count}, "not all were asked about"
result = (seconds, numbers)
"""
LOOK = """
import time
from odoo.addons.logistics_connector_base.polling import lanes
times = []
for _n in range(20):
    start = time.monotonic()
    lanes.due_polls(env.cr), lanes.seconds_to_next(env.cr)
    times.append(time.monotonic() - start)
result = sorted(times)[10] * 1000
"""
BARE = """
import sys, time, requests
url, numbers = sys.argv[1], sys.stdin.read().split()
session = requests.Session()
session.get(f"{url}/{numbers[0]}")
start = time.monotonic()
for number in numbers:
    answer = session.get(f"{url}/{number}", timeout=30)
    assert answer.ok and answer.json(), answer
print(time.monotonic() - start)
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench polling", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=FEW)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with rig.bench_database("logistics_connector_carrier") as name, Carrier() as carrier:
        with rig.server(name) as odoo:
            poll_id = carrier.be_asked_by(odoo)
        # The server is over: nobody else asks.
        with Inside(name, rig.extra_conf()) as inside:
            ratios, figures = measure(inside, carrier, poll_id, options)
    return rig.report("polling", ratios, figures, options.json)


class Carrier:
    """UPS, in a process of its own: its work is nobody's here."""

    def __enter__(self):
        command = [paths.PYTHON, "-m", "bench._ups"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}{PATH}"
        return self

    def __exit__(self, *exc_info):
        self.process.terminate()
        self.process.wait(10)

    def be_asked_by(self, odoo):
        """The poll's id."""
        rpc = Session(odoo.url, odoo.db)
        values = {"host": "127.0.0.1", "ports": str(self.port), "plain_http": True, "note": "Bench"}
        rpc("logistics.allowed.host", "create", [values])
        connection_id = connect(rpc, UpsTracking())
        values = {"name": "Bench", "kind": "shipment", "connection_id": connection_id}
        return rpc("logistics.poll", "create", [values | {"url": self.url}])[0]


def measure(inside, carrier, poll_id, options):
    """Ratios and figures: few open shipments first, then many."""
    figures, ratios, polled = {}, {}, {}
    have = 0
    for count in (options.asks, options.open):
        program = f"env.cr.execute({FILL.format(first=have + 1, last=count)!r})"
        inside.run(program, timeout=600)
        seconds, enrolled = inside.run(ENROL.format(poll_id=poll_id), timeout=600)
        assert enrolled == count, (enrolled, count)
        found = []
        for _round in range(options.rounds + 1):  # the first one warms
            seconds_asked, numbers = inside.run(POLL.format(count=options.asks), timeout=900)
            command = [sys.executable, "-c", BARE, carrier.url]
            done = subprocess.run(
                command, input=" ".join(numbers), capture_output=True, text=True, check=True
            )
            found.append((options.asks / seconds_asked, options.asks / float(done.stdout)))
        rates, bare = zip(*found[1:], strict=True)
        polled[count] = rig.median(rates)
        figures |= {
            f"{count}_open_enrolled_in_s": seconds,
            f"{count}_open_look_ms": inside.run(LOOK),
            f"{count}_open_per_second": polled[count],
            f"{count}_open_bare_per_second": rig.median(bare),
        }
        ratios[f"poll_vs_bare_session_{count}_open"] = rig.median(
            [ours / theirs for ours, theirs in zip(rates, bare, strict=True)]
        )
        have = count
    ratios["poll_with_many_open"] = polled[options.open] / polled[options.asks]
    return ratios, figures | {"asks": options.asks, "rounds": options.rounds}


if __name__ == "__main__":
    main()
