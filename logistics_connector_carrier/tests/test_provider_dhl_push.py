"""DHL's push: the subscription is confirmed with our key, once, and scans move the delivery."""

from unittest.mock import patch

from odoo.addons.logistics_connector_base.client import Answer
from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon, fixture

NUMBER = "00349999900000012345"


class FakeClient:
    """In the place of the guarded client: remembers the calls."""

    def __init__(self, calls):
        self.calls = calls

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def request(self, method, url, headers, body):
        self.calls.append((method, url, headers, body))
        return Answer(200, {}, b"", url, 0.1)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestProviderDhlPush(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.dhl = cls.env.ref("logistics_connector_carrier.provider_dhl")
        cls.connection = cls.make_connection(cls.dhl, company=cls.company)

    def identify(self, hosts="api-eu.dhl.com"):
        way = self.env["logistics.access"].create(
            {
                "connection_id": self.connection.id,
                "kind": "api_key",
                "header": "DHL-API-Key",
                "hosts": hosts,
            }
        )
        self.env["logistics.credential"].create({"access_id": way.id, "secret": "key-of-ours-1"})

    def confirm(self):
        """Take the validation and run the call-back that it owes."""
        calls = []
        message = self.receive(self.connection, fixture("dhl", "validate"))
        self.assertEqual((message.state, message.event_count), ("processed", 0))
        client = self.env.registry["logistics.http"]
        with patch.object(client, "_client", lambda *args, **kwargs: FakeClient(calls)):
            said = message._call_back()
        return said, calls

    def test_the_subscription_is_confirmed_with_secret_and_key(self):
        self.identify()
        said, calls = self.confirm()
        self.assertEqual(said, "answered")
        ((method, url, headers, body),) = calls
        self.assertEqual((method, body), ("POST", b""))
        self.assertTrue(url.startswith("https://api-eu.dhl.com/tracking/push/v1/subscription/"))
        self.assertEqual(headers["DHL-API-Hook-Secret"], "k9-example-hook-secret")
        self.assertEqual(headers["DHL-API-Key"], "key-of-ours-1")

    def test_our_key_goes_nowhere_else_and_a_person_is_told(self):
        self.identify(hosts="api-test.dhl.com")
        said, calls = self.confirm()
        self.assertFalse(calls)
        self.assertNotIn("key-of-ours-1", said)
        self.assertIn("Handshake failed", self.exceptions("processing_failure").name)

    def test_the_life_of_the_subscription_is_history(self):
        for name in ("ready", "failure"):
            message = self.receive(self.connection, fixture("dhl", name))
            self.assertEqual(message.state, "processed")
        self.assertIn("Shipment not found", " ".join(self.connection.message_ids.mapped("body")))

    def test_dhl_gets_the_status_that_it_asks_for(self):
        self.assertEqual(self.dhl._handler()._receipt_status(), 200)

    def test_push_and_answer_move_the_delivery_once(self):
        delivery = self.make_delivery(method=self.make_method("DHL Paket", self.dhl))
        self.validate(delivery, NUMBER)
        shipment = self.shipment_of(delivery)
        self.receive(self.connection, fixture("dhl", "in_transit"))
        self.assertEqual(shipment.state, "in_transit")
        self.assertEqual(str(shipment.estimated_delivery_at), "2026-03-11 14:00:00")
        self.receive(self.connection, fixture("dhl", "normal"))
        self.assertEqual((shipment.state, shipment.signed_by), ("delivered", "Ida Beispiel"))
        self.assertEqual(str(shipment.delivered_at), "2026-03-11 13:22:00")
        events = shipment.event_ids
        self.receive(self.connection, fixture("dhl", "answer"))
        self.assertEqual(shipment.event_ids, events)
        self.assertFalse(self.exceptions())
