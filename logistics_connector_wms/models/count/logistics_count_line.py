from odoo import api, fields, models

from ..advice.logistics_advice_line import CONDITIONS

STATES = [
    ("asked", "Not counted yet"),
    ("same", "Same"),
    ("differs", "Differs"),
    ("booked", "Booked"),
    ("left", "Left as it is"),
    ("unknown", "Not understood"),
]


class LogisticsCountLine(models.Model):
    """One product, lot and state: what was found, and what the books said at that moment."""

    _name = "logistics.count.line"
    _description = "Goods of a Count"
    _order = "count_id, id"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    count_id = fields.Many2one(
        "logistics.count", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(
        related="count_id.connection_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(related="count_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    said_as = fields.Char("They call it", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True, index="btree_not_null")
    condition = fields.Selection(CONDITIONS, "Goods are", readonly=True, default="available")
    counted = fields.Float("They found", digits="Product Unit", readonly=True)
    ours = fields.Float(
        "We have", digits="Product Unit", readonly=True, help="As of the moment of the count."
    )
    difference = fields.Float(digits="Product Unit", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="asked")
    trouble = fields.Char("Why not", readonly=True)
    move_id = fields.Many2one(
        "stock.move", "Booked as", readonly=True, index="btree_not_null", ondelete="set null"
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)

    @api.depends("product_id", "lot_id", "said_as")
    def _compute_display_name(self):
        for line in self:
            name = line.product_id.display_name or line.said_as or ""
            line.display_name = f"{name} ({line.lot_id.name})" if line.lot_id else name
