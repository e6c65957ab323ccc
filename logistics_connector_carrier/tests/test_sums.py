"""What left with a number has a shipment; what has none is found."""

from odoo.addons.logistics_connector_base.tests.sums import SumsMixin
from odoo.tests import freeze_time, tagged

from .common import TODAY, CarrierCommon

A, B = "1Z999AA10123456784", "1Z999AA10123456792"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDeliveryNumberSum(SumsMixin, CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()

    def test_a_number_that_nobody_follows(self):
        followed = self.validate(self.make_delivery(), A)
        self.validate(self.make_delivery())  # without a number
        self.assertEqual(self.sum_of("delivery_number"), (0.0, {}))
        lost = self.validate(self.make_delivery(), B)
        lost.sudo().shipment_ids.picking_ids = [(5,)]
        self.assertEqual(self.sum_of("delivery_number"), (1.0, {lost.id: "none"}))
        self.assertEqual(self.numbers_of("delivery_number"), {"left": 2, "followed": 1})
        self.assertTrue(followed)
