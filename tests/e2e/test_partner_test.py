"""A partner's developer tries messages out: what would become of them, and nothing of it stays."""

import io
import json
import os
import subprocess
import threading
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError

import pytest
from jsonschema import Draft202012Validator

from ..simulators import CanonicalPartner, Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..simulators.warehouse import WarehouseServer
from ..support import http
from ..support.browser import Browser
from ..support.connections import connect
from ..support.people import person
from ..support.rpc import Session
from ..support.warehouse import CAREFUL, Harbour
from .test_refusals import LIMIT, UNKNOWN_TOKEN, check_problem

SCHEMAS = Path(__file__).parents[2] / "logistics_connector_base" / "schemas" / "api-1.0.json"
PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
TABLES = (
    "logistics_message",
    "logistics_message_key",
    "logistics_message_body",
    "logistics_event",
    "logistics_effect",
    "logistics_exception",
    "logistics_parked_reference",
    "logistics_shipment",
    "logistics_advice",
    "logistics_advice_line",
    "logistics_snapshot",
    "logistics_message_stream",
    "stock_move",
    "stock_picking",
    "stock_quant",
    "ir_attachment",
    "mail_message",
    "mail_mail",
    "queue_job",
)


def counts(world):
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(world.database.rows(union))


def validator(name):
    schema = json.loads(SCHEMAS.read_text())
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def send(partner, body, headers=None):
    """Send a test as it is; the answer."""
    if not isinstance(body, bytes):
        body = partner.encode(body)
    headers = partner.headers(body, f"msg_{uuid.uuid4().hex}") if headers is None else headers
    return http.request("POST", partner.url + "/test", body, headers, 30)


def told(world, partner, body, **more):
    """What a test is told; nothing of it has stayed."""
    before = counts(world)
    answer = send(partner, body, **more)
    assert answer.status == 200, answer
    assert counts(world) == before
    found = answer.json()
    validator("PartnerTest").validate(found)
    text = answer.body.decode()
    assert not any(word in text for word in ("Traceback", "psycopg2", "odoo", "logistics."))
    return found


def last_result(world, connection_id):
    row = world.read("logistics.connection", connection_id, "last_test_at", "last_test_result")
    return row["last_test_at"] and row["last_test_result"]


@pytest.fixture
def own(world):
    """A partner and a connection that nobody else uses."""
    partner = CanonicalPartner(schedule=(0,))
    return partner, connect(world.rpc, partner, f"Trying {uuid.uuid4().hex[:8]}")


@pytest.fixture
def nothing_stays(world):
    before = counts(world)
    yield
    assert counts(world) == before


def scan(code="MOV_ARRIVED", number="1ZNOBODY"):
    return {
        "code": code,
        "occurred_at": "2026-03-10T10:00:00+01:00",
        "shipment": {"references": [{"type": "tracking", "value": number}]},
    }


# -- what it is told -------------------------------------------------------------------------------


def test_what_it_says_is_what_comes(world, own):
    partner, connection_id = own
    shipment_id, number = world.shipment(partner)
    body = partner.body(
        Parcel(number), journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, "Mr X")
    )
    found = told(world, partner, body)
    assert found["verdict"] == "accepted"
    assert found["errors"] == []
    assert found["came_before"] is None
    assert {fact["shipment"] for fact in found["facts"]} == {"known"}
    assert "delivered" in [one["becomes"] for one in found["changes"] if one["field"] == "state"]
    assert "Mr X" not in json.dumps(found["changes"])
    assert world.read("logistics.shipment", shipment_id, "delivered_at")["delivered_at"] is False
    assert last_result(world, connection_id) == "accepted"

    world.fate(partner.deliver(body).receipt)
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"
    found = told(world, partner, body)
    assert found["came_before"]["content"] == "same"
    assert found["changes"] == []
    payload = json.loads(body)
    payload["x-note"] = "other bytes"
    found = told(world, partner, payload)
    assert found["verdict"] == "waits"
    assert found["came_before"]["content"] == "other"


def test_an_unknown_shipment_waits(world, own):
    partner, connection_id = own
    found = told(world, partner, partner.wrap([scan()]))
    assert found["verdict"] == "waits"
    (fact,) = found["facts"]
    assert (fact["shipment"], fact["pointer"]) == ("unknown", "/events/0")
    assert fact["understood_as"] == "MOV_ARRIVED"
    assert last_result(world, connection_id) == "waits"


def test_a_code_that_nobody_knows(world, own):
    unknown = {**scan(), "raw_code": "QX7"}
    del unknown["code"]
    (fact,) = told(world, own[0], own[0].wrap([unknown]))["facts"]
    assert (fact["code"], fact["understood_as"]) == ("QX7", None)


