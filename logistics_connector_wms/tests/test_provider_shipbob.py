"""What ShipBob tells, from its raw bytes to the stock, and what it is told."""

import json
from pathlib import Path

from odoo import fields
from odoo.tests import tagged

from .advice_common import AdviceCommon

FOLDER = Path(__file__).parents[1] / "providers" / "shipbob" / "fixtures"


def fixture(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@tagged("post_install", "-at_install")
class TestProviderShipBob(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref("logistics_connector_wms.provider_shipbob")
        cls.connection = cls.make_connection(provider=cls.provider, name="Bob Fulfilment")
        cls.warehouse.write({"logistics_connection_id": cls.connection.id, "logistics_code": "10"})

    def hear(self, content, identity=None, channel="webhook"):
        headers = {"webhook-id": identity} if identity else {}
        message = self.receive(
            self.connection, content, headers, at=fields.Datetime.now(), channel=channel
        )
        self.work()
        return message

    def shipment(self, delivery, quantity, name="shipment_completed", **more):
        content = fixture(name)
        (lamp, *_others) = content["products"]
        lamp["inventory_items"][0]["quantity"] = quantity
        return {**content, "reference_id": delivery.name, "products": [lamp], **more}

    def test_the_connection_is_set_up_for_it(self):
        made = self.env["logistics.connection"].new({"provider_id": self.provider.id})
        defaults = self.env["logistics.provider.shipbob"]._connection_defaults()
        self.assertEqual(defaults["advice_short"], "wait")
        self.assertTrue(made._release_acts())
        self.assertEqual(len(self.provider._handler()._setup_words(self.connection)), 4)

    def test_nothing_is_booked_by_the_label(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        message = self.hear(self.shipment(delivery, 2, "order_shipped"), "m-1")
        self.assertEqual((message.state, delivery.state), ("processed", "assigned"))
        codes = delivery.shipment_ids.event_ids.filtered("connection_id").mapped("code")
        self.assertEqual(codes, ["LBL_CREATED"])
        self.hear(self.shipment(delivery, 2), "m-2")
        self.assertEqual((delivery.state, self.on_hand(self.lamp)), ("done", 8))

    def test_the_webhook_and_the_sweep_tell_one_deed(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        told = self.shipment(delivery, 2)
        asked = {**fixture("order_asked"), "reference_id": delivery.name, "shipments": [told]}
        for content, identity, channel in (
            (told, "m-1", "webhook"),
            (told, "m-1", "webhook"),
            (told, "m-2", "webhook"),
            (asked, None, "poll"),
            (asked, None, "poll"),
        ):
            self.hear(content, identity, channel)
        self.assertEqual(self.on_hand(self.lamp), 8)
        self.assertEqual(len(self.said()), 1)

    def test_an_order_in_two_shipments(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        name = delivery.name
        self.hear(self.shipment(delivery, 2, id=1), "m-1")
        self.assertEqual(self.on_hand(self.lamp), 8)
        second = self.shipment(delivery, 3, id=2)
        self.hear({**second, "reference_id": f"{name}~2"}, "m-2")
        self.assertEqual(self.on_hand(self.lamp), 5)

    def test_what_came_in_is_booked_as_the_difference(self):
        receipt = self.receipt((self.lamp, 10))
        content = fixture("receiving_order")
        content["purchase_order_number"] = receipt.name
        content["inventory_quantities"] = content["inventory_quantities"][:1]
        self.hear(content)
        self.assertEqual(self.on_hand(self.lamp), 6)
        later = json.loads(json.dumps(content))
        later["inventory_quantities"][0]["stowed_quantity"] = 9
        self.hear(later)
        self.hear(content)  # late
        self.assertEqual(self.on_hand(self.lamp), 9)

    def test_unknown_goods_wait_for_a_person(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        content = self.shipment(delivery, 2)
        content["products"][0].update(sku="NOBODY-1", reference_id="NOBODY-1")
        self.hear(content, "m-1")
        advice = self.said()
        self.assertNotEqual(advice.state, "applied")
        self.assertEqual(self.on_hand(self.lamp), 10)

    def test_a_cancelled_order_is_an_answer(self):
        delivery = self.order((self.lamp, 2))
        content = {**fixture("order_cancelled"), "reference_id": delivery.name, "shipments": []}
        message = self.hear(content)
        self.assertEqual(message.state, "processed")

    def test_a_broken_message_is_set_aside(self):
        message = self.hear(fixture("broken"), "m-1")
        self.assertEqual(message.state, "dead")
