"""What one partner may send: refused so that it comes again, counted, seen, and over by itself."""

import time

import pytest

from ..simulators import CanonicalPartner
from ..support import http
from ..support.connections import connect
from ..support.polling import wait_for
from .test_refusals import check_problem

PREFIX = "/logistics/v1"


@pytest.fixture
def limited(world):
    """Makes a partner with limits of its own: ``limited(rate_limit=2)``."""

    def make(**limits):
        partner = CanonicalPartner(schedule=(0, *(0.3,) * 40))
        connection_id = connect(world.rpc, partner, f"Limited {time.time()}", **limits)
        return partner, connection_id

    return make


def message(partner, size=0):
    payload = partner.wrap([])
    if size:
        payload["x-filler"] = "x" * size
    return partner.encode(payload)


def refusals(world, connection_id):
    """What the connection's page shows: refused messages by limit."""
    rows = world.rpc(
        "logistics.refusal",
        "search_read",
        [("connection_id", "=", connection_id)],
        ["kind", "count"],
    )
    return {row["kind"]: row["count"] for row in rows}


def open_exceptions(world, connection_id):
    return world.rpc(
        "logistics.exception",
        "search_read",
        [
            ("connection_id", "=", connection_id),
            ("type_id.code", "=", "limit_reached"),
            ("is_open", "=", True),
        ],
        ["occurrence_count"],
    )


def test_too_many_at_a_time(world, limited):
    """Both workers together let through what is allowed, and not a message more."""
    partner, connection_id = limited(rate_limit=2, rate_burst=6)
    start = time.monotonic()
    answers = [partner.post(message(partner), f"msg_{n}") for n in range(40)]
    seconds = time.monotonic() - start
    taken = [answer for answer in answers if answer.status == 202]
    refused = [answer for answer in answers if answer.status != 202]
    assert 4 <= len(taken) <= 6 + 2 * seconds
    assert refused
    for answer in refused:
        check_problem(answer, 429)
        assert int(answer.headers["retry-after"]) >= 1
    recorded = world.database.value(
        "SELECT count(*) FROM logistics_message WHERE connection_id = %s", connection_id
    )
    assert recorded == len(taken)

    wait_for(lambda: refusals(world, connection_id).get("rate") == len(refused), 15, "counted")
    (exception,) = open_exceptions(world, connection_id)
    assert exception["occurrence_count"] == len(refused)
    assert world.read("logistics.connection", connection_id, "is_limited")["is_limited"]
    assert (
        world.partner.deliver(message(world.partner)).answer.status == 202
    )  # nobody else's affair

    # Some quiet minutes later it is over, and nobody had to do anything.
    world.database.rows(
        "UPDATE logistics_exception SET last_seen_at = last_seen_at - interval '6 minutes' "
        "WHERE connection_id = %s",
        connection_id,
    )
    world.rpc.run_cron("logistics_connector_base.cron_limits_sweep")
    assert not open_exceptions(world, connection_id)
    assert not world.read("logistics.connection", connection_id, "is_limited")["is_limited"]


def test_who_comes_again_is_taken(world, limited):
    partner, _connection_id = limited(rate_limit=4, rate_burst=2)
    deliveries = [partner.deliver(message(partner)) for _message in range(8)]
    assert all(delivery.ok for delivery in deliveries)
    assert sum(delivery.attempts for delivery in deliveries) > 8
    assert 429 in partner.ledger.statuses()


def test_a_message_that_is_too_large_for_this_partner(world, limited):
    partner, connection_id = limited(max_kilobytes=1)
    body = message(partner, 2000)
    check_problem(partner.post(body, "msg_large"), 413)
    forged = partner.headers(body, "msg_forged") | {"webhook-signature": "v1,AAAA"}
    check_problem(partner.post(body, headers=forged), 401)  # limits are told to partners only
    assert partner.post(message(partner), "msg_small").status == 202
    both = {"size": 1, "proof": 1}
    wait_for(lambda: refusals(world, connection_id) == both, 15, "counted")


def test_more_than_the_default_where_it_is_allowed(world, limited):
    partner, _connection_id = limited(max_kilobytes=4096)
    assert partner.post(message(partner, 3 * 1024 * 1024), "msg_3mb").status == 202


