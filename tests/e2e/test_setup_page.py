"""An administrator who sees it for the first time brings a partner on line, in a real browser."""

import os
from datetime import timedelta

import pytest

from ..simulators import CanonicalPartner, Parcel, journey
from ..simulators.journey import EINDHOVEN, POD, UTRECHT, now
from ..support.browser import Browser
from ..support.people import person
from ..support.polling import wait_for

GROUP = "logistics_connector_base.group_logistics_admin"
MODAL = ".modal"
#: A folder for pictures of each step.
PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")


@pytest.fixture
def browser(world):
    """Chromium, as an integration administrator with no other right."""
    person(world.rpc, "setup_ada", "Ada Admin", GROUP)
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, "setup_ada", "setup_ada")
        yield browser


def picture(browser, name):
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, f"setup_{name}.png"))


def test_a_partner_is_on_line_in_few_steps(world, browser):
    browser.open("/odoo/logistics-connections")
    browser.click("button:text(Set up step by step)")

    browser.choose(f"{MODAL} .o_field_widget[name=provider_id] input", "Canonical JSON")
    browser.type(f"{MODAL} .o_field_widget[name=name] input", "Harbour 3PL")
    picture(browser, "partner")
    browser.click(f"{MODAL} button:text(Next)")

    browser.wait_for(f"{MODAL} .o_field_widget[name=proof_summary]")
    picture(browser, "proof")
    browser.click(f"{MODAL} button:text(Make a secret)")

    browser.wait_for(f"{MODAL} .o_field_widget[name=made_secret]")
    browser.click(f"{MODAL} button:text(Make the address)")
    url = browser.text(f"{MODAL} .o_field_widget[name=made_url]").split()[0]
    secret = browser.text(f"{MODAL} .o_field_widget[name=made_secret]").split()[0]
    picture(browser, "address")
    browser.click(f"{MODAL} button:text(listen)")

    # The partner's first try is with a wrong secret.
    browser.wait_for(f"{MODAL} .fa-spin")
    picture(browser, "waiting")
    partner = CanonicalPartner(schedule=(0,))
    partner.url = world.server.url + "/" + url.split("/", 3)[3]
    _shipment, number = world.shipment(partner)
    step = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, "J. Jansen", POD)[0]
    body = partner.body(Parcel(number), [step])
    assert partner.deliver(body).answer.status == 401
    browser.wait_for(f"{MODAL} .alert-danger:text(not with the stored secret)")
    picture(browser, "refused")

    partner.secret = secret
    assert partner.deliver(body).ok
    browser.wait_for(f"{MODAL} .alert-success:text(It works)")
    browser.wait_for(f"{MODAL} .o_data_row:text({number})")
    browser.wait_gone(f"{MODAL} .alert-danger")
    picture(browser, "understood")
    browser.click(f"{MODAL} button:text(Go live)")

    browser.wait_for(".o_form_view .o_statusbar_status .o_arrow_button_current:text(Live)")
    picture(browser, "live")
    connection = world.rpc.one(
        "logistics.connection", [("name", "=", "Harbour 3PL")], ["state", "id"]
    )
    assert connection["state"] == "live"
    assert browser.actions < 20  # 60 are allowed


def test_who_calls_in_vain_is_seen(world):
    """A live partner that has changed its secret: one case, which ends when it has mended it."""
    partner = world.partner
    right, partner.secret = partner.secret, CanonicalPartner.new_secret()
    domain = [
        ("connection_id", "=", world.connection_id),
        ("type_id.code", "=", "proof_refused"),
        ("is_open", "=", True),
    ]
    fields = ["occurrence_count", "detail"]
    # Other tests call it in vain as well.
    before = sum(
        row["occurrence_count"]
        for row in world.rpc("logistics.exception", "search_read", domain, fields)
    )
    try:
        body = partner.encode(partner.wrap([]))
        for number in range(3):
            assert partner.post(body, f"msg_vain_{number}").status == 401
    finally:
        partner.secret = right

    def case():
        found = world.rpc("logistics.exception", "search_read", domain, fields)
        return found and found[0]["occurrence_count"] == before + 3 and found[0]

    assert "not with the stored secret" in wait_for(case, 60)["detail"]
    world.database.rows(
        "UPDATE logistics_exception SET last_seen_at = last_seen_at - interval '6 minutes' "
        "WHERE connection_id = %s",
        world.connection_id,
    )
    assert partner.deliver(body).ok
    world.rpc.run_cron("logistics_connector_base.cron_limits_sweep")
    assert not world.rpc("logistics.exception", "search_count", domain)
