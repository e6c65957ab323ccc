"""What goes out: the cost of writing a message, and how fast messages leave, beside two floors.

python -m bench.outbox [--json FILE] [--messages 3000] [--rounds 3]

- enqueue: one message of 1.5 KB, written by ``_enqueue`` in a business transaction
- ORM create: one record of as many values by the ORM, flushed
- drain: the outbox's own job in one process, to a partner on this machine, one flow, one sender
- bare session: ``requests.Session().post`` of the same bodies to the same partner, in a loop

Both senders use one connection that is kept. Medians of the rounds.
"""

import argparse
import json
import subprocess
import sys
import uuid

from devtools import paths
from tests.simulators import CanonicalPartner
from tests.support.connections import connect
from tests.support.inside import Inside
from tests.support.rpc import Session
from tests.support.sending import make_flow

from . import _rig as rig

ENQUEUE = """
import time
flow = env["logistics.flow"].browse({flow_id})
outbox, body = env["logistics.outbox"], {body!r}
start = time.monotonic()
for number in range({count}):
    outbox._enqueue(flow, body, key=f"S{{number}}", once=f"{mark}:{{number}}")
result = time.monotonic() - start
"""
CREATE = """
import time
env["logistics.connection"].browse({connection_id}).partner_id
values = dict(connection_id={connection_id}, company_id=1, direction="out", channel="call",
              state="cancelled", provider="canonical", message_type="release", digest="0" * 64,
              size=1500, content_type="application/json", received_at="2026-01-01 00:00:00",
              priority=50, correlation_id="0" * 36, business_key="S1")
messages = env["logistics.message"]
start = time.monotonic()
for number in range({count}):
    messages.create(dict(values, receipt=f"{mark}:{{number}}"))
    env.flush_all()
result = time.monotonic() - start
"""
# Started and sent in one go, so that the server's own job does not come in between.
DRAIN = """
import time
env["logistics.flow"].browse({flow_id})._switch("closed", "bench")
env.cr.commit()
start = time.monotonic()
left = True
while left:
    env["logistics.outbox"]._send()
    env.cr.rollback()
    env.cr.execute("SELECT EXISTS (SELECT 1 FROM logistics_message"
                   " WHERE flow_id = {flow_id} AND state <> 'delivered')")
    left = env.cr.fetchone()[0]
result = time.monotonic() - start
env["logistics.flow"].browse({flow_id})._switch("stopped", "bench")
env.cr.commit()
"""
BARE = """
import json, sys, time, requests
url, body, count = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
session = requests.Session()
headers = {"Content-Type": "application/json"}
session.post(url, data=body, headers=headers)
start = time.monotonic()
for number in range(count):
    answer = session.post(url, data=body, headers={**headers, "Idempotency-Key": str(number)})
    assert answer.ok, answer
print(time.monotonic() - start)
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench outbox", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with rig.bench_database() as name, rig.server(name) as odoo, Desk() as desk:
        ratios, figures = measure(odoo, desk, options)
    return rig.report("outbox", ratios, figures, options.json)


class Desk:
    """The partner, in a process of its own: its work is nobody's here."""

    def __enter__(self):
        command = [paths.PYTHON, "-m", "tests.simulators.receiver"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *exc_info):
        self.process.terminate()
        self.process.wait(10)


def measure(odoo, desk, options):
    rpc = Session(odoo.url, odoo.db)
    connection_id = connect(rpc, CanonicalPartner())
    values = {"host": "127.0.0.1", "ports": str(desk.port), "plain_http": True, "note": "Bench"}
    rpc("logistics.allowed.host", "create", [values])
    url = f"http://127.0.0.1:{desk.port}/orders"
    flow_id = make_flow(rpc, connection_id, url)
    rpc("logistics.flow", "action_stop", [flow_id])
    body = {"type": "release", "delivery": "WH/OUT/00001", "filler": "x" * 1450}
    found = {name: [] for name in ("enqueue", "orm_create", "drain", "bare")}
    count = options.messages
    with Inside(odoo.db, rig.extra_conf()) as inside:
        for _round in range(options.rounds + 1):  # the first one warms
            program = ENQUEUE.format(flow_id=flow_id, body=body, count=count, mark=uuid.uuid4())
            found["enqueue"].append(count / inside.run(program, timeout=300))
            program = CREATE.format(connection_id=connection_id, count=count, mark=uuid.uuid4())
            found["orm_create"].append(count / inside.run(program, timeout=300))
            seconds = inside.run(DRAIN.format(flow_id=flow_id), timeout=300)
            found["drain"].append(count / seconds)
            command = [sys.executable, "-c", BARE, url, json.dumps(body), str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found["bare"].append(count / float(done.stdout))
    rounds = {name: values[1:] for name, values in found.items()}
    ratios = {
        # Times, so the floor's speed stands above.
        "enqueue_vs_orm_create": rig.median(
            [orm / ours for ours, orm in zip(rounds["enqueue"], rounds["orm_create"], strict=True)]
        ),
        "drain_vs_bare_session": rig.median(
            [ours / bare for ours, bare in zip(rounds["drain"], rounds["bare"], strict=True)]
        ),
    }
    figures = {f"{name}_per_second": rig.median(values) for name, values in rounds.items()}
    return ratios, figures | {"messages": count, "rounds": options.rounds}


if __name__ == "__main__":
    main()
