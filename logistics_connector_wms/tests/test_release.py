"""A ready delivery of a 3PL's warehouse is a released shipment, which the 3PL's messages move."""

import ast
import json
import uuid

import jsonschema
from odoo import fields
from odoo.addons.logistics_connector_base.tests.common import InboxCommon
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_path

USER = "logistics_connector_base.group_logistics_user"


class ReleaseCommon(InboxCommon):
    """A shop whose warehouse is a 3PL's, with people of the least rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Users, connections and shipments of the factories belong to it.
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.other_company = cls.env["res.company"].create({"name": "Southern Shop"})
        cls.warehouse, cls.other_warehouse = (
            cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
            for company in (cls.company, cls.other_company)
        )
        cls.connection = cls.make_connection(name="Harbour Fulfilment")
        cls.warehouse.logistics_connection_id = cls.connection
        cls.product = cls.env["product.product"].create(
            {"name": "Lamp", "type": "consu", "is_storable": True}
        )
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.clerk = cls.make_user("clerk", USER)

    def stock(self, quantity, warehouse=None):
        self.env["stock.quant"]._update_available_quantity(
            self.product, (warehouse or self.warehouse).lot_stock_id, quantity
        )

    def order(self, quantity=3):
        partner = self.env["res.partner"].create({"name": "Ada"})
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": partner.id,
                    "warehouse_id": self.warehouse.id,
                    "order_line": [
                        (0, 0, {"product_id": self.product.id, "product_uom_qty": quantity})
                    ],
                }
            )
        )
        order.action_confirm()
        return order.sudo()

    def tell(self, picking_name, code, seconds=0):
        """The 3PL says one canonical event of a delivery order, ``seconds`` from now."""
        now = fields.Datetime.now()
        at = fields.Datetime.add(now, seconds=seconds)
        event = {
            "code": code,
            "occurred_at": f"{at.isoformat()}Z",
            "shipment": {"references": [{"type": "picking", "value": picking_name}]},
        }
        body = {"id": str(uuid.uuid4()), "issuer": "harbour", "events": [event]}
        return self.receive(self.connection, body, at=now)

    def flow(self, **values):
        return self.env["logistics.flow"].create(
            {
                "name": "Order releases",
                "code": "release",
                "connection_id": self.connection.id,
                "url": "https://harbour.example.com/orders",
                **values,
            }
        )

    def told(self, delivery):
        """The messages about a delivery, oldest first: ``[(state, content)]``."""
        messages = self.env["logistics.message"].search(
            [("direction", "=", "out"), ("business_key", "=", delivery.name)], order="id"
        )
        bodies = messages._read_bodies()
        return [(message.state, json.loads(bodies[message.id])) for message in messages]


@tagged("post_install", "-at_install")
class TestRelease(ReleaseCommon):
    # -- what the partner is told --------------------------------------------------------------

    def test_the_partner_is_told_once_what_it_may_pick(self):
        self.flow()
        self.stock(3)
        order = self.order()
        delivery = order.picking_ids
        delivery.do_unreserve()
        delivery.action_assign()
        ((state, message),) = self.told(delivery)
        self.assertEqual(state, "pending")
        path = file_path("logistics_connector_wms/schemas/release-1.1.json")
        with open(path, encoding="utf-8") as file:
            jsonschema.validate(message, json.load(file), jsonschema.Draft202012Validator)
        self.assertEqual((message["type"], message["orders"]), ("release", [order.name]))
        self.assertEqual(
            [(line["quantity"], line["product"]) for line in message["lines"]],
            [(3.0, f"#{self.product.id}")],
        )
        sent = self.env["logistics.message"].search([("business_key", "=", delivery.name)])
        self.assertEqual(sent.correlation_id, delivery.shipment_ids.correlation_id)
        self.assertEqual((sent.res_model, sent.res_id), ("stock.picking", delivery.id))

    def test_a_release_that_has_not_left_is_taken_back_and_a_later_one_called_off(self):
        self.flow()
        self.stock(6)
        early, late = self.order().picking_ids, self.order().picking_ids
        late_message = self.env["logistics.message"].search([("business_key", "=", late.name)])
        late_message.state = "delivered"
        (early | late).action_cancel()
        self.assertEqual([state for state, _message in self.told(early)], ["cancelled"])
        (_state, release), (state, cancel) = self.told(late)
        self.assertEqual((state, cancel["type"]), ("pending", "cancel"))
        self.assertEqual(cancel["shipment"], release["shipment"])

    def test_a_release_that_may_have_arrived_is_called_off_too(self):
        self.flow()
        self.stock(6)
        tried, refused = self.order().picking_ids, self.order().picking_ids
        for delivery, state in ((tried, "scheduled"), (refused, "rejected")):
            release = self.env["logistics.message"].search([("business_key", "=", delivery.name)])
            release.state = state
            attempt = {"message_id": release.id, "number": 1, "error_class": "doubt"}
            self.env["logistics.message.attempt"].create(attempt)
            delivery.action_cancel()
        told = [(state, message["type"]) for state, message in self.told(tried)]
        self.assertEqual(told, [("cancelled", "release"), ("pending", "cancel")])
        self.assertEqual([state for state, _message in self.told(refused)], ["cancelled"])

    def test_a_release_that_went_another_way_is_called_off_there(self):
        flow = self.flow()
        other = self.make_connection(name="other way", company=self.company)
        there = self.flow(connection_id=other.id)
        self.stock(6)
        waits, arrived = self.order().picking_ids, self.order().picking_ids
        self.env["logistics.breaker"].sudo()._switch(flow, "open", "503")
        flow._send_over(there)
        self.env["logistics.breaker"].sudo()._step(flow.id)
        self.env.invalidate_all()
        messages = self.env["logistics.message"].search([("flow_id", "=", there.id)])
        self.assertEqual(set(messages.mapped("business_key")), {waits.name, arrived.name})
        messages.filtered(lambda one: one.business_key == arrived.name).state = "delivered"
        (waits | arrived).action_cancel()
        self.assertEqual([state for state, _message in self.told(waits)], ["cancelled"] * 2)
        self.assertEqual(
            [(state, message["type"]) for state, message in self.told(arrived)],
            [("cancelled", "release"), ("delivered", "release"), ("pending", "cancel")],
        )
        calls_off = self.env["logistics.message"].search([("business_key", "=", arrived.name)])
        self.assertEqual(calls_off[0].flow_id, there)

    def test_without_a_flow_nobody_is_told(self):
        self.stock(3)
        self.assertEqual(self.told(self.order().picking_ids), [])

    # -- release ------------------------------------------------------------------------------

    def test_ready_delivery_is_released_once(self):
        self.stock(3)
        delivery = self.order().picking_ids.with_user(self.keeper)
        shipment = delivery.sudo().shipment_ids
        self.assertEqual((delivery.state, shipment.state), ("assigned", "released"))
        self.assertEqual(
            shipment.reference_ids.filtered(lambda r: r.type == "picking").value, delivery.name
        )
        delivery.do_unreserve()
        delivery.action_assign()
        self.assertEqual(delivery.sudo().shipment_ids, shipment)
        self.assertEqual(shipment.event_ids.mapped("code"), ["ORD_RELEASED"])

    def test_waiting_delivery_is_released_when_the_goods_are_there(self):
        delivery = self.order().picking_ids.with_user(self.keeper)
        self.assertEqual(delivery.state, "confirmed")
        self.assertFalse(delivery.sudo().shipment_ids)
        self.stock(3)
        delivery.action_assign()
        self.assertEqual(delivery.sudo().shipment_ids.state, "released")

    def test_delivery_made_ready_by_hand_is_released(self):
        delivery = self.order().picking_ids.with_user(self.keeper)
        delivery.move_ids.quantity = 3
        self.assertEqual(delivery.state, "assigned")
        self.assertEqual(delivery.sudo().shipment_ids.state, "released")

    def test_own_warehouse_releases_nothing(self):
        self.warehouse.logistics_connection_id = False
        self.stock(3)
        delivery = self.order().picking_ids
        self.assertEqual(delivery.state, "assigned")
        self.assertFalse(delivery.shipment_ids)

    def test_receipt_is_not_released(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "company_id": self.company.id,
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        },
                    )
                ],
            }
        )
        receipt.action_confirm()
        self.assertEqual(receipt.state, "assigned")
        self.assertFalse(receipt.shipment_ids)

    def test_connection_that_goes_live_later_releases_what_is_ready(self):
        draft = self.make_connection(name="Later", state="suspended")
        self.warehouse.logistics_connection_id = draft
        self.stock(3)
        delivery = self.order().picking_ids
        self.assertFalse(delivery.shipment_ids)
        draft._set_state("live", ("suspended",))
        self.assertEqual(delivery.shipment_ids.state, "released")

    def test_connection_chosen_later_releases_what_is_ready(self):
        self.warehouse.logistics_connection_id = False
        self.stock(3)
        delivery = self.order().picking_ids
        self.warehouse.logistics_connection_id = self.connection
        self.assertEqual(delivery.shipment_ids.state, "released")

    def test_shipment_of_a_booking_is_the_one_released(self):
        """Carrier and warehouse share it: one delivery, one shipment."""
        delivery = self.order().picking_ids
        booked = delivery._ensure_shipment({"issuer": "ups"})
        self.stock(3)
        delivery.action_assign()
        self.assertEqual(delivery.shipment_ids, booked)
        self.assertEqual(booked.state, "released")

    def test_shipment_after_a_voided_label_is_at_the_warehouse_too(self):
        self.stock(3)
        delivery = self.order().picking_ids
        first = delivery.shipment_ids
        first._record_own_event("LBL_VOIDED")
        second = delivery._ensure_shipment()
        self.assertEqual((first.state, second.state), ("cancelled", "released"))
        self.tell(delivery.name, "WHS_PACKED", 1)
        self.assertEqual((first.state, second.state), ("cancelled", "packed"))

    def test_tracking_number_goes_to_the_released_shipment(self):
        """Together with the carriers' addon a delivery still has one shipment."""
        if self.env["ir.module.module"]._get("logistics_connector_carrier").state != "installed":
            self.skipTest("the carriers' addon is not installed")
        self.stock(3)
        delivery = self.order().picking_ids
        released = delivery.shipment_ids
        delivery.with_user(self.keeper).carrier_tracking_ref = "1Z12345E0291980793"
        self.assertEqual(delivery.shipment_ids, released)
        self.assertEqual(released.tracking_numbers, "1Z12345E0291980793")
        self.assertEqual(released.event_ids.mapped("code"), ["LBL_CREATED", "ORD_RELEASED"])

    def test_back_order_is_released_on_its_own(self):
        self.stock(2)
        order = self.order(3)
        first = order.picking_ids
        self.stock(1)
        first.move_ids.picked = True
        first._action_done()
        rest = order.picking_ids - first
        rest.action_assign()
        self.assertEqual(len(order.shipment_ids), 2)
        self.assertEqual(rest.shipment_ids.state, "released")
        self.assertNotEqual(rest.shipment_ids, first.shipment_ids)

    # -- the 3PL speaks -----------------------------------------------------------------------

    def test_messages_find_the_shipment_by_the_name_of_the_delivery(self):
        self.stock(3)
        order = self.order()
        shipment = order.picking_ids.shipment_ids
        message = self.tell(order.picking_ids.name, "WHS_PICK_DONE", 10**9)
        self.assertEqual(message.state, "processed")
        self.assertEqual(shipment.state, "released", "an implausible time moves nothing")
        for seconds, code, state in (
            (1, "WHS_PICK_DONE", "in_fulfilment"),
            (2, "WHS_PACKED", "packed"),
            (3, "WHS_SHIP_CONFIRMED", "packed"),
        ):
            self.tell(order.picking_ids.name, code, seconds)
            self.assertEqual(shipment.state, state)

    def test_hold_of_the_3pl_blocks_the_order(self):
        self.stock(3)
        order = self.order()
        self.tell(order.picking_ids.name, "ORD_HELD")
        shipment = order.picking_ids.shipment_ids
        self.assertTrue(shipment.on_hold)
        self.assertEqual(order.logistics_state, "blocked")
        self.assertIn(shipment.name, order.logistics_blocked_reason)

    def test_message_before_the_release_waits_for_it(self):
        delivery = self.order().picking_ids
        message = self.tell(delivery.name, "WHS_PICK_STARTED", 2)
        self.assertEqual(message.state, "parked")
        self.stock(3)
        delivery.action_assign()
        self.assertEqual(message.state, "received", "the shipment wakes the message")
        self.work_inbox()
        self.assertEqual(delivery.shipment_ids.state, "in_fulfilment")

    # -- the field ----------------------------------------------------------------------------

    def test_carrier_connection_is_refused(self):
        provider = self.env["logistics.provider"].create(
            {
                "name": "Some carrier",
                "code": "some_carrier",
                "kind": "carrier",
                "handler": "logistics.provider.canonical",
            }
        )
        carrier = self.make_connection(provider)
        with self.assertRaises(ValidationError):
            self.warehouse.logistics_connection_id = carrier

    def test_connection_must_serve_the_company(self):
        with self.assertRaises(ValidationError):
            self.other_warehouse.logistics_connection_id = self.connection
        self.connection.company_ids = self.other_company
        self.other_warehouse.logistics_connection_id = self.connection

    def test_connection_in_use_is_not_deleted(self):
        with self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017 - RESTRICT of the key
            self.connection.unlink()
            self.env.flush_all()

    def test_people_of_the_warehouse_need_no_right_of_logistics(self):
        self.assertFalse(self.keeper.has_group("logistics_connector_base.group_logistics_user"))
        with self.assertRaises(AccessError):
            self.env["logistics.shipment"].with_user(self.keeper).search([])
        with self.assertRaises(AccessError):
            self.warehouse.with_user(self.keeper).read(["logistics_connection_id"])

    def test_other_company_does_not_see_the_released_shipment(self):
        self.stock(3)
        shipment = self.order().picking_ids.shipment_ids
        stranger = self.make_user("stranger", USER, company=self.other_company)
        at_warehouse = self.env.ref("logistics_connector_wms.action_shipments_at_warehouse")
        shipments = self.env["logistics.shipment"]
        domain = ast.literal_eval(at_warehouse.domain)
        self.assertIn(shipment, shipments.with_user(self.clerk).search(domain))
        self.assertFalse(shipments.with_user(stranger).search(domain))

    def test_only_a_state_that_takes_messages_releases(self):
        for state in ("draft", "approval", "suspended", "retired"):
            self.warehouse.logistics_connection_id = self.make_connection(state=state)
            delivery = self.order().picking_ids
            self.stock(3)
            delivery.action_assign()
            self.assertEqual(delivery.state, "assigned")
            self.assertFalse(delivery.shipment_ids, state)
            with self.assertRaises(UserError):
                self.warehouse.logistics_connection_id._set_state("live", ("parallel",))
