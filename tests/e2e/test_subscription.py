"""A subscriber's system is told what happens: signed, once, in order, also after it was away."""

import base64
import hashlib
import hmac

import pytest

from ..simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from ..simulators.receiver import OK, Answer, Receiver
from ..support.polling import wait_for
from ..support.sending import make_flow

SECRET = base64.b64encode(b"a secret of the subscriber, 32 b").decode()


def is_signed(call):
    """Checked as the standard's page says, without a line of the product."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    made = hmac.new(base64.b64decode(SECRET), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}" in headers["webhook-signature"].split(" ")


@pytest.fixture
def portal(world):
    with Receiver() as receiver:
        receiver.allow(world.rpc)
        connection = world.rpc(
            "logistics.connection",
            "create",
            [
                {
                    "name": f"Portal {receiver.port}",
                    "provider_id": world.rpc("logistics.provider", "search", [], limit=1)[0],
                    "state": "live",
                    "access_ids": [
                        (
                            0,
                            0,
                            {
                                "kind": "standard_webhooks",
                                "credential_ids": [(0, 0, {"secret": f"whsec_{SECRET}"})],
                            },
                        )
                    ],
                }
            ],
        )[0]
        receiver.flow_id = make_flow(
            world.rpc,
            connection,
            f"{receiver.url}/events",
            code="events",
            retry_schedule="1s 1s 1s",
            breaker_limit=2,
            breaker_pause=1,
            breaker_longest=1,
        )
        values = {"name": "Portal", "flow_id": receiver.flow_id}
        receiver.subscription_id = world.rpc("logistics.subscription", "create", [values])[0]
        yield receiver
        world.rpc("logistics.subscription", "write", [receiver.subscription_id], {"active": False})
        world.rpc("logistics.flow", "action_stop", [receiver.flow_id])


def test_a_portal_that_was_away_learns_everything_in_order(world, portal):
    down = [True]
    portal.behave = lambda call, number: Answer(503) if down else OK
    shipment_id, number = world.shipment()
    steps = journey("delivered", now(), EINDHOVEN, UTRECHT, "J. Jansen")
    for step in steps:
        delivery = world.partner.deliver(world.partner.body(Parcel(number), [step]))
        assert delivery.answer.status == 202
        world.fate(delivery.answer.json()["receipt"])
    wait_for(lambda: len(portal.calls) >= 3, 20, "the portal was not called")
    down.clear()
    told = world.rpc(
        "logistics.event",
        "search_read",
        [("shipment_id", "=", shipment_id), ("standing", "=", "active")],
        ["code"],
        order="occurred_at, id",
    )
    wait_for(lambda: len(portal.worked) >= len(told), 30, lambda: [c.data for c in portal.worked])
    events = [call.data for call in portal.worked]
    name = world.read("logistics.shipment", shipment_id, "name")["name"]
    assert [event["data"]["code"] for event in events] == [row["code"] for row in told]
    assert {event["subject"] for event in events} == {name}
    assert len({event["id"] for event in events}) == len(events)
    assert all(is_signed(call) for call in portal.worked)
    assert {call.headers["Content-Type"] for call in portal.worked} == {
        "application/cloudevents+json"
    }
