"""Calls that are no events: answered at once, called back once, and no shipment is touched."""

import http.server
import json
import os
import threading
import uuid

import pytest

from devtools import databases
from devtools.server import OdooServer

from ..support import http as client
from ..support.connections import connect
from ..support.database import Database
from ..support.polling import wait_for
from ..support.rpc import Session
from .test_new_provider import ADDON, BluePost


class Desk(http.server.BaseHTTPRequestHandler):
    """The partner's side of a call-back: remembers what came."""

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.calls.append((self.path, self.rfile.read(length)))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def desk():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.calls, server.statuses = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def odoo(desk):
    name = f"e2e_{os.getpid()}_handshake"
    databases.create(name)
    try:
        databases.install(name, [ADDON])
        with OdooServer(name) as server:
            rpc = Session(server.url, name)
            rpc(
                "logistics.allowed.host",
                "create",
                [
                    {
                        "host": "127.0.0.1",
                        "ports": str(desk.server_port),
                        "plain_http": True,
                        "note": "The partner's desk",
                    }
                ],
            )
            yield rpc
    finally:
        databases.drop(name)


@pytest.fixture(scope="module")
def partner(odoo):
    made = BluePost()
    connect(odoo, made)
    return made


def say(partner, **message):
    body = partner.encode(message)
    return body, client.request("POST", partner.url, body, partner.headers(body))


def settled(odoo):
    rows = Database(odoo.db).rows("SELECT state, message_type FROM logistics_message")
    return rows if all(state == "processed" for state, _type in rows) else None


def test_a_challenge_is_repeated_at_once(odoo, partner):
    _body, answer = say(partner, type="url_verification", challenge="c-1")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"challenge": "c-1"}
    wait_for(lambda: settled(odoo), 30, "the handshake is not worked")
    assert Database(odoo.db).value("SELECT count(*) FROM logistics_event") == 0


def test_a_stranger_gets_no_answer(odoo, partner):
    liar = BluePost()
    liar.url = partner.url
    _body, answer = say(liar, type="url_verification", challenge="c-2")
    assert answer.status == 401
    assert b"c-2" not in answer.body


def test_the_subscription_is_called_back_once(odoo, partner, desk):
    desk.calls.clear()
    url = f"http://127.0.0.1:{desk.server_port}/subscriptions/7"
    secret = uuid.uuid4().hex
    body, answer = say(partner, type="subscription.validate", secret=secret, subscription=url)
    assert answer.status == 202
    wait_for(lambda: desk.calls, 30, "nobody called back")
    assert desk.calls == [("/subscriptions/7", json.dumps({"secret": secret}).encode())]
    # Copies and replays owe nothing any more.
    assert client.request("POST", partner.url, body, partner.headers(body)).status == 202
    domain = [("receipt", "=", answer.json()["receipt"])]
    message = odoo.one("logistics.message", domain, ["id"])
    odoo("logistics.message", "action_retry", [message["id"]])
    wait_for(lambda: settled(odoo), 30, "the replay is not worked")
    jobs = "SELECT count(*) FROM queue_job WHERE method_name = '_call_back' AND state <> 'done'"
    wait_for(lambda: not Database(odoo.db).value(jobs), 30, "a call-back is still under way")
    assert len(desk.calls) == 1
    kept = Database(odoo.db).value("SELECT string_agg(q::text, '') FROM queue_job q")
    assert secret not in (kept or "")


def test_nobody_else_is_called(odoo, partner, desk):
    """Who can sign a message must not choose whom we call."""
    desk.calls.clear()
    url = f"http://localhost:{desk.server_port}/evil"
    say(partner, type="subscription.validate", secret="s", subscription=url)
    domain = [("name", "like", "Handshake failed")]
    told = wait_for(
        lambda: odoo("logistics.exception", "search_read", domain, ["detail"]), 30, "nobody is told"
    )
    assert "none of the partner" in told[0]["detail"]
    assert not desk.calls


def test_what_the_partner_says_afterwards_is_history(odoo, partner):
    say(partner, type="subscription.ready")
    domain = [("model", "=", "logistics.connection"), ("body", "like", "has begun to send")]
    wait_for(lambda: odoo("mail.message", "search_count", domain), 30, "it is not noted")
