"""What is for machines, on a running server: Prometheus scrapes it and alerts; a load balancer is
told the truth, with PostgreSQL and without; the log tells a message's way."""

import json
import uuid
from types import SimpleNamespace

import pytest

from devtools import prometheus
from devtools.nginx import Nginx
from devtools.server import OdooServer

from ..simulators import CanonicalPartner
from ..simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from ..simulators.receiver import Receiver
from ..support import http
from ..support.connections import connect, make_shipments
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.sending import enqueue, make_flow
from .conftest import METRICS_TOKEN
from .test_refusals import check_problem

AUTHORIZED = {"Authorization": f"Bearer {METRICS_TOKEN}"}


@pytest.fixture(scope="module")
def watcher(live_server):
    with prometheus.Prometheus(live_server, METRICS_TOKEN) as process:
        yield process


def log_lines(server, start=0):
    """The lines of a server's log that are JSON objects."""
    for line in server.log_path.read_bytes()[start:].splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # what was said before our addon was imported, or by PostgreSQL
            continue


def tell(world, number, partner=None):
    """A partner tells of a parcel's pick-up; the fate of the message."""
    partner = partner or world.partner
    steps = journey("delivered", now(), EINDHOVEN, UTRECHT)[:1]
    return world.fate(partner.deliver(partner.body(Parcel(number), steps)).receipt)


def test_the_rules_are_valid_and_do_what_they_say():
    assert "12 rules found" in prometheus.promtool(
        "check", "rules", prometheus.DEPLOY / "logistics.rules.yml"
    )
    prometheus.promtool("test", "rules", prometheus.DEPLOY / "logistics.tests.yml")


def test_prometheus_reads_what_the_database_says(world, watcher):
    wait_for(lambda: watcher.value('up{job="logistics"}') == 1, 30, "it is not scraped")
    [group] = watcher.ask("rules")["groups"]
    assert len(group["rules"]) == 12
    assert {rule["health"] for rule in group["rules"]} <= {"ok", "unknown"}
    _shipment, number = world.shipment()
    assert tell(world, number)["state"] == "processed"
    query = f'logistics_messages_received_7d{{connection_id="{world.connection_id}"}}'
    count = world.database.value(
        "SELECT count(*) FROM logistics_message WHERE connection_id = %s AND direction = 'in'",
        world.connection_id,
    )
    wait_for(lambda: watcher.value(query) == count, 15, lambda: f"{query} is not {count}")


def test_every_worker_says_the_same(world):
    start = world.server.log_path.stat().st_size
    answers, pids = set(), set()

    def several():
        answer = http.request("GET", f"{world.server.url}/logistics/metrics", headers=AUTHORIZED)
        assert answer.status == 200
        name = f'connection_id="{world.connection_id}"'
        answers.add(
            tuple(
                line
                for line in answer.body.decode().splitlines()
                if name in line and line.startswith("logistics_messages_received_7d")
            )
        )
        for line in log_lines(world.server, start):
            if line["logger"] == "werkzeug" and "/logistics/metrics" in line["message"]:
                pids.add(line["pid"])
        return len(pids) > 1

    wait_for(several, 60, "one worker answers all")
    assert len(answers) == 1
    assert answers != {()}


def test_an_alert_of_odoo_fires_in_prometheus_and_ends(world, watcher):
    rpc, partner = world.rpc, CanonicalPartner()
    # Of its own: other tests leave parcels that are nobody's.
    connection_id = connect(rpc, partner, "Watched by Prometheus")
    [company_id, _name] = world.read("logistics.connection", connection_id, "company_id")[
        "company_id"
    ]
    [rule_id] = rpc(
        "logistics.alert.rule",
        "create",
        [
            {
                "name": "Somebody else's parcels",
                "metric": "health.parked",
                "connection_id": connection_id,
                "company_id": company_id,
                "threshold": 0.5,
                "clear_threshold": 0,
                "after_minutes": 0,
                "over_minutes": 0,
                "severity": "critical",
            }
        ],
    )

    def fires():
        return [
            labels
            for labels in watcher.firing("LogisticsAlert")
            if labels["rule_id"] == str(rule_id)
        ]

    def looked(count):
        rpc("logistics.alert.rule", "action_look", [rule_id])
        return bool(fires()) is bool(count)

    number = partner.number(world.rng)
    assert tell(world, number, partner)["state"] == "parked"
    wait_for(lambda: looked(1), 30, "it does not fire", interval=1)
    [labels] = fires()
    assert (labels["severity"], labels["source"]) == ("critical", "odoo")
    make_shipments(rpc, [number], partner.issuer)
    wait_for(lambda: looked(0), 30, "it does not end", interval=1)
    rpc("logistics.alert.rule", "unlink", [rule_id])


