"""Where orders stand while goods are moved by Odoo's own methods, there and back."""

from odoo import Command
from odoo.tests import tagged

from .orders import OrdersCommon


@tagged("post_install", "-at_install")
class TestOrderState(OrdersCommon):
    def test_from_the_quotation_to_the_invoice(self):
        order = self.sell((self.lamp, 5), (self.hours, 2))
        picking = order.picking_ids
        self.assert_state(order, "pending")
        shipment = self.ship(picking)
        self.assert_state(order, "pending", "nobody else knows of it")
        self.tell(shipment, "LBL_CREATED")
        self.assert_state(order, "in_progress")
        self.send(picking)
        self.tell(shipment, "PUP_PICKED_UP")
        self.assert_state(order, "in_progress")
        self.tell(shipment, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")
        self.invoice(order)
        self.assert_state(order, "closed")

    def test_the_invoice_closes_the_delivery_in_lists_too(self):
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)
        self.ship(delivery, "DLV_DELIVERED")
        self.work_states()
        self.invoice(order)
        self.work_states()
        found = self.env["stock.picking"].search([("logistics_state", "=", "closed")])
        self.assertIn(delivery, found)

    def test_a_back_order_that_is_deleted(self):
        order = self.sell((self.lamp, 5))
        first = order.picking_ids
        self.send(first, 3)
        self.work_states()
        self.assertEqual(first.logistics_state, "partial")
        (order.picking_ids - first).unlink()
        self.work_states()
        self.assertEqual(first.logistics_state, "fulfilled")

    def test_the_freight_is_settled_last(self):
        order = self.sell((self.lamp, 5))
        self.send(order.picking_ids)
        shipment = self.ship(order.picking_ids, "DLV_DELIVERED")
        self.invoice(order)
        charge = {"shipment_id": shipment.id, "name": "Freight", "amount": 12}
        charges = self.env["logistics.shipment.charge"]
        charges.create({**charge, "kind": "estimated"})
        self.assert_state(order, "closed", "an estimate is nothing that anybody owes")
        charges.create({**charge, "kind": "booked"})
        self.assert_state(order, "fulfilled")
        charges.create({**charge, "kind": "approved"})
        self.assert_state(order, "closed")

    def test_a_back_order(self):
        order = self.sell((self.lamp, 5))
        first = order.picking_ids
        self.send(first, 3)
        self.ship(first, "DLV_DELIVERED")
        self.assert_state(order, "partial")
        shown = self.standing(order, self.lamp)
        self.assertEqual(
            (shown["ordered"], shown["shipped"], shown["delivered"], shown["to_ship"]), (5, 3, 3, 2)
        )
        rest = order.picking_ids - first
        self.assertEqual(first.logistics_state, "partial", "its rest is still to come")
        self.send(rest)
        self.assert_state(order, "partial", "nobody says that the rest has arrived")
        self.ship(rest, "PUP_PICKED_UP")
        self.assert_state(order, "partial")
        self.tell(rest.shipment_ids, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")
        self.assertEqual(first.logistics_state, "fulfilled")

    def test_a_back_order_that_nobody_wants(self):
        order = self.sell((self.lamp, 5))
        self.send(order.picking_ids, 3, backorder=False)
        self.ship(order.picking_ids, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")
        self.assertEqual(self.standing(order, self.lamp)["called_off"], 2)
        self.invoice(order)
        self.assert_state(order, "closed")

    def test_a_back_order_that_is_cancelled_later(self):
        order = self.sell((self.lamp, 5))
        first = order.picking_ids
        self.send(first, 3)
        self.ship(first, "DLV_DELIVERED")
        (order.picking_ids - first).action_cancel()
        self.assert_state(order, "fulfilled")

    def test_every_delivery_is_cancelled(self):
        order = self.sell((self.lamp, 5))
        order.picking_ids.action_cancel()
        self.assert_state(order, "pending", "the customer still waits")
        order._action_cancel()
        self.assert_state(order, "cancelled")

    def test_more_than_was_ordered(self):
        order = self.sell((self.lamp, 5))
        self.send(order.picking_ids, 7)
        self.ship(order.picking_ids, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")

    def test_a_return_that_is_credited(self):
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)
        self.ship(delivery, "DLV_DELIVERED")
        self.invoice(order)
        self.assert_state(order, "closed")
        back = self.take_back(delivery, 2)
        self.assert_state(order, "partial")
        self.assertTrue(order.logistics_return_under_way)
        under_way = self.env["sale.order"].search([("logistics_return_under_way", "=", True)])
        self.assertIn(order, under_way)
        self.assertEqual((back.logistics_state, delivery.logistics_state), ("pending", "closed"))
        self.send(back)
        self.assert_state(order, "partial", "what came back is to be credited")
        self.assertFalse(order.logistics_return_under_way)
        self.assertEqual(back.logistics_state, "fulfilled")
        self.assertEqual(self.standing(order, self.lamp)["returned"], 2)
        self.invoice(order)
        self.assert_state(order, "closed")

    def test_a_return_for_another_one(self):
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)
        self.send(self.take_back(delivery, 5, refund=False))
        self.assert_state(order, "partial", "the customer has nothing")

    def test_refused_at_the_door(self):
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)
        self.ship(delivery, "PUP_PICKED_UP")
        self.tell(delivery.shipment_ids, "RTN_INITIATED")
        self.assert_state(order, "blocked")
        self.assertIn("Returning", order.logistics_blocked_reason)
        self.send(self.take_back(delivery, 5))
        self.assert_state(order, "closed", "it came back, and nothing was ever invoiced")

    def test_orders_with_nothing_to_ship_have_no_state(self):
        order = self.sell((self.hours, 2))
        self.assertFalse(order.logistics_state)
        self.work_states()
        self.assertFalse(order.logistics_state)
        self.assertIn(order, self.env["sale.order"].search([("logistics_state", "=", False)]))
        other = self.sell((self.lamp, 1))
        self.work_states()
        without = self.env["sale.order"].search([("logistics_state", "=", False)])
        self.assertNotIn(other, without)

    def test_goods_and_services(self):
        order = self.sell((self.lamp, 1), (self.hours, 2))
        self.send(order.picking_ids)
        self.ship(order.picking_ids, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled", "the hours do not keep it")
        invoices = self.invoice(order)
        self.assertTrue(invoices)
        self.assert_state(order, "closed")

    def test_consumables_count_as_goods(self):
        paper = self.env["product.product"].create({"name": "Paper", "type": "consu"})
        order = self.sell((paper, 3))
        self.assert_state(order, "pending")
        self.send(order.picking_ids, 3)
        self.assert_state(order, "fulfilled", "nobody tracks it: Odoo's word counts")

    def test_other_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        order.order_line = [
            Command.create(
                {"product_id": self.lamp.id, "product_uom_qty": 2, "product_uom_id": dozen.id}
            )
        ]
        order.action_confirm()
        first = order.picking_ids
        self.send(first, *([12] if first.move_ids.product_uom == self.lamp.uom_id else [1]))
        self.assertEqual(order.logistics_state, "partial")
        shown = self.standing(order, self.lamp)
        self.assertEqual((shown["ordered"], shown["shipped"], shown["to_ship"]), (2, 1, 1))
        self.send(order.picking_ids - first)
        self.assert_state(order, "fulfilled")

    def test_a_quotation_has_none_and_a_reopened_one_loses_it(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.assertFalse(order.logistics_state)
        sold = self.sell((self.lamp, 1))
        self.assert_state(sold, "pending")
        sold._action_cancel()
        self.assert_state(sold, "cancelled")
        sold.action_draft()
        self.work_states()
        self.assertFalse(sold.logistics_state)
        states = self.env["logistics.business.state"]
        self.assertFalse(states.search([("sale_order_id", "=", sold.id)]))

    def test_what_blocks_can_be_opened(self):
        order = self.sell((self.lamp, 5))
        shipment = self.ship(order.picking_ids, "LBL_CREATED")
        self.tell(shipment, "ORD_HELD")
        case = self.env["logistics.exception"]._report(
            [
                {
                    "type": "delivery_exception",
                    "key": "blocks",
                    "name": "The address is wrong",
                    "company_id": self.company.id,
                    "shipment_id": shipment.id,
                    "severity": "major",
                }
            ]
        )
        self.assert_state(order, "blocked")
        links = {(link["model"], link["id"]): link["text"] for link in order.logistics_reasons}
        self.assertEqual(links["logistics.exception", case.id], "The address is wrong")
        self.assertEqual(links["logistics.shipment", shipment.id], f"{shipment.name} is on hold")
        self.assertEqual(order.picking_ids.logistics_state, "blocked")
        self.tell(shipment, "ORD_HOLD_REL")
        self.assert_state(order, "blocked")
        case.action_resolve()
        self.assert_state(order, "in_progress")
        self.assertFalse(order.logistics_reasons)
