"""Messages signed with keys that the partner publishes: two workers, real calls to its key host."""

import base64
import json
import time
import uuid

import pytest

from ..support import http
from ..support.connections import new_address
from ..support.key_host import KeyHost, SigningKey

HEADERS = {
    "header": "X-Signature",
    "key_id_header": "X-Key-Id",
    "timestamp_header": "X-Time",
    "signed": "{timestamp}.{body}",
}


class RsaPartner:
    """Signs with RSA, and names the key."""

    def __init__(self, world, host):
        self.world, self.host = world, host
        provider = world.rpc.one("logistics.provider", [("code", "=", "canonical")], ["id"])["id"]
        proof = {"kind": "rsa_key_set", "key_set_url": host.url, **HEADERS}
        self.connection_id = world.rpc(
            "logistics.connection",
            "create",
            [{"name": "RSA", "provider_id": provider, "verifier_ids": [(0, 0, proof)]}],
        )[0]
        self.url = new_address(world.rpc, self.connection_id)
        world.rpc("logistics.connection", "action_go_live", [self.connection_id])

    def send(self, key, kid=None, spoil=b""):
        """The status of a message that is nobody's copy."""
        body = json.dumps(
            {"version": "1.0", "id": uuid.uuid4().hex, "issuer": "x", "events": []}
        ).encode()
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Time": at,
            "X-Key-Id": kid or key.kid,
            "X-Signature": base64.b64encode(key.sign(f"{at}.".encode() + body)).decode(),
        }
        return http.request("POST", self.url, body + spoil, headers)

    def later(self):
        """As if ten seconds had passed since the key host was last asked."""
        self.world.database.rows(
            "UPDATE logistics_key_set SET tried_at = tried_at - interval '11 s',"
            " fetched_at = fetched_at - interval '11 s' WHERE url = %s",
            self.host.url,
        )

    def noted(self):
        return self.world.database.rows(
            "SELECT error, fetched_at IS NOT NULL FROM logistics_key_set WHERE url = %s",
            self.host.url,
        )[0]


@pytest.fixture
def host(tmp_path):
    with KeyHost(tmp_path) as host:
        yield host


def test_keys_come_change_and_stay(world, host):
    first, second = SigningKey("2026-1"), SigningKey("2026-2")
    host.keys, host.down = [first], True
    partner = RsaPartner(world, host)

    # Nobody allowed it: no socket is opened, and the message is not refused for ever.
    answer = partner.send(first)
    assert (answer.status, host.fetches) == (503, 0) and "retry-after" in answer.headers
    # Other tests have perhaps allowed another port of it.
    noted = partner.noted()[0]
    assert "this server itself" in noted or "an administrator can" in noted

    # The host is down at the first message: later, not never.
    host.allow(world.rpc)
    partner.later()
    assert [partner.send(first).status for _ in range(4)] == [503] * 4
    assert host.fetches == 1 and "503" in partner.noted()[0]

    host.down = False
    partner.later()
    assert [partner.send(first).status for _ in range(6)] == [202] * 6
    assert host.fetches == 2 and partner.noted() == (None, True)

    # Forgeries: another key under a known name, another body.
    assert partner.send(second, kid=first.kid).status == 401
    assert partner.send(first, spoil=b" ").status == 401

    # A flood of unknown names: at most one call in ten seconds, and good messages go on.
    start, before = time.monotonic(), host.fetches
    for number in range(60):
        assert partner.send(second, kid=f"unknown-{number}").status == 401
    assert host.fetches - before <= 1 + (time.monotonic() - start) // 10
    assert partner.send(first).status == 202

    # The partner turns to a new key; both workers learn it from one call.
    host.keys, before = [second], host.fetches
    partner.later()
    assert [partner.send(second).status for _ in range(8)] == [202] * 8
    assert host.fetches == before + 1

    # The host is down: what is known counts, what is not cannot be said.
    host.down = True
    partner.later()
    assert [partner.send(second).status for _ in range(4)] == [202] * 4
    assert partner.send(first, kid="2026-3").status == 503
    assert partner.noted()[1] and "503" in partner.noted()[0]