def test_every_error_has_its_place(world, own):
    """All of them, not the first five, which is what exceptions and refusals name."""
    partner, connection_id = own
    scans = [{**scan(), "occurred_at": 7} for _number in range(9)]
    found = told(world, partner, partner.wrap(scans))
    assert found["verdict"] == "refused"
    assert found["kind"] == "canonical-events"
    places = {error["pointer"] for error in found["errors"]}
    assert {f"/events/{number}/occurred_at" for number in range(9)} <= places
    assert last_result(world, connection_id) == "refused"


@pytest.mark.parametrize("body", [b"{", b"", b"[1, 2", b'{"type": "unheard-of"}', b"\xff\xfe"])
def test_what_is_no_message(world, own, body):
    found = told(world, own[0], body)
    assert found["verdict"] == "refused"
    assert found["errors"]


def test_another_companys_shipment_is_unknown(world, own):
    partner, _connection_id = own
    company = world.rpc("res.company", "create", [{"name": f"Other {uuid.uuid4().hex[:6]}"}])[0]
    number = f"1Z{uuid.uuid4().hex[:12].upper()}"
    world.rpc(
        "logistics.shipment",
        "create",
        [{"company_id": company, "package_ids": [(0, 0, {"tracking_number": number})]}],
    )
    (fact,) = told(world, partner, partner.wrap([scan(number=number)]))["facts"]
    assert fact["shipment"] == "unknown"


# -- what is not looked at -------------------------------------------------------------------------


def test_bad_proof(world, own):
    """Nothing of it is worked; that somebody failed is told as at the intake."""
    partner, connection_id = own
    before = counts(world)
    body = partner.encode(partner.wrap([scan()]))
    headers = partner.headers(body, "msg_x")
    check_problem(send(partner, body + b" ", headers), 401)
    check_problem(send(partner, body, {"Content-Type": "application/json"}), 401)
    left = {"logistics_exception": 0}
    assert counts(world) | left == before | left
    assert not last_result(world, connection_id)


def test_unknown_address(world, own, nothing_stays):
    partner, _connection_id = own
    partner.url = f"{world.rpc.url}/logistics/v1/in/{UNKNOWN_TOKEN}"
    check_problem(send(partner, partner.wrap([scan()])), 401)


def test_suspended(world, own):
    partner, connection_id = own
    world.rpc("logistics.connection", "action_suspend", [connection_id])
    before = counts(world)
    check_problem(send(partner, partner.wrap([scan()])), 401)
    assert counts(world) == before


def test_too_large(world, own, nothing_stays):
    partner, connection_id = own
    check_problem(send(partner, b'{"x": "' + b"y" * LIMIT + b'"}'), 413)
    assert not last_result(world, connection_id)


def test_another_type_and_no_get(world, own, nothing_stays):
    partner, _connection_id = own
    body = partner.encode(partner.wrap([scan()]))
    headers = {**partner.headers(body, "msg_y"), "Content-Type": "multipart/form-data"}
    check_problem(send(partner, body, headers), 415)
    answer = http.request("GET", partner.url + "/test", b"", {}, 30)
    check_problem(answer, 405)


def test_the_rate_of_messages_is_that_of_tests(world, own):
    partner, connection_id = own
    values = {"rate_limit": 1, "rate_burst": 1}
    world.rpc("logistics.connection", "write", [connection_id], values)
    before = counts(world)
    for _number in range(50):
        answer = send(partner, partner.wrap([scan()]))
        if answer.status != 200:
            break
    check_problem(answer, 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert counts(world) == before  # no exception, either: nothing was lost


def test_one_at_a_time(world, own, nothing_stays):
    """Somebody else's test of the connection is under way."""
    partner, connection_id = own
    with world.database.connect() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", (0x4C4F4754, connection_id))
        check_problem(send(partner, partner.wrap([scan()])), 503)


def test_it_gives_way_to_who_has_the_shipment(world, own):
    partner, _connection_id = own
    shipment_id, number = world.shipment(partner)
    body = partner.body(Parcel(number), journey("delivered", now(), EINDHOVEN, UTRECHT, "Mr X"))
    before = counts(world)
    with world.database.connect() as other, other.cursor() as cursor:
        other.autocommit = False
        cursor.execute("SELECT id FROM logistics_shipment WHERE id = %s FOR UPDATE", (shipment_id,))
        check_problem(send(partner, body), 503)
    assert counts(world) == before


def test_messages_go_on_while_tests_come(world, own):
    """Tests of the same shipment all the time: the messages about it are worked."""
    partner, _connection_id = own
    shipment_id, number = world.shipment(partner)
    steps = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, "Mr X")
    over, statuses = threading.Event(), set()

    def test():
        while not over.is_set():
            statuses.add(send(partner, partner.body(Parcel(number), steps)).status)

    thread = threading.Thread(target=test)
    thread.start()
    try:
        for delivery in partner.tell(Parcel(number), steps):
            assert delivery.ok
            assert world.fate(delivery.receipt)["state"] == "processed"
    finally:
        over.set()
        thread.join()
    assert statuses <= {200, 503}
    assert 200 in statuses
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"


