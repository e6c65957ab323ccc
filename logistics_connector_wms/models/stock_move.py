from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        result = super().write(vals)
        # Reservation, a quantity set by hand, a chained move and a back-order (a move that is ready
        # gets another picking) all end here; the picking's own state is computed and never written.
        if vals.get("state") in ("assigned", "partially_available") or vals.get("picking_id"):
            self.picking_id._release_to_warehouse()
        return result
