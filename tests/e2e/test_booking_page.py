"""A packer looks at a delivery while its label is being asked for, in a real browser."""

import os

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
PACKER = "packer_page"


@pytest.fixture
def ups():
    with UpsServer(seed=11) as server:
        yield server


@pytest.fixture
def browser(world):
    person(world.rpc, PACKER, "Pia Packer", "stock.group_stock_user")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, PACKER, PACKER)
        yield browser


def test_the_label_comes_while_the_packer_looks(world, ups, browser):
    """The user has no right of Logistics. Nothing is loaded again by hand."""
    account = Account(world.rpc, ups, "UPS Ground (page)")
    _order, picking = account.order()
    ups.is_open.clear()
    account.ship(picking)
    browser.open(f"/odoo/stock.picking/{picking}")
    browser.wait_for("div.alert:text(The label is being asked for)")
    browser.click(".nav-link:text(Additional Info)")
    ups.is_open.set()
    browser.wait_for(".o_field_widget[name=booking_state]:text(Booked)")
    browser.wait_for("button[name=cancel_shipment]")  # there is a number now
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "booking.png"))
