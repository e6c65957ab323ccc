"""Answers of carriers that are asked and send nothing themselves: from bytes to the delivery."""

import json
from datetime import datetime

from odoo.addons.logistics_connector_base.tests.polling import PollingCommon
from odoo.tests import freeze_time, tagged

from .common import CarrierCommon, fixture

SHIPPED, NOW = "2026-03-27 09:00:00", "2026-03-31 20:00:00"
RECEIVED = datetime(2026, 3, 31, 20)
# Provider → number, when the parcel of its fixtures was delivered, where it is a day or two before.
JOURNEYS = {
    "laposte": ("6A01234567891", "2026-03-31 08:17:33", "in_transit"),
    "royalmail": ("TT000000017GB", "2026-03-30 10:12:20", "in_transit"),
    "gls": ("20000000011", "2026-03-30 08:12:00", "in_transit"),
    "dpd": ("05300000000017", "2026-03-30 10:23:23", "in_transit"),
}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestProvidersAsked(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()

    def provider(self, code):
        return self.env.ref(f"logistics_connector_carrier.provider_{code}")

    def connect(self, code):
        return self.make_connection(self.provider(code), company=self.company)

    def ship(self, code, number):
        method = self.make_method(self.provider(code).name, self.provider(code))
        with freeze_time(SHIPPED):
            delivery = self.make_delivery(method=method)
            self.validate(delivery, number)
        return delivery, self.shipment_of(delivery)

    def get(self, connection, body):
        return self.receive(connection, body, at=RECEIVED, channel="poll")

    def test_answers_move_the_parcel_and_repeated_history_adds_nothing(self):
        for code, (number, delivered_at, on_the_way) in JOURNEYS.items():
            with self.subTest(provider=code):
                connection = self.connect(code)
                delivery, shipment = self.ship(code, number)
                self.get(connection, fixture(code, "in_transit"))
                self.assertEqual(shipment.state, on_the_way)
                self.get(connection, fixture(code, "normal"))
                self.assertEqual(
                    (shipment.state, str(shipment.delivered_at)), ("delivered", delivered_at)
                )
                events = shipment.event_ids.filtered("connection_id")
                self.get(connection, fixture(code, "in_transit"))
                self.assertEqual(shipment.event_ids.filtered("connection_id"), events)
                self.assertEqual(delivery.sudo().sale_id.logistics_state, "fulfilled")
        self.assertFalse(self.exceptions())

    def test_an_unknown_code_waits_for_a_person_and_wrong_types_too(self):
        for code, (number, *_rest) in JOURNEYS.items():
            with self.subTest(provider=code):
                connection = self.connect(code)
                _delivery, shipment = self.ship(code, number)
                self.get(connection, fixture(code, "unmapped"))
                case = self.exceptions("unmapped_code").filtered(lambda c, p=code: c.provider == p)
                self.assertEqual((len(case), shipment.state), (1, "booked"))
                message = self.get(connection, fixture(code, "hostile_types"))
                self.assertEqual(message.state, "dead")

    def test_two_parcels_in_one_answer_each_move_their_own(self):
        numbers = {
            "laposte": ("6A01234567891", "XY012345678FR"),
            "royalmail": ("TT000000017GB", "TT000000041GB"),
            "gls": ("20000000011", "00TSTB2Y"),
            "dpd": ("05300000000017", "05300000000048"),
        }
        states = {
            "laposte": ("picked_up", "out_for_delivery"),
            "royalmail": ("delivered", "picked_up"),
            "gls": ("picked_up", "out_for_delivery"),
            "dpd": ("out_for_delivery", "available_for_pickup"),
        }
        for code, pair in numbers.items():
            with self.subTest(provider=code):
                connection = self.connect(code)
                shipments = [self.ship(code, number)[1] for number in pair]
                self.get(connection, fixture(code, "two_shipments"))
                self.assertEqual(tuple(s.state for s in shipments), states[code])

    def test_signature_and_proof_come_to_shipment_and_delivery(self):
        for code, number, name in (
            ("royalmail", "TT000000017GB", "signature"),
            ("gls", "51000000017", "mygls"),
        ):
            with self.subTest(provider=code):
                connection = self.connect(code)
                _delivery, shipment = self.ship(code, number)
                self.get(connection, fixture(code, name))
                self.assertTrue(shipment.pod_received)
                self.assertEqual(len(shipment.document_ids), 1)

    def test_numbers_that_the_carrier_does_not_know_are_no_trouble(self):
        unknown = {
            "laposte": {"returnCode": 404, "returnMessage": "?", "idShip": "6A0"},
            "royalmail": {"errors": [{"errorCode": "E1142"}]},
            "gls": {"parcels": [{"requested": "2", "errorCode": "E_404_01"}]},
            "dpd": {"parcellifecycleResponse": {"parcelLifeCycleData": None}},
        }
        for code, answer in unknown.items():
            message = self.get(self.connect(code), json.dumps(answer).encode())
            self.assertEqual((message.state, message.event_count), ("processed", 0), code)
        self.assertFalse(self.exceptions())

    def test_the_public_page_about_a_number(self):
        for code, (number, *_rest) in JOURNEYS.items():
            link = self.provider(code)._tracking_link(number)
            self.assertTrue(link.startswith("https://") and number in link, code)

    def test_a_new_connection_knows_the_carriers_zone(self):
        zones = {"laposte": "Europe/Paris", "royalmail": "Europe/London", "dpd": "Europe/Berlin"}
        for code, zone in zones.items():
            self.assertEqual(self.connect(code).tz, zone)


@tagged("post_install", "-at_install")
class TestPollsOfProvidersAsked(PollingCommon, CarrierCommon):
    """The call itself: the carrier is a function here, all else is as it is."""

    def test_a_shipment_that_is_asked_about_is_delivered(self):
        paths = {
            "laposte": "suivi/v2/idships/6A01234567891?lang=fr_FR",
            "royalmail": "mailpieces/v2/TT000000017GB/events",
            "gls": "track-and-trace-v1/tracking/simple/trackids/20000000011?showEvents=true",
            "dpd": "plc/en_US/05300000000017",
        }
        for code, (number, delivered_at, _where) in JOURNEYS.items():
            with self.subTest(provider=code):
                provider = self.env.ref(f"logistics_connector_carrier.provider_{code}")
                connection = self.make_connection(provider)
                declared = provider._handler()._polls()["shipment"]
                url = declared.urls.get("production", "https://dpd.example/plc/en_US")
                poll = self.make_poll("shipment", connection, url=url)
                shipment = self.make_shipment(number, issuer=code)
                self.put(self.row(shipment), begun_at="-1 day")
                self.make_due(poll)
                body = fixture(code, "normal")
                called = self.ask(poll, lambda url, body=body: (200, body, {}))
                self.work_inbox()
                self.assertEqual([url.split("/", 3)[3] for url in called], [paths[code]])
                self.assertEqual(
                    (shipment.state, str(shipment.delivered_at)), ("delivered", delivered_at)
                )
        self.assertFalse(self.exceptions())
