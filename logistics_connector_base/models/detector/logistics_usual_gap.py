from odoo import api, fields, models
from odoo.tools import SQL

from ...conditions.question import lane_key

DAYS = 90
LEAST_SHIPMENTS = 30
LEAST_GAPS = 50
# 95 of 100 delivered shipments of a lane had no longer gap between two news than this. Of each the
# longest one counts: of all gaps, one in twenty is too long by definition, in each shipment.
LANES = """
INSERT INTO logistics_usual_gap (kind, key, company_id, label, hours, samples, counted_at)
SELECT 'lane', key, company_id, min(label),
       EXTRACT(EPOCH FROM percentile_disc(0.95) WITHIN GROUP (ORDER BY longest)) / 3600,
       count(*), %(now)s
FROM (
    SELECT s.company_id,
           %(lane_key)s AS key,
           concat_ws(', ', s.issuer, NULLIF(s.service, ''),
                     concat_ws(' → ', oc.code, dc.code)) AS label,
           gap.longest
    FROM logistics_shipment s
    LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
    LEFT JOIN res_partner op ON op.id = w.partner_id
    LEFT JOIN res_country oc ON oc.id = op.country_id
    LEFT JOIN res_partner dp ON dp.id = s.partner_id
    LEFT JOIN res_country dc ON dc.id = dp.country_id
    CROSS JOIN LATERAL (
        SELECT max(received_at - before) AS longest FROM (
            SELECT e.received_at, lag(e.received_at) OVER (ORDER BY e.received_at, e.id) AS before
            FROM logistics_event e
            WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.connection_id IS NOT NULL
                  AND e.received_at <= (
                      SELECT min(d.received_at) FROM logistics_event d
                      JOIN logistics_event_code c ON c.id = d.code_id
                      WHERE d.shipment_id = s.id AND d.standing = 'active'
                            AND d.classifier = 'actual' AND c.state = 'delivered')
        ) news
    ) gap
    WHERE s.delivered_at >= %(since)s AND s.delivered_at IS NOT NULL AND gap.longest IS NOT NULL
) lanes
GROUP BY key, company_id HAVING count(*) >= %(least)s
"""
# Of a thousand gaps between two messages of a connection, five were longer than this.
CONNECTIONS = """
INSERT INTO logistics_usual_gap (kind, key, company_id, label, hours, samples, counted_at)
SELECT 'connection', c.id::text, c.company_id, c.name,
       EXTRACT(EPOCH FROM percentile_disc(0.995) WITHIN GROUP (ORDER BY gaps.gap)) / 3600,
       count(*), %(now)s
FROM logistics_connection c
JOIN (
    SELECT connection_id,
           received_at - lag(received_at) OVER (PARTITION BY connection_id
                                                ORDER BY received_at, id) AS gap
    FROM logistics_message
    WHERE direction = 'in' AND received_at >= %(since)s
) gaps ON gaps.connection_id = c.id
WHERE gaps.gap IS NOT NULL
GROUP BY c.id, c.company_id, c.name HAVING count(*) >= %(least)s
"""

LANE_KEY = lane_key(
    SQL("s.company_id"),
    SQL("s.issuer"),
    SQL("s.service"),
    SQL("op.country_id"),
    SQL("dp.country_id"),
)


class LogisticsUsualGap(models.Model):
    """How long it is usually quiet: on a lane between two news of a shipment, on a connection
    between two messages. Counted each night from the last 90 days; what is rare is left out."""

    _name = "logistics.usual.gap"
    _description = "Usual Gap"
    _log_access = False
    _order = "kind, hours desc, id"
    _rec_name = "label"

    kind = fields.Selection(
        [("lane", "Lane"), ("connection", "Connection")], required=True, readonly=True
    )
    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    label = fields.Char("Of", readonly=True)
    hours = fields.Float("Usual longest gap (hours)", readonly=True, digits=(16, 1))
    samples = fields.Integer("Counted", readonly=True, help="Shipments, or gaps of a connection.")
    counted_at = fields.Datetime(readonly=True)

    _key_uniq = models.UniqueIndex("(kind, key)")

    @api.model
    def _count(self):
        """Cron, each night."""
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute("DELETE FROM logistics_usual_gap")
        for query, least in ((LANES, LEAST_SHIPMENTS), (CONNECTIONS, LEAST_GAPS)):
            since = fields.Datetime.subtract(now, days=DAYS)
            values = {"now": now, "since": since, "least": least}
            if query is LANES:
                values["lane_key"] = LANE_KEY
            self.env.cr.execute(SQL(query, **values))
        self.env.invalidate_all()
