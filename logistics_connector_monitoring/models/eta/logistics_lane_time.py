from odoo import api, fields, models
from odoo.tools import SQL

from ...core.eta import cohorts, conformal, levels
from ...core.eta.milestones import MILESTONES as FURTHER
from . import labels

DAYS_PARAMETER = "logistics_connector_monitoring.eta_days"
DAYS = 90
MODULE = "logistics_connector_monitoring"
# Of shipments whose ship date is old enough that 99 of 100 of their service have arrived by now:
# the seconds from each milestone to the delivery, on each level, the last ones that arrived.
# Its scans are looked up shipment by shipment: joined with what WITH made, of which PostgreSQL has
# no statistics, 100,000 shipments took more than nine minutes.
# The picked-up time is the fold's own; a scan after the delivery is no milestone of it.
COUNT = """
WITH delivered AS (
    SELECT s.id, s.company_id, s.picked_up_at, s.delivered_at,
           lower(btrim(COALESCE(s.issuer, ''))) AS carrier,
           lower(btrim(COALESCE(s.service, ''))) AS service,
           oc.code AS origin_country, dc.code AS destination_country,
           upper(left(regexp_replace(op.zip, '\\s', '', 'g'), %(letters)s)) AS origin_zone,
           upper(left(regexp_replace(dp.zip, '\\s', '', 'g'), %(letters)s)) AS destination_zone
    FROM logistics_shipment s
    LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
    LEFT JOIN res_partner op ON op.id = w.partner_id
    LEFT JOIN res_country oc ON oc.id = op.country_id
    LEFT JOIN res_partner dp ON dp.id = s.partner_id
    LEFT JOIN res_country dc ON dc.id = dp.country_id
    WHERE s.state = 'delivered' AND s.picked_up_at >= %(since)s
          AND s.delivered_at BETWEEN s.picked_up_at AND %(now)s
), ripe AS (
    SELECT company_id, carrier, service,
           percentile_disc(%(ripe)s) WITHIN GROUP (ORDER BY delivered_at - picked_up_at) AS age
    FROM delivered GROUP BY 1, 2, 3
), trips AS MATERIALIZED (
    SELECT d.* FROM delivered d JOIN ripe USING (company_id, carrier, service)
    WHERE d.picked_up_at <= %(now)s - ripe.age
), reached AS (
    SELECT trips.*, 'picked_up' AS milestone, picked_up_at AS at FROM trips
    UNION ALL
    SELECT trips.*, scans.milestone, scans.at
    FROM trips CROSS JOIN LATERAL (
        SELECT c.state AS milestone, min(e.occurred_at) AS at
        FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
        WHERE e.shipment_id = trips.id AND e.standing = 'active' AND e.classifier = 'actual'
              AND COALESCE(e.retracts, '') = '' AND c.state = ANY(%(further)s)
              AND e.occurred_at <= trips.delivered_at
        GROUP BY c.state
    ) scans
), ranked AS (
    SELECT t.company_id, t.carrier, t.service, lane.level, lane.origin, lane.destination,
           t.milestone, EXTRACT(EPOCH FROM t.delivered_at - t.at)::integer AS seconds,
           row_number() OVER (
               PARTITION BY t.company_id, t.carrier, t.service, lane.level, lane.origin,
                            lane.destination, t.milestone
               ORDER BY t.delivered_at DESC, t.id DESC) AS place
    FROM reached t
    CROSS JOIN LATERAL (VALUES
        ('service', '', ''),
        ('country', t.origin_country, t.destination_country),
        ('zone', t.origin_country || '-' || NULLIF(t.origin_zone, ''),
                 t.destination_country || '-' || NULLIF(t.destination_zone, ''))
    ) lane (level, origin, destination)
    WHERE lane.origin IS NOT NULL AND lane.destination IS NOT NULL
)
INSERT INTO logistics_lane_time (company_id, carrier, service, level, origin, destination,
                                 milestone, samples, p10, p50, p90, seconds, counted_at)
SELECT company_id, carrier, service, level, origin, destination, milestone, count(*),
       percentile_disc(%(low)s) WITHIN GROUP (ORDER BY seconds) / 3600.0,
       percentile_disc(%(mid)s) WITHIN GROUP (ORDER BY seconds) / 3600.0,
       percentile_disc(%(high)s) WITHIN GROUP (ORDER BY seconds) / 3600.0,
       array_agg(seconds ORDER BY seconds), %(now)s
FROM ranked WHERE place <= %(most)s
GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) >= %(least)s
"""


class LogisticsLaneTime(models.Model):
    """How long deliveries of a lane took from a milestone on, counted each night; lanes with fewer
    than 30 of them are left out. The times themselves lie in ``seconds``, a column beside the
    fields (ascending), for the share that took longer than what is left."""

    _name = "logistics.lane.time"
    _description = "Lane Time"
    _log_access = False
    _order = "carrier, service, level, origin, destination, samples desc, id"
    _rec_name = "carrier"
    _logistics_scope = "logistics.usual.gap"  # goes over shipments of all kinds

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    carrier = fields.Char("Carrier code", readonly=True)
    service = fields.Char(readonly=True)
    level = fields.Selection(labels.LEVELS, "Compared by", required=True, readonly=True)
    origin = fields.Char("From", readonly=True)
    destination = fields.Char("To", readonly=True)
    milestone = fields.Selection(labels.MILESTONES, "Since", required=True, readonly=True)
    samples = fields.Integer(
        "Deliveries", readonly=True, help="The last 2,000 of them at most are counted."
    )
    p10 = fields.Float(
        "p10 (h)", readonly=True, digits=(16, 1), aggregator=None,
        help="10 of 100 arrived within this time. Elapsed hours, around the clock.",
    )  # fmt: skip
    p50 = fields.Float(
        "p50 (h)", readonly=True, digits=(16, 1), aggregator=None,
        help="Half arrived within this time. Elapsed hours, around the clock.",
    )  # fmt: skip
    p90 = fields.Float(
        "p90 (h)", readonly=True, digits=(16, 1), aggregator=None,
        help="90 of 100 arrived within this time. Elapsed hours, around the clock.",
    )  # fmt: skip
    counted_at = fields.Datetime(readonly=True)

    _lane_uniq = models.UniqueIndex(
        "(company_id, carrier, service, level, origin, destination, milestone)"
    )

    def init(self):
        result = super().init()
        self.env.cr.execute(
            "ALTER TABLE logistics_lane_time "
            "ADD COLUMN IF NOT EXISTS seconds integer[] NOT NULL DEFAULT '{}'"
        )
        return result

    @api.model
    def _days(self):
        """How far back it is learnt from."""
        return int(self.env["ir.config_parameter"].sudo().get_param(DAYS_PARAMETER) or DAYS)

    @api.model
    def _count(self):
        """Cron, each night: lanes anew from the rows, then how wide bands must be."""
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute("DELETE FROM logistics_lane_time")
        self.env.cr.execute(
            SQL(
                COUNT,
                now=now,
                since=fields.Datetime.subtract(now, days=self._days()),
                letters=levels.ZONE_LETTERS,
                ripe=cohorts.RIPE,
                further=list(FURTHER[1:]),
                low=conformal.LOW,
                mid=conformal.MID,
                high=conformal.HIGH,
                most=levels.MOST,
                least=levels.LEAST,
            )
        )
        self.env.invalidate_all()
        self.env["logistics.eta.calibration"]._calibrate(now)
        self.env["logistics.eta.forecast"]._forget(now)
        self.env.ref(f"{MODULE}.cron_expected_delivery")._trigger()