def test_a_message_can_be_followed_in_the_log(world):
    start = world.server.log_path.stat().st_size
    trace = uuid.uuid4().hex
    _shipment, number = world.shipment()
    steps = journey("delivered", now(), EINDHOVEN, UTRECHT)[:1]
    body = world.partner.body(Parcel(number), steps)
    headers = world.partner.headers(body, world.partner.new_message_id(body))
    headers["traceparent"] = f"00-{trace}-00f067aa0ba902b7-01"
    answer = world.partner.post(body, headers=headers)
    world.fate(answer.json()["receipt"])
    correlation = answer.headers["x-correlation-id"]
    assert correlation.replace("-", "") == trace

    def steps():
        lines = [
            line
            for line in log_lines(world.server, start)
            if line.get("correlation_id") == correlation
        ]
        return lines if len(lines) == 2 else None

    received, worked = wait_for(steps, 10, "no trail")
    assert (received["step"], received["outcome"]) == ("received", "accepted")
    assert (worked["step"], worked["state"]) == ("worked", "processed")
    assert received["message_id"] == worked["message_id"]
    assert {received["db"], worked["db"]} == {world.server.db}
    assert received["connection_id"] == world.connection_id


def test_what_goes_wrong_and_what_leaves_is_there_too(world):
    start = world.server.log_path.stat().st_size

    def step(name, **values):
        for line in log_lines(world.server, start):
            if line.get("step") == name and values.items() <= line.items():
                return line
        return None

    assert world.partner.post(b"{}", headers={"Content-Type": "application/json"}).status == 401
    wait_for(lambda: step("refused", connection_id=world.connection_id), 10, "no refusal")
    receipt = world.partner.deliver(b'{"not": "a message"}').receipt
    world.fate(receipt)
    failed = wait_for(lambda: step("failed", state="dead"), 10, "no failure")
    assert failed["error"] == "ParseError"
    assert failed["correlation_id"]
    with Receiver() as shop, Inside(world.server.db) as inside:
        shop.allow(world.rpc)
        flow_id = make_flow(world.rpc, world.connection_id, f"{shop.url}/in", code="logged")
        enqueue(inside, flow_id, [({"n": 1}, {"key": "A1", "once": "logged-1"})])
        sent = wait_for(lambda: step("sent", flow_id=flow_id), 20, "nothing was sent")
    assert (sent["outcome"], sent["status"], sent["tries"]) == ("delivered", 200, 1)
    [message] = world.rpc(
        "logistics.message", "read", [sent["message_id"]], ["correlation_id", "state"]
    )
    assert message["correlation_id"] == sent["correlation_id"]


def test_a_load_balancer_is_told(world):
    url = f"{world.server.url}/logistics/health"
    known = http.request("GET", url, headers=AUTHORIZED)
    told = json.loads(known.body)
    assert known.status == 200, told
    assert told["checks"]["database:writable"] == [{"status": "pass"}]
    assert told["checks"]["intake:master_key"] == [{"status": "pass"}]
    assert json.loads(http.request("GET", url).body) == {"status": told["status"]}
    alive = http.request("GET", f"{url}/live")
    assert (alive.status, json.loads(alive.body)) == (200, {"status": "pass"})


def test_what_is_for_machines_is_not_for_the_world(live_server):
    """From this machine nginx lets it through; the site says who else may."""
    with Nginx(live_server) as nginx:
        for path, status in (("metrics", 401), ("v1/metrics", 401), ("health", 200)):
            answer = http.request("GET", f"{nginx.url}/logistics/{path}")
            assert answer.status == status, path
        text = (nginx.folder / "odoo.conf").read_text()
    for place in ("location ~ ^/logistics/(v1/)?metrics$", "location /logistics/health"):
        block = text.split(place)[1].split("}")[0]
        assert "deny all;" in block, place


def test_without_postgresql_it_is_alive_and_not_ready(live_server, world, tmp_path):
    """PostgreSQL is there, goes (for this server), and comes back."""
    cluster = live_server.cluster
    name = f".s.PGSQL.{cluster.port}"
    way = tmp_path / name
    way.symlink_to(f"{cluster.host}/{name}")
    through = SimpleNamespace(
        host=str(tmp_path), port=cluster.port, user=cluster.user, password=cluster.password
    )
    through.ensure = lambda: through
    extra = {"max_cron_threads": 0, "server_wide_modules": "base,web,logistics_connector_base"}
    # In one process: the master of several may end with PostgreSQL (docs/operations.md).
    with OdooServer(live_server.db, workers=0, cluster=through, extra_conf=extra) as server:
        url = f"{server.url}/logistics/health"
        assert http.request("GET", url).status == 200
        way.unlink()
        world.database.value(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = %s",
            f"odoo-{server.pid}",
        )
        answer = wait_for(lambda: unready(url), 20, "it says that it is ready")
        check_problem(answer, 503)
        assert answer.headers["retry-after"] == "30"
        assert http.request("GET", f"{url}/live").status == 200
        way.symlink_to(f"{cluster.host}/{name}")
        wait_for(lambda: not unready(url), 30, "it does not come back")


def unready(url):
    """The answer of a server that is not ready, or None."""
    answer = http.request("GET", url)
    return answer if answer.status != 200 else None
