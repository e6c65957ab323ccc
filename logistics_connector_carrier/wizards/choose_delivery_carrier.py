from odoo import models


class ChooseDeliveryCarrier(models.TransientModel):
    _inherit = "choose.delivery.carrier"

    def action_compare_rates(self):
        """What all methods would cost for the weight that stands here."""
        self.ensure_one()
        order = self.order_id.with_context(order_weight=self.total_weight)
        return order.action_compare_rates()
