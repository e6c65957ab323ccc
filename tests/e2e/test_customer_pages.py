"""A customer on a telephone, in a real browser: the page of a link, and the portal."""

import os
from datetime import timedelta

import pytest

from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, POD, UTRECHT, now
from ..support.browser import Browser
from ..support.polling import wait_for

PHONE, DESK = (360, 740), (1280, 900)
#: A folder for pictures of each page.
PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
SIGNER = "J. Jansen"


@pytest.fixture(scope="module")
def customer(session_world):
    """A customer with a login, and a delivered parcel of theirs: ``(login, shipment id)``."""
    world, rpc = session_world, session_world.rpc
    login = f"lotte{os.getpid()}"
    found = rpc("res.users", "search", [("login", "=", login)])
    if not found:
        portal = rpc.ref("base.group_portal")
        values = {"name": "Lotte Koper", "login": login, "password": login}
        values |= {"tz": "Europe/Amsterdam", "group_ids": [(6, 0, [portal])]}
        found = [rpc("res.users", "create", values)]
    partner = rpc("res.users", "read", found, ["partner_id"])[0]["partner_id"][0]
    rpc("res.partner", "write", [partner], {"city": "Utrecht", "street": "Secret Lane 5"})
    shipment, number = world.shipment()
    promised = (now() + timedelta(days=1)).strftime("%Y-%m-%d 16:00:00")
    dock = rpc("res.partner", "create", [{"name": "Our dock", "city": "Groningen"}])[0]
    rpc(
        "logistics.shipment",
        "write",
        [shipment],
        {
            "partner_id": partner,
            "carrier_name": "DHL",
            "promised_delivery_at": promised,
            "stop_ids": [(0, 0, {"role": "origin", "partner_id": dock})],
        },
    )
    steps = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, SIGNER, POD)
    for last in range(len(steps)):
        assert world.partner.deliver(world.partner.body(Parcel(number), steps[: last + 1])).ok
    wait_for(
        lambda: world.read("logistics.shipment", shipment, "state")["state"] == "delivered", 30
    )
    return login, shipment


@pytest.fixture
def telephone(world):
    with Browser(world.server.url, PHONE) as browser:
        resize(browser, PHONE)
        yield browser


def resize(browser, size):
    browser.command(
        "Emulation.setDeviceMetricsOverride",
        width=size[0],
        height=size[1],
        deviceScaleFactor=2,
        mobile=size == PHONE,
    )


def picture(browser, name):
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, f"{name}.png"))


def fits(browser):
    """Whether nothing has to be moved sideways."""
    return browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_the_page_of_a_link_on_a_telephone(world, customer, telephone):
    _login, shipment = customer
    url = world.read("logistics.shipment", shipment, "tracking_page_url")["tracking_page_url"]
    path = "/" + url.split("/", 3)[3]
    telephone.open(path)
    telephone.wait_for("h1:text(Delivered)")
    assert fits(telephone)
    picture(telephone, "track_phone")
    assert telephone.sees(".lc-news li:text(Your parcel was delivered.)")
    assert telephone.evaluate("performance.getEntriesByType('resource').length") == 0
    weight = "performance.getEntriesByType('navigation')[0].transferSize"
    assert telephone.evaluate(weight) < 60 * 1024
    assert telephone.evaluate("document.cookie") == ""
    assert not telephone.command("Network.getCookies", urls=[world.server.url])["cookies"]
    # The law of the page, not only its good will: nothing else could be loaded.
    loaded = "new Image().src = '/logo.png'; performance.getEntriesByType('resource').length"
    assert telephone.evaluate(loaded) == 0
    words = telephone.evaluate("document.documentElement.outerHTML")
    for hidden in (SIGNER, "Secret Lane", "Lotte"):
        assert hidden not in words
    # For eyes that need it twice as large.
    telephone.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(telephone)
    picture(telephone, "track_phone_large")
    resize(telephone, DESK)
    telephone.open(path)
    telephone.wait_for("h1:text(Delivered)")
    picture(telephone, "track_desk")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    telephone.command("Emulation.setEmulatedMedia", features=dark)
    back = telephone.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == "rgb(20, 24, 29)"
    picture(telephone, "track_dark")


def test_the_portal_on_a_telephone(world, customer, telephone):
    login, shipment = customer
    name = world.read("logistics.shipment", shipment, "name")["name"]
    telephone.login(world.server.db, login, login)
    telephone.open("/my")
    telephone.click("a[href='/my/shipments']:text(Your Shipments)")
    telephone.wait_for(f".lc a:text({name})")
    assert fits(telephone)
    picture(telephone, "portal_list_phone")
    telephone.type(".lc input[name=search]", "no such number")
    telephone.click(".lc button:text(Search)")
    telephone.wait_for(".lc [role=status]:text(No shipment is like that.)")
    telephone.open("/my/shipments?filterby=delivered")
    telephone.click(f".lc a:text({name})")
    telephone.wait_for("h1:text(Delivered)")
    assert fits(telephone)
    picture(telephone, "portal_phone")
    words = telephone.evaluate("document.querySelector('.lc').innerText")
    assert SIGNER not in words
    resize(telephone, DESK)
    telephone.wait_for("h1:text(Delivered)")
    picture(telephone, "portal")


def test_a_contact_leaves_and_comes_back(world, customer, telephone):
    login, _shipment = customer
    telephone.login(world.server.db, login, login)
    telephone.open("/my/shipments")
    telephone.click(".lc a:text(Delivery news by e-mail)")
    telephone.wait_for("[role=status]:text(You get an e-mail)")
    telephone.click("button:text(Stop them)")
    telephone.wait_for("[role=status]:text(You get no e-mails)")
    assert fits(telephone)
    picture(telephone, "news_phone")
    telephone.click("button:text(Send them again)")
    telephone.wait_for("[role=status]:text(You get an e-mail)")


def test_the_staff_copies_the_link_and_sees_the_settings(world, customer, telephone):
    _login, shipment = customer
    resize(telephone, DESK)
    telephone.login(world.server.db, "admin", "admin")
    telephone.open(f"/odoo/logistics-shipments/{shipment}")
    telephone.click(".nav-link:text(Customer)")
    telephone.wait_for(".o_field_widget[name=tracking_page_url]:text(/track/)")
    telephone.wait_for("button:text(New link)")
    picture(telephone, "customer_tab")
    telephone.open("/odoo/settings?#logistics_connector_base")
    telephone.click(".settings_tab .tab[data-key=logistics_connector_base]")
    telephone.wait_for(
        "#logistics_customer, [name=logistics_customer], h2:text(What customers see)"
    )
    picture(telephone, "customer_settings")
