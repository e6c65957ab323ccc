"""What the intake does not take: the right status as problem+json, and nothing is filed."""

import json
import socket
import time

import pytest

from ..simulators import CanonicalPartner
from ..support import http
from ..support.connections import connect

LIMIT = 1024 * 1024
UNKNOWN_TOKEN = "A" * 32


@pytest.fixture
def nothing_filed(world):
    """Asserts that the test left no message behind."""
    before = world.message_count()
    yield
    assert world.message_count() == before


@pytest.fixture
def body(world):
    return world.partner.encode(world.partner.wrap([]))


def check_problem(answer, status):
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "status", "detail"} <= set(problem)
    text = answer.body.decode()
    assert not any(word in text for word in ("Traceback", "psycopg2", "odoo", "SELECT "))


def head(world, *lines):
    """The start of a raw request to the partner's address."""
    path = world.partner.url.removeprefix(world.rpc.url)
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def signed(world, body):
    headers = world.partner.headers(body, "msg_raw_request")
    return [f"{name}: {value}" for name, value in headers.items()]


def raw_status(received):
    assert received, "the connection was closed without an answer"
    return int(received.split(b" ", 2)[1])


def test_more_than_the_limit(world, nothing_filed):
    body = b'{"x": "' + b"y" * LIMIT + b'"}'
    check_problem(world.partner.post(body, "msg_large"), 413)


def test_more_than_the_limit_is_refused_before_it_is_sent(world, nothing_filed):
    """Who announces a gigabyte is answered soon; the body is not waited for."""
    start = time.monotonic()
    received = http.raw(
        world.server.port, head(world, "Content-Type: application/json", f"Content-Length: {10**9}")
    )
    assert raw_status(received) == 413
    assert time.monotonic() - start < 8  # the socket's own time-out, not the sender's patience


def test_exactly_the_limit_is_taken(world):
    payload = world.partner.wrap([])
    payload["x-filler"] = ""
    missing = LIMIT - len(world.partner.encode(payload))
    payload["x-filler"] = "y" * missing
    delivery = world.partner.deliver(world.partner.encode(payload))
    assert len(delivery.body) == LIMIT
    assert delivery.answer.status == 202


def test_without_length(world, nothing_filed, body):
    received = http.raw(world.server.port, head(world, *signed(world, body)), close_early=True)
    assert raw_status(received) == 411


def test_chunked(world, nothing_filed, body):
    """It would be cut silently at the limit; that it is signed rightly does not help."""
    chunks = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    request = head(world, *signed(world, body), "Transfer-Encoding: chunked") + chunks
    assert raw_status(http.raw(world.server.port, request)) == 411


def test_body_shorter_than_announced(world, nothing_filed, body):
    request = head(world, *signed(world, body), f"Content-Length: {len(body) + 10}") + body
    received = http.raw(world.server.port, request, close_early=True)
    assert not received or raw_status(received) == 400


def test_body_longer_than_announced_is_not_authentic(world, nothing_filed, body):
    """Only the announced bytes are read, and they are not what was signed."""
    request = head(world, *signed(world, body), f"Content-Length: {len(body) - 1}") + body
    assert raw_status(http.raw(world.server.port, request)) == 401


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999999"])
def test_length_that_is_no_length(world, nothing_filed, body, length):
    request = head(world, *signed(world, body), f"Content-Length: {length}") + body
    received = http.raw(world.server.port, request, close_early=True)
    assert not received or raw_status(received) in (400, 401, 411, 413)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
        "image/png",
        "application/zip",
        "application/jsonp",
    ],
)
def test_wrong_type(world, nothing_filed, body, content_type):
    headers = world.partner.headers(body, "msg_type") | {"Content-Type": content_type}
    check_problem(world.partner.post(body, headers=headers), 415)


def test_compressed_body(world, nothing_filed, body):
    headers = world.partner.headers(body, "msg_gzip") | {"Content-Encoding": "gzip"}
    check_problem(world.partner.post(body, headers=headers), 415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/cloudevents+json"]
)
def test_json_by_other_names(world, content_type):
    payload = world.partner.encode(world.partner.wrap([]))
    message_id = world.partner.new_message_id(payload)
    headers = world.partner.headers(payload, message_id) | {"Content-Type": content_type}
    assert world.partner.post(payload, headers=headers).status == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
