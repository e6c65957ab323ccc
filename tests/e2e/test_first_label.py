"""From credentials to the first label, in a real browser: what docs/guide/first-label.md tells."""

import json
import os

import pytest

from ..simulators.carriers import UpsServer
from ..support.booking import Deliveries
from ..support.browser import Browser
from ..support.people import person
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
NAME = "UPS, first label"
ADMIN = (
    "logistics_connector_base.group_logistics_admin",
    "stock.group_stock_manager",
    "sales_team.group_sale_manager",
    "product.group_product_manager",  # Odoo asks for it where a delivery method gets its product
)
CLERK = ("stock.group_stock_user", "sales_team.group_sale_salesman_all_leads")
PRICE = ".modal .o_field_widget[name=display_price]"
# The cell of a field in the row of a list that says a label.
CELL = """
[...document.querySelectorAll('.o_field_widget[name=carrier_setting_ids] tr.o_data_row')]
    .find((row) => row.innerText.includes(%s)).querySelector('td[name=%s]')
"""


@pytest.fixture(scope="module")
def ups():
    with UpsServer(seed=23) as server:
        yield server


@pytest.fixture
def browser(world, request):
    """Chromium, as a user with the groups of the test's parameter."""
    login, name, groups = request.param
    person(world.rpc, login, name, *groups)
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, login, login)
        yield browser


def picture(browser, name):
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, f"label-{name}.png"))


def fill(browser, label, field, text):
    cell = CELL % (json.dumps(label), field)
    browser.evaluate(f"{cell}.click()")
    browser.wait_for(f".o_selected_row:text({label})")
    browser.type(f".o_selected_row td[name={field}] input", text)


@pytest.mark.parametrize("browser", [("first_admin", "Ada Admin", ADMIN)], indirect=True)
def test_an_account_is_set_up_and_tried(world, ups, browser):
    ups.allow(world.rpc)
    Deliveries(world.rpc)
    product = {"name": "Freight, first label", "type": "service", "list_price": 0}
    world.rpc("product.product", "create", [product])
    access = ups.settings()
    browser.open("/odoo/logistics-connections/new")
    browser.type(".o_field_widget[name=name] input", NAME)
    browser.choose(".o_field_widget[name=provider_id] input", "UPS")
    browser.click(".nav-link:text(Booking)")
    browser.click("button:text(Set up booking)")
    browser.wait_for(".o_field_widget[name=carrier_setting_ids] tr.o_data_row")
    browser.type(".o_field_widget[name=booking_address] input", ups.url)
    fill(browser, "Client id", "value", access["client_id"])
    fill(browser, "Client secret", "secret", "not the secret")
    fill(browser, "Account number", "value", access["account_number"])
    fill(browser, "Account country code", "value", access["account_country_code"])
    picture(browser, "access")

    # A wrong secret is said before anything is sold.
    browser.click("button:text(Try the access)")
    browser.wait_for(".o_notification:text(cannot be booked)")
    browser.click(".o_notification .o_notification_close")
    fill(browser, "Client secret", "secret", access["client_secret"])
    browser.click("button:text(Try the access)")
    browser.wait_for(".o_notification:text(takes the access)")
    picture(browser, "tried")
    browser.click(".o_statusbar_buttons button:text(Go live)")
    browser.wait_for(".o_statusbar_status .o_arrow_button_current:text(Live)")

    browser.click(".oe_stat_button:text(Delivery methods)")
    browser.click("button.o_list_button_add")
    browser.type(".o_field_widget[name=name] input", "UPS Ground, first")
    browser.choose(".o_field_widget[name=logistics_service_id] input", "Ground")
    browser.type(".o_field_widget[name=product_id] input", "Freight, first")
    browser.click(".o-autocomplete--dropdown-item a:text(Freight, first label)")
    picture(browser, "method")
    browser.click(".o_form_button_save")
    domain = [("name", "=", "UPS Ground, first"), ("delivery_type", "=", "logistics")]
    wait_for(lambda: world.rpc("delivery.carrier", "search", domain), 30)
    assert not ups.bookings


@pytest.mark.parametrize("browser", [("first_clerk", "Pia Packer", CLERK)], indirect=True)
def test_a_clerk_rates_books_voids_prints_and_asks_for_a_return(world, ups, browser):
    """Without a right of Logistics, with Odoo's own buttons."""
    (method,) = world.rpc("delivery.carrier", "search", [("name", "=", "UPS Ground, first")])
    deliveries = Deliveries(world.rpc, method)
    order, _none = deliveries.order(is_confirmed=False)
    # Odoo asks once whether it may send text messages.
    company = world.rpc.ref("base.main_company")
    world.rpc("res.company", "write", [company], {"has_received_warning_stock_sms": True})
    browser.open(f"/odoo/sales/{order}")
    browser.click("button[name=action_open_delivery_wizard]")
    browser.choose(".modal .o_field_widget[name=carrier_id] input", "UPS Ground, first")
    browser.click(".modal button[name=update_price]")
    browser.wait_for(".modal button[name=button_confirm]:text(Add)")
    wait_for(lambda: browser.text(PRICE).strip("$ \u00a0") != "0.00", 30)
    picture(browser, "rate")
    browser.click(".modal button[name=button_confirm]")
    browser.wait_gone(".modal")
    browser.click("button[name=action_confirm]")
    browser.click("button[name=action_view_delivery]")
    browser.click("button[name=button_validate]")
    browser.click(".nav-link:text(Additional Info)")
    browser.wait_for(".o_field_widget[name=booking_state]:text(Booked)", 60)
    browser.wait_for(".o-mail-Message .o-mail-AttachmentList")
    picture(browser, "booked")
    (booked,) = ups.bookings.values()
    assert booked.numbers[0] in browser.text(".o_field_widget[name=carrier_tracking_ref] input")
    quoted = [("shipment_id.picking_ids.sale_id", "=", order), ("kind", "=", "estimated")]
    amounts = world.rpc("logistics.shipment.charge", "search_read", quoted, ["amount"])
    assert sum(row["amount"] for row in amounts) == pytest.approx(float(booked.total))

    browser.click("button[name=cancel_shipment]")
    browser.click(".modal button:text(Ok)")
    browser.wait_for(".o_field_widget[name=booking_state]:text(Cancelled)", 60)
    browser.click("button[name=action_book]")
    browser.wait_for(".o_field_widget[name=booking_state]:text(Booked)", 60)
    assert len(ups.bookings) == 2
    browser.wait_for("button[name=open_website_url]")  # Odoo's own: Tracking
    (picking,) = world.rpc("sale.order", "read", [order], ["picking_ids"])[0]["picking_ids"]

    browser.click(".o_statusbar_buttons button.btn-primary:text(Print labels)")
    parcels = [("booking_id.picking_id", "=", picking), ("printed_at", "!=", False)]
    wait_for(lambda: world.rpc("logistics.booking.parcel", "search_count", parcels) == 1, 30)

    # The labels are in a tab of their own; back to the delivery for what comes back.
    browser.command("Page.bringToFront")
    browser.click("button[name=action_ask_return]")
    browser.wait_for(".o_field_widget[name=return_state]")
    browser.wait_for(".o_field_widget[name=return_state]:text(Booked)", 60)
    (returned,) = (one for one in ups.bookings.values() if one.is_return)
    assert returned.numbers[0] in browser.text(".o_field_widget[name=return_number]")
    picture(browser, "returned")