def test_a_full_inbox(world, limited):
    """While too many messages of a partner wait, it gets 503, and nobody else does."""
    partner, connection_id = limited(high_water=3)
    for _message in range(3):
        world.fate(partner.deliver(message(partner)).receipt)
    hold = (
        "UPDATE logistics_message SET state = 'received', "
        "next_try_at = now() AT TIME ZONE 'UTC' + interval '1 hour' WHERE connection_id = %s"
    )
    world.database.rows(hold, connection_id)

    def refused():
        answer = partner.post(message(partner), f"msg_{time.time_ns()}")
        world.database.rows(hold, connection_id)
        return answer if answer.status != 202 else None

    answer = wait_for(refused, 15, "the mark was not noticed", interval=0.5)
    check_problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert world.partner.deliver(message(world.partner)).answer.status == 202
    wait_for(lambda: refusals(world, connection_id).get("high_water"), 15, "counted")
    world.database.rows(
        "UPDATE logistics_message SET state = 'processed' WHERE connection_id = %s", connection_id
    )
    wait_for(
        lambda: partner.post(message(partner), f"msg_{time.time_ns()}").status == 202,
        15,
        "it is not taken again",
        interval=0.5,
    )


def test_json_that_is_too_deep_is_kept_and_shown(world, limited):
    partner, _connection_id = limited(max_depth=4)
    payload = partner.wrap([])
    payload["x-deep"] = [[[[[1]]]]]
    fate = world.fate(partner.deliver(partner.encode(payload)).receipt)
    assert fate["state"] == "dead"
    assert "4 levels" in fate["error_text"]


def test_guessing_has_to_wait_and_the_partner_does_not(world):
    """One address, tried again and again from one place; its right owner comes from there, too."""
    url = f"{world.rpc.url}{PREFIX}/in/{'G' * 32}"
    seen = []
    for _guess in range(600):
        answer = http.request("POST", url, b"{}", {"Content-Type": "application/json"})
        seen.append(answer.status)
        if answer.status == 429:
            break
    check_problem(answer, 429)
    assert int(answer.headers["retry-after"]) >= 1
    assert set(seen[:-1]) == {401}
    assert world.partner.deliver(message(world.partner)).answer.status == 202


def test_failing_in_a_partners_name_does_not_lock_it_out(world):
    body = message(world.partner)
    forged = world.partner.headers(body, "msg_x") | {"webhook-signature": "v1,AAAA"}
    for _worker in range(4):
        assert world.partner.deliver(message(world.partner)).answer.status == 202
    for _try in range(250):
        assert world.partner.post(body, headers=forged).status == 401
    assert world.partner.deliver(message(world.partner)).answer.status == 202


# -- what Odoo itself would answer ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("POST", "/in", 404),
        ("POST", "/in/", 404),
        ("POST", "/in/a/b/c", 404),
        ("GET", "/messages/" + "0" * 32, 404),
        ("DELETE", "/messages/" + "0" * 32, 405),
        ("PUT", "/in/" + "A" * 32, 405),
        ("PATCH", "/in/" + "A" * 32, 405),
    ],
)
def test_machines_get_no_pages(world, method, path, status):
    answer = http.request(method, f"{world.rpc.url}{PREFIX}{path}")
    check_problem(answer, status)
    if status == 405:
        assert answer.headers["allow"]


def test_a_head_request_has_no_body(world):
    answer = http.request("HEAD", f"{world.rpc.url}{PREFIX}/nothing")
    assert (answer.status, answer.body) == (404, b"")


def test_a_database_that_is_not_there(world):
    """PostgreSQL says so: 404, as coming again would not help."""
    headers = {"X-Odoo-Database": "no_such_database", "Content-Type": "application/json"}
    answer = http.request("POST", f"{world.rpc.url}{PREFIX}/in/{'A' * 32}", b"{}", headers)
    check_problem(answer, 404)


def test_pages_for_people_stay_pages(world):
    answer = http.request("GET", f"{world.rpc.url}/nothing/here")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_limits_that_make_no_sense(world, limited):
    from ..support.rpc import RpcError

    _partner, connection_id = limited()
    for wrong in ({"max_kilobytes": 0}, {"rate_limit": -1}, {"max_depth": 65}, {"rate_burst": 0}):
        with pytest.raises(RpcError, match=r"must be|cannot be"):
            world.rpc("logistics.connection", "write", [connection_id], wrong)
