"""A packer works a batch: labels are asked for, counted, printed. A real browser, a plain user."""

import os

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
PACKER = "packer_batch"


@pytest.fixture
def ups():
    with UpsServer(seed=41) as server:
        yield server


@pytest.fixture
def browser(world):
    person(world.rpc, PACKER, "Bo Packer", "stock.group_stock_user")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, PACKER, PACKER)
        yield browser


def test_the_labels_of_a_batch(world, ups, browser):
    """The user has no right of Logistics."""
    account, rpc = Account(world.rpc, ups, "UPS Ground (batch)"), world.rpc
    pickings = [account.order(**more)[1] for more in ({}, {"city": False}, {})]
    batch = rpc("stock.picking.batch", "create", [{"picking_ids": [(6, 0, pickings)]}])[0]
    rpc("stock.picking.batch", "action_confirm", [batch])
    page = f"/odoo/stock.picking.batch/{batch}"
    browser.open(page)
    browser.wait_for("button[name=action_view_carrier_labels]:text(of 3)")
    browser.click("button[name=action_ask_carrier_labels]")
    browser.wait_for(".o_logistics_label_counts")
    browser.wait_for(".o_data_row td[name=state]:text(Booked)")
    browser.open(page)
    browser.wait_for("button[name=action_view_carrier_labels]:text(1 failed)")
    browser.wait_for("button[name=action_print_carrier_labels]")
    browser.click(".nav-link:text(Transfers)")
    browser.wait_for(".o_data_row td[name=booking_state]:text(Booked)")
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "batch.png"))
    browser.click("button[name=action_view_carrier_labels]")
    browser.wait_for(".o_data_row td[name=label_problem]:text(city)")
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "batch_missing.png"))
    assert len(ups.live) == 2
