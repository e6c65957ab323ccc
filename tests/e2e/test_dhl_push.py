"""DHL's push over HTTP: what the provider proposes is enough, and DHL gets the 200 it waits for."""

import os
from pathlib import Path

import pytest

from devtools import databases
from devtools.server import OdooServer

from ..simulators import Partner
from ..support import http as client
from ..support.connections import connect
from ..support.database import Database
from ..support.polling import wait_for
from ..support.rpc import Session

ADDON = "logistics_connector_carrier"
FIXTURES = Path(__file__).parents[2] / ADDON / "providers/dhl/fixtures"


class Dhl(Partner):
    provider = "dhl"
    name = "DHL"

    def connection_values(self):
        return {}  # what the provider says of itself must be enough

    def signature_headers(self, body, message_id):
        return {"X-DHL-Push-Token": self.secret}


@pytest.fixture(scope="module")
def odoo():
    name = f"e2e_{os.getpid()}_dhl"
    databases.create(name)
    try:
        databases.install(name, [ADDON])
        with OdooServer(name) as server:
            yield Session(server.url, name)
    finally:
        databases.drop(name)


@pytest.fixture(scope="module")
def dhl(odoo):
    made = Dhl()
    connect(odoo, made)
    return made


def post(dhl, name, **headers):
    body = (FIXTURES / f"{name}.json").read_bytes()
    return client.request("POST", dhl.url, body, dhl.headers(body) | headers)


def test_a_push_is_received_with_200_and_read(odoo, dhl):
    answer = post(dhl, "normal")
    assert answer.status == 200
    assert answer.json()["receipt"]
    rows = "SELECT event_count FROM logistics_message WHERE state IN ('processed', 'parked')"
    assert wait_for(lambda: Database(odoo.db).value(rows), 30, "nobody read it") > 0


def test_another_token_is_refused(dhl):
    headers = {"X-DHL-Push-Token": Dhl.new_secret()}
    assert post(dhl, "in_transit", **headers).status == 401
