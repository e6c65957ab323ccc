"""A van is ordered, confirmed, refused, lost and called off: real server, real queue, a carrier
over HTTP."""

import datetime

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.polling import wait_for

FIELDS = ["state", "number", "problem", "total", "parcel_count", "day"]


@pytest.fixture(scope="module")
def ups():
    with UpsServer() as server:
        yield server


@pytest.fixture(scope="module")
def account(session_world, ups):
    account = Account(session_world.rpc, ups, f"UPS pickups ({ups.port})")
    warehouses = account.rpc("stock.warehouse", "search_read", [], ["partner_id"])
    partners = [row["partner_id"][0] for row in warehouses if row["partner_id"]]
    account.rpc("res.partner", "write", partners, {"phone": "+1 253 555 0100", "tz": "US/Pacific"})
    return account


def look(account, pickup):
    return account.rpc("logistics.pickup", "read", [pickup], FIELDS)[0]


def until(account, pickup, *states):
    def settled():
        found = look(account, pickup)
        return found if found["state"] in states else None

    return wait_for(settled, 120, f"the pickup is not {states}: {look(account, pickup)}")


def booked(account):
    """A delivery with a label."""
    _order, picking = account.order()
    account.ship(picking)

    def labelled():
        rows = account.rpc("stock.picking", "read", [picking], ["booking_state"])
        return rows[0]["booking_state"] == "booked"

    wait_for(labelled, 120, "no label")
    return picking


def draft(account, days):
    """A pickup of one delivery, on a working day of its own."""
    picking = booked(account)
    pickup = account.rpc("stock.picking", "action_order_pickup", [picking])["res_id"]
    day = datetime.date.today() + datetime.timedelta(days=7 * days)
    while day.weekday() > 4:
        day += datetime.timedelta(days=1)
    values = {"day": day.isoformat(), "place": False}
    account.rpc("logistics.pickup", "write", [pickup], values)
    return picking, pickup


def test_a_van_is_ordered_confirmed_and_called_off(account, ups):
    picking, pickup = draft(account, 1)
    account.rpc("logistics.pickup", "action_order", [pickup])
    found = until(account, pickup, "confirmed")
    (van,) = ups.pickups.vans.live
    assert (found["number"], found["day"]) == (van.number, van.day)
    assert found["total"] == pytest.approx(7.65) and van.parcels == found["parcel_count"] == 1
    shown = account.rpc("stock.picking", "read", [picking], ["pickup_id", "pickup_state"])[0]
    assert (shown["pickup_id"][0], shown["pickup_state"]) == (pickup, "confirmed")
    account.rpc("logistics.pickup", "action_cancel", [pickup])
    until(account, pickup, "cancelled")
    assert van.is_cancelled


def test_what_the_carrier_refuses_is_told_and_ordered_after_it_is_mended(account, ups):
    _picking, pickup = draft(account, 2)
    ups.pickups.vans.least_minutes = 8 * 60
    try:
        account.rpc("logistics.pickup", "action_order", [pickup])
        assert "window is too short" in until(account, pickup, "refused")["problem"]
    finally:
        ups.pickups.vans.least_minutes = 60
    account.rpc("logistics.pickup", "action_order", [pickup])
    assert until(account, pickup, "confirmed")["number"]


def test_a_van_whose_answer_got_lost_is_found_and_not_ordered_twice(account, ups):
    _picking, pickup = draft(account, 3)
    before = len(ups.pickups.vans.orders)
    ups.moods = ["cut"]
    account.rpc("logistics.pickup", "action_order", [pickup])
    found = until(account, pickup, "confirmed")
    assert [call for call in ups.calls if call.path.endswith("/pickup/oncall")]
    assert len(ups.pickups.vans.orders) == before + 1
    assert found["number"] == list(ups.pickups.vans.orders)[-1]


def test_what_can_be_mended_is_said_before_the_carrier_is_asked(account, ups):
    _picking, pickup = draft(account, 4)
    account.rpc("logistics.pickup", "write", [pickup], {"place": "behind the second gate"})
    calls = len(ups.calls)
    with pytest.raises(Exception, match="too long"):
        account.rpc("logistics.pickup", "action_order", [pickup])
    assert len(ups.calls) == calls and look(account, pickup)["state"] == "draft"
