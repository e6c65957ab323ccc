"""One delivery has one live shipment, whoever asks for it first."""

from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestEnsureShipment(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customer = cls.env["res.partner"].create({"name": "Ada", "city": "Oslo"})
        cls.product = cls.env["product.product"].create(
            {"name": "Lamp", "type": "consu", "is_storable": True}
        )
        cls.keeper = new_test_user(
            cls.env,
            "keeper",
            "stock.group_stock_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.seller = new_test_user(
            cls.env,
            "seller",
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def make_order(self, steps="ship_only"):
        self.warehouse.delivery_steps = steps
        order = (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "client_order_ref": "PO-778",
                    "warehouse_id": self.warehouse.id,
                    "order_line": [(0, 0, {"product_id": self.product.id, "product_uom_qty": 3})],
                }
            )
        )
        order.action_confirm()
        return order

    def last_leg(self, order):
        return order.sudo().picking_ids.filtered(lambda picking: picking._is_last_leg())

    def test_made_once_with_what_the_delivery_says(self):
        order = self.make_order()
        delivery = self.last_leg(order).with_user(self.keeper)
        shipment = delivery._ensure_shipment()
        self.assertEqual(shipment.state, "draft")
        self.assertEqual(shipment.company_id, self.company)
        self.assertEqual(shipment.warehouse_id, self.warehouse)
        self.assertEqual(shipment.partner_id, self.customer)
        self.assertEqual(shipment.origin, order.name)
        self.assertEqual(shipment.promised_delivery_at, delivery.date_deadline)
        self.assertEqual(shipment.picking_ids, delivery.sudo())
        self.assertEqual(shipment.sale_order_ids, order.sudo())
        self.assertEqual(
            {(ref.type, ref.value) for ref in shipment.reference_ids},
            {
                ("shipment", shipment.name),
                ("picking", delivery.name),
                ("order", order.name),
                ("customer", "PO-778"),
            },
        )
        self.assertEqual(
            shipment.stop_ids.mapped("role"),
            ["origin", "destination"] if self.warehouse.partner_id else ["destination"],
        )
        self.assertEqual(delivery._ensure_shipment(), shipment)

    def test_a_second_asker_fills_only_what_is_empty(self):
        delivery = self.last_leg(self.make_order()).with_user(self.keeper)
        shipment = delivery._ensure_shipment({"issuer": "ups"})
        again = delivery._ensure_shipment({"issuer": "dhl", "service": "Express"})
        self.assertEqual(again, shipment)
        self.assertEqual((shipment.issuer, shipment.service), ("ups", "Express"))

    def test_only_the_last_leg_is_a_delivery_to_the_customer(self):
        order = self.make_order("pick_pack_ship")
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 3
        )
        legs = []
        while picking := order.sudo().picking_ids.filtered(lambda p: p.state != "done"):
            legs.append((picking.picking_type_id, picking._is_last_leg()))
            picking.action_assign()
            picking.move_ids.picked = True
            picking._action_done()
        warehouse = self.warehouse
        self.assertEqual(
            legs,
            [
                (warehouse.pick_type_id, False),
                (warehouse.pack_type_id, False),
                (warehouse.out_type_id, True),
            ],
        )

    def test_cancelled_delivery_calls_its_shipment_off(self):
        order = self.make_order()
        shipment = self.last_leg(order).with_user(self.keeper)._ensure_shipment()
        order.sudo()._action_cancel()
        self.assertEqual(shipment.state, "cancelled")

    def test_what_the_carrier_has_is_not_called_off(self):
        order = self.make_order()
        delivery = self.last_leg(order)
        shipment = delivery._ensure_shipment()
        shipment._record_own_event("PUP_PICKED_UP")
        delivery.action_cancel()
        self.assertEqual(shipment.state, "picked_up")

    def test_a_shipment_of_two_deliveries_lives_on_with_the_other(self):
        first, second = self.last_leg(self.make_order()), self.last_leg(self.make_order())
        shipment = first._ensure_shipment({"picking_ids": [(6, 0, (first | second).ids)]})
        first.action_cancel()
        self.assertEqual(shipment.state, "draft")
        second.action_cancel()
        self.assertEqual(shipment.state, "cancelled")

    def test_after_a_cancelled_shipment_a_new_one_is_made(self):
        delivery = self.last_leg(self.make_order())
        first = delivery._ensure_shipment()
        first._record_own_event("LBL_VOIDED")
        second = delivery._ensure_shipment()
        self.assertNotEqual(first, second)
        self.assertEqual(second.state, "draft")
