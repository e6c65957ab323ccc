"""A provider that lives in an addon of its own plugs in: nothing of ours knows it.

The addon is ``tests/addons/logistics_test_provider``; docs/new-provider.md is about it.
"""

import hashlib
import hmac
import os

import pytest

from devtools import databases, paths
from devtools.server import OdooServer

from ..simulators import Partner
from ..support.connections import connect, make_shipments
from ..support.polling import wait_for
from ..support.rpc import Session

ADDON = "logistics_test_provider"


class BluePost(Partner):
    """Says what the addon's provider reads. It shares no code with it."""

    provider = "bluepost"
    name = "Blue Post"

    def connection_values(self):
        return {}  # what the provider says of itself must be enough

    def signature_headers(self, body, message_id):
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256)
        return {"X-Blue-Signature": f"sha256={mac.hexdigest()}"}

    def say(self, number, *scans):
        payload = {
            "parcel": number,
            "scans": [{"status": status, "at": at, "town": "Delft"} for status, at in scans],
        }
        return self.deliver(self.encode(payload))


@pytest.fixture(scope="module")
def odoo():
    """A server whose database has the foreign addon, and a logged-in administrator."""
    name = f"e2e_{os.getpid()}_provider"
    databases.create(name)
    try:
        databases.install(name, [ADDON])
        with OdooServer(name) as server:
            yield Session(server.url, name)
    finally:
        databases.drop(name)


@pytest.fixture(scope="module")
def blue_post(odoo):
    partner = BluePost()
    provider = odoo.ref(f"{ADDON}.provider_bluepost")
    # As the form does: first the defaults, then the person chooses the provider.
    fields = {"provider_id": {}, **DEFAULTS}
    values = odoo("logistics.connection", "onchange", [], {}, [], fields)["value"]
    values["provider_id"] = provider
    chosen = odoo("logistics.connection", "onchange", [], values, ["provider_id"], fields)
    values.update(chosen["value"])
    connect(odoo, partner, **{name: values[name] for name in DEFAULTS})
    (proof,) = odoo("logistics.verifier", "search_read", [("header", "=", "X-Blue-Signature")])
    assert (proof["kind"], proof["prefix"]) == ("hmac", "sha256=")
    return partner


DEFAULTS = {
    "message_id_header": {},
    "verifier_ids": {"fields": {"kind": {}, "header": {}, "encoding": {}, "prefix": {}}},
}


def fate(odoo, delivery):
    assert delivery.answer.status == 202, delivery.answer
    domain = [("receipt", "=", delivery.receipt)]

    def look():
        message = odoo.one("logistics.message", domain, ["state"])["state"]
        return message if message not in ("received", "processing") else None

    return wait_for(look, 30, "the message is not worked")


def test_its_scans_move_a_shipment(odoo, blue_post):
    shipment = make_shipments(odoo, ["BP1001"], "bluepost")["BP1001"]
    day = odoo("logistics.shipment", "read", [shipment], ["create_date"])[0]["create_date"][:10]
    collected, hub = ("COL", f"{day}T00:10:00+00:00"), ("HUB", f"{day}T00:20:00+00:00")
    assert fate(odoo, blue_post.say("BP1001", collected)) == "processed"
    assert state(odoo, shipment) == "picked_up"
    # The message repeats what it said before: the old scan is the same fact.
    assert fate(odoo, blue_post.say("BP1001", collected, hub)) == "processed"
    assert state(odoo, shipment) == "in_transit"
    events = odoo("logistics.event", "search_read", [("shipment_id", "=", shipment)], ["code"])
    assert sorted(event["code"] for event in events) == ["MOV_ARRIVED", "PUP_PICKED_UP"]


def test_its_unknown_code_is_kept_and_told(odoo, blue_post):
    shipment = make_shipments(odoo, ["BP1002"], "bluepost")["BP1002"]
    day = odoo("logistics.shipment", "read", [shipment], ["create_date"])[0]["create_date"][:10]
    scan = ("TELEPORTED", f"{day}T00:10:00+00:00")
    assert fate(odoo, blue_post.say("BP1002", scan)) == "processed"
    event = odoo.one("logistics.event", [("shipment_id", "=", shipment)], ["code", "raw_code"])
    assert (event["code"], event["raw_code"]) == ("TRK_INFO", "TELEPORTED")
    told = odoo.one(
        "logistics.exception",
        [("type_code", "=", "unmapped_code"), ("provider", "=", "bluepost")],
        ["raw_code"],
    )
    assert told["raw_code"] == "TELEPORTED"


def test_its_signature_is_checked(odoo, blue_post):
    liar = BluePost()  # another secret
    liar.url = blue_post.url
    assert liar.say("BP1001", ("OK", "2026-03-10T09:00:00+01:00")).answer.status == 401


def test_what_it_cannot_read_names_the_place(odoo, blue_post):
    delivery = blue_post.deliver(blue_post.encode({"parcel": "BP1", "scans": [{"status": 4.5}]}))
    assert fate(odoo, delivery) == "dead"
    message = odoo.one("logistics.message", [("receipt", "=", delivery.receipt)], ["error_text"])
    assert message["error_text"].startswith("/scans/0/status")


def test_nothing_of_ours_knows_it():
    for folder in paths.PROJECT.glob("logistics_connector_*"):
        for path in folder.rglob("*.py"):
            assert "bluepost" not in path.read_text().casefold(), path


def state(odoo, shipment):
    return odoo("logistics.shipment", "read", [shipment], ["state"])[0]["state"]
