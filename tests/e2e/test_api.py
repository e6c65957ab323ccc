"""The API of a real server: events are told and read, nothing is lost between two pages whatever
commits when, and nonsense is answered as described."""

import json
import re
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devtools.postgres import Cluster

from ..simulators import CanonicalPartner
from ..support import http
from ..support.connections import connect, make_shipments
from ..support.polling import wait_for

READS = dict.fromkeys(("receipts_read", "shipments_read", "events_read", "orders_read"), True)
FAST = {"rate_limit": 0}


class Client:
    """A system with a key."""

    def __init__(self, world, **values):
        action = {"name": f"e2e {uuid.uuid4().hex[:8]}", **FAST, **values}
        self.world, self.url = world, world.server.url
        self.key_id = world.rpc("logistics.api.key", "create", [action])[0]
        context = world.rpc("logistics.api.key", "action_make", [self.key_id])["context"]
        self.secret = context["default_secret"]

    def call(self, method, path, body=None, **headers):
        path = path if path.startswith("/") else f"/logistics/v1/{path}"
        headers = {"Authorization": f"Bearer {self.secret}", **headers}
        return http.request(method, self.url + path, body, headers)

    def get(self, path):
        answer = self.call("GET", path)
        assert answer.status == 200, (path, answer)
        return answer.json()

    def post(self, body, content_type="application/json"):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.call("POST", "events", body, **{"Content-Type": content_type})

    def news(self, path, cursor):
        """All that a list has behind a cursor, and the cursor behind that."""
        found, following = [], f"{path}?limit=200&cursor={cursor}"
        while following:
            page = self.get(following)
            found, following = found + page["items"], page["next"]
        return found, page["cursor"]


@pytest.fixture(scope="module")
def client(session_world):
    """A key of the shared world's connection: it reads what is the company's, and tells events."""
    world = session_world
    return Client(
        world,
        all_connections=True,
        events_write=True,
        write_connection_id=world.connection_id,
        **READS,
    )


def told(number, code="MOV_ARRIVED", **values):
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    event = {
        "code": code,
        "occurred_at": at,
        "shipment": {"references": [{"type": "tracking", "value": number}]},
        **values,
    }
    return {"id": uuid.uuid4().hex, "issuer": "northwind", "events": [event]}


def end_of(client, path):
    """The cursor at the end of a list."""
    page = client.get(f"{path}?limit=200")
    while page["next"]:
        page = client.get(page["next"])
    return page["cursor"]


def settle(world):
    """Wait until all that was committed so far can be read: whatever writes anywhere on this server
    of PostgreSQL holds the horizon, also another database's tests."""
    now = world.database.value("SELECT logistics_position()")
    wait_for(lambda: world.database.value("SELECT logistics_horizon()") > now, 240)


# -- telling events -----------------------------------------------------------------------------


def test_an_event_is_told_and_read(world, client):
    shipment_id, number = world.shipment()
    ends = {path: end_of(client, path) for path in ("shipments", "events")}
    body = json.dumps(told(number)).encode()
    answer = client.post(body)
    assert answer.status == 202, answer
    receipt = answer.json()["receipt"]
    assert not answer.json()["duplicate"]
    assert world.fate(receipt)["state"] == "processed"
    again = client.post(body).json()
    assert (again["receipt"], again["duplicate"]) == (receipt, True)
    row = world.rpc.one("logistics.message", [("receipt", "=", receipt)], ["channel", "id"])
    assert row["channel"] == "api"
    headers = world.database.value(
        "SELECT headers FROM logistics_message_body WHERE message_id = %s", row["id"]
    )
    assert client.secret not in json.dumps(headers)
    assert headers["Logistics-Caller"] in client.secret

    public_id = world.read("logistics.shipment", shipment_id, "public_id")["public_id"]

    def arrived():
        events = client.get(f"shipments/{public_id}/events")["items"]
        return events and events[0]

    event = wait_for(arrived, 20, "the event cannot be read")
    assert event["code"] == "MOV_ARRIVED"
    settle(world)
    for path, found in (("shipments", public_id), ("events", event["id"])):
        items, _cursor = client.news(path, ends[path])
        assert found in [item["id"] for item in items], path
    receipts = client.get("receipts?limit=5")["items"]
    assert receipt in [item["receipt"] for item in receipts]
    found = client.get(f"shipments?tracking_number={number}")["items"]
    assert [one["id"] for one in found] == [public_id]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"id": NaN}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"null", "application/json", 422),
        (b'{"id": "a", "issuer": "x"}', "application/json", 422),
        (b'{"id": "\\u0000", "issuer": "x", "events": []}', "application/json", 422),
        (b'{"id": "\\ud800", "issuer": "x", "events": [{}]}', "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
    ],
)
def test_what_cannot_be_taken_is_not_kept(world, client, body, content_type, status):
    before = world.message_count()
    answer = client.post(body, content_type)
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.message_count() == before


