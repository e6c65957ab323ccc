"""One real server for all end-to-end tests: three workers, cron, job runner, real PostgreSQL."""

import os
import random
from dataclasses import dataclass

import pytest

from devtools import databases
from devtools.server import OdooServer

from ..simulators import CanonicalPartner, Partner
from ..support.connections import connect, make_shipments
from ..support.database import Database
from ..support.polling import wait_for
from ..support.rpc import Session

METRICS_TOKEN = "a token of the e2e tests"
#: A database that is there already, for working on the tests themselves.
KEPT_DATABASE = os.environ.get("E2E_DATABASE")


@dataclass
class World:
    """A running Odoo with one connected partner."""

    server: OdooServer
    rpc: Session
    database: Database
    partner: Partner
    connection_id: int
    rng: random.Random

    def shipment(self, partner=None):
        """A new shipment without delivery order: ``(id, tracking number)``."""
        partner = partner or self.partner
        number = partner.number(self.rng)
        issuer = getattr(partner, "issuer", partner.provider)
        return make_shipments(self.rpc, [number], issuer)[number], number

    def fate(self, receipt, timeout=30):
        """What became of a message, once it is worked."""

        def look():
            message = self.rpc.one("logistics.message", [("receipt", "=", receipt)], FATE_FIELDS)
            return message if message["state"] not in ("received", "processing") else None

        return wait_for(look, timeout, f"message {receipt} is not worked")

    def read(self, model, record_id, *fields):
        return self.rpc(model, "read", [record_id], list(fields))[0]

    def message_count(self):
        return self.database.value("SELECT count(*) FROM logistics_message")


FATE_FIELDS = ["state", "error_class", "error_text", "event_count", "parked_count", "tries"]


@pytest.fixture(scope="session")
def database_name():
    """A fresh database with all our addons, without demo data."""
    if KEPT_DATABASE:
        yield KEPT_DATABASE
        return
    name = f"e2e_{os.getpid()}"
    databases.create(name)
    try:
        yield name
    finally:
        databases.drop(name)


@pytest.fixture(scope="session")
def live_server(database_name):
    # As those run it who watch it with machines (test_prometheus.py).
    env = {"LOGISTICS_METRICS_TOKEN": METRICS_TOKEN, "LOGISTICS_LOG_FORMAT": "json"}
    with OdooServer(database_name, workers=3, env=env) as server:
        yield server


@pytest.fixture(scope="session")
def session_world(live_server):
    rpc = Session(live_server.url, live_server.db)
    partner = CanonicalPartner()
    connection_id = connect(rpc, partner, "Northwind 3PL (tests)")
    return World(
        live_server, rpc, Database(live_server.db), partner, connection_id, random.Random()
    )


@pytest.fixture
def world(session_world):
    """The shared world; each test uses shipments and messages of its own."""
    return session_world
