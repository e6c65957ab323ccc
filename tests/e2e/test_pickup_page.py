"""A packer orders a carrier's van on a page, and sees its number come, in a real browser."""

import os

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
PACKER = "packer_pickup"


@pytest.fixture
def ups():
    with UpsServer(seed=31) as server:
        yield server


@pytest.fixture
def browser(world):
    person(world.rpc, PACKER, "Pia Packer", "stock.group_stock_user")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, PACKER, PACKER)
        yield browser


def test_the_number_comes_while_the_packer_looks(world, ups, browser):
    """The user has no right of Logistics. Nothing is loaded again by hand."""
    account = Account(world.rpc, ups, "UPS vans (page)")
    pickings = [account.order()[1] for _each in range(2)]
    for picking in pickings:
        account.ship(picking)

    def labelled():
        rows = world.rpc("stock.picking", "read", pickings, ["booking_state"])
        return all(row["booking_state"] == "booked" for row in rows)

    wait_for(labelled, 120, "no labels")
    pickup = world.rpc("stock.picking", "action_order_pickup", pickings)["res_id"]
    browser.open(f"/odoo/logistics.pickup/{pickup}")
    browser.wait_for("button[name=action_order]")
    browser.type(".o_field_widget[name=place] input", "Front desk")
    ups.is_open.clear()
    browser.click("button[name=action_order]")
    browser.wait_for("div.alert:text(The carrier is being asked)")
    ups.is_open.set()
    browser.wait_for("h3:text(Confirmation)")
    (van,) = ups.pickups.vans.live
    assert van.number in browser.text(".o_field_widget[name=number]")
    assert van.parcels == 2
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "pickup.png"))
    browser.click("button[name=action_cancel]")
    browser.wait_for(".o_statusbar_status button:text(Cancelled)")
    wait_for(lambda: not ups.pickups.vans.live, 60, "the van still comes")
