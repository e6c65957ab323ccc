"""Partners lose webhooks; the sweep finds what was lost, once, whatever comes in between."""

import random
import uuid
from datetime import timedelta

import pytest

from ..exam.trials.dual_write import client_process
from ..simulators.feed import FeedPartner, UpsTracking
from ..simulators.journey import EINDHOVEN, LOUISVILLE, UTRECHT, Parcel, journey, now
from ..simulators.receiver import Answer
from ..support.connections import connect
from ..support.polling import wait_for

POLL = {
    "shortest_minutes": 1,
    "longest_minutes": 60,
    "overlap_minutes": 10,
    "breaker_limit": 3,
    "breaker_pause": 1,
    "breaker_longest": 2,
}


@pytest.fixture
def asked(world):
    """Connects a partner that can be asked, with its poll; what is left is archived at the end."""
    made, running = [], []

    def make(partner, kind, path, **values):
        running.append(partner.__enter__())
        partner.server.allow(world.rpc)
        name = f"{partner.name} {uuid.uuid4().hex[:8]}"
        partner.connection_id = connect(world.rpc, partner, name)
        values = {
            **POLL,
            "name": "Sweep",
            "kind": kind,
            "connection_id": partner.connection_id,
            "url": f"{partner.server.url}{path}",
            "start_at": str(now().replace(tzinfo=None) - timedelta(hours=1)),
            **values,
        }
        made.append(world.rpc("logistics.poll", "create", [values])[0])
        partner.poll_id = made[-1]
        return partner

    yield make
    world.rpc("logistics.poll", "write", made, {"active": False})
    for partner in running:
        partner.__exit__(None, None, None)


def read_now(world, partner):
    world.rpc("logistics.poll", "action_read_now", [partner.poll_id])


def progress(world, partner):
    return world.rpc.one(
        "logistics.poll.progress",
        [("poll_id", "=", partner.poll_id)],
        ["state", "since", "watermark", "error", "asks", "paused_until", "cursor", "failures"],
    )


def is_at_rest(world, partner):
    """Whether a round has ended well since this was asked for, and none is under way."""
    values = world.read("logistics.poll", partner.poll_id, "next_at")
    row = progress(world, partner)
    is_over = values["next_at"] and values["next_at"] > str(now().replace(tzinfo=None))
    return is_over and not row["since"] and not row["error"] and row["state"] == "closed"


def round_ended(world, partner, timeout=40):
    read_now(world, partner)
    wait_for(
        lambda: is_at_rest(world, partner), timeout, lambda: progress(world, partner), interval=0.3
    )


def codes(world, shipment_id):
    rows = world.rpc(
        "logistics.event",
        "search_read",
        [("shipment_id", "=", shipment_id)],
        ["code"],
        order="occurred_at, id",
    )
    return [row["code"] for row in rows]


def conflicts(world, partner):
    domain = [
        ("connection_id", "=", partner.connection_id),
        ("type_code", "in", ("message_conflict", "parse_failure", "processing_failure")),
    ]
    return world.rpc("logistics.exception", "search_count", domain)


STORY = ["TRK_MANIFESTED", "PUP_PICKED_UP", "MOV_DEPARTED", "MOV_ARRIVED", "DLV_OUT"]
STORY += ["DLV_DELIVERED"]


def test_every_lost_event_is_found_once(world, asked):
    """Half of the webhooks are lost; entries are committed late, while pages are read; the partner
    throttles, breaks off, and answers nonsense."""
    rng = random.Random(11)
    partner = asked(FeedPartner(), "feed", "/feed")
    shipments = [world.shipment(partner) for _n in range(6)]
    steps = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, "J. Jansen")
    story = [(Parcel(number), step) for _id, number in shipments for step in steps]
    rng.shuffle(story)
    late = story[:8]

    def commit_late(_call):
        # Recorded minutes ago, shown only now: behind what was read already.
        for parcel, step in late[:2]:
            partner.commit(parcel, step, now() - timedelta(minutes=rng.randrange(1, 9)))
        del late[:2]

    for parcel, step in story[8:]:
        message = partner.commit(parcel, step, now() - timedelta(seconds=rng.randrange(1, 300)))
        if rng.random() < 0.5:
            assert partner.send(message).ok
    partner.troubles = [
        Answer(429, {"Retry-After": "1"}),
        None,
        commit_late,
        Answer(503),
        commit_late,
        Answer(body=b"<html>maintenance</html>"),
        Answer(reset=True),
        commit_late,
        Answer(429, {"Retry-After": "2"}),
        commit_late,
    ]
    round_ended(world, partner, 120)
    round_ended(world, partner)
    assert not late and not partner.troubles
    for shipment_id, _number in shipments:
        wait_for(
            lambda shipment_id=shipment_id: codes(world, shipment_id) == STORY,
            20,
            lambda shipment_id=shipment_id: codes(world, shipment_id),
        )
        assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"
    assert conflicts(world, partner) == 0
    # Whatever was read again: each entry was filed once.
    filed = world.database.value(
        "SELECT count(*) FROM logistics_message WHERE connection_id = %s AND channel = 'poll'",
        partner.connection_id,
    )
    assert filed == len(story)
    pauses = [call for call in partner.server.calls if call.method == "GET"]
    assert len(pauses) > len(story) // partner.page_size


