"""Master keys are exchanged while partners send, and secrets of our own calls leave no trace."""

import subprocess
import threading
import uuid

import pytest
from cryptography.fernet import Fernet

from devtools import config, databases
from devtools.postgres import Cluster
from devtools.server import OdooServer

from ..simulators import CanonicalPartner
from ..support.connections import connect
from ..support.database import Database
from ..support.rpc import RpcError, Session

SECRET = "our-s3cr3t-api-key-77"


@pytest.fixture(scope="module")
def keys_database():
    """A database of its own: its master keys are taken away."""
    name = f"e2e_keys_{uuid.uuid4().hex[:8]}"
    databases.create(name)
    try:
        yield name
    finally:
        databases.drop(name)


class Traffic:
    """A partner that sends one signed message after the other; ``statuses`` counts the answers."""

    def __init__(self, partner, urls):
        self.partner, self.urls = partner, urls
        self.statuses = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._end.set()
        self._thread.join(30)

    def _send(self):
        number = 0
        while not self._end.is_set():
            number += 1
            other = type(self.partner)(self.partner.secret)
            other.url = self.urls[number % len(self.urls)]
            body = other.encode(
                {"version": "1.0", "id": uuid.uuid4().hex, "issuer": "x", "events": []}
            )
            self.statuses.append(other.post(body, other.new_message_id(body)).status)
            self._end.wait(0.02)


def test_the_master_key_is_exchanged_without_a_failure(keys_database):
    old, new = config.master_key(), Fernet.generate_key().decode()
    settings = {"logistics_master_key": f"{old},{new}"}
    partner = CanonicalPartner()
    with OdooServer(keys_database, workers=2, extra_conf=settings) as first:
        rpc = Session(first.url, first.db)
        connection_id = connect(rpc, partner, "Rotating 3PL")
        rpc(
            "logistics.connection",
            "write",
            [connection_id],
            {
                "access_ids": [
                    (
                        0,
                        0,
                        {
                            "kind": "api_key",
                            "header": "X-Api-Key",
                            "credential_ids": [(0, 0, {"secret": SECRET})],
                        },
                    )
                ]
            },
        )
        settings = {"logistics_master_key": f"{new},{old}"}
        with OdooServer(keys_database, workers=2, extra_conf=settings) as second:
            path = partner.url.removeprefix(first.url)
            urls = [first.url + path, second.url + path]
            with Traffic(partner, urls) as traffic:
                late = Session(second.url, second.db)
                shown = late("logistics.master.key", "action_open")
                before = _counts(late, shown)
                assert before["older_count"] >= 2 and not before["lost_count"]
                late("logistics.master.key", "action_encrypt_anew", [shown["res_id"]])
                after = _counts(late, shown)
                assert (after["older_count"], after["lost_count"]) == (0, 0)
                assert after["newest_count"] == before["newest_count"] + before["older_count"]
                sent = len(traffic.statuses)
                while len(traffic.statuses) < sent + 30:
                    threading.Event().wait(0.05)
            assert len(traffic.statuses) >= 30
            assert set(traffic.statuses) == {202}
    with OdooServer(
        keys_database, workers=2, extra_conf={"logistics_master_key": new}
    ) as last:  # the old key is gone
        with Traffic(partner, [last.url + path]) as traffic:
            while len(traffic.statuses) < 10:
                threading.Event().wait(0.05)
        assert set(traffic.statuses) == {202}
        rpc = Session(last.url, last.db)
        assert _counts(rpc, rpc("logistics.master.key", "action_open"))["lost_count"] == 0
        _no_trace(rpc, last, connection_id)


def _counts(rpc, action):
    names = ["newest_count", "older_count", "lost_count"]
    return rpc("logistics.master.key", "read", [action["res_id"]], names)[0]


def _no_trace(rpc, server, connection_id):
    """Nothing of our secret in answers, exports, errors with their tracebacks, logs, or a dump."""
    domain = [("connection_id", "=", connection_id)]
    ids = rpc("logistics.credential", "search", [*domain, ("direction", "=", "out")])
    assert ids
    shown = [
        rpc("logistics.credential", "search_read", domain, []),
        rpc("logistics.credential", "export_data", ids, ["name", "secret", "passphrase"]),
        rpc("logistics.access", "search_read", domain, []),
    ]
    for call in (
        lambda: rpc("logistics.credential", "write", ids, {"secret": f"{SECRET}\nX-Evil: 1"}),
        lambda: rpc("logistics.credential", "write", ids, {"secret": SECRET, "purpose": "x"}),
        lambda: rpc("logistics.credential", "read", ids, ["secret_encrypted"]),
    ):
        with pytest.raises(RpcError) as refused:
            call()
        shown.append((refused.value.message, refused.value.debug))
    test_id = rpc(
        "logistics.access.test",
        "create",
        [{"connection_id": connection_id, "url": "https://127.0.0.1/"}],
    )[0]
    rpc("logistics.access.test", "action_call", [test_id])
    shown.append(rpc("logistics.access.test", "read", [test_id]))
    shown.append(Database(server.db).rows("SELECT body FROM mail_message"))
    assert SECRET not in repr(shown)
    assert SECRET not in server.log_path.read_text(errors="replace")
    cluster = Cluster.main()
    dump = subprocess.run(
        [cluster.binary("pg_dump"), "--data-only", server.db],
        env={**cluster.env(), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    ).stdout
    assert len(dump) > 1000
    assert SECRET.encode() not in dump