def test_other_methods(world, nothing_filed, method):
    answer = http.request(method, world.partner.url)
    assert 400 <= answer.status < 500 or (method == "OPTIONS" and answer.status < 300)


# -- who is not the partner ----------------------------------------------------------------------


def forged(headers, **changes):
    """Headers with some changed; None takes one away."""
    changed = {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_signature": None},
        {"webhook_id": None},
        {"webhook_timestamp": None},
        {"webhook_signature": ""},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1"},
        {"webhook_signature": "v1,a,b"},
        {"webhook_signature": "v1,!!!!"},
        {"webhook_signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook_signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook_signature": "v1," + "A" * 5000},
        {"webhook_signature": "v1,gÀhM9SsE"},
        {"webhook_timestamp": "hello"},
        {"webhook_timestamp": "1614265330.9"},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "9" * 40},
        {"webhook_id": "another"},
        {"webhook_id": "a.b"},
        {"webhook_id": "x" * 3000},
    ],
    ids=lambda changes: "-".join(f"{k}={str(v)[:12]}" for k, v in changes.items()),
)
def test_signature_that_is_not_right(world, nothing_filed, body, changes):
    headers = forged(world.partner.headers(body, "msg_forged"), **changes)
    check_problem(world.partner.post(body, headers=headers), 401)


@pytest.mark.parametrize("seconds", [-301, -86400, 301, 86400])
def test_stale_or_future_timestamp(world, nothing_filed, body, seconds):
    late = CanonicalPartner(world.partner.secret, clock=lambda: time.time() + seconds)
    late.url = world.partner.url
    check_problem(late.post(body, "msg_stale"), 401)


@pytest.mark.parametrize("position", [0, 1, -1])
def test_one_changed_byte(world, nothing_filed, body, position):
    headers = world.partner.headers(body, "msg_flip")
    flipped = bytearray(body)
    flipped[position] ^= 1
    check_problem(world.partner.post(bytes(flipped), headers=headers), 401)


def test_unknown_address_and_bad_signature_cannot_be_told_apart(world, nothing_filed, body):
    """Same status, same body, same headers: who tries addresses learns nothing."""
    bad = forged(world.partner.headers(body, "msg_x"), webhook_signature="v1,AAAA")
    known = world.partner.post(body, headers=bad)
    unknown = http.request("POST", f"{world.rpc.url}/logistics/v1/in/{UNKNOWN_TOKEN}", body, bad)
    good = http.request(
        "POST",
        f"{world.rpc.url}/logistics/v1/in/{UNKNOWN_TOKEN}",
        body,
        world.partner.headers(body, "msg_x"),
    )
    check_problem(known, 401)
    for other in (unknown, good):
        assert other.status == known.status
        assert other.body == known.body
        assert without_date(other.headers) == without_date(known.headers)


def without_date(headers):
    return {name: value for name, value in headers.items() if name != "date"}


@pytest.mark.parametrize(
    "token", ["x", "..", "%00", "%2e%2e%2fweb", "a" * 4000, "%F0%9F%93%A6", "' OR 1=1 --"]
)
def test_strange_addresses(world, nothing_filed, body, token):
    from urllib.parse import quote

    address = f"{world.rpc.url}/logistics/v1/in/{quote(token, safe='%')}"
    answer = http.request("POST", address, body, world.partner.headers(body, "msg_strange"))
    assert answer.status in (400, 401, 404, 414)
    if answer.status == 401:
        check_problem(answer, 401)


def test_suspended_connection(world, nothing_filed):
    """It answers as an unknown address does, in every worker at once, and takes up again."""
    partner = CanonicalPartner()
    connection_id = connect(world.rpc, partner, f"Suspended {time.time()}")
    body = json.dumps({"not": "for us"}).encode()
    world.rpc("logistics.connection", "action_suspend", [connection_id])
    for _worker in range(6):
        check_problem(partner.post(body, "msg_suspended"), 401)
    world.rpc("logistics.connection", "action_retire", [connection_id])
    check_problem(partner.post(body, "msg_suspended"), 401)


def test_slow_sender_does_not_stop_the_others(world):
    """One connection that sends nothing more occupies one worker, not the service."""
    path = world.partner.url.removeprefix(world.rpc.url)
    with socket.create_connection(("127.0.0.1", world.server.port)) as slow:
        slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
        for _message in range(4):
            answer = world.partner.deliver(world.partner.encode(world.partner.wrap([]))).answer
            assert answer.status == 202
