"""A seller compares carriers, takes the cheapest, and what was quoted meets what was booked: two
carriers over HTTP, a real browser, a user without any right of Logistics."""

import json
import os

import pytest

from ..simulators import FedexWebhook
from ..simulators.carriers import FedexServer, UpsServer
from ..support.booking import Account
from ..support.browser import Browser
from ..support.people import person
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
SELLER = "seller_rates"
# Other tests have methods of their own in this list.
CLICK = """
[...document.querySelectorAll(".modal .o_data_row button[name=action_take]")]
    .findLast((button) => button.closest("tr").innerText.includes(%s)).click()
"""


@pytest.fixture
def carriers():
    with UpsServer(seed=31) as ups, FedexServer(seed=32) as fedex:
        yield ups, fedex


@pytest.fixture
def accounts(world, carriers):
    ups, fedex = carriers
    return (
        Account(world.rpc, ups, "UPS Ground (rates)"),
        Account(world.rpc, fedex, "FedEx Ground (rates)", "FEDEX_GROUND", FedexWebhook()),
    )


@pytest.fixture
def browser(world):
    person(world.rpc, SELLER, "Sanne Seller", "sales_team.group_sale_salesman_all_leads")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, SELLER, SELLER)
        yield browser


def test_a_seller_takes_the_cheapest_and_the_quote_meets_the_booking(
    world, carriers, accounts, browser
):
    order, picking = accounts[0].order()
    world.rpc("delivery.carrier", "write", [one.method_id for one in accounts], {"margin": 0.1})
    browser.open(f"/odoo/sale.order/{order}")
    browser.click("button[name=action_compare_rates]")
    browser.wait_for(".modal .o_data_row td[name=name]:text(UPS Ground)")
    browser.wait_for(".modal .o_data_row td[name=name]:text(FedEx Ground)")
    for server in carriers:
        assert len([call for call in server.calls if "/rat" in call.path]) == 1
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "rates.png"))
    name = "FedEx Ground (rates)"
    browser.evaluate(CLICK % json.dumps(name))
    browser.wait_gone(".modal")
    browser.wait_for(f".o_field_widget[name=order_line]:text({name})")
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, "rates_taken.png"))
    method = world.read("stock.picking", picking, "carrier_id")["carrier_id"]
    assert method[1] == name

    accounts[0].ship(picking)

    def charges():
        found = world.rpc(
            "logistics.shipment.charge",
            "search_read",
            [("shipment_id.picking_ids", "in", [picking])],
            ["kind", "category", "amount"],
        )
        return found if {row["kind"] for row in found} == {"estimated", "booked"} else None

    found = wait_for(charges, 120, "the booked charges do not come")
    for category in ("base", "fuel"):
        quoted, booked = (
            sum(
                row["amount"] for row in found if (row["kind"], row["category"]) == (kind, category)
            )
            for kind in ("estimated", "booked")
        )
        assert quoted == pytest.approx(booked) and quoted
