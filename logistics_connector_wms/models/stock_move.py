from odoo import models

# What a warehouse is told of a move.
TOLD = {"quantity", "product_uom_qty", "product_uom", "product_id", "state", "picking_id"}


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        # Reservation, a quantity set by hand, a chained move and a back-order (a move that is ready
        # gets another picking) all end here; the picking's own state is computed and never written.
        if vals.get("state") in ("assigned", "partially_available") or vals.get("picking_id"):
            ready = self.picking_id.filtered(lambda picking: picking.state == "assigned")
            ready._release_first()
        if TOLD & vals.keys():
            self.env["logistics.release"]._look_soon(self.picking_id)
        return result