def test_too_large(client):
    head = b'{"id": "' + b"a" * 1100 * 1024
    event = told("1")
    event["events"][0]["x-pad"] = "a" * 1100 * 1024
    assert client.post(event).status == 413
    assert client.post(head * 6).status == 413


def test_compressed_or_without_length(world, client):
    body = json.dumps(told("1")).encode()
    kind = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.call("POST", "events", body, **kind).status == 415
    lines = (
        "POST /logistics/v1/events HTTP/1.0", "Host: localhost",
        f"Authorization: Bearer {client.secret}",
        "Content-Type: application/json", "", "",
    )  # fmt: skip
    answer = http.raw(world.server.port, "\r\n".join(lines).encode())
    assert re.match(rb"HTTP/1\.[01] 411", answer), answer[:200]


def test_a_closed_connection_takes_nothing(world):
    partner = CanonicalPartner()
    connection_id = connect(world.rpc, partner, f"API closed {uuid.uuid4().hex[:6]}")
    client = Client(world, events_write=True, write_connection_id=connection_id)
    assert client.post(told("1ZCLOSED")).status == 202
    world.rpc("logistics.connection", "action_suspend", [connection_id])
    answers = {client.post(told("1ZCLOSED")).status for _call in range(6)}
    assert answers == {409}


def test_what_breaks_the_contract_is_refused_and_kept(world):
    partner = CanonicalPartner()
    name = f"API contract {uuid.uuid4().hex[:6]}"
    connection_id = connect(world.rpc, partner, name, contract_policy="refuse")
    client = Client(world, events_write=True, write_connection_id=connection_id)
    broken = {**told("1ZCONTRACT"), "colour": "red"}
    answers = [client.post(broken) for _call in range(2)]
    assert [answer.status for answer in answers] == [422, 422]
    receipt = answers[0].json()["receipt"]
    assert answers[1].json()["receipt"] == receipt
    assert "colour" in answers[0].json()["detail"]
    row = world.rpc.one("logistics.message", [("receipt", "=", receipt)], ["state", "channel"])
    assert (row["state"], row["channel"]) == ("rejected", "api")
    reader = Client(world, receipts_read=True, connection_ids=[(6, 0, [connection_id])])
    (shown,) = reader.get("receipts")["items"]
    assert (shown["receipt"], shown["state"]) == (receipt, "rejected")
    assert client.post(told("1ZCONTRACT")).status == 202


def test_a_revoked_key_is_void_in_every_worker(world):
    client = Client(world, all_connections=True, **READS)
    assert {client.call("GET", "shipments").status for _call in range(6)} == {200}
    world.rpc("logistics.api.key", "action_revoke", [client.key_id])
    assert {client.call("GET", "shipments").status for _call in range(9)} == {401}


def test_workers_keep_a_rate_together(world):
    client = Client(world, all_connections=True, **READS, rate_limit=1, rate_burst=10)
    start = time.monotonic()
    answers = [client.call("GET", "shipments") for _call in range(30)]
    passed = sum(answer.status == 200 for answer in answers)
    assert 10 <= passed <= 11 + (time.monotonic() - start)
    assert {answer.status for answer in answers} == {200, 429}
    assert all("retry-after" in answer.headers for answer in answers if answer.status == 429)


# -- nothing is lost ------------------------------------------------------------------------------


def test_who_commits_late_is_not_lost(world, client):
    """Anna begins to change a shipment, Ben changes another one and is done. A reader that went by
    time would take Ben's, and never look back for Anna's."""
    anna, ben = make_shipments(world.rpc, [uuid.uuid4().hex, uuid.uuid4().hex]).values()
    ids = {
        name: world.read("logistics.shipment", number, "public_id")["public_id"]
        for name, number in (("anna", anna), ("ben", ben))
    }
    cursor = end_of(client, "shipments")
    change = "UPDATE logistics_shipment SET service = %s WHERE id = %s"
    with world.database.connect() as late, late.cursor() as sql:
        late.autocommit = False
        sql.execute(change, (uuid.uuid4().hex, anna))
        world.database.rows(change, uuid.uuid4().hex, ben)
        items, cursor = client.news("shipments", cursor)
        seen = [item["id"] for item in items]
        # What is looked at by itself is as it is now.
        assert client.get(f"shipments/{ids['ben']}")["id"] == ids["ben"]
        late.commit()
    settle(world)
    items, _cursor = client.news("shipments", cursor)
    seen += [item["id"] for item in items]
    assert set(ids.values()) <= set(seen)


