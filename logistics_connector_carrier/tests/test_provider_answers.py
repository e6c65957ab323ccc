"""Answers of DHL Express, USPS and Canada Post, from raw bytes to the delivery and the order."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon, fixture

# Provider → number, kind of file, when it was delivered, who signed in the answer "normal".
CARRIERS = {
    "dhl_express": ("9900112233", "json", "2026-03-11 14:18:20", "B EXAMPLE"),
    "usps": ("9400199990000000000012", "json", "2026-03-11 17:58:00", "R EXAMPLE"),
    "canadapost": ("7023210000000017", "xml", "2026-03-11 18:22:05", "R EXAMPLE"),
}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestProviderAnswers(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.providers = {
            code: cls.env.ref(f"logistics_connector_carrier.provider_{code}") for code in CARRIERS
        }
        cls.connections = {
            code: cls.make_connection(provider, company=cls.company)
            for code, provider in cls.providers.items()
        }

    def ship(self, code):
        """A validated delivery and its shipment."""
        method = self.make_method(code, self.providers[code])
        delivery = self.make_delivery(method=method)
        self.validate(delivery, CARRIERS[code][0])
        return delivery, self.shipment_of(delivery)

    def get(self, code, name):
        return self.receive(self.connections[code], fixture(code, name, CARRIERS[code][1]))

    def test_from_the_road_to_the_door(self):
        for code, (_number, _suffix, delivered_at, signed_by) in CARRIERS.items():
            with self.subTest(code=code):
                delivery, shipment = self.ship(code)
                self.get(code, "in_transit")
                self.assertEqual(shipment.state, "in_transit")
                self.assertTrue(shipment.estimated_delivery_at)
                self.get(code, "normal")
                self.assertEqual((shipment.state, shipment.signed_by), ("delivered", signed_by))
                self.assertEqual(str(shipment.delivered_at), delivered_at)
                self.assertEqual(delivery.sudo().sale_id.logistics_state, "fulfilled")
                self.assertFalse(self.exceptions())

    def test_the_same_answer_again_has_no_second_effect(self):
        for code in CARRIERS:
            with self.subTest(code=code):
                delivery, shipment = self.ship(code)
                self.get(code, "normal")
                events, notes = shipment.event_ids, delivery.sudo().message_ids
                self.get(code, "in_transit")
                again = fixture(code, "normal", CARRIERS[code][1]) + b"\n"  # other bytes
                self.receive(self.connections[code], again)
                self.assertEqual(shipment.state, "delivered")
                # What was expected on the road is the only news.
                news = shipment.event_ids - events
                self.assertEqual(news.mapped("classifier"), ["estimated"])
                self.assertEqual(delivery.sudo().message_ids, notes)

    def test_code_that_nobody_knows_is_kept_and_shown(self):
        for code in CARRIERS:
            with self.subTest(code=code):
                _delivery, shipment = self.ship(code)
                self.get(code, "unmapped")
                cases = [c for c in self.exceptions("unmapped_code") if c.provider == code]
                self.assertEqual((shipment.state, len(cases)), ("booked", 1))

    def test_what_has_the_wrong_types_is_given_to_a_person(self):
        for code in CARRIERS:
            with self.subTest(code=code):
                self.assertEqual(self.get(code, "hostile_types").state, "dead")
        self.assertEqual(len(self.exceptions("parse_failure")), len(CARRIERS))

    def test_canada_post_that_has_no_history_yet_is_no_trouble(self):
        message = self.get("canadapost", "no_history")
        self.assertEqual((message.state, message.event_count), ("processed", 0))
        self.assertFalse(self.exceptions())