# -- golden files ----------------------------------------------------------------------------------


def golden(world, connection_id):
    action = world.rpc("logistics.connection", "action_golden_files", [connection_id])
    return zipfile.ZipFile(io.BytesIO(world.rpc.download(action["url"])))


def check_golden(world, partner, connection_id):
    archive = golden(world, connection_id)
    listed = json.loads(archive.read("golden.json"))
    assert {entry["file"] for entry in listed} == {
        name for name in archive.namelist() if name.startswith("samples/")
    }
    for entry in listed:
        found = told(world, partner, archive.read(entry["file"]))
        assert (found["errors"] == []) is entry["fits"], (entry, found)
        assert (found["verdict"] != "refused") is entry["fits"], (entry, found)
        assert found["kind"] == entry["kind"]
        Draft202012Validator.check_schema(json.loads(archive.read(entry["schema"])))
    assert partner.secret not in "".join(archive.read(n).decode() for n in archive.namelist())
    return listed, archive.read("README.md").decode()


def test_golden_files_and_how_to_sign(world, own, tmp_path):
    """Each file is what it says; the commands of the README work as they stand there."""
    partner, connection_id = own
    listed, readme = check_golden(world, partner, connection_id)
    assert any(entry["fits"] for entry in listed)
    (tmp_path / "message.json").write_bytes(partner.encode(partner.wrap([scan()])))
    script = "\n".join(line[4:] for line in readme.split("## How to sign")[1].splitlines()
                       if line.startswith("    "))  # fmt: skip
    script = script.replace("samples/your-message.json", "message.json")
    script = script.replace("whsec_…", partner.secret)
    lines = [line for line in script.splitlines() if not line.startswith("URL=")]
    ran = subprocess.run(
        ["bash", "-euc", f"URL='{partner.url}/test'\n" + "\n".join(lines)],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
    )
    assert json.loads(ran.stdout)["verdict"] == "waits", ran


def test_the_page_for_the_partner(world, own):
    """As a user who may only look; a stranger gets no file."""
    partner, connection_id = own
    told(world, partner, partner.wrap([scan()]))
    person(world.rpc, "partner_page", "Una User", "logistics_connector_base.group_logistics_user")
    with Browser(world.server.url, (1400, 1050)) as browser:
        browser.login(world.server.db, "partner_page", "partner_page")
        browser.open(f"/odoo/logistics-connections/{connection_id}")
        browser.click("a.nav-link:text(For the partner)")
        browser.wait_for("button[name=action_golden_files]")
        assert browser.sees("[name=last_test_result]:text(Would wait)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "for-the-partner.png"))
    person(world.rpc, "partner_stranger", "Sam Stranger", "base.group_user")
    for login, path in (("partner_stranger", connection_id), ("partner_page", 10**9)):
        rpc = Session(world.server.url, world.server.db, login, login)
        with pytest.raises(HTTPError):
            rpc.download(f"/logistics/golden-files/{path}")


# -- a warehouse -----------------------------------------------------------------------------------


@pytest.fixture
def harbour(world):
    with WarehouseServer() as server:
        place = Harbour(world.rpc, server, CAREFUL)
        place.make_products()
        yield place


def advice(kind, **values):
    return {"type": kind, "id": uuid.uuid4().hex, "occurred_at": "2026-03-10T10:00:00Z", **values}


def test_golden_files_of_a_warehouse(world, harbour):
    listed, _readme = check_golden(world, harbour.server.partner, harbour.connection_id)
    assert {entry["fits"] for entry in listed} == {True, False}


def test_what_a_warehouse_is_told(world, harbour):
    partner, sku = harbour.server.partner, next(iter(harbour.items))
    step = harbour.items[sku].step
    order = harbour.receive({sku: step * 10})
    line = {"product": sku, "quantity": float(step * 10)}
    body = {"id": uuid.uuid4().hex, "issuer": "harbour", "advices": [
        advice("receipt", order=order, lines=[line]),
        advice("receipt", order="WH/IN/NOBODY", lines=[{"product": "NO-SUCH", "quantity": 1}]),
    ]}  # fmt: skip
    found = told(world, partner, body)
    assert found["kind"] == "warehouse-advice"
    first, second = found["advices"]
    assert (first["result"], first["why"]) == ("booked", "")
    assert [one["result"] for one in first["lines"]] == ["booked"]
    assert second["result"] == "waits"
    assert found["verdict"] == "waits"
    assert found["unknown"] == {"orders": ["WH/IN/NOBODY"], "products": ["NO-SUCH"]}

    # Too much, and a person looks at it.
    line["quantity"] = float(step * 100)
    body["advices"] = [advice("receipt", order=order, lines=[line])]
    found = told(world, partner, body)
    (only,) = found["advices"]
    assert (only["result"], only["lines"][0]["code"]) == ("person", "over")
    assert only["lines"][0]["pointer"] == "/advices/0/lines/0"
    assert last_result(world, harbour.connection_id) == "waits"
