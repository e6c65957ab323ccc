from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_cancel(self):
        # Also deliveries that are cancelled because the picking before them was.
        result = super()._action_cancel()
        self.picking_id.filtered(lambda picking: picking.state == "cancel")._cancel_shipments()
        return result
