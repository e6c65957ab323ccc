"""A ready delivery of a 3PL's warehouse is a released shipment, which the 3PL's messages move."""

import json

from odoo import fields
from odoo.addons.logistics_connector_base.inbox.batch import InboxBatch
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRelease(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.other_company = cls.env["res.company"].create({"name": "Southern Shop"})
        cls.warehouse, cls.other_warehouse = (
            cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
            for company in (cls.company, cls.other_company)
        )
        cls.provider = cls.env.ref("logistics_connector_base.provider_canonical")
        cls.connection = cls.make_connection("Harbour Fulfilment", "live")
        cls.warehouse.logistics_connection_id = cls.connection
        cls.product = cls.env["product.product"].create(
            {"name": "Lamp", "type": "consu", "is_storable": True}
        )
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.clerk = cls.make_user("clerk", "logistics_connector_base.group_logistics_user")

    @classmethod
    def make_connection(cls, name, state, **values):
        return cls.env["logistics.connection"].create(
            {
                "name": name,
                "provider_id": cls.provider.id,
                "company_id": cls.company.id,
                "verifier": "standard_webhooks",
                "state": state,
                **values,
            }
        )

    @classmethod
    def make_user(cls, login, groups, company=None):
        company = company or cls.company
        companies = [(6, 0, company.ids)]
        return new_test_user(cls.env, login, groups, company_id=company.id, company_ids=companies)

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

    def tell(self, picking_name, code, at="2026-03-02T10:00:00Z"):
        """The 3PL says one canonical event of a delivery order."""
        body = json.dumps(
            {
                "id": f"{picking_name}-{code}-{at}",
                "issuer": "harbour",
                "events": [
                    {
                        "code": code,
                        "occurred_at": at,
                        "shipment": {"references": [{"type": "picking", "value": picking_name}]},
                    }
                ],
            }
        ).encode()
        message = self.env["logistics.message"].create(
            {
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "direction": "in",
                "channel": "webhook",
                "state": "processing",
                "provider": "canonical",
                "receipt": f"r-{picking_name}-{code}-{at}",
                "correlation_id": "c",
                "digest": f"{picking_name}-{code}-{at}",
                "received_at": fields.Datetime.now(),
                "tries": 1,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO logistics_message_body (message_id, headers, content) "
            "VALUES (%s, '{}', %s)",
            (message.id, body),
        )
        InboxBatch(message).process()
        self.env.invalidate_all()
        return message

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
        draft = self.make_connection("Later", "suspended")
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
        message = self.tell(order.picking_ids.name, "WHS_PICK_DONE", "2199-03-02T10:00:00Z")
        self.assertEqual(message.state, "processed")
        self.assertEqual(shipment.state, "released", "an implausible time moves nothing")
        now = fields.Datetime.now()
        for seconds, code, state in (
            (1, "WHS_PICK_DONE", "in_fulfilment"),
            (2, "WHS_PACKED", "packed"),
            (3, "WHS_SHIP_CONFIRMED", "packed"),
        ):
            at = fields.Datetime.add(now, seconds=seconds).isoformat() + "Z"
            self.tell(order.picking_ids.name, code, at)
            self.assertEqual(shipment.state, state)

    def test_hold_of_the_3pl_blocks_the_order(self):
        self.stock(3)
        order = self.order()
        at = fields.Datetime.now().isoformat() + "Z"
        self.tell(order.picking_ids.name, "ORD_HELD", at)
        shipment = order.picking_ids.shipment_ids
        self.assertTrue(shipment.on_hold)
        self.assertEqual(order.logistics_state, "blocked")
        self.assertIn(shipment.name, order.logistics_blocked_reason)

    def test_message_before_the_release_waits_for_it(self):
        delivery = self.order().picking_ids
        at = fields.Datetime.add(fields.Datetime.now(), seconds=2).isoformat() + "Z"
        message = self.tell(delivery.name, "WHS_PICK_STARTED", at)
        self.assertEqual(message.state, "parked")
        self.stock(3)
        delivery.action_assign()
        self.assertEqual(message.state, "received", "the shipment wakes the message")
        self.env.flush_all()
        InboxBatch(message).process()
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
        carrier = self.make_connection("Carrier", "draft", provider_id=provider.id)
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
        stranger = self.make_user(
            "stranger", "logistics_connector_base.group_logistics_user", self.other_company
        )
        at_warehouse = self.env.ref("logistics_connector_wms.action_shipments_at_warehouse")
        shipments = self.env["logistics.shipment"]
        domain = eval(at_warehouse.domain)
        self.assertIn(shipment, shipments.with_user(self.clerk).search(domain))
        self.assertFalse(shipments.with_user(stranger).search(domain))

    def test_only_a_state_that_takes_messages_releases(self):
        for state in ("draft", "approval", "suspended", "retired"):
            self.warehouse.logistics_connection_id = self.make_connection(state, state)
            delivery = self.order().picking_ids
            self.stock(3)
            delivery.action_assign()
            self.assertEqual(delivery.state, "assigned")
            self.assertFalse(delivery.shipment_ids, state)
            with self.assertRaises(UserError):
                self.warehouse.logistics_connection_id._set_state("live", ("parallel",))
