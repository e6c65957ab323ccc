from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

MANAGER = "logistics_connector_base.group_logistics_manager"
# What a person says of a replay, before it is previewed; everything else follows.
CHOSEN = {
    *("reason", "company_id", "kind", "chosen_ids", "connection_id"),
    *("received_from", "received_to", "mapping_ids", "proposed"),
}
RUNNING = ("previewing", "applying")
# Messages that are worked while somebody waits; more of them are worked in jobs.
SMALL = 50


class LogisticsReplay(models.Model):
    """Messages worked once more from their raw bytes, with today's parser, mappings and settings:
    first as a dry run that shows what would change, then for good. Who did it and why is kept."""

    _name = "logistics.replay"
    _description = "Replay"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    reason = fields.Char("Why", required=True, tracking=True)
    user_id = fields.Many2one(
        "res.users", "Who", required=True, readonly=True, default=lambda self: self.env.user
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("messages", "Chosen messages"),
            ("period", "Received in a period"),
            ("mapping", "Touched by code mappings"),
        ],
        "What",
        required=True,
        default="period",
    )
    chosen_ids = fields.Many2many("logistics.message", string="Chosen messages", check_company=True)
    connection_id = fields.Many2one(
        "logistics.connection", check_company=True, help="Empty: all of the company's."
    )
    received_from = fields.Datetime("Received since")
    received_to = fields.Datetime("Until", help="Empty: until now.")
    mapping_ids = fields.Many2many(
        "logistics.event.mapping", string="Mappings", context={"active_test": False}
    )
    proposed = fields.Json(help="Values of a mapping that is made when the replay is applied.")
    proposed_text = fields.Char("New mapping", compute="_compute_proposed_text")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("previewing", "Dry run"),
            ("previewed", "Previewed"),
            ("applying", "Being applied"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        index=True,
    )
    error = fields.Text(readonly=True)
    previewed_at = fields.Datetime(readonly=True)
    applied_by_id = fields.Many2one("res.users", "Applied by", readonly=True)
    applied_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    preview_digest = fields.Char(readonly=True, help="Of all rows that the dry run showed.")
    applied_digest = fields.Char(readonly=True, help="Of all rows that were applied.")

    step_ids = fields.One2many("logistics.replay.message", "replay_id", readonly=True)
    left_out_ids = fields.One2many(
        "logistics.replay.message",
        "replay_id",
        domain=[("note", "!=", False)],
        readonly=True,
        string="Not replayed, or in part",
    )
    line_ids = fields.One2many("logistics.replay.line", "replay_id", readonly=True)
    chosen_count = fields.Integer("Chosen", compute="_compute_chosen_count")
    message_count = fields.Integer(compute="_compute_counts")
    done_count = fields.Integer(compute="_compute_counts")
    left_out_count = fields.Integer(
        "Not replayed",
        compute="_compute_counts",
        help="Not worked, or only their codes looked up anew. Each says why.",
    )
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    percent = fields.Float(compute="_compute_counts")
    difference_count = fields.Integer("Differences", compute="_compute_differences")
    deviation_count = fields.Integer("Otherwise than previewed", compute="_compute_differences")
    summary = fields.Char(compute="_compute_differences")

    # -- who may ------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_results(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_results(vals)
        if not self.env.su and CHOSEN & set(vals) and any(r.state != "draft" for r in self):
            raise UserError(self.env._("What was previewed stays as it is. Make another replay."))
        return super().write(vals)

    def _refuse_results(self, vals):
        results = set(vals) & set(self._fields) - CHOSEN - set(self.env["mail.thread"]._fields)
        if not self.env.su and results - {"user_id", "id"}:
            raise AccessError(self.env._("What a replay did cannot be written by hand."))
        if not self.env.su and vals.get("user_id", self.env.uid) != self.env.uid:
            raise AccessError(self.env._("Who replays is who is logged in."))

    @api.constrains("kind", "chosen_ids", "mapping_ids", "received_from", "received_to")
    def _check_scope(self):
        for replay in self:
            period = (replay.received_from, replay.received_to)
            if replay.kind == "period" and all(period) and period[0] >= period[1]:
                raise ValidationError(self.env._("The period ends before it begins."))

    def _check_allowed(self):
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only Logistics managers can replay messages."))
        # One at a time: whoever presses the button twice is told.
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT state FROM logistics_replay WHERE id = %s FOR NO KEY UPDATE", (self.id,)
        )
        self.invalidate_recordset(["state"])

    # -- what people do -----------------------------------------------------------------------

    def action_preview(self):
        """Dry run: work the messages with the inbox's own code, keep what would change, and nothing
        else. Called again, it starts anew."""
        self._check_allowed()
        if self.state not in ("draft", "previewed", "failed", "cancelled") or self.applied_at:
            raise UserError(self.env._("This replay is under way, or was applied already."))
        replay = self.sudo()
        replay.line_ids.unlink()
        replay.step_ids.unlink()
        replay.write({"state": "previewing", "error": False})
        count = replay._plan()
        if not count:
            raise UserError(self.env._("No message fits: there is nothing to replay."))
        if count <= SMALL:
            replay._work_all()
        else:
            replay._start()
        return True

    def action_apply(self):
        """For good. After a cancel or a failure: the rest."""
        self._check_allowed()
        if self.state not in ("previewed", "failed", "cancelled") or not self.previewed_at:
            raise UserError(self.env._("Preview it first."))
        replay = self.sudo()
        self.env["logistics.replay.message"].sudo().search(
            [("replay_id", "=", self.id), ("state", "=", "failed")]
        ).write({"state": "previewed"})
        if self.proposed and not self.mapping_ids:
            # As the person who does it: who may not map may not map by a replay.
            mapping = self.env["logistics.event.mapping"].create(self.proposed)
            replay.mapping_ids = mapping
        replay._apply(self.env.uid)
        return True

    def _apply(self, uid):
        self.write(
            {
                "state": "applying",
                "error": False,
                "applied_by_id": uid,
                "applied_at": self.applied_at or fields.Datetime.now(),
                "ended_at": False,
            }
        )
        if (
            self.env["logistics.replay.message"].search_count(
                [("replay_id", "=", self.id)], limit=SMALL + 1
            )
            <= SMALL
        ):
            self._work_all()
        else:
            self._start()

    def action_cancel(self):
        """End it where it is: what was applied stays."""
        self._check_allowed()
        if self.state in ("done", "cancelled"):
            raise UserError(self.env._("It ended already."))
        self.sudo().write({"state": "cancelled", "ended_at": fields.Datetime.now()})
        return True

    def action_refresh(self):
        return True

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def _open_differences(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "logistics.replay.line",
            "view_mode": "list",
            "domain": [("replay_id", "=", self.id), *domain],
        }

    def action_view_differences(self):
        return self._open_differences(self.env._("Differences"), [])

    def action_view_messages(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Messages of the replay"),
            "res_model": "logistics.replay.message",
            "view_mode": "list",
            "domain": [("replay_id", "=", self.id)],
        }

    def action_view_deviations(self):
        return self._open_differences(
            self.env._("Otherwise than previewed"), [("state", "in", ("unforeseen", "missing"))]
        )
