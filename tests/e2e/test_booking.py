"""A delivery is validated, and its label comes: real server, real queue, a carrier over HTTP."""

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.polling import wait_for

FIELDS = [
    "state",
    "carrier_tracking_ref",
    "carrier_price",
    "booking_state",
    "booking_problem",
    "shipment_ids",
]


@pytest.fixture(scope="module")
def ups():
    with UpsServer() as server:
        yield server


@pytest.fixture(scope="module")
def account(session_world, ups):
    return Account(session_world.rpc, ups, "UPS Ground (tests)")


def look(account, picking):
    return account.rpc("stock.picking", "read", [picking], FIELDS)[0]


def until(account, picking, *states):
    def settled():
        found = look(account, picking)
        return found if found["booking_state"] in states else None

    return wait_for(settled, 120, f"the booking is not {states}: {look(account, picking)}")


def test_a_label_is_bought_after_the_commit_and_filed(account, ups):
    order, picking = account.order()
    before = len(ups.bookings)
    assert account.ship(picking) is True
    found = until(account, picking, "booked")
    (booked,) = list(ups.bookings.values())[before:]
    assert found["carrier_tracking_ref"] == booked.numbers[0]
    assert found["carrier_price"] == pytest.approx(float(booked.total))
    labels = account.rpc(
        "ir.attachment",
        "search_read",
        [("res_model", "=", "stock.picking"), ("res_id", "=", picking)],
        ["name"],
    )
    assert [row["name"] for row in labels] == [f"LabelShipping-logistics-{booked.numbers[0]}.png"]
    said = account.rpc(
        "mail.message",
        "search_read",
        [("model", "=", "stock.picking"), ("res_id", "=", picking), ("body", "ilike", "Booked")],
        ["attachment_ids"],
    )
    assert [row["attachment_ids"] for row in said] == [[row["id"] for row in labels]]
    lines = account.rpc(
        "sale.order.line",
        "search_read",
        [("order_id", "=", order), ("is_delivery", "=", True)],
        ["price_unit"],
    )
    assert [row["price_unit"] for row in lines] == [pytest.approx(float(booked.total))]
    charges = account.rpc(
        "logistics.shipment.charge",
        "search_read",
        [("shipment_id", "in", found["shipment_ids"]), ("kind", "=", "booked")],
        ["category", "code", "amount"],
    )
    assert sum(row["amount"] for row in charges) == pytest.approx(float(booked.total))
    assert {row["category"] for row in charges} == {"base", "fuel"}


def test_a_booking_whose_answer_got_lost_is_found_and_not_bought_twice(account, ups):
    _order, picking = account.order()
    before = len(ups.bookings)
    ups.moods = ["cut"]
    account.ship(picking)
    found = until(account, picking, "booked")
    assert [call for call in ups.calls if "recovery" in call.path]
    assert len(ups.bookings) == before + 1
    assert found["carrier_tracking_ref"] == list(ups.bookings.values())[-1].numbers[0]


def test_what_the_carrier_refuses_is_told_and_booked_after_it_is_mended(account, ups):
    _order, picking = account.order()
    account.use("99")
    try:
        account.ship(picking)
        found = until(account, picking, "refused")
        assert found["state"] == "done"
        assert "unavailable" in found["booking_problem"]
    finally:
        account.use("03")
    account.rpc("stock.picking", "action_book", [picking])
    assert until(account, picking, "booked")["carrier_tracking_ref"]


def test_a_cancelled_label_is_void_once(account, ups):
    _order, picking = account.order()
    account.ship(picking)
    until(account, picking, "booked")
    booked = list(ups.bookings.values())[-1]
    account.rpc("stock.picking", "cancel_shipment", [picking])
    found = until(account, picking, "void")
    assert booked.is_void and not found["carrier_tracking_ref"]
    voids = [call for call in ups.calls if booked.identifier in call.path]
    assert len(voids) == 1


def test_what_the_packer_can_mend_is_said_before_the_carrier_is_asked(account, ups):
    _order, picking = account.order(street="x" * 36)
    calls = len(ups.calls)
    with pytest.raises(Exception, match="36 characters"):
        account.ship(picking)
    assert len(ups.calls) == calls
    assert look(account, picking)["state"] != "done"


def test_a_price_before_the_order_is_confirmed(account, ups):
    order, _picking = account.order()
    wizard = account.rpc(
        "choose.delivery.carrier",
        "create",
        [{"order_id": order, "carrier_id": account.method_id}],
    )[0]
    account.rpc("choose.delivery.carrier", "update_price", [wizard])
    price = account.rpc("choose.delivery.carrier", "read", [wizard], ["display_price"])[0]
    assert price["display_price"] > 5
