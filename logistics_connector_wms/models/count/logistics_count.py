from odoo import api, fields, models

STATES = [
    ("asked", "Asked for"),
    ("counted", "Counted"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]


class LogisticsCount(models.Model):
    """Goods that a warehouse is asked to count, or counted by itself: what it found beside what the
    books said at that moment. Nothing is booked before a person says so."""

    _name = "logistics.count"
    _description = "Count at a Warehouse"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="restrict"
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="asked", index=True, tracking=True
    )
    reason = fields.Char("Why", readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, index="btree_not_null")
    asked_at = fields.Datetime("Asked on", readonly=True)
    counted_at = fields.Datetime("Counted at", readonly=True, help="By the warehouse's own time.")
    message_id = fields.Many2one(
        "logistics.message",
        "Sent as",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    advice_id = fields.Many2one(
        "logistics.advice",
        "Told by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_sent = fields.Boolean(
        "Sent to the warehouse",
        readonly=True,
        help="Otherwise the connection has no flow “request”, and somebody must tell them.",
    )
    line_ids = fields.One2many("logistics.count.line", "count_id", "Goods", readonly=True)
    difference_count = fields.Integer("Differences", compute="_compute_difference_count")

    _name_uniq = models.Constraint(
        "UNIQUE(connection_id, name)", "This count of the partner is there already."
    )

    @api.depends("line_ids.state")
    def _compute_difference_count(self):
        for count in self:
            count.difference_count = len(
                count.line_ids.filtered(lambda line: line.state == "differs")
            )
