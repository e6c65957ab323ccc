from odoo import api, fields, models

STATES = [
    ("receiving", "Parts are missing"),
    ("to_compare", "To compare"),
    ("compared", "Compared"),
    ("problem", "Cannot be compared"),
    ("superseded", "Replaced"),
]


class LogisticsSnapshot(models.Model):
    """The stock of a warehouse as of a moment, as its partner says it lies there. It is compared
    with ours as of the same moment, and never writes stock (law 8)."""

    _name = "logistics.snapshot"
    _description = "Stock Snapshot of a Warehouse"
    _order = "as_of desc, id desc"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char("Their number", required=True, readonly=True)
    revision = fields.Char(readonly=True, default="")
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    message_id = fields.Many2one(
        "logistics.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    warehouse_code = fields.Char("Their building", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    as_of = fields.Datetime(required=True, readonly=True, index=True)
    received_at = fields.Datetime("Told on", required=True, readonly=True)
    compared_at = fields.Datetime(readonly=True)
    is_complete = fields.Boolean(
        readonly=True, help="What it does not list is zero. Otherwise it says nothing of that."
    )
    parts = fields.Integer(readonly=True, default=1)
    part_digests = fields.Json(readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="to_compare")
    problem = fields.Char(readonly=True)
    tries = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("logistics.snapshot.line", "snapshot_id", "Said", readonly=True)
    is_forgotten = fields.Boolean(
        "Its own words are deleted", readonly=True, help="It cannot be compared any more."
    )
    result_ids = fields.One2many(
        "logistics.snapshot.result", "snapshot_id", "Compared", readonly=True
    )
    # figures
    compared_count = fields.Integer("Lines compared", readonly=True)
    difference_count = fields.Integer("Differences", readonly=True)
    variance_count = fields.Integer("Unexplained", readonly=True)
    difference_value = fields.Monetary(
        "Worth of the differences", readonly=True, help="Of all that differs, more and less alike."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    accuracy = fields.Float(
        "Accuracy by lines",
        readonly=True,
        aggregator="avg",
        help="Share of the lines compared that match within the tolerance.",
    )
    accuracy_value = fields.Float(
        "Accuracy by value",
        readonly=True,
        aggregator="avg",
        help="Share of the stock's worth that is where both sides say it is.",
    )

    _identity_uniq = models.UniqueIndex(
        "(connection_id, name, COALESCE(revision, ''))", "This snapshot is there already."
    )
    _to_compare = models.Index("(next_try_at, id) WHERE state = 'to_compare'")

    @api.depends("name", "warehouse_id", "as_of")
    def _compute_display_name(self):
        for snapshot in self:
            moment = fields.Datetime.context_timestamp(snapshot, snapshot.as_of)
            where = snapshot.warehouse_id.name or snapshot.warehouse_code or snapshot.name
            snapshot.display_name = f"{where} {moment:%Y-%m-%d %H:%M}"

    def action_view_results(self):
        """The two sides, line by line: what differs first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_wms.action_snapshot_result"
        )
        return dict(action, domain=[("snapshot_id", "=", self.id)], name=self.display_name)
