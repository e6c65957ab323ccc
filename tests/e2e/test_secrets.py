"""Secrets stay in: rotation, expiry, logs, dumps; without a master key nothing is taken."""

import base64
import subprocess
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from devtools.postgres import Cluster
from devtools.server import OdooServer

from ..simulators import CanonicalPartner, Sendcloud, UpsTrackAlert
from ..support import http
from ..support.connections import add_secret, connect, new_address
from ..support.rpc import RpcError, Session

ALL_SCHEMES = (CanonicalPartner, UpsTrackAlert, Sendcloud)


def utc(**delta):
    """A moment near now, as Odoo's RPC takes it."""
    return (datetime.now(UTC) + timedelta(**delta)).strftime("%Y-%m-%d %H:%M:%S")


def answers(partner, secret):
    """The status with which a message that is signed with ``secret`` is answered."""
    other = type(partner)(secret)
    other.url = partner.url
    body = other.encode({"version": "1.0", "id": uuid.uuid4().hex, "issuer": "x", "events": []})
    return other.post(body, other.new_message_id(body)).status


@pytest.fixture(params=ALL_SCHEMES, ids=lambda scheme: scheme.__name__)
def rotating(world, request):
    """A live partner of each signature scheme; all are read as canonical JSON."""
    partner = request.param()
    name = f"{partner.name} {uuid.uuid4().hex}"
    partner.provider = "canonical"
    return partner, connect(world.rpc, partner, name)


def test_two_secrets_are_valid_at_once(world, rotating):
    partner, connection_id = rotating
    newer, stranger = partner.new_secret(), partner.new_secret()
    assert answers(partner, newer) == 401
    add_secret(world.rpc, connection_id, newer)
    assert [answers(partner, secret) for secret in (partner.secret, newer)] == [202, 202]
    assert answers(partner, stranger) == 401


def test_a_secret_ends_and_another_begins(world, rotating):
    partner, connection_id = rotating
    ended, future, current = (partner.new_secret() for _ in range(3))
    add_secret(world.rpc, connection_id, ended, valid_to=utc(seconds=-2))
    add_secret(world.rpc, connection_id, future, valid_from=utc(hours=1))
    add_secret(world.rpc, connection_id, current, valid_from=utc(hours=-1), valid_to=utc(hours=1))
    assert answers(partner, ended) == 401
    assert answers(partner, future) == 401
    assert answers(partner, current) == 202


def test_a_removed_secret_is_void_in_every_worker(world, rotating):
    partner, connection_id = rotating
    newer = partner.new_secret()
    add_secret(world.rpc, connection_id, newer)
    domain = [("connection_id", "=", connection_id)]
    oldest = world.rpc("logistics.credential", "search", domain, limit=1, order="id")
    world.rpc("logistics.credential", "unlink", oldest)
    assert {answers(partner, partner.secret) for _ in range(6)} == {401}
    assert {answers(partner, newer) for _ in range(6)} == {202}


def test_without_any_secret_nothing_is_authentic(world, rotating):
    partner, connection_id = rotating
    domain = [("connection_id", "=", connection_id)]
    world.rpc("logistics.credential", "unlink", world.rpc("logistics.credential", "search", domain))
    assert answers(partner, partner.secret) == 401


def test_a_new_address_voids_the_former(world, rotating):
    partner, connection_id = rotating
    former = partner.url
    partner.url = new_address(world.rpc, connection_id)
    assert {answers(partner, partner.secret) for _ in range(4)} == {202}
    partner.url = former
    assert {answers(partner, partner.secret) for _ in range(6)} == {401}


def test_which_secret_fitted_is_recorded(world, rotating):
    partner, connection_id = rotating
    newer = partner.new_secret()
    credential_id = add_secret(world.rpc, connection_id, newer)
    assert answers(partner, newer) == 202
    message = world.rpc(
        "logistics.message",
        "search_read",
        [("connection_id", "=", connection_id)],
        ["credential_id"],
        limit=1,
    )
    assert message[0]["credential_id"][0] == credential_id


