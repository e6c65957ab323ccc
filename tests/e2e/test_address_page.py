"""A packer has an address checked by the carrier, in a real browser."""

import os

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
KEEPER = "address_keeper"


@pytest.fixture
def ups():
    with UpsServer(seed=12) as server:
        yield server


def test_an_address_is_corrected_before_it_is_shipped(world, ups):
    rpc = world.rpc
    person(rpc, KEEPER, "Kim Keeper", "stock.group_stock_user", "base.group_partner_manager")
    account = Account(rpc, ups, "UPS Ground (addresses)")
    _order, picking = account.order()
    partner = rpc("stock.picking", "read", [picking], ["partner_id"])[0]["partner_id"][0]
    rpc("res.partner", "write", [partner], {"street": "13 Maple Street", "zip": "49440"})
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, KEEPER, KEEPER)
        browser.open(f"/odoo/stock.picking/{picking}")
        browser.click("button[name=action_check_address]")
        browser.wait_for(".modal .o_data_row:text(14 W MAPLE ST)")
        if PICTURES:
            browser.photograph(os.path.join(PICTURES, "address.png"))
        browser.click(".modal .o_data_row:nth-child(2) button[name=action_use]")
        browser.wait_for(".o-mail-Message:text(Address corrected)")
    found = rpc("res.partner", "read", [partner], ["street", "zip"])[0]
    assert (found["street"], found["zip"]) == ("14 W MAPLE ST", "49440-0212")
