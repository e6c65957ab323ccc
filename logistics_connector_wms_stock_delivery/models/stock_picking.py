from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _release_content(self, release):
        content = super()._release_content(release)
        method = release._leaves_warehouse() and release._shipping_method()
        return {**content, "shipping": method._told()} if method else content

    def write(self, vals):
        result = super().write(vals)
        if "carrier_id" in vals:
            self.env["logistics.release"]._look_soon(self)
        return result
