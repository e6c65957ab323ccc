from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_gate_shipping = fields.Boolean(
        "Known delivery method",
        help="A delivery waits until it has a delivery method for which the 3PL's word is known.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "logistics_gate_shipping" in vals:
            self._release_ready_deliveries()
        return result
