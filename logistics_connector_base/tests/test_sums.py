"""Sums that must agree do, through all that happens to messages; what breaks them is found."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import InboxCommon
from .sums import SumsMixin

NUMBER = "1Z999AA10123456784"


class Alone(SumsMixin, InboxCommon):
    """A company of its own, so that nothing else is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.connection = cls.make_connection(company=cls.company)
        cls.now = fields.Datetime.now()

    def send(self, *events, **values):
        return self.receive(self.connection, self.message(*events, **values), at=self.now)

    def change(self, query, *values):
        """Past the ORM, as nothing of ours would do it."""
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestMessageSum(Alone):
    def test_whatever_becomes_of_messages(self):
        shipment = self.make_shipment(NUMBER, company=self.company)
        first = self.send(self.scan("PUP_PICKED_UP", number=NUMBER), message_id="m1")
        self.send(self.scan("PUP_PICKED_UP", number=NUMBER), message_id="m1")  # a copy
        self.send(self.scan("MOV_DEPARTED", number=NUMBER), message_id="m1")  # a conflict
        self.send(self.scan("PUP_PICKED_UP", number="NOBODY1"))
        self.receive(self.connection, "{", at=self.now)
        self.receive(self.connection, self.message(self.scan("DLV_OUT")), at=self.now, work=False)
        self.assertEqual((shipment.state, first.state), ("picked_up", "processed"))
        self.assertEqual(self.sum_of("message"), (0.0, {}))
        numbers = self.numbers_of("message")
        self.assertEqual(numbers["worked"], 1)
        self.assertEqual(numbers["parked"], 1)
        self.assertEqual(numbers["conflict"], 1)
        self.assertEqual(numbers["dead"], 1)
        self.assertEqual(numbers["waiting"], 1)
        self.assertEqual(numbers["came"], 5)

    def test_a_message_without_an_identity(self):
        message = self.send(self.scan("PUP_PICKED_UP", number="NOBODY1"))
        self.change("DELETE FROM logistics_message_key WHERE message_id = %s", message.id)
        self.assertEqual(self.sum_of("message"), (-1.0, {message.id: "no_key"}))

    def test_a_message_that_is_gone(self):
        message = self.receive(self.connection, "{", at=self.now)
        self.assertEqual(self.sum_of("message"), (0.0, {}))
        self.exceptions().unlink()
        self.change("DELETE FROM logistics_message WHERE id = %s", message.id)
        self.assertEqual(self.sum_of("message"), (1.0, {}))

    def test_a_message_that_nobody_works(self):
        message = self.receive(self.connection, "{", at=self.now, work=False)
        self.assertEqual(self.sum_of("message"), (0.0, {}))
        message.received_at = self.now - timedelta(days=2)
        self.assertEqual(self.sum_of("message"), (0.0, {message.id: "stuck"}))

    def test_a_message_that_nothing_would_wake(self):
        message = self.send(self.scan("PUP_PICKED_UP", number="NOBODY1"))
        self.assertEqual(message.state, "parked")
        self.env["logistics.parked.reference"].search([("message_id", "=", message.id)]).unlink()
        self.assertEqual(self.sum_of("message"), (0.0, {message.id: "unheard"}))

    def test_a_fact_that_two_messages_wait_for(self):
        scan = self.scan("PUP_PICKED_UP", number="NOBODY1")
        self.send(scan, message_id="m1")
        self.send(scan, message_id="m2")
        self.assertEqual(self.sum_of("message"), (0.0, {}))

    def test_a_message_whose_events_are_gone(self):
        self.make_shipment(NUMBER, company=self.company)
        message = self.send(self.scan("PUP_PICKED_UP", number=NUMBER))
        self.change(
            "UPDATE logistics_shipment SET last_event_id = NULL WHERE company_id = %s",
            self.company.id,
        )
        self.change("DELETE FROM logistics_event WHERE message_id = %s", message.id)
        self.assertEqual(self.sum_of("message"), (0.0, {message.id: "no_events"}))


@tagged("post_install", "-at_install")
class TestShipmentFoldSum(Alone):
    def setUp(self):
        super().setUp()
        self.shipment = self.make_shipment(NUMBER, company=self.company)
        self.send(self.scan("PUP_PICKED_UP", number=NUMBER))

    def test_what_events_say(self):
        self.assertEqual(self.sum_of("shipment_fold"), (0.0, {}))
        self.assertEqual(self.numbers_of("shipment_fold"), {"looked": 1, "same": 1})

    def test_what_was_written_past_them(self):
        self.change(
            "UPDATE logistics_shipment SET state = 'delivered' WHERE id = %s", self.shipment.id
        )
        self.assertEqual(self.sum_of("shipment_fold"), (1.0, {self.shipment.id: "other"}))
        # It is shown, not mended: a person looks first.
        self.assertEqual(self.shipment.state, "delivered")

    def test_what_the_fold_notes_with_events_does_not_stay(self):
        event = self.shipment.event_ids
        self.change("UPDATE logistics_event SET standing = 'implausible' WHERE id = %s", event.id)
        self.sum_of("shipment_fold")
        self.assertEqual(event.standing, "implausible")


@tagged("post_install", "-at_install")
class TestDeliveryShipmentSum(Alone):
    def setUp(self):
        super().setUp()
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.delivery = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self.shipment = self.delivery._ensure_shipment()

    def test_one_each(self):
        self.assertEqual(self.sum_of("delivery_shipment"), (0.0, {}))
        self.assertEqual(self.numbers_of("delivery_shipment"), {"deliveries": 1, "links": 1})

    def test_two_of_one(self):
        self.shipment.copy({"picking_ids": [(6, 0, self.delivery.ids)]})
        self.assertEqual(self.sum_of("delivery_shipment"), (-1.0, {self.delivery.id: "several"}))

    def test_a_cancelled_one_with_a_shipment(self):
        self.delivery.action_cancel()
        self.assertEqual(self.sum_of("delivery_shipment")[1], {})
        self.change(
            "UPDATE logistics_shipment SET state = 'booked', last_event_id = NULL WHERE id = %s",
            self.shipment.id,
        )
        self.assertEqual(self.sum_of("delivery_shipment")[1], {self.delivery.id: "cancelled"})
