"""Many labels at once, and waiting for one: real server, real queue, a carrier over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.polling import wait_for
from ..support.rpc import Session


@pytest.fixture(scope="module")
def ups():
    with UpsServer(seed=23) as server:
        yield server


@pytest.fixture(scope="module")
def account(session_world, ups):
    return Account(session_world.rpc, ups, "UPS Ground (labels)")


def test_two_people_ask_for_the_same_labels_at_the_same_moment(account, ups, session_world):
    """Each is bought once, whoever was first; both pages show it in the end."""
    server, rpc = session_world.server, account.rpc
    pickings = [account.order()[1] for _each in range(4)]
    before = len(ups.bookings)
    people = [Session(server.url, server.db) for _each in range(2)]
    lists = (pickings, pickings[::-1])
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(person, "stock.picking", "action_ask_labels", ids)
            for person, ids in zip(people, lists, strict=True)
        ]
        batches = [one.result()["res_id"] for one in asked]
    names = ["booked_count", "line_count"]

    def settled():
        found = rpc("logistics.label.batch", "read", batches, names)
        return all(row["booked_count"] == 4 for row in found) and found

    found = wait_for(settled, 120, lambda: str(rpc("logistics.label.batch", "read", batches, [])))
    assert [row["line_count"] for row in found] == [4, 4]
    assert len(ups.bookings) == before + 4
    rows = rpc("logistics.booking", "search_read", [("picking_id", "in", pickings)], ["state"])
    assert [row["state"] for row in rows] == ["booked"] * 4


def test_a_packing_station_waits_for_its_label(account, ups):
    """The second call, after the delivery was validated: it answers as soon as the carrier does."""
    _order, picking = account.order()
    ups.is_open.clear()
    try:
        account.ship(picking)
        found = account.rpc.route("/logistics/label/wait", delivery=picking, timeout=0.5)
        assert (found["state"], found["is_settled"]) == ("asked", False)
    finally:
        ups.is_open.set()

    def settled():  # on a busy machine it takes more than one call
        found = account.rpc.route("/logistics/label/wait", delivery=picking, timeout=20)
        return found if found["is_settled"] else None

    found = wait_for(settled, 120, "no label")
    assert found["state"] == "booked"
    assert [label["format"] for label in found["labels"]] == ["png"]
    assert found["numbers"] == list(ups.bookings.values())[-1].numbers
