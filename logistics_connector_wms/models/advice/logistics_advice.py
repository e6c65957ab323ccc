from odoo import api, fields, models

KINDS = [
    ("ship", "Shipped"),
    ("receipt", "Received"),
    ("adjustment", "Stock changed"),
    ("count", "Counted"),
    ("release", "Answer to a release"),
    ("progress", "Progress"),
]
STATES = [
    ("waiting", "Waiting"),
    ("ready", "To book"),
    ("partial", "Partly booked"),
    ("trouble", "Needs a person"),
    ("applied", "Booked"),
    ("superseded", "Replaced"),
    ("dismissed", "Dismissed"),
]
# What may still be booked.
OPEN_STATES = ("waiting", "ready", "partial", "trouble")
ANSWERS = [
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("cancelled", "Stopped"),
    ("too_late", "Too late to stop"),
]


class LogisticsAdvice(models.Model):
    """What a warehouse told us: that goods have left, come in, changed or were counted. It is filed
    with its message, once for ever, and booked after that by Odoo's own stock methods.

    docs/decisions/0015-warehouse-advices.md
    """

    _name = "logistics.advice"
    _description = "Warehouse Advice"
    _order = "id desc"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char("Their number", required=True, readonly=True, index="trigram")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    revision = fields.Char(readonly=True, default="")
    digest = fields.Char(required=True, readonly=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    message_id = fields.Many2one(
        "logistics.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    correlation_id = fields.Char(readonly=True)
    warehouse_code = fields.Char("Their building", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    order_ref = fields.Char("Order", readonly=True, index="btree_not_null")
    picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The one that was released under this number.",
    )
    booked_picking_ids = fields.Many2many(
        "stock.picking",
        "logistics_advice_picking_rel",
        "advice_id",
        "picking_id",
        string="Booked on",
        readonly=True,
        help="The transfers that it validated: of an order in several parts, back-orders as well.",
    )
    occurred_at = fields.Datetime("Done at", readonly=True, index="btree_not_null")
    received_at = fields.Datetime("Told on", required=True, readonly=True)
    booked_at = fields.Datetime("Booked at", readonly=True)
    is_final = fields.Boolean("Nothing follows", readonly=True)
    says_final = fields.Boolean(
        "Says whether more follows", readonly=True, help="Otherwise the connection's rule counts."
    )
    number = fields.Integer(
        "Which of its order", readonly=True, help="Where the partner counts them; 0: it does not."
    )
    exceptions_only = fields.Boolean("Exceptions only", readonly=True)
    is_total = fields.Boolean(
        "Says how much so far",
        readonly=True,
        help="Its quantities are all that has come of the order until then. Booked is what is more "
        "than was told before.",
    )
    answer = fields.Selection(ANSWERS, readonly=True)
    stage = fields.Char(readonly=True)
    release_revision = fields.Integer(readonly=True)
    text = fields.Char("Their words", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="ready", index=True)
    problem = fields.Char(readonly=True)
    tries = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("logistics.advice.line", "advice_id", "Goods", readonly=True)
    package_ids = fields.One2many(
        "logistics.advice.package", "advice_id", "Packages", readonly=True
    )
    move_ids = fields.One2many("stock.move", "logistics_advice_id", "Moves", readonly=True)
    move_count = fields.Integer(compute="_compute_move_count")

    _identity_uniq = models.UniqueIndex(
        "(connection_id, kind, name, COALESCE(revision, ''))",
        "This advice of the partner is there already.",
    )
    # What waits to be booked, oldest deed first.
    _to_book = models.Index("(next_try_at, occurred_at, id) WHERE state IN ('ready', 'waiting')")

    @api.depends("name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for advice in self:
            advice.display_name = f"{advice.name} ({kinds.get(advice.kind, '')})"

    @api.depends("move_ids")
    def _compute_move_count(self):
        for advice in self:
            advice.move_count = len(advice.move_ids)

    # -- what people open ---------------------------------------------------------------------

    def action_view_message(self):
        self.ensure_one()
        return self.message_id.get_formview_action()

    def action_view_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.stock_move_action")
        return dict(action, domain=[("logistics_advice_id", "=", self.id)], context={})