@pytest.mark.parametrize("path", ["shipments", "events"])
def test_whatever_commits_when_everything_is_read(world, client, path):
    """Twelve writers with transactions of all lengths, some of which fail, and a reader."""
    shipments = list(make_shipments(world.rpc, [uuid.uuid4().hex for _n in range(60)]).values())
    if path == "events":
        code = world.database.value("SELECT min(id) FROM logistics_event_code")
        change = (
            "INSERT INTO logistics_event (fingerprint, company_id, connection_id, shipment_id,"
            " provider, issuer, code_id, classifier, standing) SELECT %s, company_id, "
            f"{world.connection_id}, id, 'canonical', 'x', {code}, 'actual', 'active'"
            " FROM logistics_shipment WHERE id = %s"
        )
        show = "partner_event_id"
    else:
        change = "UPDATE logistics_shipment SET service = %s WHERE id = %s"
        show = "service"
    cursor, committed, stop = end_of(client, path), [], threading.Event()

    def write(number):
        with world.database.connect() as connection, connection.cursor() as sql:
            connection.autocommit = False
            for index, shipment in enumerate(shipments[number::12]):
                mark = f"{number}-{uuid.uuid4().hex}"
                sql.execute(change, (mark, shipment))
                time.sleep(((number * 7 + index * 5) % 13) / 50)
                if (number + index) % 5:
                    connection.commit()
                    committed.append((shipment, mark))
                else:
                    connection.rollback()

    seen = []

    def read():
        nonlocal cursor
        while not stop.is_set():
            items, cursor = client.news(path, cursor)
            seen.extend(items)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    reader = threading.Thread(target=read)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    settle(world)
    items, _cursor = client.news(path, cursor)
    seen += items
    assert len(committed) > 30
    if path == "shipments":
        marks = {item[show] for item in seen}
        assert {mark for _shipment, mark in committed} <= marks
    else:
        known = {item["shipment"]["id"] for item in seen}
        for shipment, _mark in committed:
            assert world.read("logistics.shipment", shipment, "public_id")["public_id"] in known
        assert len(seen) == len({item["id"] for item in seen}), "events come once"


def test_since_a_time_nothing_is_lost(world, client):
    """The clock says ten past; who wrote at nine past and commits at eleven past is still seen."""
    (shipment,) = make_shipments(world.rpc, [uuid.uuid4().hex]).values()
    mark = uuid.uuid4().hex
    with world.database.connect() as late, late.cursor() as sql:
        late.autocommit = False
        sql.execute("UPDATE logistics_shipment SET service = %s WHERE id = %s", (mark, shipment))
        world.rpc.run_cron("logistics_connector_base.cron_api_mark")
        time.sleep(0.01)
        since = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        late.commit()
    settle(world)
    marks, following = set(), f"shipments?limit=200&updated_since={since}"
    while following:
        page = client.get(following)
        marks |= {item["service"] for item in page["items"]}
        following = page["next"]
    assert mark in marks


# -- secrets ------------------------------------------------------------------------------------


def test_a_key_stands_in_no_log_and_no_dump(world, client):
    client.call("GET", "shipments")
    http.request("GET", f"{client.url}/logistics/v1/shipments?key={client.secret}")
    http.request("GET", f"{client.url}/web/login?redirect=/{client.secret}")
    http.request("GET", f"{client.url}/logistics/v1/shipments/{client.secret}")
    http.raw(world.server.port, f"GET /{client.secret} HTTP/9.9\r\n\r\n".encode())
    log = world.server.log_path.read_text(errors="replace")
    assert client.secret not in log
    cluster = Cluster.main()
    dump = subprocess.run(
        [cluster.binary("pg_dump"), "--data-only", "-t", "logistics_*", "-t", "mail_*",
         "-t", "ir_logging", world.database.name],
        env={**cluster.env(), "PATH": "/usr/bin:/bin"}, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert len(dump) > 1000
    assert client.secret.encode() not in dump


# -- nonsense -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "key"])
def test_schemathesis(world, client, who, tmp_path):
    """A short form of the exam's: 25 seconds for each, whatever it makes of the description."""
    described = http.request("GET", f"{client.url}/logistics/v1/openapi.json").json()
    described["paths"] = {
        path: entry for path, entry in described["paths"].items() if "/in/" not in path
    }
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(described))
    secret = client.secret if who == "key" else "lck_00000000_" + "0" * 48
    start = world.server.log_path.stat().st_size
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "run", str(file),
            "--url", client.url, "--phases", "coverage,fuzzing", "--max-time", "25",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance", "--seed", "19", "--request-timeout", "20",
            "--output-sanitize", "true", "--warnings", "off", "--no-color",
            "-H", f"Authorization: Bearer {secret}",
        ],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=180,
    )  # fmt: skip
    assert not done.returncode, done.stdout[-4000:]
    assert int(re.search(r"(\d+) generated", done.stdout).group(1)) > 100
    log = world.server.log_path.read_bytes()[start:].decode(errors="replace")
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:3000]
