"""What breaks its contract is refused, and on disk before the partner hears of it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..simulators import CanonicalPartner
from ..support.browser import Browser
from ..support.connections import connect
from ..support.people import person
from ..support.polling import wait_for
from ..support.rpc import RpcError, Session
from .test_refusals import check_problem

ADMIN = "logistics_connector_base.group_logistics_admin"
FIELDS = ["state", "error_text", "tries", "event_count", "duplicate_count", "contract_id"]


@pytest.fixture
def two(world):
    """Two administrators of the integration: one writes, the other one approves."""
    sessions = []
    for login in ("contracts_ada", "contracts_bo"):
        person(world.rpc, login, login, ADMIN)
        sessions.append(Session(world.server.url, world.server.db, login, login))
    return sessions


@pytest.fixture
def refusing(world):
    """A partner whose messages are refused where they break our canonical schema."""
    partner = CanonicalPartner(schedule=(0,))
    name = f"Refusing {time.time()}"
    return partner, connect(world.rpc, partner, name, contract_policy="refuse")


def bad(partner, **more):
    return partner.encode({**partner.wrap([]), **more})


def messages(world, connection_id):
    domain = [("connection_id", "=", connection_id)]
    return world.rpc("logistics.message", "search_read", domain, FIELDS, order="id")


def approve(world, two, connection_id, version, schema, sample):
    """A version for one connection: written by the one, approved by the other."""
    ada, bo = two
    provider = world.read("logistics.connection", connection_id, "provider_id")["provider_id"][0]
    (contract,) = ada(
        "logistics.contract",
        "create",
        [
            {
                "message_type": "canonical-events",
                "version": version,
                "provider_id": provider,
                "connection_id": connection_id,
                "schema": json.dumps(schema),
                "sample_ids": [(0, 0, {"name": "good", "content": json.dumps(sample)})],
                "breaking_reason": "a test",
            }
        ],
    )
    ada("logistics.contract", "action_submit", [contract])
    with pytest.raises(RpcError, match="another person"):
        ada("logistics.contract", "action_approve", [contract])
    with pytest.raises(RpcError):
        ada("logistics.contract", "write", [contract], {"state": "approved"})
    bo("logistics.contract", "action_approve", [contract])
    return contract


def test_refused_and_kept(world, refusing):
    partner, connection_id = refusing
    body = bad(partner, surprise=1)
    answer = partner.post(body, "msg_1")
    check_problem(answer, 422)
    problem = answer.json()
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"/", "/events"}
    assert "“surprise” is no field of this format" in problem["detail"]
    # It was on disk before the answer: there is no job in between.
    (message,) = messages(world, connection_id)
    assert message["state"] == "rejected"
    assert "surprise" in message["error_text"]
    assert message["contract_id"][1] == "canonical-events 1.0"
    fate = world.rpc.one("logistics.message", [("id", "=", message["id"])], ["receipt"])
    assert fate["receipt"] == problem["receipt"]

    # A copy gets the same answer, and is counted.
    copy = partner.post(body, "msg_1")
    check_problem(copy, 422)
    assert copy.json()["receipt"] == problem["receipt"]
    (message,) = messages(world, connection_id)
    assert (message["state"], message["duplicate_count"]) == ("rejected", 1)

    # People hear of it, and nobody has worked it.
    world.rpc.run_cron(CRON)
    domain = [("connection_id", "=", connection_id), ("is_open", "=", True)]
    exception = world.rpc.one("logistics.exception", domain, ["type_code", "occurrence_count"])
    assert exception["type_code"] == "contract_broken"
    assert messages(world, connection_id)[0]["tries"] == 0


CRON = "logistics_connector_base.cron_inbox_sweep"


def test_what_fits_is_taken_as_ever(world, refusing):
    partner, connection_id = refusing
    _shipment, number = world.shipment(partner)
    event = {
        "code": "DLV_OUT",
        "occurred_at": "2026-03-10T10:00:00Z",
        "shipment": {"references": [{"type": "tracking", "value": number}]},
    }
    answer = partner.post(partner.encode(partner.wrap([event])), "msg_good")
    assert answer.status == 202
    assert world.fate(answer.json()["receipt"])["state"] in ("processed", "parked")
    assert len(messages(world, connection_id)) == 1


def test_no_drain_ever_sees_it(world, refusing):
    """Good and bad ones at once, while lanes drain."""
    partner, connection_id = refusing
    good = [
        {"id": f"g{n}", "issuer": "acme", "acknowledgements": [{"message": "x"}]} for n in range(60)
    ]
    bodies = [partner.encode(value) for value in good]
    bodies += [bad(partner, n=n) for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: partner.post(bodies[n], f"race_{n}"), range(120)))
    assert {answer.status for answer in answers[:60]} == {202}
    assert {answer.status for answer in answers[60:]} == {422}

    def left():
        return world.database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = %s "
            "AND state IN ('received', 'processing')",
            connection_id,
        )

    wait_for(lambda: not left(), 60, "the good ones are worked")
    rows = world.database.rows(
        "SELECT count(*), max(tries), count(claimed_at), max(event_count) FROM logistics_message "
        "WHERE connection_id = %s AND state = 'rejected'",
        connection_id,
    )
    assert rows == [(60, 0, 0, 0)]


def test_killed_before_the_answer(world, refusing):
    """The row may be there or not; whoever sends it again gets the answer, and there is one."""
    partner, connection_id = refusing
    body = bad(partner, n=1)
    with ThreadPoolExecutor(1) as pool, world.database.connect() as blocker:
        with blocker.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE logistics_message_key IN EXCLUSIVE MODE")
            waiting = pool.submit(partner.post, body, "killed")
            wait_for(lambda: _inserting(world), 20, "the insertion waits")
            for pid in world.server.child_pids():
                world.server.kill9(pid)
            cursor.execute("ROLLBACK")
        assert waiting.result(60).status == 0
    world.server.wait_ready()

    def again():
        answer = partner.post(body, "killed")
        return answer if answer.status not in (0, 503) else None

    check_problem(wait_for(again, 60, "an answer"), 422)
    (message,) = messages(world, connection_id)
    assert message["state"] == "rejected"


def _inserting(world):
    return world.database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND query ILIKE '%%logistics_insert%%' OR wait_event_type = 'Lock' "
        "AND query ILIKE '%%logistics_message_key%%'"
    )


def test_mended_and_worked(world, refusing, two):
    partner, connection_id = refusing
    body = bad(partner, surprise=1)
    assert partner.post(body, "msg_1").status == 422
    assert partner.post(bad(partner, surprise=2), "msg_2").status == 422
    open_schema = {"type": "object", "required": ["id"]}
    approve(world, two, connection_id, "1.1", open_schema, {"id": "x"})
    # A copy is taken now, and worked: that the provider cannot read it is another matter.
    answer = partner.post(body, "msg_1")
    assert answer.status == 202
    assert answer.json()["duplicate"] is True
    assert world.fate(answer.json()["receipt"])["state"] == "dead"
    second = messages(world, connection_id)[1]
    world.rpc("logistics.message", "action_retry", [second["id"]])
    wait_for(lambda: messages(world, connection_id)[1]["state"] == "dead", 30, "worked")


def test_a_hostile_schema_holds_nobody_up(world, refusing, two):
    """A schema of which each level is looked at twice, and a message that is deep."""
    partner, connection_id = refusing
    endless = {
        "properties": {"x-deep": {"$ref": "#/$defs/deep"}},
        "$defs": {
            "deep": {
                "anyOf": [
                    {"items": {"$ref": "#/$defs/deep"}, "minItems": 1},
                    {"items": {"$ref": "#/$defs/deep"}, "minItems": 2},
                ]
            }
        },
    }
    approve(world, two, connection_id, "1.1", endless, {"id": "x"})
    deep = []
    for _level in range(50):
        deep = [deep]
    good = {"id": "x", "issuer": "acme", "acknowledgements": [{"message": "x"}], "x-deep": deep}
    answer = partner.post(partner.encode(good), "deep")
    assert answer.status == 202  # nobody can tell: it is ours to sort out
    assert answer.seconds < 5
    assert world.fate(answer.json()["receipt"])["state"] == "processed"


def test_two_people_in_the_browser(world, two):
    """Ada hands a version in, and sees no button to approve it; Bo does it; the connection shows
    it."""
    ada, _bo = two
    provider = world.rpc.one("logistics.provider", [("code", "=", "epcis")], ["id"])["id"]
    sample = json.dumps({"type": "STATUS"})
    (contract,) = ada(
        "logistics.contract",
        "create",
        [
            {
                "message_type": f"status-{time.time()}",
                "provider_id": provider,
                "schema": json.dumps({"type": "object", "required": ["type"]}),
                "type_pointer": "/type",
                "type_value": "STATUS",
                "sample_ids": [(0, 0, {"name": "good", "content": sample})],
            }
        ],
    )
    page = f"/odoo/logistics-contracts/{contract}"
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, "contracts_ada", "contracts_ada")
        browser.open(page)
        browser.click("button:text(Hand in for approval)")
        browser.wait_for(".o_arrow_button_current:text(In approval)")
        browser.wait_for(".alert:text(Somebody else has to approve it)")
        assert not browser.sees("button[name=action_approve]")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, "contracts_bo", "contracts_bo")
        browser.open(page)
        browser.click("button[name=action_approve]")
        browser.click(".modal button:text(Ok)")
        browser.wait_for(".o_arrow_button_current:text(Approved)")
        browser.wait_for("button:text(New version)")
