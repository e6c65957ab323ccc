from odoo import fields, models

READERS = (
    "stock.group_stock_user,logistics_connector_base.group_logistics_user,"
    "logistics_connector_base.group_logistics_service"
)


class StockMove(models.Model):
    """When a warehouse's partner did what a move says, and by which line of its messages we and it
    know the goods."""

    _inherit = "stock.move"

    logistics_done_at = fields.Datetime(
        "Done at the warehouse",
        readonly=True,
        copy=False,
        groups=READERS,
        help="The partner's own time. Odoo stamps a transfer with the time at which it was told: "
        "stock is compared as of the partner's.",
    )
    logistics_line = fields.Integer(
        "Line told to the warehouse",
        readonly=True,
        copy=False,
        groups=READERS,
        help="Of a back-order: the number of the line from which it was split, by which the "
        "partner still knows it.",
    )
    logistics_advice_id = fields.Many2one(
        "logistics.advice",
        "Told by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )

    _logistics_late = models.Index(
        "(logistics_done_at) WHERE logistics_done_at IS NOT NULL AND state = 'done'"
    )

    def _prepare_move_split_vals(self, qty):
        values = super()._prepare_move_split_vals(qty)
        # A back-order that was released itself was told by its own moves' numbers.
        picking = self.picking_id
        is_apart = picking and picking._is_told_apart()
        told = self.id if is_apart else self.sudo().logistics_line
        values["logistics_line"] = told or self.id
        return values


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    logistics_advice_line_id = fields.Many2one(
        "logistics.advice.line",
        "Told by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
