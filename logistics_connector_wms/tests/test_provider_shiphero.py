"""What ShipHero tells, from its raw bytes to the stock."""

import copy
import json
from pathlib import Path

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .advice_common import AdviceCommon

FOLDER = Path(__file__).parents[1] / "providers" / "shiphero" / "fixtures"


def fixture(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


class ShipHeroCommon(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(cls.registry["logistics.snapshot.desk"], "_isolate", lambda self, cr: None)
        cls.provider = cls.env.ref("logistics_connector_wms.provider_shiphero")
        cls.connection = cls.make_connection(provider=cls.provider, name="Hero Fulfilment")
        cls.warehouse.write(
            {"logistics_connection_id": cls.connection.id, "logistics_code": "7001"}
        )
        cls.shelf = cls.env["stock.location"].create(
            {
                "name": "Quarantine",
                "location_id": cls.warehouse.view_location_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.warehouse.logistics_quarantine_location_id = cls.shelf
        cls.loss = cls.env["stock.location"].create(
            {"name": "Breakage", "usage": "inventory", "company_id": cls.company.id}
        )

    def hear(self, content, identity=None, channel="webhook"):
        """A message of ShipHero's, and what can be booked is."""
        headers = {"x-shiphero-message-id": identity} if identity else {}
        message = self.receive(
            self.connection, content, headers, at=fields.Datetime.now(), channel=channel
        )
        self.work()
        return message

    def shipment(self, delivery, *lines, key=500100, at="2026-03-10 13:58:00", **more):
        """(sku, quantity, values) each."""
        content = fixture("shipment_update")
        content["fulfillment"].update(
            shipment_id=key,
            order_number=delivery.name,
            created_at=at,
            line_items=[
                {"id": "x", "sku": sku, "quantity": quantity, "package": "Package #1", **values}
                for sku, quantity, values in lines
            ],
            **more,
        )
        return content

    def arrival(self, receipt, *received, status="pending"):
        content = fixture("po_update")
        order = content["purchase_order"]
        order.update(po_number=receipt.name, status=status)
        for item, quantity in zip(order["line_items"], received, strict=True):
            item["quantity_received"] = quantity
        return content

    def change(self, quantity, before=40, **values):
        content = {**fixture("inventory_change"), "quantity": quantity, "previous_on_hand": before}
        return {**content, **values}

    def explain(self, code, **values):
        return self.env["logistics.adjustment.reason"].create(
            {"connection_id": self.connection.id, "code": code, **values}
        )


@tagged("post_install", "-at_install")
class TestProviderShipHero(ShipHeroCommon):
    # -- shipped ------------------------------------------------------------------------------

    def test_what_left_is_booked_with_lots_serials_and_tracking(self):
        lot = self.lot(self.oil, "B2402")
        self.stock(self.lamp, 10)
        self.stock(self.oil, 5, lot)
        for name in ("DX-0191", "DX-0192"):
            self.stock(self.drill, 1, self.lot(self.drill, name))
        delivery = self.order((self.lamp, 2), (self.oil, 3), (self.drill, 2))
        content = fixture("shipment_update")
        content["fulfillment"]["order_number"] = delivery.name
        message = self.hear(content, "m-1")
        self.assertEqual((delivery.state, message.external_id), ("done", "m-1"))
        self.assertEqual(str(delivery.move_ids[0].logistics_done_at), "2026-03-10 13:58:00")
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.oil, lot)), (8, 2))
        shipment = delivery.shipment_ids
        self.assertEqual(
            set(shipment.package_ids.mapped("tracking_number")),
            {"1Z999AA10123456784", "1Z999AA10123456793"},
        )
        codes = shipment.event_ids.filtered("connection_id").mapped("code")
        self.assertEqual(codes, ["WHS_SHIP_CONFIRMED"])

    def test_the_webhook_again_and_the_sweep_grow_nothing(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        told = self.shipment(delivery, ("LAMP-01", 2, {}))
        found = fixture("shipment_asked")
        node = found["node"]
        node["order"]["order_number"] = delivery.name
        node["line_items"]["edges"] = node["line_items"]["edges"][:1]
        for content, identity, channel in (
            (told, "m-1", "webhook"),
            (told, "m-1", "webhook"),
            (told, "m-2", "webhook"),  # sent anew, under another id
            (found, None, "poll"),
        ):
            self.hear(content, identity, channel)
        self.assertEqual((len(self.said()), self.on_hand(self.lamp)), (1, 8))
        self.assertEqual(len(delivery.shipment_ids.event_ids.filtered("connection_id")), 1)
        self.assertFalse(self.exceptions("message_conflict") | self.exceptions("advice_conflict"))
        # The same number with other goods is a person's matter, whoever tells it.
        other = copy.deepcopy(found)
        other["node"]["line_items"]["edges"][0]["node"]["quantity"] = 1
        self.hear(other, channel="poll")
        self.assertTrue(self.cases("advice_conflict"))
        self.assertEqual(self.on_hand(self.lamp), 8)

    def test_what_only_the_sweep_has_seen_is_booked(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        found = fixture("shipment_asked")
        found["node"]["order"]["order_number"] = delivery.name
        found["node"]["line_items"]["edges"] = found["node"]["line_items"]["edges"][:1]
        self.hear(found, channel="poll")
        self.assertEqual((delivery.state, self.on_hand(self.lamp)), ("done", 8))
        self.assertIn(
            "1Z999AA10123456784", delivery.shipment_ids.package_ids.mapped("tracking_number")
        )

    def test_an_order_that_leaves_in_parts_is_not_released_anew(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        self.hear(self.shipment(delivery, ("LAMP-01", 2, {}), key=1))
        rest = delivery._logistics_chain() - delivery
        self.assertEqual((self.on_hand(self.lamp), rest.logistics_rest_waits), (8, True))
        self.hear(self.shipment(delivery, ("LAMP-01", 3, {}), key=2, at="2026-03-11 09:00:00"))
        self.assertEqual((self.on_hand(self.lamp), rest.state), (5, "done"))

    def test_an_unknown_product_waits_for_a_person_and_the_rest_is_booked(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        self.hear(self.shipment(delivery, ("LAMP-01", 2, {}), ("NOBODY-9", 1, {})))
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("partial", 8))
        self.assertIn("NOBODY-9", self.cases().name)

    def test_a_body_that_cannot_be_read_is_kept_and_shown(self):
        message = self.hear(fixture("broken"), "m-9")
        self.assertEqual(message.state, "dead")
        self.assertFalse(self.said())

    # -- received -----------------------------------------------------------------------------

    def test_a_purchase_order_comes_in_parts(self):
        receipt = self.receipt((self.lamp, 10), (self.bulb, 4))
        first = self.arrival(receipt, 5, 0)
        self.hear(first, "m-1")
        self.assertEqual((self.on_hand(self.lamp), receipt.state), (5, "done"))
        self.hear(self.arrival(receipt, 8, 4), "m-2")
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (8, 4))
        # Told again, or late: nothing that is not known.
        self.hear(first, "m-3")
        self.hear(self.arrival(receipt, 6, 0), "m-4")
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (8, 4))
        self.hear(self.arrival(receipt, 10, 4, status="closed"), "m-5")
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (10, 4))
        self.assertFalse(self.cases())
        self.assertEqual(set(receipt._logistics_chain().mapped("state")) - {"cancel"}, {"done"})

    def test_parts_that_overtake_each_other_end_the_same(self):
        receipt = self.receipt((self.lamp, 10), (self.bulb, 4))
        for totals in ((8, 4), (5, 0), (10, 4), (9, 4)):
            self.hear(self.arrival(receipt, *totals))
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (10, 4))
        self.assertFalse(self.cases())

    def test_goods_that_came_back_are_found_by_the_order_that_they_left_with(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.hear(self.shipment(delivery, ("LAMP-01", 3, {})))
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({"picking_id": delivery.id})
        )
        wizard.product_return_moves.quantity = 3
        back = wizard._create_return()
        content = {**fixture("return_update"), "order_number": delivery.name}
        self.hear(content)
        self.assertEqual(back.state, "done")
        self.assertEqual(self.on_hand(self.lamp), 9)
        self.assertEqual(self.on_hand(self.lamp, location=self.shelf), 1)

    # -- stock --------------------------------------------------------------------------------

    def test_a_change_is_booked_once_when_its_reason_is_known(self):
        self.stock(self.lamp, 40)
        self.hear(self.change(-2))
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("trouble", 40))
        self.assertIn("Warehouse Damage", self.cases().name)
        self.explain("Warehouse Damage", location_id=self.loss.id)
        self.work()
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("applied", 38))
        self.assertEqual(self.said().move_ids.location_dest_id, self.loss)
        self.assertFalse(self.cases())
        self.hear(fixture("inventory_change_asked"), channel="poll")
        self.assertEqual((len(self.said()), self.on_hand(self.lamp)), (1, 38))

    def test_what_a_shipment_did_to_the_stock_is_not_booked_twice(self):
        self.explain("Order * shipped", is_told=True)
        self.stock(self.lamp, 40)
        delivery = self.order((self.lamp, 2))
        self.hear(self.change(-2, reason=f"Order {delivery.name} shipped"))
        self.hear(self.shipment(delivery, ("LAMP-01", 2, {})))
        self.assertEqual(self.on_hand(self.lamp), 38)
        self.assertEqual(set(self.said().mapped("state")), {"applied"})

    def test_a_person_may_believe_a_reason_that_nobody_has_explained(self):
        self.stock(self.lamp, 40)
        self.hear(self.change(-2))
        self.said().line_ids.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual(self.on_hand(self.lamp), 38)

    def test_a_reason_says_where_it_is_booked_or_that_it_is_not(self):
        for values in ({}, {"is_told": True, "location_id": self.loss.id}):
            with self.assertRaises(ValidationError):
                self.explain("X", **values)
        fits = self.explain("Cycle * of *", location_id=self.loss.id)._fits
        self.assertTrue(fits("Cycle count of A-01"))
        self.assertFalse(fits("Cycle count"))

    def page(self, number, is_last, **stock):
        nodes = [
            {
                "node": {
                    "sku": sku.replace("_", "-"),
                    "warehouse_id": "7001",
                    "on_hand": on_hand,
                    "non_sellable_quantity": held,
                }
            }
            for sku, (on_hand, held) in stock.items()
        ]
        info = {"hasNextPage": not is_last, "endCursor": "x"}
        now = fields.Datetime.now()
        listed = {"data": {"pageInfo": info, "edges": nodes}}
        return {"data": {f"asked_{now:%Y%m%dT%H0000}_{number}": "Query", "list": listed}}

    def compared(self):
        self.env.flush_all()
        desk = self.env["logistics.snapshot.desk"].with_user(self.service)
        with self.enter_registry_test_mode():
            while claimed := desk._claim():
                desk._work(*claimed)
        self.env.invalidate_all()
        return self.env["logistics.snapshot"].search([("connection_id", "=", self.connection.id)])

    def test_the_stock_comes_page_by_page_and_is_compared_when_all_of_it_is_here(self):
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 5)
        last = self.page(2, True, BULB_02=(4, 0))
        self.hear(last, channel="poll")
        self.assertEqual(self.compared().state, "receiving")
        self.hear(self.page(1, False, LAMP_01=(10, 0)), channel="poll")
        self.hear(last, channel="poll")
        snapshot = self.compared()
        self.assertEqual((snapshot.state, snapshot.parts), ("compared", 2))
        differs = snapshot.result_ids.filtered(lambda one: one.kind != "match")
        self.assertEqual(
            [(one.product_id, one.theirs, one.ours) for one in differs], [(self.bulb, 4, 5)]
        )
        self.assertEqual(self.on_hand(self.bulb), 5, "a snapshot writes no stock")

    def test_a_page_beyond_the_last_one_is_a_persons_matter(self):
        self.hear(self.page(2, True, BULB_02=(4, 0)), channel="poll")
        self.hear(self.page(3, False, LAMP_01=(10, 0)), channel="poll")
        self.assertEqual(self.compared().state, "receiving")
        self.assertTrue(self.cases("advice_conflict"))

    # -- how far ------------------------------------------------------------------------------

    def test_steps_of_an_order_stand_in_its_history(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        for name in ("order_allocated", "order_deallocated", "tote_complete"):
            content = fixture(name)
            for one in (content, *[o for t in content.get("totes", []) for o in t["orders"]]):
                if "order_number" in one:
                    one["order_number"] = delivery.name
            self.hear(content)
        events = delivery.shipment_ids.event_ids.filtered("connection_id")
        self.assertEqual(set(events.mapped("raw_code")), {"Order Allocated", "Order Deallocated"})
        self.assertEqual(self.said(delivery).mapped("stage"), ["picked"])
        self.assertNotEqual(delivery.state, "done")

    def test_its_words_for_a_receipt_and_its_message_id(self):
        profile = self.connection._make_profile()
        self.assertEqual(json.loads(profile.receipt_body), {"code": "200", "Status": "Success"})
        self.assertEqual(profile.receipt_status, 200)
        self.assertEqual(profile.message_id_header, "x-shiphero-message-id")
        self.assertEqual(self.connection.advice_reason, "refuse")
