"""Where orders stand whose goods take several parcels, legs, steps or warehouses, or never come to
one."""

from odoo import Command
from odoo.tests import tagged

from .orders import OrdersCommon


@tagged("post_install", "-at_install")
class TestOrderRoutes(OrdersCommon):
    def test_two_parcels_of_one_delivery(self):
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)
        one = self.ship(delivery, "DLV_DELIVERED")
        other = self.make_shipment("1ZOTHER", picking_ids=[Command.set(delivery.ids)])
        self.tell(other, "MOV_DEPARTED")
        self.assert_state(order, "partial")
        self.assertEqual(delivery.logistics_state, "partial")
        self.tell(other, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")
        self.assertEqual(one.picking_ids.logistics_state, "fulfilled")

    def test_two_orders_in_one_shipment(self):
        orders = self.sell((self.lamp, 5)) | self.sell((self.desk_, 1))
        for picking in orders.picking_ids:
            self.send(picking)
        shipment = self.make_shipment("1ZBOTH", picking_ids=[Command.set(orders.picking_ids.ids)])
        self.tell(shipment, "DLV_DELIVERED")
        for order in orders:
            self.assert_state(order, "fulfilled")

    def test_legs_one_after_the_other(self):
        hub = self.env["res.partner"].create({"name": "Hub Basel"})
        order = self.sell((self.lamp, 5))
        delivery = order.picking_ids
        self.send(delivery)

        def leg(number, origin, destination):
            stops = (("origin", origin), ("destination", destination))
            return self.make_shipment(
                number,
                picking_ids=[Command.set(delivery.ids)],
                stop_ids=[
                    Command.create({"sequence": n, "role": role, "partner_id": partner.id})
                    for n, (role, partner) in enumerate(stops)
                ],
            )

        first = leg("1ZFIRST", self.company.partner_id, hub)
        second = leg("1ZSECOND", hub, self.customer)
        self.tell(first, "DLV_DELIVERED")
        self.assert_state(order, "in_progress", "it is at the border")
        self.tell(second, "MOV_DEPARTED")
        self.assert_state(order, "in_progress")
        self.tell(second, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")

    def test_a_delivery_in_three_steps(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        warehouse.delivery_steps = "pick_pack_ship"
        order = self.sell((self.lamp, 5))
        self.assert_state(order, "pending")
        pick = order.picking_ids
        self.send(pick)
        self.assert_state(order, "in_progress")
        self.assertEqual(pick.logistics_state, "fulfilled")
        pack = order.picking_ids - pick
        self.send(pack)
        out = order.picking_ids - pick - pack
        self.assert_state(order, "in_progress")
        self.send(out)
        self.ship(out, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")

    def test_supplied_from_another_warehouse(self):
        """The goods go to the other warehouse first; arriving there is not arriving."""
        one, other = self.env["stock.warehouse"].create(
            [{"name": name, "code": name[:4]} for name in ("South supply", "North supply")]
        )
        one.resupply_wh_ids = other
        route = one.resupply_route_ids
        goods = self.env["product.product"].create(
            {
                "name": "Far",
                "is_storable": True,
                "route_ids": [Command.set((route | self.make_to_order()).ids)],
            }
        )
        self.env["stock.quant"]._update_available_quantity(goods, other.lot_stock_id, 10)
        order = self.sell((goods, 5), warehouse_id=one.id)
        moves = self.env["stock.move"].search([("product_id", "=", goods.id)])
        last = moves.filtered(lambda move: move.location_dest_id.usage == "customer").picking_id
        supply = moves.filtered(lambda move: move.location_id == other.lot_stock_id).picking_id
        self.assertTrue(supply and last and supply != last)
        self.assert_state(order, "pending")
        self.send(supply)
        self.ship(supply, "DLV_DELIVERED")
        self.assertEqual(supply.logistics_state, "fulfilled")
        self.assert_state(order, "in_progress")
        self.send((moves.picking_id - supply - last)[:1])
        self.send(last)
        self.ship(last, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")

    def make_to_order(self):
        route = self.env.ref("stock.route_warehouse0_mto")
        route.active = True
        return route

    def test_a_drop_shipment(self):
        """As stock_dropshipping moves it: from the vendor to the customer, through no stock."""
        order = self.sell((self.lamp, 5))
        order.picking_ids.action_cancel()
        vendor = self.env.ref("stock.stock_location_suppliers")
        kind = (
            self.env["stock.picking.type"].search(
                [("code", "=", "dropship"), ("company_id", "=", self.company.id)], limit=1
            )
            or order.picking_ids.picking_type_id
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": vendor.id,
                "location_dest_id": self.customer.property_stock_customer.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.lamp.id,
                            "product_uom_qty": 5,
                            "location_id": vendor.id,
                            "location_dest_id": self.customer.property_stock_customer.id,
                            "sale_line_id": order.order_line.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        shipment = self.ship(picking, "PUP_PICKED_UP")
        self.assert_state(order, "in_progress")
        self.send(picking)
        self.assert_state(order, "in_progress")
        self.tell(shipment, "DLV_DELIVERED")
        self.assert_state(order, "fulfilled")
