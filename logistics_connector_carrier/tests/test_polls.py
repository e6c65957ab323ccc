"""What carriers answer when they are asked, from raw bytes to the shipment."""

import json

from odoo.tests import freeze_time, tagged

from ..providers.sendcloud import poll as sendcloud_poll
from .common import TODAY, CarrierCommon, fixture

UPS_NUMBER, SENDCLOUD_NUMBER = "1ZA1B2C30312345674", "3SEXMP0012345"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPolls(CarrierCommon):
    def setUp(self):
        super().setUp()
        self.connections = {
            provider.code: self.make_connection(provider) for provider in (self.ups, self.sendcloud)
        }

    def told(self, provider, body):
        """A message by webhook."""
        return self.receive(self.connections[provider], body)

    def asked(self, provider, body):
        return self.receive(self.connections[provider], body, channel="poll")

    def parcel(self, **values):
        """An entry of Sendcloud's list."""
        page = json.loads(fixture("sendcloud", "parcels"))
        return json.dumps({**page["parcels"][0], **values}).encode()

    def facts(self, shipment):
        events = shipment.event_ids.filtered("connection_id").sorted("occurred_at")
        return [event.code for event in events]

    def test_ups_by_both_ways(self):
        shipment = self.make_shipment(UPS_NUMBER)
        self.told("ups", fixture("ups", "normal"))
        self.assertEqual(self.facts(shipment), ["DLV_DELIVERED"])
        self.asked("ups", fixture("ups", "tracked"))
        self.assertEqual(self.facts(shipment), ["MOV_DEPARTED", "DLV_DELIVERED"])
        self.assertEqual((shipment.state, shipment.signed_by), ("delivered", "EXAMPLE"))
        self.told("ups", fixture("ups", "in_transit"))
        self.assertEqual(len(self.facts(shipment)), 2)
        self.assertFalse(self.exceptions("message_conflict"))

    def test_a_status_that_is_known_is_no_news(self):
        shipment = self.make_shipment(SENDCLOUD_NUMBER, issuer="")
        self.told("sendcloud", fixture("sendcloud", "normal"))
        self.assertEqual(self.facts(shipment), ["DLV_DELIVERED"])
        message = self.asked("sendcloud", self.parcel())
        self.asked("sendcloud", self.parcel(date_updated="12-03-2026 09:00:00"))
        self.assertEqual(self.facts(shipment), ["DLV_DELIVERED"])
        self.assertEqual(message.state, "processed")

    def test_a_status_that_was_lost_is_found_once_and_comes_back_as_another(self):
        shipment = self.make_shipment(SENDCLOUD_NUMBER, issuer="")
        out, failed = {"id": 92, "message": "Out"}, {"id": 80, "message": "Failed"}
        story = (("09", 8, out), ("09", 9, out), ("10", 8, failed), ("11", 8, out), ("11", 9, out))
        for day, hour, status in story:
            when = f"{day}-03-2026 {hour:02}:00:00"
            self.asked("sendcloud", self.parcel(status=status, date_updated=when))
        codes = [event.raw_code for event in shipment.event_ids.sorted("occurred_at")]
        self.assertEqual(codes, ["92", "80", "92"])

    def test_each_carrier_says_how_it_is_asked(self):
        kinds = {
            provider.code: sorted(provider._handler()._polls())
            for provider in self.env["logistics.provider"].search([])
        }
        self.assertEqual(kinds["ups"], ["shipment"])
        for code in ("fedex", "laposte", "royalmail", "gls", "dpd"):
            self.assertEqual(kinds[code], ["shipment"], code)
        self.assertEqual(kinds["sendcloud"], ["feed"])
        self.assertEqual(kinds["dcsa"], ["feed"])
        self.assertIs(self.sendcloud._handler()._polls()["feed"], sendcloud_poll.FEED)
