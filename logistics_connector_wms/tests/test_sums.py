"""What a warehouse told is what Odoo moved; what was changed afterwards is found."""

from odoo.addons.logistics_connector_base.tests.sums import SumsMixin
from odoo.tests import tagged

from .advice_common import line
from .test_advice_stock import PlacesCommon


@tagged("post_install", "-at_install")
class TestAdviceSum(SumsMixin, PlacesCommon):
    def test_received_in_parts_damaged_and_in_trouble(self):
        receipt = self.receipt((self.lamp, 10), (self.bulb, 5))
        self.come(
            receipt,
            line(self.lamp, 7),
            line(self.lamp, 1, condition="damaged"),
            line(self.oil, 2, lot="L-1"),
        )
        self.assertEqual(self.sum_of("advice"), (0.0, {}))
        self.assertEqual(self.numbers_of("advice"), {"booked": 2, "moved": 2})

    def test_shipped(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 6))
        self.tell({"type": "ship", "order": delivery.name, "lines": [line(self.lamp, 4)]})
        self.assertEqual(self.numbers_of("advice"), {"booked": 1, "moved": 1})
        self.assertEqual(self.sum_of("advice"), (0.0, {}))

    def test_a_move_that_was_changed_afterwards(self):
        receipt = self.receipt((self.lamp, 10))
        self.come(receipt, line(self.lamp, 10))
        self.assertEqual(receipt.state, "done")
        receipt.move_line_ids.quantity = 9
        self.assertEqual(self.sum_of("advice"), (1.0, {self.said().id: "quantity"}))

    def test_a_line_that_counts_as_not_booked(self):
        receipt = self.receipt((self.lamp, 10))
        self.come(receipt, line(self.lamp, 10))
        self.said().line_ids.state = "dismissed"
        self.assertEqual(self.sum_of("advice")[1], {self.said().id: "unbooked"})
