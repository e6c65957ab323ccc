"""What waits for a shipment is told when it appears, whoever brings it; and not for ever."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import InboxCommon

NUMBER = "1Z999AA10123456784"


@tagged("post_install", "-at_install")
class TestParking(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.parked = cls.env["logistics.parked.reference"]

    def park(self, number=NUMBER, connection=None, **values):
        """A message that waits for the shipment of a number."""
        scan = self.scan("PUP_PICKED_UP", number=number, **values)
        message = self.receive(connection or self.connection, self.message(scan))
        self.assertEqual(message.state, "parked")
        return message

    def assertWoken(self, message, shipment=None):
        self.assertEqual(message.state, "received")
        self.work_inbox()
        self.assertEqual(message.state, "processed")
        if shipment:
            self.assertEqual(shipment.state, "picked_up")

    # -- every way a number can come ----------------------------------------------------------

    def test_a_shipment_made_by_hand(self):
        message = self.park()
        form = Form(self.env["logistics.shipment"])
        with form.package_ids.new() as package:
            package.tracking_number = NUMBER
        self.assertWoken(message, form.save())

    def test_a_parcel_added_or_corrected(self):
        message = self.park()
        shipment = self.make_shipment("1ZWRONG")
        self.assertEqual(message.state, "parked")
        shipment.package_ids.tracking_number = NUMBER
        self.assertWoken(message, shipment)

    def test_a_reference_added_by_hand(self):
        message = self.park()
        shipment = self.make_shipment()
        self.env["logistics.shipment.reference"].create(
            {"shipment_id": shipment.id, "type": "tracking", "value": f" {NUMBER.lower()} "}
        )
        self.assertWoken(message, shipment)

    def test_a_reference_corrected(self):
        message = self.park()
        shipment = self.make_shipment("1ZWRONG")
        shipment.reference_ids.filtered(lambda ref: ref.type == "tracking").value = NUMBER
        self.assertWoken(message, shipment)

    def test_a_reference_moved_to_another_shipment(self):
        """As somebody does who puts two shipments together that are one."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.make_shipment(NUMBER, company=elsewhere)
        message = self.park()
        shipment = self.make_shipment()
        reference = other.reference_ids.filtered(lambda ref: ref.type == "tracking")
        reference.package_id = False
        reference.shipment_id = shipment
        self.assertWoken(message, shipment)

    def test_an_import(self):
        message = self.park()
        shipment = self.make_shipment()
        result = self.env["logistics.shipment.reference"].load(
            ["shipment_id/.id", "type", "value"], [[str(shipment.id), "tracking", NUMBER]]
        )
        self.assertFalse(result["messages"])
        self.assertWoken(message, shipment)

    def test_the_number_of_the_order_or_the_delivery(self):
        shipment = self.make_shipment("1ZOTHER")
        event = self.scan("PUP_PICKED_UP")
        event["shipment"]["references"] = [{"type": "order", "value": "S00042"}]
        message = self.receive(self.connection, self.message(event))
        self.assertEqual(message.state, "parked")
        self.env["logistics.shipment.reference"].create(
            {"shipment_id": shipment.id, "type": "order", "value": "S00042"}
        )
        self.assertWoken(message, shipment)

    def test_another_partners_message_that_tells_whose_a_unique_id_is(self):
        event = self.scan("PUP_PICKED_UP")
        uid = {"type": "carrier_uid", "value": "UID-1", "issuer": "ups"}
        event["shipment"]["references"] = [uid]
        message = self.receive(self.connection, self.message(event))
        self.assertEqual(message.state, "parked")
        shipment = self.make_shipment(NUMBER)
        self.assertEqual(message.state, "parked", "nobody knows yet that it is this one")
        told = self.scan("LBL_CREATED", "2026-03-09T09:00:00+01:00", number=NUMBER)
        told["shipment"]["references"].append(uid)
        self.receive(self.make_connection(name="other"), self.message(told))
        self.assertWoken(message, shipment)

    def test_the_ship_date_corrected(self):
        shipment = self.make_shipment(NUMBER, ship_date="2020-01-01")
        message = self.park()
        shipment.ship_date = "2026-03-09"
        self.assertWoken(message, shipment)

    def test_a_connection_that_serves_one_more_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        shipment = self.make_shipment(NUMBER, company=elsewhere)
        message = self.park()
        self.connection.company_ids = elsewhere
        self.assertWoken(message, shipment)

    def test_one_of_two_candidates_that_goes(self):
        for way in ("reference", "package", "shipment", "expired"):
            with self.subTest(way):
                number = f"1Z{way}"
                keep, go = self.make_shipment(number), self.make_shipment(number)
                message = self.park(number)
                self.assertEqual(len(self.exceptions("ambiguous_shipment")), 1)
                reference = go.reference_ids.filtered(lambda ref: ref.type == "tracking")
                if way == "reference":
                    reference.unlink()
                elif way == "package":
                    go.package_ids.unlink()
                elif way == "shipment":
                    go.unlink()
                else:
                    reference._expire()
                self.assertWoken(message, keep)
                self.assertFalse(self.exceptions("ambiguous_shipment"))

    # -- not for ever -------------------------------------------------------------------------

    def test_after_its_days_it_is_dismissed_and_says_so(self):
        self.connection.parked_days = 30
        old = self.park()
        recent = self.park("1ZRECENT")
        self.age(old, 31)
        self.age(recent, 29)
        self.assertEqual(self.env["logistics.message"]._dismiss_parked(), (1, 0))
        self.assertEqual((old.state, old.error_class), ("dismissed", "Expired"))
        self.assertIn("30 days", old.error_text)
        self.assertEqual(recent.state, "parked")
        case = self.env["logistics.exception"].search([("reference", "=", NUMBER)])
        self.assertEqual(case.state, "dismissed")
        self.assertIn("30 days", case.outcome)
        self.assertEqual(self.exceptions("unknown_shipment").reference, "1ZRECENT")
        self.assertTrue(old.event_ids, "what was said is kept")
        # It can still be worked by hand.
        shipment = self.make_shipment(NUMBER)
        self.assertEqual(old.state, "dismissed")
        old.action_retry()
        self.work_inbox()
        self.assertEqual((old.state, shipment.state), ("processed", "picked_up"))

    def test_an_exception_stays_while_a_younger_message_waits_for_the_number(self):
        old, young = self.park(), self.park(occurred_at="2026-03-11T10:00:00+01:00")
        self.age(old, 91)
        self.age(young, 5)
        self.env["logistics.message"]._dismiss_parked()
        self.assertEqual((old.state, young.state), ("dismissed", "parked"))
        self.assertEqual(len(self.exceptions("unknown_shipment")), 1)

    def test_at_least_a_day(self):
        with self.assertRaises(ValidationError):
            self.connection.parked_days = 0

    def age(self, message, days):
        self.env.flush_all()
        received_at = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(
            "UPDATE logistics_message SET received_at = %s WHERE id = %s", (received_at, message.id)
        )
        self.env.invalidate_all()
