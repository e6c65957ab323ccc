from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core.alert import Bounds, replay, usual

WEEKS = 8
PERIODS = [
    ("today", "Today"),
    ("week", "The last 7 days"),
    ("month", "The last 30 days"),
]


class LogisticsAlertRule(models.Model):
    """When somebody is to be told that a number is not as it should be. Each time is one case in
    the workbench, which closes by itself; who is told besides, and when not, is said here."""

    _name = "logistics.alert.rule"
    _description = "Alert Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean("On", default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    metric = fields.Selection(
        selection=lambda self: self.env["logistics.metric"]._selection(),
        string="Watches",
        required=True,
        tracking=True,
    )
    is_figure = fields.Boolean(compute="_compute_kind")
    is_level = fields.Boolean(compute="_compute_kind")
    band = fields.Selection(
        selection="_band_selection",
        string="Of it only",
        tracking=True,
        help="A part of the figure; empty: the figure itself.",
    )
    period = fields.Selection(PERIODS, "Over", required=True, default="week", tracking=True)
    least_rows = fields.Integer(
        "From so many rows on",
        help="Of fewer rows a share or a mean says nothing, and nobody is told.",
        tracking=True,
    )
    warehouse_id = fields.Many2one("stock.warehouse", check_company=True, tracking=True)
    connection_id = fields.Many2one(
        "logistics.connection",
        tracking=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: of health, each connection by itself; of a figure, all together.",
    )
    by = fields.Selection(
        [("threshold", "A number"), ("usual", "What is usual at this hour of the week")],
        "Compared with",
        required=True,
        default="threshold",
        tracking=True,
    )
    is_below = fields.Boolean("When it is lower", tracking=True, help="Otherwise: when higher.")
    threshold = fields.Float("Alert beyond", tracking=True)
    clear_threshold = fields.Float(
        "Over again at",
        tracking=True,
        help="Further back than the other, so that a number that wavers is one alert.",
    )
    width = fields.Float(
        "Standard deviations",
        default=4.0,
        tracking=True,
        help="Beyond so many from the median of the last 8 weeks it is an alert; within half of "
        "them it is over. With fewer than 4 weeks nobody is told.",
    )
    after_minutes = fields.Integer("After (min)", default=10, tracking=True)
    over_minutes = fields.Integer("Over after (min)", default=10, tracking=True)
    severity = fields.Selection(
        selection=lambda self: self.env["logistics.exception"]._fields["severity"].selection,
        required=True,
        default="major",
        tracking=True,
    )
    runbook_url = fields.Char("Runbook", help="Where it is written what to do.")
    alert_ids = fields.One2many("logistics.alert", "rule_id", "Where it stands", readonly=True)
    firing_count = fields.Integer("Alerts now", compute="_compute_firing_count")
    preview = fields.Text("In the last 30 days", compute="_compute_preview")

    @api.model
    def _band_selection(self):
        """Of all figures; which belong to the one that is chosen, a constraint says."""
        found = {}
        for figure in self.env["logistics.figure"]._figures().values():
            if not figure._hides_empty:
                for band in figure._bands():
                    found.setdefault(band.code, band.label)
        return sorted(found.items())

    @api.depends("metric")
    def _compute_kind(self):
        for rule in self:
            figure = rule._figure()
            rule.is_figure = figure is not None
            rule.is_level = figure is not None and figure._is_level

    def _figure(self):
        kind, _dot, code = (self.metric or "").partition(".")
        return self.env["logistics.figure"]._figures().get(code) if kind == "figure" else None

    @api.depends("alert_ids.state")
    def _compute_firing_count(self):
        for rule in self:
            rule.firing_count = len(rule.alert_ids.filtered("is_on"))

    @api.depends(
        "metric",
        "band",
        "period",
        "least_rows",
        "warehouse_id",
        "connection_id",
        "by",
        "is_below",
        "threshold",
        "clear_threshold",
    )
    def _compute_preview(self):
        for rule in self:
            rule.preview = rule._preview_text()

    def _preview_text(self):
        if not self.metric or self.by != "threshold":
            return False
        history = self.sudo().env["logistics.metric"]._history(self.sudo())
        known = [(day, value) for day, value in history if value is not None]
        if not known:
            return self.env._(
                "Of this only the present is known: there is no history to try it on."
            )
        try:
            bounds = Bounds(self.threshold, self.clear_threshold, self.is_below)
        except ValueError:
            return False
        moments = [(datetime.combine(day, datetime.min.time()), value) for day, value in known]
        told = replay(moments, lambda _moment: bounds)
        days = ", ".join(fields.Date.to_string(fired) for fired, _cleared in told[-5:])
        values = [value for _day, value in known]
        return self.env._(
            "Alerts that it would have given: %(count)s%(when)s. At the ends of %(days)s days the "
            "number was between %(least).1f and %(most).1f.",
            count=len(told),
            days=len(known),
            when=f" ({days})" if days else "",
            least=min(values),
            most=max(values),
        )

    @api.constrains("by", "threshold", "clear_threshold", "is_below")
    def _check_bounds(self):
        for rule in self:
            if rule.by == "threshold":
                try:
                    Bounds(rule.threshold, rule.clear_threshold, rule.is_below)
                except ValueError:
                    raise ValidationError(
                        self.env._(
                            "“Over again at” lies on the good side of “Alert beyond”, or is the "
                            "same."
                        )
                    ) from None

    @api.constrains("after_minutes", "over_minutes", "width", "least_rows")
    def _check_numbers(self):
        for rule in self:
            if min(rule.after_minutes, rule.over_minutes, rule.least_rows) < 0 or rule.width <= 0:
                raise ValidationError(self.env._("These numbers are not below zero."))

    @api.constrains("metric", "band")
    def _check_band(self):
        for rule in self.filtered("band"):
            figure = rule._figure()
            if figure is None or rule.band not in [band.code for band in figure._bands()]:
                raise ValidationError(self.env._("The figure has no such part."))

    @api.constrains("connection_id", "company_id")
    def _check_connection(self):
        for rule in self:
            connection = rule.connection_id.sudo()
            if connection and rule.company_id not in connection._served_companies():
                raise ValidationError(
                    self.env._("“%s” does not serve this company.", connection.name)
                )

    def _bounds(self, place, now):
        """What is an alert now, as core.alert.Bounds; None where nobody knows yet.

        :param int place: a connection's id, 0 for none
        :param datetime now: naive UTC
        """
        if self.by == "threshold":
            return Bounds(self.threshold, self.clear_threshold, self.is_below)
        hours = [now - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
        samples = self.env["logistics.alert.sample"]._at(self, place, hours)
        return usual(samples, self.width, self.is_below)

    def action_look(self):
        """Look at the number now."""
        self.check_access("write")
        for rule in self:
            if not rule.active:
                raise UserError(self.env._("“%s” is off.", rule.name))
        self.env["logistics.alert"].sudo()._look(self.sudo())

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False or {"metric", "connection_id", "company_id"} & set(vals):
            # What was on is about another question now.
            self.sudo().alert_ids._forget()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_forget(self):
        self.sudo().alert_ids._forget()
