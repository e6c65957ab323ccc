"""Detectors that look at orders and their invoices."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .detectors import DetectorCommon


@tagged("post_install", "-at_install")
class TestOrderConditions(DetectorCommon):
    @staticmethod
    def hour(hours):
        # Invoices are dated by when they are made: today.
        return fields.Datetime.now() + timedelta(hours=hours)

    def _order(self):
        product = self.env["product.product"].create(
            {"name": "Lamp", "invoice_policy": "order", "list_price": 10, "type": "service"}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Ada"}).id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        return order

    def test_delivered_and_not_invoiced(self):
        order = self._order()
        for number in ("1ZO1", "1ZO2"):
            shipment = self.parcel(number, sale_order_ids=[(6, 0, order.ids)])
            self.tell(number, "PUP_PICKED_UP", -120)
            self.tell(number, "DLV_DELIVERED", -80)
        self.assertEqual((order.invoice_status, shipment.state), ("to invoice", "delivered"))
        detector = self.detector("delivered_not_invoiced", days=3)
        self.assertFalse(self.look(detector, -9))
        case = self.look(detector, -7)
        self.assertEqual(len(case), 1, "one for the order, however many parcels it has")
        self.assertIn(order.name, case.name)
        self.assertTrue(detector._condition()._estimate())
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertFalse(self.look(detector, 1))
        self.assertIn("nothing left to invoice", case.outcome)
        looks = detector._looks_back(self.hour(1))
        held = detector._condition()._held(detector._question(looks))
        self.assertTrue(held, "it would have been found before")
        soon = self.hour(0) + timedelta(seconds=2)  # fractions of a second are kept there
        self.assertTrue(all(spell.until <= soon for spell in held))

    def test_invoiced_and_not_delivered(self):
        order = self._order()
        self.parcel("1ZO1", sale_order_ids=[(6, 0, order.ids)])
        self.tell("1ZO1", "PUP_PICKED_UP", -10)
        order._create_invoices().action_post()
        detector = self.detector("invoiced_not_delivered", days=7)
        self.assertFalse(self.look(detector, 7 * 24 - 1))
        case = self.look(detector, 7 * 24 + 1)
        self.assertEqual(len(case), 1)
        self.tell("1ZO1", "DLV_DELIVERED", -1)
        self.assertFalse(self.look(detector, 7 * 24 + 2))
        self.assertIn("Delivered", case.outcome)
