from odoo import api, fields, models
from odoo.exceptions import UserError

from ..selections import SEVERITIES

OPEN_STATES = ("new", "assigned", "in_progress", "waiting")


class LogisticsException(models.Model):
    """Something that a person has to look at. One open exception per trouble: what happens again
    is counted, what heals by itself is resolved by itself."""

    _name = "logistics.exception"
    _description = "Logistics Exception"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "severity_rank desc, last_seen_at desc, id desc"

    name = fields.Char("Title", required=True, readonly=True)
    type_id = fields.Many2one(
        "logistics.exception.type", required=True, readonly=True, ondelete="restrict", index=True
    )
    type_code = fields.Char(related="type_id.code")
    playbook = fields.Text(related="type_id.playbook")
    severity = fields.Selection(SEVERITIES, required=True, tracking=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("assigned", "Assigned"),
            ("in_progress", "In progress"),
            ("waiting", "Waiting"),
            ("resolved", "Resolved"),
            ("dismissed", "Dismissed"),
            ("duplicate", "Duplicate"),
        ],
        required=True,
        default="new",
        tracking=True,
        group_expand=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", store=True, index=True)
    key = fields.Char(required=True, readonly=True, help="What makes it the same trouble.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    connection_id = fields.Many2one("logistics.connection", readonly=True, index="btree_not_null")
    message_id = fields.Many2one(
        "logistics.message",
        "First message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    event_id = fields.Many2one(
        "logistics.event", "First event", readonly=True, ondelete="set null", index="btree_not_null"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    provider = fields.Char(readonly=True)
    raw_code = fields.Char(readonly=True)
    raw_sub_code = fields.Char(readonly=True)
    reference = fields.Char(readonly=True, help="The number that was not found.")
    detail = fields.Text(readonly=True)
    occurrence_count = fields.Integer(readonly=True, default=1, string="Seen")
    first_seen_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    last_seen_at = fields.Datetime(readonly=True, default=fields.Datetime.now)

    # One open exception per trouble; a closed one does not keep a new one from opening.
    _open_key_uniq = models.UniqueIndex(
        "(key) WHERE is_open IS TRUE", "The same trouble is open already in another exception."
    )
    # The list's own order: of what is open, of one state, of everything.
    _open_queue = models.Index(
        "(severity_rank DESC, last_seen_at DESC, id DESC) WHERE is_open IS TRUE"
    )
    _queue = models.Index("(state, severity_rank DESC, last_seen_at DESC, id DESC)")
    _list = models.Index("(severity_rank DESC, last_seen_at DESC, id DESC)")

    @api.depends("state")
    def _compute_is_open(self):
        for exception in self:
            exception.is_open = exception.state in OPEN_STATES

    # -- what people do -----------------------------------------------------------------------

    def _check_open(self):
        for exception in self:
            if not exception.is_open:
                raise UserError(self.env._("“%s” is closed already.", exception.name))

    def action_assign_to_me(self):
        self._check_open()
        self.write({"user_id": self.env.uid})

    def action_start(self):
        self._check_open()
        for exception in self:
            exception._put(
                {
                    "state": "in_progress",
                    "user_id": exception.user_id.id or self.env.uid,
                    "snoozed_until": False,
                }
            )

    def action_retry(self):
        """Work the messages behind these exceptions again; what is mended resolves itself."""
        self._check_open()
        messages = self.env["logistics.message"]
        for exception in self:
            messages |= exception._messages()
        if not messages:
            raise UserError(self.env._("There is no message behind this exception to work again."))
        messages.action_retry()
        for exception in self:
            exception._message_log(body=self.env._("Worked again by %s.", self.env.user.name))
        return True

    def _messages(self):
        """The messages whose processing may mend this exception."""
        self.ensure_one()
        if self.type_code in ("unknown_shipment", "ambiguous_shipment"):
            events = self.env["logistics.event"].search(
                [
                    ("shipment_id", "=", False),
                    ("connection_id", "=", self.connection_id.id),
                    ("tracking_number", "=", self.reference),
                ]
            )
            return events.message_id
        if self.type_code in ("parse_failure", "processing_failure"):
            dead = self.env["logistics.message"].search(
                [("connection_id", "=", self.connection_id.id), ("state", "=", "dead")]
            )
            return dead.filtered(lambda message: message._failure_key() == self.key)
        return self.message_id

    def action_map(self):
        self.ensure_one()
        self._check_open()
        return self._open_wizard("logistics.exception.map", self.env._("Map and replay"))

    def action_link(self):
        self.ensure_one()
        self._check_open()
        return self._open_wizard("logistics.exception.link", self.env._("Link to a shipment"))

    def _open_wizard(self, model, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_exception_ids": self.ids},
        }

    def action_view_message(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.message",
            "res_id": self.message_id.id,
            "view_mode": "form",
        }

    def write(self, vals):
        if "user_id" in vals and "state" not in vals:
            # An owner makes a new exception an assigned one, and the other way round.
            fresh = self.filtered(lambda e: e.state == ("new" if vals["user_id"] else "assigned"))
            if fresh:
                state = "assigned" if vals["user_id"] else "new"
                super(LogisticsException, fresh).write({**vals, "state": state})
                rest = self - fresh
                return super(LogisticsException, rest).write(vals) if rest else True
        result = super().write(vals)
        if {"state", "severity"} & set(vals):
            self.env["logistics.business.state"]._changed()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        exceptions = super().create(vals_list)
        self.env["logistics.business.state"]._changed()
        return exceptions
