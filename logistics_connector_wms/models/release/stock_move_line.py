from odoo import api, models

TOLD = {"quantity", "lot_id", "lot_name", "move_id", "picking_id", "product_uom_id"}


class StockMoveLine(models.Model):
    """Reserved goods and lots are what a warehouse is told of a move."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["logistics.release"]._look_soon(lines.picking_id)
        return lines

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self.env["logistics.release"]._look_soon(self.picking_id)
        return result

    def unlink(self):
        pickings = self.picking_id
        result = super().unlink()
        self.env["logistics.release"]._look_soon(pickings)
        return result
