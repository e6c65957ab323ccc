from odoo import api, fields, models
from odoo.tools import SQL

from ...core.eta import conformal
from . import labels

# By the day of delivery, not of shipping: on a day slow and fast ones arrive, so nothing is cut
# off; and what was realised yesterday is in at once.
SCORES = """
WITH scored AS (
    SELECT f.company_id, f.carrier, part.level, part.service, f.milestone,
           GREATEST(f.low - took.seconds, took.seconds - f.high)::integer AS score,
           f.is_within, f.settled_at,
           row_number() OVER (
               PARTITION BY f.company_id, f.carrier, part.level, part.service, f.milestone
               ORDER BY f.delivered_at DESC, f.id DESC) AS place
    FROM logistics_eta_forecast f
    CROSS JOIN LATERAL (VALUES ('service', f.service), ('carrier', '')) part (level, service)
    CROSS JOIN LATERAL (
        SELECT EXTRACT(EPOCH FROM f.delivered_at - f.reached_at) AS seconds) took
    WHERE f.delivered_at >= %(since)s AND f.settled_at <= %(now)s
)
SELECT s.company_id, s.carrier, s.level, s.service, s.milestone, COALESCE(c.alpha, %(alpha)s),
       array_agg(s.score) FILTER (WHERE s.place <= %(most)s),
       count(*) FILTER (WHERE c.id IS NULL OR s.settled_at > c.counted_at),
       count(*) FILTER (WHERE (c.id IS NULL OR s.settled_at > c.counted_at)
                              AND s.is_within IS NOT TRUE)
FROM scored s
LEFT JOIN logistics_eta_calibration c
       ON c.company_id = s.company_id AND c.carrier = s.carrier AND c.level = s.level
          AND c.service = s.service AND c.milestone = s.milestone
GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) >= %(least)s
"""
KEEP = """
INSERT INTO logistics_eta_calibration (company_id, carrier, level, service, milestone, alpha,
                                       widen, samples, counted_at)
VALUES %s
ON CONFLICT (company_id, carrier, level, service, milestone) DO UPDATE
SET alpha = EXCLUDED.alpha, widen = EXCLUDED.widen, samples = EXCLUDED.samples,
    counted_at = EXCLUDED.counted_at
"""


class LogisticsEtaCalibration(models.Model):
    """By how much the bands of a service are widened, and the level that follows how often they
    were right; core.eta.conformal."""

    _name = "logistics.eta.calibration"
    _description = "Forecast Calibration"
    _log_access = False
    _order = "carrier, level, service, milestone, id"
    _rec_name = "carrier"
    _logistics_scope = "logistics.usual.gap"  # goes over shipments of all kinds

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    carrier = fields.Char("Carrier code", readonly=True)
    level = fields.Selection(
        [("service", "This service"), ("carrier", "The carrier")], required=True, readonly=True
    )
    service = fields.Char(readonly=True)
    milestone = fields.Selection(labels.MILESTONES, "Since", required=True, readonly=True)
    alpha = fields.Float("May miss", readonly=True, digits=(16, 4), aggregator=None)
    widen = fields.Integer("Widened at both ends (s)", readonly=True, aggregator=None)
    samples = fields.Integer("Deliveries", readonly=True, aggregator=None)
    counted_at = fields.Datetime(readonly=True)

    _group_uniq = models.UniqueIndex("(company_id, carrier, level, service, milestone)")

    @api.model
    def _calibrate(self, now):
        """The nightly step of each group with enough deliveries; the others are forgotten."""
        since = fields.Datetime.subtract(now, days=self.env["logistics.lane.time"]._days())
        groups = self.env.execute_query(
            SQL(
                SCORES,
                since=since,
                now=now,
                alpha=1 - conformal.TARGET,
                most=conformal.MOST,
                least=conformal.LEAST,
            )
        )
        rows = []
        for *group, alpha, scores, count, missed in groups:
            alpha = conformal.follow(float(alpha), missed, count)
            widen = round(conformal.widening(scores, alpha))
            rows.append((*group, alpha, widen, len(scores), now))
        if rows:
            self.env.cr.execute_values(KEEP, rows, page_size=len(rows))
        self.env.cr.execute(SQL("DELETE FROM logistics_eta_calibration WHERE counted_at < %s", now))
        self.env.invalidate_all()

    @api.model
    def _widenings(self):
        """All of them, few as they are: (company id, carrier, level, service, milestone) →
        seconds."""
        return {
            tuple(group): widen
            for *group, widen in self.env.execute_query(
                SQL(
                    "SELECT company_id, carrier, level, service, milestone, widen "
                    "FROM logistics_eta_calibration"
                )
            )
        }
