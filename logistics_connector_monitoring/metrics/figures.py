from odoo.tools import SQL
from prometheus_client.core import GaugeMetricFamily

ALERTS = """
SELECT r.name ->> 'en_US', r.id, r.severity, a.connection_id, c.name
FROM logistics_alert a JOIN logistics_alert_rule r ON r.id = a.rule_id
LEFT JOIN logistics_connection c ON c.id = a.connection_id
WHERE a.is_on AND r.active ORDER BY a.id
"""
# A level stands under the day on which it was counted, on its company's own clock. Nothing under
# that day means that there is nothing; what stands under an earlier day is history.
LEVELS = """
SELECT cell.figure, cell.band, cell.company_id, sum(cell.quantity)
FROM logistics_figure_cell cell
JOIN %s ON zone.company_id = cell.company_id
JOIN logistics_figure_run run ON run.figure = cell.figure
WHERE cell.of_connection IS NOT TRUE AND cell.figure = ANY(%s)
    AND cell.day = ((run.counted_at AT TIME ZONE 'UTC') AT TIME ZONE zone.tz)::date
GROUP BY 1, 2, 3
"""
COUNTED = "SELECT EXTRACT(EPOCH FROM min(counted_at)) FROM logistics_figure_run"


class Alerts:
    """Alerts that are on."""

    def __init__(self, env):
        self.env = env

    def collect(self):
        family = GaugeMetricFamily(
            "logistics_alert_on",
            "1 for each alert of Logistics that is on",
            labels=("rule", "rule_id", "severity", "connection", "connection_id"),
        )
        self.env.flush_all()
        self.env.cr.execute(ALERTS)
        for rule, rule_id, severity, connection_id, connection in self.env.cr.fetchall():
            told = (rule, str(rule_id), severity, connection or "", str(connection_id or ""))
            family.add_metric(told, 1.0)
        yield family


class Figures:
    """The control tower's levels (how things stand, not what happened in some days), as they were
    counted last."""

    def __init__(self, env):
        self.env = env

    def collect(self):
        model = self.env["logistics.figure"]
        levels = {code: one for code, one in model._figures().items() if one._is_level}
        family = GaugeMetricFamily(
            "logistics_figure_rows",
            "Rows of a figure of the control tower by band, as counted last",
            labels=("figure", "band", "company", "company_id"),
        )
        self.env.flush_all()
        counted = self.env.execute_query(SQL(LEVELS, model._zones(), list(levels)))
        found = {(figure, company, band): count for figure, band, company, count in counted}
        for company in self.env["res.company"].search([]):
            for code, figure in levels.items():
                bands = {band.code for band in figure._bands()}
                bands |= {key[2] for key in found if key[:2] == (code, company.id)}
                for band in sorted(bands):
                    labels = (code, band, company.name, str(company.id))
                    family.add_metric(labels, found.get((code, company.id, band), 0))
        yield family
        self.env.cr.execute(COUNTED)
        [counted] = self.env.cr.fetchone()
        if counted is not None:
            yield GaugeMetricFamily(
                "logistics_figures_counted_timestamp_seconds",
                "Unix time of the figure that was counted longest ago",
                value=float(counted),
            )
