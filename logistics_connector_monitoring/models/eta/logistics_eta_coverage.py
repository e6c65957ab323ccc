from odoo import fields, models
from odoo.tools import SQL

from ...core.eta import conformal, levels

DAYS = 30


class LogisticsEtaCoverage(models.Model):
    """How often what was said came true: forecasts whose delivery was within the last 30 days, by
    carrier and service. Computed when it is read, by the index of settled ones."""

    _name = "logistics.eta.coverage"
    _description = "Forecast Coverage"
    _auto = False
    _order = "carrier, service, id"
    _rec_name = "service"
    _logistics_scope = "logistics.usual.gap"  # goes over shipments of all kinds
    _depends = {
        "logistics.eta.forecast": [
            "company_id", "carrier", "service", "delivered_at", "is_within", "from_at", "to_at",
            "expected_at", "promised_at",
        ],
    }  # fmt: skip

    company_id = fields.Many2one("res.company", readonly=True)
    carrier = fields.Char("Carrier code", readonly=True)
    service = fields.Char(readonly=True)
    samples = fields.Integer("Forecasts (n)", readonly=True)
    within = fields.Integer("Came within", readonly=True)
    is_enough = fields.Boolean(readonly=True, help="At least 30: below, a share says little.")
    coverage = fields.Float(
        "Coverage (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Forecasts whose delivery lay between “not before” and “not after” ÷ all forecasts, "
        "of deliveries of the last 30 days. Each milestone's first forecast counts.",
    )
    target = fields.Float("Target (%)", readonly=True, digits=(16, 1), aggregator="avg")
    width_hours = fields.Float("Width of the band (h)", readonly=True, digits=(16, 1),
                               aggregator="avg")  # fmt: skip
    error_hours = fields.Float(
        "Median error (h)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Half of the forecasts were off by less. Only those with a promise, to compare.",
    )  # fmt: skip
    promise_hours = fields.Float(
        "Median error of the promise (h)", readonly=True, digits=(16, 1), aggregator="avg",
        help="Half of the promises were off by less, of the same deliveries.",
    )  # fmt: skip
    has_promise = fields.Boolean(readonly=True)

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        return SQL(
            """
            SELECT min(id) AS id, company_id, carrier, service, count(*) AS samples,
                   count(*) FILTER (WHERE is_within) AS within,
                   count(*) >= %(least)s AS is_enough,
                   CASE WHEN count(*) >= %(least)s
                        THEN 100.0 * count(*) FILTER (WHERE is_within) / count(*) END AS coverage,
                   %(target)s::float AS target,
                   avg(EXTRACT(EPOCH FROM to_at - from_at)) / 3600 AS width_hours,
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(EXTRACT(
                       EPOCH FROM delivered_at - expected_at)))
                       FILTER (WHERE promised_at IS NOT NULL) / 3600 AS error_hours,
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(EXTRACT(
                       EPOCH FROM delivered_at - promised_at)))
                       FILTER (WHERE promised_at IS NOT NULL) / 3600 AS promise_hours,
                   count(promised_at) >= %(least)s AS has_promise
            FROM logistics_eta_forecast
            WHERE delivered_at >= %(since)s AND delivered_at <= %(now)s
            GROUP BY company_id, carrier, service
            """,
            least=levels.LEAST,
            target=100 * conformal.TARGET,
            since=fields.Datetime.subtract(now, days=DAYS),
            now=now,
        )

    def action_view_forecasts(self):
        """The rows behind the figure."""
        self.ensure_one()
        now = fields.Datetime.now()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_monitoring.action_eta_forecast"
        )
        return dict(
            action,
            domain=[
                ("company_id", "=", self.company_id.id),
                ("carrier", "=", self.carrier),
                ("service", "=", self.service),
                ("delivered_at", ">=", fields.Datetime.subtract(now, days=DAYS)),
                ("delivered_at", "<=", now),
            ],
        )
