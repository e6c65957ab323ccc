from odoo import models


class StockPicking(models.Model):
    """What a 3PL is told that is told in its own words: our facts, with its own names for the
    building and the goods beside ours."""

    _inherit = "stock.picking"

    def _release_content(self, release):
        content = super()._release_content(release)
        connection = release.connection_id
        if not connection._release_acts():
            return content
        warehouse = release.warehouse_id
        products = {move.id: move.product_id for move in self.sudo().move_ids}
        codes = (
            self.env["logistics.item.code"]
            .sudo()
            ._names(connection, self.sudo().move_ids.product_id)
        )
        lines = []
        for line in content["lines"]:
            product = products[line["line"]]
            name, unit = codes.get(product) or (line["product"], product.uom_id)
            base = line.get("base_quantity", line["quantity"])
            quantity = product.uom_id._compute_quantity(base, unit, round=False)
            theirs = {"their_product": name, "their_quantity": round(quantity, 6)}
            lines.append({**line, **theirs})
        return {
            **content,
            "lines": lines,
            "their_warehouse": warehouse.logistics_code or warehouse.code,
        }