@pytest.mark.parametrize("weak", ["short", "a" * 64])
def test_weak_secrets_are_refused(world, rotating, weak):
    partner, connection_id = rotating
    if isinstance(partner, CanonicalPartner):
        weak = "whsec_" + base64.b64encode(weak.encode()).decode()
    with pytest.raises(RpcError) as refused:
        add_secret(world.rpc, connection_id, weak)
    assert weak not in str(refused.value)


def test_secrets_cannot_be_read_back(world, rotating):
    partner, connection_id = rotating
    domain = [("connection_id", "=", connection_id)]
    for fields in (["secret"], []):
        rows = world.rpc("logistics.credential", "search_read", domain, fields)
        assert partner.secret not in repr(rows)
    with pytest.raises(RpcError):
        world.rpc("logistics.credential", "search_read", domain, ["secret_encrypted"])
    with pytest.raises(RpcError):
        world.rpc("logistics.connection", "read", [connection_id], ["token_digest"])
    exported = world.rpc("logistics.connection", "export_data", [connection_id], ["name", ".id"])
    assert partner.secret not in repr(exported)


def test_a_dump_holds_no_secret(world, rotating):
    """Encrypted at rest, the address too: who has the dump has no way in."""
    partner, _connection_id = rotating
    assert answers(partner, partner.secret) == 202
    cluster = Cluster.main()
    tables = ("logistics_*", "mail_message", "mail_tracking_value", "queue_job", "ir_logging")
    chosen = [option for table in tables for option in ("-t", table)]
    dump = subprocess.run(
        [cluster.binary("pg_dump"), "--data-only", *chosen, world.database.name],
        env={**cluster.env(), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    ).stdout
    token = partner.url.rsplit("/", 1)[1]
    assert len(dump) > 1000
    for secret in (partner.secret, partner.secret.removeprefix("whsec_"), token):
        assert secret.encode() not in dump


def test_no_address_and_no_secret_in_a_log(world, rotating):
    """Not in the access log, not in a warning, not with a broken request."""
    partner, _connection_id = rotating
    token = partner.url.rsplit("/", 1)[1]
    assert answers(partner, partner.secret) == 202
    assert answers(partner, partner.new_secret()) == 401
    path = f"/logistics/v1/in/{token}"
    for method, target in (
        ("GET", path),
        ("POST", path + "/more"),
        ("POST", path + "?token=" + token.replace("/", "")),
        ("POST", f"/web/login?redirect={path}"),
        ("POST", f"/logistics/v1/in//{token}"),
        ("POST", "/logistics/v1/in/" + "".join(f"%{ord(char):02x}" for char in token)),
    ):
        http.request(method, world.rpc.url + target, b"{}", {"Content-Type": "application/json"})
    http.raw(world.server.port, f"POST {path} HTTP/9.9\r\nContent-Length: x\r\n\r\n".encode())
    http.raw(world.server.port, f"\x16\x03 {path}\r\n\r\n".encode("latin-1"))
    log = world.server.log_path.read_text(errors="replace")
    assert "/logistics/v1/in/***" in log
    lines = [line for line in log.splitlines() if token in line.replace("token=" + token, "")]
    assert not lines, lines[:3]
    assert partner.secret not in log


@pytest.fixture(scope="module")
def keyless_server(database_name):
    """A second server on the same database, whose administrator forgot the master key."""
    with OdooServer(database_name, workers=2, extra_conf={"logistics_master_key": ""}) as server:
        yield server


def test_no_master_key_no_service(world, keyless_server):
    """Fail closed: 503 for everybody, so that partners send again later; nothing is filed."""
    before = world.message_count()
    body = world.partner.encode(world.partner.wrap([]))
    path = world.partner.url.removeprefix(world.rpc.url)
    good = world.partner.headers(body, "msg_keyless")
    bad = good | {"webhook-signature": "v1,AAAA"}
    for headers in (good, bad):
        answer = http.request("POST", keyless_server.url + path, body, headers)
        assert answer.status == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
    unknown = http.request("POST", f"{keyless_server.url}/logistics/v1/in/nobody", body, good)
    assert unknown.status == 503
    assert world.message_count() == before
    rpc = Session(keyless_server.url, keyless_server.db)
    with pytest.raises(RpcError, match="logistics_master_key"):
        add_secret(rpc, world.connection_id, CanonicalPartner.new_secret())
