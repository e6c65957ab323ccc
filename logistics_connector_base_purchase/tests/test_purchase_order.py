"""Where the goods of purchase orders stand, as a buyer sees it."""

from itertools import combinations_with_replacement

from odoo import Command, fields
from odoo.addons.logistics_connector_base.tests.orders import OrdersCommon
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.purchase_order import together


@tagged("post_install", "-at_install")
class TestPurchaseOrder(OrdersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.make_user(
            "po_buyer", "purchase.group_purchase_user", "base.group_allow_export"
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.orders = cls.env["purchase.order"].with_user(cls.buyer)

    def buy(self, product, quantity):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_qty": quantity, "price_unit": 3}
                    )
                ],
            }
        )
        order.button_confirm()
        return order.with_user(self.buyer)

    def assert_state(self, order, expected, message=None):
        self.env.flush_all()
        self.env.invalidate_all()  # as a request of its own would see it
        self.assertEqual(order.logistics_state, expected, message)
        self.work_states()
        self.env.invalidate_all()
        self.assertEqual(order.logistics_state, expected, message)
        mine = [("id", "=", order.id)]
        found = self.orders.search([*mine, ("logistics_state", "=", expected)])
        self.assertEqual(found, order, message)
        self.assertFalse(self.orders.search([*mine, ("logistics_state", "!=", expected)]))
        groups = self.orders.formatted_read_group(mine, ["logistics_state"], ["__count"])
        self.assertEqual([group["logistics_state"] for group in groups], [expected])

    def test_from_the_order_to_the_bill(self):
        order = self.buy(self.lamp, 5)
        receipt = order.sudo().picking_ids
        self.assert_state(order, "pending")
        shipment = self.ship(receipt, "PUP_PICKED_UP")
        self.assert_state(order, "in_progress")
        self.tell(shipment, "ORD_HELD")
        self.assert_state(order, "blocked")
        self.assertIn("on hold", order.logistics_blocked_reason)
        self.assertEqual(order.logistics_reasons[0]["id"], shipment.id)
        self.tell(shipment, "ORD_HOLD_REL")
        self.assert_state(order, "in_progress")
        self.send(receipt, 3)
        self.assert_state(order, "partial")
        self.assertFalse(order.logistics_blocked_reason)
        self.send(order.sudo().picking_ids - receipt)
        self.assert_state(order, "fulfilled")
        bill = self.env["purchase.order"].browse(order.id)
        bill.action_create_invoice()
        bill.invoice_ids.invoice_date = fields.Date.today()
        bill.invoice_ids.action_post()
        self.assert_state(order, "closed")

    def test_what_goes_back_and_what_is_called_off(self):
        order = self.buy(self.lamp, 5)
        receipt = order.sudo().picking_ids
        self.send(receipt, 3, backorder=False)
        self.assert_state(order, "fulfilled")
        back = self.take_back(receipt, 1)
        self.assert_state(order, "partial")
        self.send(back)
        self.assert_state(order, "fulfilled")
        other = self.buy(self.lamp, 1)
        other.sudo().button_cancel()
        self.assert_state(other, "cancelled")

    def test_an_order_without_goods_has_none(self):
        order = self.buy(self.hours, 1)
        self.assertFalse(order.logistics_state)
        self.assertIn(order, self.orders.search([("logistics_state", "=", False)]))
        self.assertNotIn(order, self.orders.search([("logistics_state", "!=", False)]))

    def test_sorted_and_exported(self):
        order = self.buy(self.lamp, 5)
        self.work_states()
        found = self.orders.search([("id", "=", order.id)], order="logistics_state, id")
        self.assertEqual(found.export_data(["logistics_state"])["datas"], [["Pending"]])

    def test_the_receipts_themselves(self):
        """A keeper of the warehouse, and a clerk of logistics, find the receipts by state."""
        receipt = self.buy(self.lamp, 5).sudo().picking_ids
        self.work_states()
        keeper = self.make_user("po_keeper", "stock.group_stock_user")
        domain = [("picking_type_code", "=", "incoming"), ("id", "=", receipt.id)]
        pickings = self.env["stock.picking"].with_user(keeper)
        groups = pickings.formatted_read_group(domain, ["logistics_state"], ["__count"])
        self.assertEqual([group["logistics_state"] for group in groups], ["pending"])
        clerk = self.make_user("po_clerk", "logistics_connector_base.group_logistics_user")
        states = self.env["logistics.business.state"].with_user(clerk)
        found = states.search([("picking_id", "=", receipt.id), ("kind", "=", "receipt")])
        self.assertEqual(found.state, "pending")

    def test_vendors_in_the_portal_see_none_of_it(self):
        portal = new_test_user(self.env, "po_vendor", "base.group_portal")
        self.vendor = portal.partner_id
        order = self.buy(self.lamp, 1).with_user(portal)
        self.assertTrue(order.search([("id", "=", order.id)]))
        for act in (
            lambda: order.read(["logistics_state"]),
            lambda: order.search([("logistics_state", "=", "pending")]),
            lambda: order.search([("logistics_state", "not in", ["pending"])]),
            lambda: order.search([], order="logistics_state"),
            lambda: order._read_group([], ["logistics_state"], ["__count"]),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_one_rule_for_one_and_for_many(self):
        """What is read and what is searched by are told apart by nothing."""
        one, two = self.buy(self.lamp, 1), self.buy(self.lamp, 1)
        pickings = (one | two).sudo().picking_ids
        two.sudo().picking_ids.move_ids.purchase_line_id = one.sudo().order_line
        self.work_states()
        words = ("pending", "in_progress", "partial", "blocked", "fulfilled", "closed", "cancelled")
        for pair in combinations_with_replacement(words, 2):
            for word, picking in zip(pair, pickings, strict=True):
                self.env.cr.execute(
                    "UPDATE logistics_business_state SET state = %s WHERE picking_id = %s",
                    (word, picking.id),
                )
            self.env.invalidate_all()
            found = self.orders.search(
                [("id", "=", one.id), ("logistics_state", "=", together(pair, False))]
            )
            self.assertEqual(found, one, pair)