def test_a_worker_that_is_killed_during_a_page_loses_nothing(world, asked):
    partner = asked(FeedPartner(), "feed", "/feed", timeout=20)
    shipment_id, number = world.shipment(partner)
    steps = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT)
    for index, step in enumerate(steps):
        partner.commit(Parcel(number), step, now() - timedelta(seconds=60 - index))
    killed = []

    def kill(call):
        pid = client_process(call.client_port, world.server.child_pids())
        world.server.kill9(pid)
        killed.append(pid)

    partner.troubles = [None, kill]  # the first page is filed, the second one is never read
    read_now(world, partner)
    wait_for(lambda: killed, 30, lambda: progress(world, partner))
    round_ended(world, partner, 60)
    wait_for(lambda: codes(world, shipment_id) == STORY, 20, lambda: codes(world, shipment_id))
    assert conflicts(world, partner) == 0


def test_an_outage_is_one_exception_and_over_by_itself(world, asked):
    partner = asked(FeedPartner(), "feed", "/feed")
    shipment_id, number = world.shipment(partner)
    partner.commit(Parcel(number), journey("announced", now(), EINDHOVEN, UTRECHT)[0])
    round_ended(world, partner)
    partner.is_down = True
    read_now(world, partner)
    outage = [("connection_id", "=", partner.connection_id), ("type_code", "=", "partner_down")]
    wait_for(
        lambda: world.rpc("logistics.exception", "search_count", outage),
        60,
        lambda: progress(world, partner),
    )
    step = journey("moving", now() - timedelta(days=1), EINDHOVEN, UTRECHT)[1]
    partner.commit(Parcel(number), step)
    partner.is_down = False
    wait_for(
        lambda: "PUP_PICKED_UP" in codes(world, shipment_id),
        60,
        lambda: progress(world, partner),
    )
    found = world.rpc("logistics.exception", "search_read", outage, ["is_open"])
    assert [row["is_open"] for row in found] == [False]


def test_a_carrier_is_asked_about_its_shipments(world, asked):
    """UPS sends each scan once and never again. What it lost is found by asking for the number, and
    the scan that came by webhook as well is one event."""
    partner = asked(UpsTracking(), "shipment", "/api/track/v1/details")
    shipment_id, number = world.shipment(partner)
    other_id, _unknown = world.shipment(partner)
    steps = journey("delivered", now() - timedelta(days=2), LOUISVILLE, LOUISVILLE, "EXAMPLE")
    parcel = Parcel(number)
    partner.tell(parcel, steps[:1])
    partner.tell(parcel, steps[2:3])
    partner.stories[number] = (parcel, steps)
    row = world.rpc.one("logistics.poll.shipment", [("shipment_id", "=", shipment_id)], ["next_at"])
    assert row["next_at"]
    action = world.rpc("logistics.shipment", "action_ask_now", [shipment_id, other_id])
    assert action["params"]["type"] == "success"
    wait_for(
        lambda: len(codes(world, shipment_id)) == len(steps),
        40,
        lambda: (codes(world, shipment_id), progress(world, partner)),
    )
    shipment = world.read("logistics.shipment", shipment_id, "state", "asked_at", "ask_ended")
    assert shipment["state"] == "delivered" and shipment["asked_at"] and not shipment["ask_ended"]
    wait_for(
        lambda: world.read("logistics.shipment", other_id, "asked_at")["asked_at"],
        20,
        lambda: progress(world, partner),
    )
    row = world.rpc.one("logistics.poll.shipment", [("shipment_id", "=", other_id)], ["unknown"])
    assert row["unknown"] >= 1 and progress(world, partner)["state"] == "closed"
    assert conflicts(world, partner) == 0
