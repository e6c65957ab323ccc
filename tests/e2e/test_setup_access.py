"""An administrator sets up a carrier that is only asked, and tries it with a number, in a browser.

The carrier is Royal Mail's shape over HTTP; that its real address is another one is put right by
RPC in the midst, as somebody with a gateway of their own would.
"""

from urllib.parse import urlsplit

from devtools import paths

from ..simulators.receiver import Answer, Receiver
from ..support.polling import wait_for
from .test_setup_page import MODAL, browser, picture  # noqa: F401

FIXTURE = paths.PROJECT / "logistics_connector_carrier/providers/royalmail/fixtures/normal.json"
NUMBER = "TT000000017GB"
KEYS = {
    "X-IBM-Client-Id": "id-of-the-app-0123456789",
    "X-IBM-Client-Secret": "its-secret-987654321",
}


def royal_mail(call, _number):
    if any(call.headers.get(name) != key for name, key in KEYS.items()):
        return Answer(401, body=b'{"httpCode": "401"}')
    if NUMBER not in urlsplit(call.path).path:
        return Answer(404, body=b'{"httpCode": "404"}')
    return Answer(body=FIXTURE.read_bytes())


def at_our_gateway(world, server, connection_id, keys):
    """Ask another address than Royal Mail's own, with these keys."""
    if not world.rpc("logistics.poll", "search", [("connection_id", "=", connection_id)]):
        values = {"name": "By our gateway", "connection_id": connection_id, "kind": "shipment"}
        url = f"{server.url}/mailpieces/v2"
        world.rpc("logistics.poll", "create", [{**values, "url": url}])
    domain = [("connection_id", "=", connection_id)]
    for row in world.rpc("logistics.access", "search_read", domain, ["header"]):
        world.rpc("logistics.access", "write", [row["id"]], {"hosts": "127.0.0.1"})
        secret = {"connection_id": connection_id, "access_id": row["id"]}
        world.rpc("logistics.credential", "create", [{**secret, "secret": keys[row["header"]]}])


def test_a_carrier_that_is_only_asked(world, browser):  # noqa: F811
    with Receiver(royal_mail) as server:
        server.allow(world.rpc)
        browser.open("/odoo/logistics-connections")
        browser.click("button:text(Set up step by step)")
        browser.choose(f"{MODAL} .o_field_widget[name=provider_id] input", "Royal Mail")
        browser.type(f"{MODAL} .o_field_widget[name=name] input", "Royal Mail asked")
        browser.click(f"{MODAL} button:text(Next)")
        for header in KEYS:
            browser.wait_for(f"{MODAL} .o_field_widget[name=access_words]:text({header})")
            browser.type(f"{MODAL} .o_field_widget[name=access_secret] input", "a-wrong-key-000")
            picture(browser, f"access_{header[-2:]}")
            # The window is made anew: what is typed into the old one would be lost.
            browser.evaluate("document.querySelector('.modal').classList.add('the-old-one')")
            browser.click(f"{MODAL} button:text(Store)")
            browser.wait_gone(".modal.the-old-one")
        browser.wait_for(f"{MODAL} .alert-success:text(Stored)")

        # Their own address cannot be reached from here.
        browser.type(f"{MODAL} .o_field_widget[name=try_number] input", NUMBER)
        browser.click(f"{MODAL} button:text(Try it)")
        browser.wait_for(f"{MODAL} .alert-danger")
        connection = world.rpc.one(
            "logistics.connection", [("name", "=", "Royal Mail asked")], ["id"]
        )
        # To try it is not to ask them from now on.
        domain = [("connection_id", "=", connection["id"])]
        assert not world.rpc("logistics.poll", "search_count", domain)
        at_our_gateway(world, server, connection["id"], dict.fromkeys(KEYS, "a-wrong-key-000"))
        browser.click(f"{MODAL} button:text(Try it)")
        browser.wait_for(f"{MODAL} .alert-danger:text(do not accept how we identify)")
        picture(browser, "access_refused")

        at_our_gateway(world, server, connection["id"], KEYS)
        browser.click(f"{MODAL} button:text(Try it)")
        browser.wait_for(f"{MODAL} .alert-success:text(It works)")
        assert "Delivered" in browser.text(f"{MODAL} .o_field_widget[name=try_words]")
        picture(browser, "access_works")
        assert not world.rpc(
            "logistics.message", "search_count", [("connection_id", "=", connection["id"])]
        )

        browser.click(f"{MODAL} button:text(Ask them from now on)")
        browser.wait_for(f"{MODAL} button:text(Go live)")
        picture(browser, "access_listen")
        values = {"issuer": "royalmail", "package_ids": [(0, 0, {"tracking_number": NUMBER})]}
        shipment_id = world.rpc("logistics.shipment", "create", [values])[0]
        world.rpc("logistics.shipment", "action_ask_now", [shipment_id])
        browser.wait_for(f"{MODAL} .o_data_row:text({NUMBER})", 40)
        picture(browser, "access_understood")
        browser.click(f"{MODAL} button:text(Go live)")
        wait_for(
            lambda: world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered",
            30,
            "the shipment is not delivered",
        )
        assert browser.actions < 30
        for key in KEYS.values():
            assert key not in browser.text("body")
