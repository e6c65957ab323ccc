from odoo import api, fields, models

from ..advice.logistics_advice_line import CONDITIONS

KINDS = [
    ("match", "Same"),
    ("timing", "On its way"),
    ("lost", "Message lost"),
    ("mapping", "Unknown"),
    ("variance", "Unexplained"),
]
WHY = [
    ("unknown_product", "Nobody knows this code"),
    ("ambiguous_product", "The code means several products"),
    ("unknown_unit", "Nobody knows this unit"),
    ("unknown_lot", "Nobody knows this lot"),
    ("not_kept", "The product's stock is not kept"),
]


class LogisticsSnapshotResult(models.Model):
    """Two sides of one product, lot and state as of the moment of a snapshot, and what their
    difference is."""

    _name = "logistics.snapshot.result"
    _description = "Stock Compared with a Warehouse"
    _order = "snapshot_id desc, worth desc, id"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    snapshot_id = fields.Many2one(
        "logistics.snapshot", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    as_of = fields.Datetime(related="snapshot_id.as_of")
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    uom_id = fields.Many2one(related="product_id.uom_id")
    lot_id = fields.Many2one(
        "stock.lot", readonly=True, ondelete="set null", index="btree_not_null"
    )
    condition = fields.Selection(CONDITIONS, "Goods are", readonly=True)
    said_as = fields.Char("They call it", readonly=True)
    theirs = fields.Float("They have", digits="Product Unit", readonly=True)
    ours = fields.Float(
        "We have", digits="Product Unit", readonly=True, help="As of the same moment."
    )
    difference = fields.Float(digits="Product Unit", readonly=True)
    explained = fields.Float(
        "On its way",
        digits="Product Unit",
        readonly=True,
        help="The part of the difference that open releases, receipts and messages explain.",
    )
    worth = fields.Monetary(
        readonly=True, help="What the difference is worth, more and less alike."
    )
    kind = fields.Selection(KINDS, "It is", required=True, readonly=True)
    why = fields.Selection(WHY, "Why unknown", readonly=True)
    streak = fields.Integer(
        "Snapshots in a row", readonly=True, help="In so many of them it was not explained."
    )
    # what a person decided
    is_ignored = fields.Boolean("Ignored", readonly=True)
    ignored_until = fields.Date(readonly=True)
    reason = fields.Char(readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    move_id = fields.Many2one(
        "stock.move", "Booked as", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _differing = models.Index("(snapshot_id, kind) WHERE kind <> 'match'")

    @api.depends("product_id", "lot_id", "said_as")
    def _compute_display_name(self):
        for result in self:
            name = result.product_id.display_name or result.said_as
            result.display_name = f"{name} ({result.lot_id.name})" if result.lot_id else name
