import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...core.alert import QUIET, Watch, step

_logger = logging.getLogger(__name__)
STATES = [
    ("quiet", "As it should be"),
    ("pending", "Beyond, not for long"),
    ("firing", "Alert"),
    ("clearing", "Getting better"),
]
KEPT = timedelta(weeks=10)  # samples


class LogisticsAlert(models.Model):
    """Where one number stands against its rule."""

    _name = "logistics.alert"
    _description = "Watched Number"
    _order = "is_on desc, since desc, id desc"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # of a connection

    rule_id = fields.Many2one(
        "logistics.alert.rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    connection_id = fields.Many2one(
        "logistics.connection", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    state = fields.Selection(STATES, required=True, readonly=True, default=QUIET)
    is_on = fields.Boolean("Alert", compute="_compute_is_on", store=True)
    since = fields.Datetime(readonly=True)
    value = fields.Float("Number", readonly=True)
    is_known = fields.Boolean(readonly=True)
    looked_at = fields.Datetime(readonly=True)
    fired_at = fields.Datetime("Last alert on", readonly=True)
    fired_count = fields.Integer("Alerts so far", readonly=True)
    # Told to people, and the end of it.
    is_told = fields.Boolean(readonly=True)
    exception_id = fields.Many2one(
        "logistics.exception", "Case", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _place_uniq = models.UniqueIndex("(rule_id, COALESCE(connection_id, 0))")

    @api.depends("rule_id.name", "connection_id.name")
    def _compute_display_name(self):
        for alert in self:
            parts = [alert.rule_id.name, alert.connection_id.sudo().name]
            alert.display_name = ": ".join(filter(None, parts))

    @api.depends("state")
    def _compute_is_on(self):
        for alert in self:
            alert.is_on = alert.state in ("firing", "clearing")

    # -- looking ------------------------------------------------------------------------------

    @api.model
    def _cron_look(self):
        """Cron, each minute: all rules that are on, each in a transaction of its own."""
        rules = self.env["logistics.alert.rule"].search([])
        for rule in rules:
            try:
                with self.env.cr.savepoint():
                    self._look(rule)
            except Exception:
                # A rule that breaks must not silence the others; its numbers grow old visibly.
                _logger.exception("alert rule %s could not be looked at", rule.id)
            self.env["ir.cron"]._commit_progress(1)
        self._tell_waiting()
        self.env["logistics.alert.sample"]._forget_old()

    @api.model
    def _look(self, rules):
        """Look at the numbers of some rules once."""
        now = self.env.cr.now().replace(microsecond=0)
        for rule in rules:
            values = self.env["logistics.metric"]._now(rule)
            alerts = self._of(rule, values)
            self.env["logistics.alert.sample"]._keep(rule, values, now)
            for place, value in values.items():
                alerts[place]._step(value, now)
            # Connections that are gone, or not live any more, are expected to do nothing.
            gone = rule.alert_ids - self.browse().union(*alerts.values())
            gone._forget()

    @api.model
    def _of(self, rule, values):
        """Place → its alert; one for each place."""
        found = {alert.connection_id.id or 0: alert for alert in rule.alert_ids}
        new = [place for place in values if place not in found]
        made = self.create([{"rule_id": rule.id, "connection_id": place or False} for place in new])
        found.update(zip(new, made, strict=True))
        return {place: found[place] for place in values}

    def _step(self, value, now):
        self.ensure_one()
        rule, place = self.rule_id, self.connection_id.id or 0
        watch = Watch(self.state, self.since)
        after, over = (timedelta(minutes=m) for m in (rule.after_minutes, rule.over_minutes))
        watch, act = step(watch, value, rule._bounds(place, now), now, after, over)
        self.write(
            {
                "state": watch.state,
                "since": watch.since,
                "value": value or 0.0,
                "is_known": value is not None,
                "looked_at": now,
            }
        )
        if act == "fire":
            self._fire(now)
        elif act == "clear":
            self._clear()

    def _key(self):
        return f"alert:{self.rule_id.id}:{self.connection_id.id or 0}"

    def _fire(self, now):
        rule = self.rule_id
        case = self.env["logistics.exception"]._report(
            [
                {
                    "type": "alert",
                    "key": self._key(),
                    "name": self.env._(
                        "%(alert)s: %(value)s", alert=self.display_name, value=self._value_text()
                    )[:250],
                    "company_id": rule.company_id.id,
                    "connection_id": self.connection_id.id or rule.connection_id.id,
                    "warehouse_id": rule.warehouse_id.id,
                    "severity": rule.severity,
                    "detail": self._detail(),
                }
            ]
        )
        self.write(
            {
                "exception_id": case.id,
                "fired_at": now,
                "fired_count": self.fired_count + 1,
                "is_told": False,
            }
        )
        self._tell_waiting()

    def _clear(self):
        self.env["logistics.exception"]._resolve_keys(
            [self._key()],
            self.env._("The number is as it should be: %s.", self._value_text()),
        )
        self._tell_over()

    def _forget(self):
        """Nobody watches any more."""
        keys = [alert._key() for alert in self if alert.is_on]
        if keys:
            self.env["logistics.exception"]._resolve_keys(
                keys, self.env._("The rule was changed or switched off.")
            )
        self.unlink()

    def _value_text(self):
        return f"{self.value:.1f}".removesuffix(".0")

    def _detail(self):
        rule = self.rule_id
        label = dict(self.env["logistics.metric"]._selection()).get(rule.metric, rule.metric)
        lines = [
            self.env._("Watched: %s", label),
            self.env._("Number: %s", self._value_text()),
        ]
        bounds = rule._bounds(self.connection_id.id or 0, self.env.cr.now().replace(microsecond=0))
        if bounds:
            lines.append(
                self.env._(
                    "Alert beyond %(fire).1f, over at %(clear).1f.",
                    fire=bounds.fire,
                    clear=bounds.clear,
                )
            )
        if rule.runbook_url:
            lines.append(self.env._("What to do: %s", rule.runbook_url))
        return "\n".join(lines)

    def action_view_case(self):
        self.ensure_one()
        return self.exception_id.get_formview_action()


class LogisticsAlertSample(models.Model):
    """What watched numbers were, hour by hour: from them is learnt what is usual."""

    _name = "logistics.alert.sample"
    _description = "Sample of a Watched Number"
    _log_access = False
    _order = "hour desc"
    _logistics_scope = "logistics.code.coverage"  # of a connection

    rule_id = fields.Many2one(
        "logistics.alert.rule", required=True, readonly=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", readonly=True, ondelete="cascade")
    hour = fields.Datetime(required=True, readonly=True)
    value = fields.Float(readonly=True, help="The mean of the hour.")
    count = fields.Integer(readonly=True)

    _hour_uniq = models.UniqueIndex("(rule_id, COALESCE(connection_id, 0), hour)")

    @api.model
    def _keep(self, rule, values, now):
        rows = [
            (rule.id, place or None, now.replace(minute=0, second=0), float(value))
            for place, value in values.items()
            if value is not None
        ]
        if rows:
            self.env.cr.execute_values(
                """
                INSERT INTO logistics_alert_sample AS s (rule_id, connection_id, hour, value, count)
                VALUES %s ON CONFLICT (rule_id, COALESCE(connection_id, 0), hour) DO UPDATE SET
                    value = (s.value * s.count + EXCLUDED.value) / (s.count + 1),
                    count = s.count + 1
                """,
                rows,
                template="(%s, %s, %s, %s, 1)",
            )

    @api.model
    def _at(self, rule, place, hours):
        """The numbers of some hours, None where there was none."""
        starts = [hour.replace(minute=0, second=0, microsecond=0) for hour in hours]
        found = dict(
            self.env.execute_query(
                SQL(
                    "SELECT hour, value FROM logistics_alert_sample WHERE rule_id = %s "
                    "AND COALESCE(connection_id, 0) = %s AND hour = ANY(%s)",
                    rule.id,
                    place,
                    starts,
                )
            )
        )
        return [found.get(start) for start in starts]

    @api.model
    def _forget_old(self):
        self.env.cr.execute(
            "DELETE FROM logistics_alert_sample WHERE hour < %s", (fields.Datetime.now() - KEPT,)
        )
