"""A provider that tells of a number only when it is asked to: Odoo asks, after the commit, and is
told of the parcel where it said it listens. Real server, real queue, the provider over HTTP."""

import os
import random
import uuid
from datetime import timedelta

import pytest

from ..simulators.followers import AfterShipFollower, UpsFollower
from ..simulators.journey import LOUISVILLE, UTRECHT, Parcel, journey, now
from ..simulators.ups import UpsTrackAlert
from ..support.browser import Browser
from ..support.connections import add_secret
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
SWEEP = "logistics_connector_base.cron_tracker_sweep"
FIELDS = ["state", "problem", "until", "message_id", "number"]


class Following:
    """A connection that has its numbers followed, set up by RPC as the screens do it."""

    def __init__(self, world, server):
        self.world, self.rpc, self.server = world, world.rpc, server
        server.allow(self.rpc)
        rpc = self.rpc
        provider = rpc.one("logistics.provider", [("code", "=", server.provider)], ["id"])["id"]
        self.name = f"{server.provider} {uuid.uuid4().hex[:8]}"
        values = {"name": self.name, "provider_id": provider, "environment": "test"}
        self.id = rpc("logistics.connection", "create", [values])[0]
        way = rpc("logistics.access", "create", [{"connection_id": self.id, **server.access()}])[0]
        add_secret(rpc, self.id, server.key, access_id=way, direction="out")
        self.secret = add_secret(rpc, self.id, "shown-by-them-" + uuid.uuid4().hex)
        rpc("logistics.connection", "action_new_address", [self.id])
        rpc("logistics.connection", "action_go_live", [self.id])
        rpc("logistics.connection", "action_set_up_tracking", [self.id])
        flow = rpc.one("logistics.flow", [("connection_id", "=", self.id)], ["id"])["id"]
        self.flow = flow
        rpc("logistics.flow", "write", [flow], {"url": server.address, "retry_schedule": "1s 1s"})

    def ship(self, *numbers):
        """A shipment of this carrier for each of these numbers, all in one transaction."""
        values = [
            {
                "issuer": self.server.provider,
                "package_ids": [(0, 0, {"tracking_number": number})],
            }
            for number in numbers
        ]
        return self.rpc("logistics.shipment", "create", values)

    def tracker(self, shipment):
        return self.rpc.one("logistics.tracker", [("shipment_id", "=", shipment)], FIELDS)

    def until(self, shipment, state):
        def look():
            found = self.tracker(shipment)
            return found if found["state"] == state else None

        return wait_for(look, 60, lambda: f"not {state}: {self.tracker(shipment)}")

    def end(self):
        self.rpc("logistics.flow", "write", [self.flow], {"active": False})
        self.rpc("logistics.connection", "action_suspend", [self.id])


@pytest.fixture
def following(world):
    made, running = [], []

    def make(kind):
        running.append(kind().__enter__())
        made.append(Following(world, running[-1]))
        return made[-1]

    yield make
    for one in made:
        one.end()
    for server in running:
        server.__exit__(None, None, None)


def test_ups_is_asked_and_tells_of_the_parcel(world, following):
    """From the number to the delivery, by what UPS was given alone: address and credential."""
    ups = following(UpsFollower)
    rng = random.Random(uuid.uuid4().int)
    numbers = [UpsTrackAlert().number(rng) for _n in range(3)]
    shipments = ups.ship(*numbers)
    world.rpc.run_cron(SWEEP)
    for shipment in shipments:
        assert ups.until(shipment, "following")["until"]
    calls = [
        call for call in ups.server.calls if set(numbers) & set(call.data["trackingNumberList"])
    ]
    assert len(calls) == 1, "as many as it takes go with one call"
    # UPS tells, where it was told to, with what it was given.
    alert, parcel = UpsTrackAlert(), Parcel(numbers[0])
    steps = journey("delivered", now() - timedelta(days=4), LOUISVILLE, UTRECHT, "M. Diaz")
    for index in range(len(steps)):
        answer = ups.server.tell(
            numbers[0], alert.message(parcel, steps[: index + 1]), world.server.url
        )
        assert answer.status == 202
    wait_for(
        lambda: world.read("logistics.shipment", shipments[0], "state")["state"] == "delivered",
        60,
        "the parcel is not delivered",
    )
    assert ups.tracker(shipments[0])["state"] == "ended"
    assert ups.tracker(shipments[1])["state"] == "following"


def test_nobody_else_is_believed_at_that_address(world, following):
    ups = following(UpsFollower)
    number = UpsTrackAlert().number(random.Random(uuid.uuid4().int))
    (shipment,) = ups.ship(number)
    world.rpc.run_cron(SWEEP)
    ups.until(shipment, "following")
    ups.server.followed[number]["credential"] = "something else"
    assert ups.server.tell(number, {"trackingNumber": number}, world.server.url).status == 401


def test_a_provider_that_is_down_gets_all_numbers_when_it_is_back(world, following):
    aftership = following(AfterShipFollower)
    aftership.server.down = 503
    (shipment,) = aftership.ship(f"JJD{uuid.uuid4().int % 10**12:012}")
    world.rpc.run_cron(SWEEP)
    wait_for(lambda: aftership.server.calls, 60, "nobody called")
    assert aftership.tracker(shipment)["state"] == "asked"
    aftership.server.down = None
    assert aftership.until(shipment, "following")
    assert len(aftership.server.followed) == 1


def test_an_administrator_sees_what_is_followed(world, following):
    ups = following(UpsFollower)
    rng = random.Random(uuid.uuid4().int)
    numbers = [UpsTrackAlert().number(rng) for _n in range(4)]
    ups.server.unknown.add(numbers[3])
    shipments = ups.ship(*numbers)
    world.rpc.run_cron(SWEEP)
    for shipment in shipments[:3]:
        ups.until(shipment, "following")
    ups.until(shipments[3], "refused")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, "admin", "admin")
        browser.open(f"/odoo/logistics.connection/{ups.id}")
        browser.click(".nav-link:text(Following)")
        browser.wait_for(".o_field_widget[name=tracker_count]:text(3)")
        browser.wait_for(".o_field_widget[name=tracker_refused_count]:text(1)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "following-connection.png"))
        browser.click("button[name=action_view_trackers]")
        browser.wait_for(".o_data_row:text(UPS does not know this number)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "following.png"))
        browser.open(f"/odoo/logistics.shipment/{shipments[0]}")
        browser.wait_for("[name=tracker]:text(Followed)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "following-shipment.png"))
