from odoo import fields, models


class LogisticsSnapshotLine(models.Model):
    """What a snapshot says of one product (and lot), in the partner's own words."""

    _name = "logistics.snapshot.line"
    _description = "Line of a Stock Snapshot"
    _order = "snapshot_id, id"
    _log_access = False
    _rec_name = "product_code"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    snapshot_id = fields.Many2one(
        "logistics.snapshot", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    part = fields.Integer(readonly=True)
    product_code = fields.Char("Their product", readonly=True)
    barcode = fields.Char(readonly=True)
    unit = fields.Char("Their unit", readonly=True)
    lot_name = fields.Char("Lot", readonly=True)
    on_hand = fields.Float(digits=0, readonly=True)
    damaged = fields.Float(digits=0, readonly=True)
    quarantine = fields.Float(digits=0, readonly=True)
    held = fields.Float(digits=0, readonly=True)
    allocated = fields.Float(digits=0, readonly=True)
    receiving = fields.Float(digits=0, readonly=True)
