from odoo import models

# What the business state of its order and transfer may follow from.
TELLING = {"state", "quantity", "product_uom_qty", "picking_id", "sale_line_id", "to_refund"}


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_cancel(self):
        # Also deliveries that are cancelled because the picking before them was.
        result = super()._action_cancel()
        self.picking_id.filtered(lambda picking: picking.state == "cancel")._cancel_shipments()
        return result

    def write(self, vals):
        result = super().write(vals)
        if TELLING & set(vals):
            self.env["logistics.business.state"]._look_soon()
        return result
