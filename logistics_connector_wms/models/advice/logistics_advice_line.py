from odoo import api, fields, models

STATES = [
    ("open", "Open"),
    ("booked", "Booked"),
    ("trouble", "Needs a person"),
    ("dismissed", "Dismissed"),
]
CONDITIONS = [
    ("available", "Available"),
    ("damaged", "Damaged"),
    ("quarantine", "Quarantine"),
    ("held", "Held back"),
]
DISPOSITIONS = [
    ("restock", "Back to stock"),
    ("quarantine", "Quarantine"),
    ("scrap", "Scrapped"),
    ("refurbish", "To be refurbished"),
]
# What a person can say is true. An unknown product, unit or lot must be made known instead.
ACCEPTABLE = (
    "fraction",
    "over",
    "not_ordered",
    "substitute",
    "other_lot",
    "cancelled",
    "unknown_reason",
    "whole",
)


class LogisticsAdviceLine(models.Model):
    """Goods of an advice: what the warehouse says of them in its own words, what that means here,
    and what became of it. Each is booked once."""

    _name = "logistics.advice.line"
    _description = "Line of a Warehouse Advice"
    _order = "advice_id, sequence, id"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    advice_id = fields.Many2one(
        "logistics.advice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sequence = fields.Integer(readonly=True)
    # their words
    product_code = fields.Char("Their product", readonly=True)
    barcode = fields.Char(readonly=True)
    quantity = fields.Float("Their quantity", digits=0, readonly=True)
    unit = fields.Char("Their unit", readonly=True)
    line_number = fields.Integer("Line", readonly=True, help="As our release numbered it.")
    lot_name = fields.Char("Lot", readonly=True)
    serials = fields.Text("Serial numbers", readonly=True, help="One a row.")
    expires_on = fields.Date(readonly=True)
    package_key = fields.Char("Package", readonly=True)
    substitutes = fields.Char("In the place of", readonly=True)
    condition = fields.Selection(CONDITIONS, readonly=True)
    moved_to = fields.Selection(CONDITIONS, "Now", readonly=True)
    disposition = fields.Selection(DISPOSITIONS, readonly=True)
    reason = fields.Char("Their reason", readonly=True)
    # what that means
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    uom_id = fields.Many2one("uom.uom", "Our unit", readonly=True)
    ordered = fields.Float(
        "We expected",
        digits="Product Unit",
        readonly=True,
        help="What was open of it when it was looked at last, in the product's unit.",
    )
    # what became of it
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    trouble = fields.Char("Why not", readonly=True)
    trouble_code = fields.Char(readonly=True)
    is_accepted = fields.Boolean(
        "Accepted by a person", readonly=True, help="It is booked although it differs."
    )
    may_accept = fields.Boolean(compute="_compute_may_accept")
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    move_line_ids = fields.One2many(
        "stock.move.line", "logistics_advice_line_id", "Booked as", readonly=True
    )

    @api.depends("state", "trouble_code")
    def _compute_may_accept(self):
        """Whether a person's word is enough to book it: what nobody understands stays so."""
        for line in self:
            line.may_accept = line.state == "trouble" and line.trouble_code in ACCEPTABLE

    @api.depends("product_id", "product_code", "barcode")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.product_id.display_name or line.product_code or line.barcode

    def _serial_list(self):
        self.ensure_one()
        return [name for name in (self.serials or "").split("\n") if name]
