import math

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..booking.logistics_booking import ALIVE

# Lines in these states wait for the carrier; those wait for a person.
WAITING = ("asked",)
LOOK = ("not_asked", "refused", "failed", "doubt")
# So many answers say how fast they come.
ENOUGH = 3


class LogisticsLabelBatch(models.Model):
    """Labels of many deliveries that were asked for together. The carriers answer over minutes, to
    each delivery by itself: this page shows how far they are, for as long as it is kept."""

    _name = "logistics.label.batch"
    _description = "Labels of Many Deliveries"
    _order = "id desc"

    name = fields.Char("Labels", compute="_compute_name")
    user_id = fields.Many2one(
        "res.users", "Asked for by", required=True, readonly=True, default=lambda self: self.env.uid
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    asked_at = fields.Datetime("Asked for on", required=True, readonly=True)
    settled_before = fields.Integer(readonly=True)
    line_ids = fields.One2many("logistics.label.batch.line", "batch_id", "Deliveries")
    line_count = fields.Integer("All", compute="_compute_counts")
    waiting_count = fields.Integer("Being booked", compute="_compute_counts")
    booked_count = fields.Integer("Booked", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    doubt_count = fields.Integer("In doubt", compute="_compute_counts")
    not_asked_count = fields.Integer("Not asked for", compute="_compute_counts")
    void_count = fields.Integer("Cancelled", compute="_compute_counts")
    look_count = fields.Integer("Need a look", compute="_compute_counts")
    known_count = fields.Integer("Asked for before", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    forecast = fields.Char("How long", compute="_compute_forecast")
    trouble = fields.Text(compute="_compute_trouble")

    @api.depends("asked_at")
    @api.depends_context("lang", "tz")
    def _compute_name(self):
        for batch in self:
            time = format_datetime(self.env, batch.create_date, dt_format="short")
            batch.name = self.env._("Labels of %s", time) if batch.create_date else ""

    @api.depends("line_ids.state", "line_ids.is_known")
    def _compute_counts(self):
        counts = self.env["logistics.label.batch.line"]._read_group(
            [("batch_id", "in", self.ids)], ["batch_id", "state", "is_known"], ["__count"]
        )
        found = {}
        for batch, state, is_known, count in counts:
            row = found.setdefault(batch.id, {})
            row[state] = row.get(state, 0) + count
            if is_known and state in ALIVE:
                row["known"] = row.get("known", 0) + count
        for batch in self:
            row = found.get(batch.id, {})
            known = row.pop("known", 0)
            count = sum(row.values())
            waiting = sum(row.get(state, 0) for state in WAITING)
            batch.line_count, batch.waiting_count, batch.known_count = count, waiting, known
            batch.booked_count = row.get("booked", 0)
            batch.refused_count = row.get("refused", 0) + row.get("failed", 0)
            batch.doubt_count = row.get("doubt", 0)
            batch.not_asked_count = row.get("not_asked", 0)
            batch.void_count = row.get("void", 0) + row.get("void_asked", 0)
            batch.look_count = sum(row.get(state, 0) for state in LOOK)
            batch.progress = 100.0 * (count - waiting) / count if count else 0.0

    @api.depends("waiting_count", "asked_at")
    def _compute_forecast(self):
        for batch in self:
            batch.forecast = batch._forecast()

    def _forecast(self):
        """How long it will take, by the answers so far; of all carriers together."""
        waiting = self.waiting_count
        if not waiting:
            return self.env._("All are answered.")
        answered = self.line_count - waiting - self.settled_before
        if answered < ENOUGH:
            return self.env._("How long it takes is seen when the first answers are here.")
        passed = (fields.Datetime.now() - self.asked_at).total_seconds()
        seconds = passed * waiting / answered
        if seconds < 60:
            return self.env._("Less than a minute left.")
        return self.env._("About %s min left.", math.ceil(seconds / 60))

    @api.depends("waiting_count")
    def _compute_trouble(self):
        for batch in self:
            batch.trouble = "\n".join(batch._troubles()) if batch.waiting_count else False

    def _troubles(self):
        """Why carriers that are waited for are not asked at present."""
        waiting = self.sudo().line_ids.filtered(lambda line: line.state in WAITING)
        found = []
        for connection in waiting.booking_id.connection_id:
            flow = connection._flow("book")
            if not flow or flow.breaker_state == "closed":
                continue
            next_at = flow.probe_at or flow.paused_until
            text = self.env._(
                "%(name)s is not asked at present: %(why)s",
                name=connection.name,
                why=flow.breaker_text or "-",
            )
            if flow.breaker_state != "stopped" and next_at:
                time = format_datetime(self.env, next_at, dt_format="short")
                text = self.env._("%(text)s (next try: %(time)s)", text=text, time=time)
            found.append(text)
        return found

    # -- buttons ------------------------------------------------------------------------------

    def _open(self):
        """The page of one batch, or the list of several."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_carrier.action_logistics_label_batch"
        )
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id, "path": False}
        return {**action, "domain": [("id", "in", self.ids)], "path": False}

    def action_view_look(self):
        """The deliveries that somebody has to mend."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.state in LOOK)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Need a look"),
            "res_model": "stock.picking",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", lines.picking_id.ids)],
        }

    def action_print_labels(self):
        """The labels that are there, in the order in which the deliveries were chosen."""
        self.ensure_one()
        return self.line_ids.sorted("sequence").picking_id.action_print_labels()
