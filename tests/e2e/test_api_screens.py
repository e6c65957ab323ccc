"""The API in a browser: an administrator makes a key, and a programmer reads what it opens."""

import pytest

from ..support import http
from ..support.browser import Browser
from ..support.people import person
from .test_setup_page import GROUP

MODAL = ".modal"


def administrator(world):
    """The login of an integration administrator with no other right."""
    return person(world.rpc, "api_ada", "Ada Admin", GROUP)


def test_a_key_is_made_shown_once_and_revoked(world):
    login = administrator(world)
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, login, login)
        browser.open("/odoo/logistics-api-keys")
        browser.click(".o_list_button_add")
        browser.type(".o_field_widget[name=name] input", "Harbour portal")
        browser.click(".o_field_widget[name=shipments_read] input")
        browser.click(".o_field_widget[name=all_connections] input")
        browser.click("button:text(Make the key)")
        secret = browser.text(f"{MODAL} .o_field_widget[name=secret]").split()[0]
        assert secret in browser.text(f"{MODAL} .o_field_widget[name=example]")
        browser.wait_for(f"{MODAL} button.o_clipboard_button")
        headers = {"Authorization": f"Bearer {secret}"}
        shipments = f"{world.server.url}/logistics/v1/shipments"
        assert http.request("GET", shipments, None, headers).status == 200
        browser.click(f"{MODAL} button:text(I have copied it)")
        browser.wait_for(".o_arrow_button_current:text(Valid)")
        page = browser.evaluate("document.documentElement.outerHTML")
        assert secret[:12] in page
        assert secret not in page

        browser.click("button:text(Revoke)")
        browser.click(f"{MODAL} .modal-footer .btn-primary")
        browser.wait_for(".o_arrow_button_current:text(Revoked)")
        assert http.request("GET", shipments, None, headers).status == 401

        browser.open("/odoo/logistics-api")
        browser.wait_for(".o_data_row:text(/logistics/v1/shipments)")
        browser.click(".o_data_cell:text(Tell events)")
        browser.wait_for(".o_form_view:text(canonical-events)")


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
def test_the_page_for_programmers(world, width, height):
    with Browser(world.server.url) as browser:
        browser.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        browser.open("/logistics/v1/docs")
        browser.wait_for("h1:text(Logistics Connector)")
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        top = browser.evaluate("document.querySelector('h1').getBoundingClientRect().top")
        assert top < height / 2, "what it is can be seen at once"
        # Its own style is let in by the policy, and nothing is asked of anybody else.
        assert browser.evaluate("getComputedStyle(document.body).margin") == "0px"
        assert browser.evaluate("performance.getEntriesByType('resource').length") == 0
        browser.click("a[href='#list_shipments']")
        browser.wait_for("#list_shipments:text(tracking_number)")
