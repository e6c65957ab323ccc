from odoo import models

BOUGHT_FROM = ("supplier", "transit")


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _landed_receipts(self):
        """The receipts of goods that these shipments brought, done or not: bought ones, of whose
        products the cost is reckoned (FIFO or average). What customers send back is none."""
        return self.sudo().picking_ids.filtered(
            lambda picking: (
                picking.picking_type_code == "incoming"
                and picking.state != "cancel"
                and picking.company_id in self.sudo().company_id
                and picking.location_id.usage in BOUGHT_FROM
                and picking._bears_landed_costs()
            )
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _bears_landed_costs(self):
        self.ensure_one()
        moves = self.with_company(self.company_id).move_ids
        return any(
            move.state != "cancel" and move.product_id.cost_method in ("fifo", "average")
            for move in moves
        )
