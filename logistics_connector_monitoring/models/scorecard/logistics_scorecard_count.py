from odoo import api, fields, models
from odoo.tools import SQL

MONTHS = 13
# What says that something was told of a shipment between pick-up and delivery.
UNDER_WAY = ("in_transit", "at_customs", "out_for_delivery", "available_for_pickup")


class LogisticsScorecard(models.Model):
    _inherit = "logistics.scorecard"

    @api.model
    def _shipments(self, first, last):
        """SQL, one row for each shipment picked up in some days and each connection that told of
        it: its id, whose it is, and what is judged."""
        return SQL(
            """
            SELECT s.id, s.company_id, r.connection_id, s.issuer, s.service,
                   date_trunc('month', %(day)s)::date AS month,
                   s.ship_date IS NOT NULL AS pickup_of, %(day)s <= s.ship_date AS pickup_good,
                   judged.has_promise AS delivery_of, judged.on_time AS delivery_good,
                   judged.has_promise AS otif_of,
                   judged.on_time AND s.is_damaged IS NOT TRUE AND s.is_short IS NOT TRUE
                       AND s.is_partial IS NOT TRUE AS otif_good,
                   s.state = 'delivered' AS attempt_of,
                   s.state = 'delivered' AND told.attempts = 0 AS attempt_good,
                   bill.billed IS NOT NULL AND bill.booked IS NOT NULL AS billing_of,
                   abs(bill.billed - bill.booked) <= 0.01 * abs(bill.booked) AS billing_good,
                   s.state = 'delivered' AS data_of,
                   s.state = 'delivered' AND told.under_way > 0 AND s.delivered_at IS NOT NULL
                       AS data_good,
                   CASE WHEN s.state = 'delivered' THEN
                       EXTRACT(EPOCH FROM s.delivered_at - s.picked_up_at) / 86400 END AS transit
            FROM logistics_shipment s
            JOIN %(zones)s ON zone.company_id = s.company_id
            LEFT JOIN logistics_shipment_connection_rel r ON r.shipment_id = s.id
            CROSS JOIN LATERAL (
                SELECT s.promised_delivery_at IS NOT NULL
                           AND (s.delivered_at IS NOT NULL
                                OR s.promised_delivery_at < (now() AT TIME ZONE 'UTC'))
                           AND s.state <> 'cancelled' AS has_promise,
                       s.state = 'delivered' AND s.delivered_at <= s.promised_delivery_at
                           AS on_time
            ) judged
            LEFT JOIN LATERAL (
                SELECT count(*) FILTER (WHERE c.state = 'delivery_attempted') AS attempts,
                       count(*) FILTER (WHERE c.state = ANY(%(under_way)s)) AS under_way
                FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
                WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.classifier = 'actual'
            ) told ON TRUE
            LEFT JOIN LATERAL (
                SELECT sum(company_amount) FILTER (WHERE kind = 'billed') AS billed,
                       sum(company_amount) FILTER (WHERE kind = 'booked') AS booked
                FROM logistics_shipment_charge
                WHERE shipment_id = s.id AND category <> 'tax'
            ) bill ON TRUE
            WHERE %(within)s AND %(day)s BETWEEN %(first)s AND %(last)s
            """,
            day=self.env["logistics.figure"]._day(SQL("s.picked_up_at")),
            zones=self.env["logistics.figure"]._zones(),
            within=self.env["logistics.figure"]._within(SQL("s.picked_up_at"), first, last),
            first=first,
            last=last,
            under_way=list(UNDER_WAY),
        )

    @api.model
    def _count(self, first, last):
        """Count the scorecards of whole months anew.

        :param date first: the first day of a month
        :param date last: the last day of a month
        """
        self.env.flush_all()
        self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtextextended('scorecard', 0))")
        self.env.cr.execute(
            "DELETE FROM logistics_scorecard WHERE month BETWEEN %s AND %s", (first, last)
        )
        counts = SQL(", ").join(
            SQL(
                "count(*) FILTER (WHERE %(of)s AND %(good)s), count(*) FILTER (WHERE %(of)s)",
                of=SQL.identifier(f"{name}_of"),
                good=SQL.identifier(f"{name}_good"),
            )
            for name in ("pickup", "delivery", "otif", "attempt", "billing", "data")
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_scorecard (company_id, connection_id, issuer, service, month,
                    shipment_count, pickup_good, pickup_of, delivery_good, delivery_of, otif_good,
                    otif_of, attempt_good, attempt_of, billing_good, billing_of, data_good, data_of,
                    transit_count, transit_p50, transit_p90)
                SELECT company_id, connection_id, issuer, service, month, count(*), %s,
                       count(transit), percentile_cont(0.5) WITHIN GROUP (ORDER BY transit),
                       percentile_cont(0.9) WITHIN GROUP (ORDER BY transit)
                FROM (%s) one GROUP BY 1, 2, 3, 4, 5
                """,
                counts,
                self._shipments(first, last),
            )
        )
        self.invalidate_model()

    @api.model
    def _cron_count(self):
        """Cron, each night: the last months anew, as bills and proofs come late."""
        today = fields.Date.today()
        for past in range(MONTHS):
            first = fields.Date.subtract(today.replace(day=1), months=past)
            last = fields.Date.subtract(fields.Date.add(first, months=1), days=1)
            self._count(first, last)
            self.env["ir.cron"]._commit_progress(1)

    def _shipment_ids(self):
        """Ids of the shipments that a card was counted from."""
        last = fields.Date.subtract(fields.Date.add(self.month, months=1), days=1)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM (%s) one
                WHERE company_id = %s AND connection_id IS NOT DISTINCT FROM %s
                      AND issuer IS NOT DISTINCT FROM %s AND service IS NOT DISTINCT FROM %s
                """,
                self._shipments(self.month, last),
                self.company_id.id,
                self.connection_id.id or None,
                self.issuer or None,
                self.service or None,
            )
        )
        return [row[0] for row in rows]
