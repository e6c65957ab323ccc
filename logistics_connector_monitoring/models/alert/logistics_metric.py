from datetime import timedelta

from odoo import api, fields, models

from ...core.tower import Days, days_of, picture

# Metric → field of logistics.connection.health.
HEALTH = {
    "waiting": "waiting_count",
    "oldest_waiting": "oldest_waiting_seconds",
    "failed": "failed_count",
    "parked": "parked_count",
    "latency": "latency_p95",
    "silence": "last_message_at",
    "unsent": "unsent_count",
    "oldest_unsent": "oldest_unsent_at",
    "arrived": "arrived_share",
}
HISTORY = 30  # days that a preview looks back


class LogisticsMetric(models.AbstractModel):
    """The numbers that alerts watch: figures of the control tower, health of connections."""

    _name = "logistics.metric"
    _description = "Numbers that Alerts Watch"

    @api.model
    def _selection(self):
        """(code, label) of all: those of connections first."""
        health = [
            ("health.waiting", self.env._("Connection: messages that wait")),
            ("health.oldest_waiting", self.env._("Connection: age of the oldest that waits (min)")),
            ("health.failed", self.env._("Connection: messages given up on")),
            ("health.parked", self.env._("Connection: messages without a shipment")),
            ("health.latency", self.env._("Connection: received to in Odoo, p95 (s)")),
            ("health.silence", self.env._("Connection: hours since the last message")),
            ("health.unsent", self.env._("Connection: messages that wait to leave")),
            ("health.oldest_unsent", self.env._("Connection: age of the oldest to leave (min)")),
            ("health.arrived", self.env._("Connection: arrived of what was told (%)")),
        ]
        figures = [
            (f"figure.{code}", figure._title())
            for code, figure in self.env["logistics.figure"]._figures().items()
        ]
        return health + figures

    @api.model
    def _now(self, rule):
        """What a rule's metric is now: connection id (0: of none) → number, None where nobody
        knows.

        :param rule: ``logistics.alert.rule`` as superuser
        """
        kind, _dot, code = rule.metric.partition(".")
        return self._health(rule, code) if kind == "health" else self._figure(rule, code)

    @api.model
    def _health(self, rule, code):
        domain = [("company_id", "=", rule.company_id.id)]
        if rule.connection_id:
            domain.append(("connection_id", "=", rule.connection_id.id))
        # Who is not live is not expected to say anything.
        domain.append(("connection_id.state", "in", ("parallel", "live")))
        found, now = {}, fields.Datetime.now()
        for row in self.env["logistics.connection.health"].search(domain):
            found[row.connection_id.id] = self._number(row, code, now)
        return found

    @api.model
    def _number(self, row, code, now):
        """One number of a connection's health, in the unit of its label."""
        value = row[HEALTH[code]]
        if code == "silence":
            return (now - value) / timedelta(hours=1) if value else None
        if code == "oldest_unsent":
            return (now - value) / timedelta(minutes=1) if value else 0.0
        if code == "oldest_waiting":
            return value / 60
        known = {"latency": "has_latency", "arrived": "has_arrived_share"}.get(code)
        return None if known and not row[known] else value

    @api.model
    def _figure(self, rule, code):
        figure = self.env["logistics.figure"]._figures().get(code)
        if figure is None:
            return {}  # its addon is gone
        days = days_of(rule.period, self._today(rule))
        cells, level_day = self._cells(rule, figure, days)
        if figure._is_level and level_day is None:
            return {0: None}  # nobody has counted it yet
        return {0: self._value(rule, figure, cells, days, level_day)}

    @api.model
    def _today(self, rule):
        zone = rule.company_id._logistics_zone()
        return fields.Date.context_today(self.with_context(tz=zone))

    @api.model
    def _cells(self, rule, figure, days):
        company = rule.company_id
        tower = self.env["logistics.tower"].with_company(company)
        tower = tower.with_context(allowed_company_ids=company.ids)
        code = figure._code()
        cells, levels = tower._counted(
            {code: figure}, days, rule.warehouse_id.id, rule.connection_id.id
        )
        return cells[code], levels.get(code)

    @api.model
    def _value(self, rule, figure, cells, days, level_day=None):
        shown = picture(figure._measure, figure._bands(), cells, days, level_day)
        if shown["of"] < rule.least_rows:
            return None
        if not rule.band:
            return shown["value"]
        name = "amount" if figure._measure == "money" else "quantity"
        return sum(band[name] for band in shown["bands"] if band["code"] == rule.band)

    @api.model
    def _history(self, rule):
        """What the metric was at the end of each of the last days.

        :return: list of (day, number or None); empty where only the present is known
        """
        kind, _dot, code = rule.metric.partition(".")
        figure = self.env["logistics.figure"]._figures().get(code)
        if kind != "figure" or figure is None:
            return []
        today = self._today(rule)
        whole = days_of(rule.period, today)
        whole = Days(whole.first - timedelta(days=HISTORY), today)
        cells, _level_day = self._cells(rule, figure, whole)
        known = {cell.day for cell in cells}
        told = []
        for past in range(HISTORY, -1, -1):
            day = today - timedelta(days=past)
            value = None
            if not figure._is_level:
                value = self._value(rule, figure, cells, days_of(rule.period, day))
            elif day in known:
                value = self._value(rule, figure, cells, days_of(rule.period, day), day)
            told.append((day, value))
        return told
