"""A day is closed with Canada Post: real server, real queue, the carrier over HTTP; and how that
looks."""

import os

import pytest

from ..simulators.carriers import CanadaPostServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
DISPATCHER = "dispatcher_day"


class Partner:
    """Who is only booked, and sends nothing."""

    name, provider, secret = "Canada Post", "canadapost", "8c1f4b6e2d9a7350c4e8f1b27a6d"
    url = ""

    def connection_values(self):
        proof = {"kind": "hmac", "header": "X-Signature", "encoding": "hex"}
        return {"verifier_ids": [(0, 0, proof)]}


class CanadianAccount(Account):
    """Ships from Ottawa to Toronto."""

    def _placed(self, values, state):
        rpc = self.rpc
        country = rpc.one("res.country", [("code", "=", "CA")], ["id"])["id"]
        domain = [("code", "=", "ON"), ("country_id", "=", country)]
        place = rpc.one("res.country.state", domain, ["id"])["id"]
        is_ours = "street2" in values
        there = ("K1A 0B1", "Ottawa") if is_ours else ("M5V 2T6", "Toronto")
        phone = "+1 613 555 0147"
        address = {"zip": there[0], "city": there[1], "phone": phone}
        return {**values, **address, "country_id": country, "state_id": place}


@pytest.fixture
def post():
    with CanadaPostServer(seed=5) as server:
        yield server


@pytest.fixture
def account(world, post):
    return CanadianAccount(
        world.rpc, post, "Canada Post (one day)", service="DOM.EP", partner=Partner()
    )


def book(account, count):
    """So many deliveries; their bookings and the carrier's identifiers, in order."""
    found = []
    for _number in range(count):
        _order, picking = account.order()
        account.ship(picking)

        def booked(picking=picking):
            domain = [("picking_id", "=", picking)]
            row = account.rpc.one("logistics.booking", domain, ["state", "identifier", "problem"])
            return row if row["state"] == "booked" else None

        found.append(wait_for(booked, 120, "it is not booked"))
    return found


def until(account, manifest, *states):
    def settled():
        fields = ["state", "problem", "carrier_numbers", "attachment_ids"]
        row = account.rpc("logistics.manifest", "read", [manifest], fields)[0]
        return row if row["state"] in states else None

    return wait_for(settled, 120, f"the manifest is not {states}")


def close(account):
    action = account.rpc("logistics.connection", "action_end_of_day", [account.connection_id])
    return action["res_id"]


def transmissions(post):
    return [call for call in post.calls if call.method == "POST" and call.path.endswith("manifest")]


def test_a_day_of_three_of_which_one_is_refused(account, post):
    one, two, void = book(account, 3)
    # Somebody has called it off on the carrier's site.
    post.bookings[void["identifier"]].is_void = True
    for members in post.groups.values():
        members.remove(void["identifier"])
    found = until(account, close(account), "partial")
    assert found["carrier_numbers"] and found["attachment_ids"]
    for booking in (one, two):
        assert post.statuses[booking["identifier"]] == "transmitted"
    lines = account.rpc(
        "logistics.manifest.line",
        "search_read",
        [("booking_id", "in", [one["id"], two["id"], void["id"]])],
        ["booking_id", "state", "problem"],
    )
    states = {row["booking_id"][0]: row["state"] for row in lines}
    assert states == {one["id"]: "taken", two["id"]: "taken", void["id"]: "refused"}
    # The next end of day tells that one only.
    until(account, close(account), "failed")
    assert len(transmissions(post)) == 1
    account.rpc("logistics.booking", "action_cancelled_by_hand", [void["id"]])


def test_a_lost_answer_is_looked_up_and_not_closed_twice(account, post):
    (booking,) = book(account, 1)
    # Groups, the one that there is, the transmission.
    post.moods = ["", "", "cut"]
    found = until(account, close(account), "sent")
    assert post.statuses[booking["identifier"]] == "transmitted"
    assert len(transmissions(post)) == 1
    assert found["attachment_ids"]


def test_after_it_a_cancelled_label_is_a_refund(account, post):
    account.store(**{"config.refund_email": "billing@kalder.example.com"})
    (booking,) = book(account, 1)
    until(account, close(account), "sent")
    row = account.rpc("logistics.booking", "read", [booking["id"]], ["picking_id"])[0]
    account.rpc("stock.picking", "cancel_shipment", [row["picking_id"][0]])

    def void():
        fields = ["state", "refund_state", "refund_reference", "charge_ids"]
        now = account.rpc("logistics.booking", "read", [booking["id"]], fields)[0]
        return now if now["state"] == "void" else None

    found = wait_for(void, 120, "it is not void")
    assert (found["refund_state"], found["refund_reference"]) == ("asked", "GT14826637RT")
    assert found["charge_ids"]


def test_who_presses_the_button_sees_what_comes_of_it(world, account, post):
    """The page is not loaded again by hand."""
    person(
        world.rpc, DISPATCHER, "Dana Dispatcher", "logistics_connector_base.group_logistics_user"
    )
    _one, _two, void = book(account, 3)
    post.bookings[void["identifier"]].is_void = True
    for members in post.groups.values():
        members.remove(void["identifier"])
    post.is_open.clear()
    manifest = close(account)
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, DISPATCHER, DISPATCHER)
        browser.open(
            f"/odoo/action-logistics_connector_carrier.action_logistics_manifest/{manifest}"
        )
        browser.wait_for("div.alert:text(The carrier is being told)")
        post.is_open.set()
        browser.wait_for(".o_data_row .badge:text(Not taken)")
        browser.wait_for("div.alert:text(1 of 3)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "end-of-day.png"))
    # What was not taken would come again, and be counted, in a database that is kept.
    account.rpc("logistics.booking", "action_cancelled_by_hand", [void["id"]])
