"""Intake: accepted, signed, durable messages per second, beside two floors in the same run.

python -m bench.ingest [--json FILE] [--seconds 5] [--rounds 3]

- empty: a controller (auth none, no session) that answers 204 and does nothing
- automation: Odoo's own webhook (base_automation), which creates one record without any signature
- intake: our address, Standard Webhooks signature over 1.5 KB of JSON, one durable insert

Two prefork workers, 8 connections at once, a new connection for each request (Odoo's workers close
them). The drain is held back while the three are compared, so that nothing but the intake works;
``intake_while_draining`` is the same with the inbox being worked on the same two cores.
"""

import argparse
import contextlib
import time

from tests.simulators import CanonicalPartner, Parcel
from tests.simulators.journey import EINDHOVEN, Step, now
from tests.support.connections import connect, make_shipments
from tests.support.database import Database
from tests.support.rpc import Session

from . import _rig as rig

BODY = 1500  # bytes
LOCKS, LANES = 0x4C4F4749, 16  # of the drains: inbox/lanes.py


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench ingest", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with rig.bench_database() as name, rig.server(name) as odoo:
        bench = Bench(odoo)
        ratios, figures = measure(bench, options.seconds, options.rounds)
    return rig.report("ingest", ratios, figures, options.json)


class Bench:
    """The three cases on one server."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.rpc = Session(odoo.url, odoo.db)
        self.database = Database(odoo.db)
        self.partner = CanonicalPartner()
        self.connection_id = connect(self.rpc, self.partner)
        self.numbers = [f"BENCH{n:06}" for n in range(400)]
        make_shipments(self.rpc, self.numbers, self.partner.issuer)
        self.hook = self._webhook()
        self.sent = 0

    def _webhook(self):
        """Odoo's own webhook that creates one record; its path."""
        model = self.rpc("ir.model", "search", [("model", "=", "bench.record")])[0]
        values = {
            "name": "Benchmark",
            "model_id": model,
            "trigger": "on_webhook",
            "record_getter": "model.create({'name': payload.get('id'), 'body': str(payload)})",
        }
        automation = self.rpc("base.automation", "create", [values])
        url = self.rpc("base.automation", "read", automation, ["url"])[0]["url"]
        return "/web/hook/" + url.rsplit("/", 1)[1]

    def messages(self, count):
        """Signed requests, all different."""
        path = self.partner.url.removeprefix(self.rpc.url)
        return [
            rig.http_request(path, body, self.partner.headers(body, message_id))
            for body, message_id in self._bodies(count)
        ]

    def hooks(self, count):
        headers = {"Content-Type": "application/json"}
        return [rig.http_request(self.hook, body, headers) for body, _id in self._bodies(count)]

    def empties(self, count):
        headers = {"Content-Type": "application/json"}
        return [
            rig.http_request("/bench/empty", body, headers) for body, _id in self._bodies(count)
        ]

    def _bodies(self, count):
        moment = now()
        for _message in range(count):
            self.sent += 1
            number = self.numbers[self.sent % len(self.numbers)]
            at = moment.fromtimestamp(moment.timestamp() - self.sent, moment.tzinfo)
            event = self.partner.event(Parcel(number), Step("arrived", at, EINDHOVEN))
            payload = self.partner.wrap([event])
            payload["x-filler"] = ""
            payload["x-filler"] = "x" * (BODY - len(self.partner.encode(payload)))
            body = self.partner.encode(payload)
            yield body, payload["id"]

    @contextlib.contextmanager
    def drain_held(self):
        """No drain begins meanwhile."""
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(%s, lane) FROM generate_series(1, %s) lane", (LOCKS, LANES)
            )
            yield

    def wait_drained(self):
        while self.database.value(
            "SELECT count(*) FROM logistics_message WHERE state IN ('received', 'processing')"
        ):
            time.sleep(0.2)


def measure(bench, seconds, rounds):
    cases = {"empty": bench.empties, "automation": bench.hooks, "intake": bench.messages}
    expected = {"empty": "204", "automation": "200", "intake": "202"}
    for case, make in cases.items():  # warm up every worker, and learn how much to prepare
        cases[case] = make, rig.fire(bench.odoo, make(400), seconds=30)["per_second"]
    results = {case: [] for case in (*cases, "intake_while_draining")}
    for number in range(rounds):
        order = list(cases)[number % 3 :] + list(cases)[: number % 3]
        for case in order:
            make, rate = cases[case]
            with bench.drain_held():
                result = fire(bench, make, rate, seconds, expected[case])
            results[case].append(result)
            if case == "intake":
                bench.wait_drained()
        make, rate = cases["intake"]
        results["intake_while_draining"].append(fire(bench, make, rate, seconds, "202"))
        bench.wait_drained()
    speed = {
        case: rig.median([one["per_second"] for one in found]) for case, found in results.items()
    }
    intake = results["intake"]
    ratios = {
        "ingest_vs_empty_controller": rig.median(
            [
                a["per_second"] / b["per_second"]
                for a, b in zip(intake, results["empty"], strict=True)
            ]
        ),
        "ingest_vs_base_automation": rig.median(
            [
                a["per_second"] / b["per_second"]
                for a, b in zip(intake, results["automation"], strict=True)
            ]
        ),
        "ingest_p99_vs_p50": rig.median([one["p99_ms"] / one["p50_ms"] for one in intake]),
    }
    figures = {f"{case}_per_second": value for case, value in speed.items()}
    figures |= {
        "intake_p50_ms": rig.median([one["p50_ms"] for one in intake]),
        "intake_p99_ms": rig.median([one["p99_ms"] for one in intake]),
        "connections": 8,
        "workers": 2,
        "body_bytes": BODY,
        "rounds": rounds,
        "keep_alive": "off",
    }
    return ratios, figures


def fire(bench, make, rate, seconds, status):
    """One timed run; every answer must be the expected one."""
    result = rig.fire(bench.odoo, make(int(rate * seconds * 6) + 2000), seconds=seconds)
    if set(result["statuses"]) != {status}:
        raise SystemExit(f"answers {result['statuses']}, {status} expected")
    if result["used_up"]:
        raise SystemExit("the prepared requests were used up: the figure would be too low")
    return result


if __name__ == "__main__":
    main()
