from odoo import models
from odoo.tools import SQL

from ..conditions.shipment import LIVE_STATES
from ..core.figures import Band

# Not yet anybody's work, or nobody's any more.
ON_THE_WAY = tuple(state for state in LIVE_STATES if state != "draft")
MOST_HOURS = 9999


class ShipmentFigure(models.AbstractModel):
    """Counts shipments."""

    _name = "logistics.figure.shipment"
    _inherit = "logistics.figure"
    _description = "Figure of Shipments"
    _half = "logistics.figure.shipment"
    _subject = "logistics.shipment"
    _section = "shipments"

    def _connections(self):
        return SQL("SELECT shipment_id AS id, connection_id FROM logistics_shipment_connection_rel")


class OrderToDispatch(models.AbstractModel):
    _name = "logistics.figure.order_to_dispatch"
    _inherit = "logistics.figure.shipment"
    _description = "Order to dispatch"
    _section = "orders"
    _sequence = 30
    _measure = "hours"

    def _formula(self):
        return self.env._(
            "Hours from the confirmation of the sales order (the first one, where a shipment has "
            "several) to the carrier's pick-up; shipments that were picked up in these days. The "
            "number is the median: half of them took no longer."
        )

    def _bands(self):
        return (
            Band("h24", self.env._("Within a day"), "good", 0, 24),
            Band("h48", self.env._("1 to 2 days"), "good", 24, 48),
            Band("h72", self.env._("2 to 3 days"), "warning", 48, 72),
            Band("h168", self.env._("3 to 7 days"), "warning", 72, 168),
            Band("more", self.env._("More than a week"), "bad", 168, None),
        )

    def _rows(self, first, last):
        hours = SQL("EXTRACT(EPOCH FROM s.picked_up_at - min(o.date_order)) / 3600")
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, %(day)s AS day,
                   LEAST(GREATEST(floor(%(hours)s), 0), %(most)s)::int::text AS band,
                   GREATEST(%(hours)s, 0)::float AS amount
            FROM logistics_shipment s
            JOIN %(zones)s ON zone.company_id = s.company_id
            JOIN logistics_shipment_sale_order_rel r ON r.shipment_id = s.id
            JOIN sale_order o ON o.id = r.sale_order_id AND o.state = 'sale'
            WHERE %(within)s
            GROUP BY s.id, zone.tz
            """,
            day=self._day(SQL("s.picked_up_at")),
            hours=hours,
            most=MOST_HOURS,
            zones=self._zones(),
            within=self._within(SQL("s.picked_up_at"), first, last),
        )


class ShipmentPromise(models.AbstractModel):
    _name = "logistics.figure.shipment_promise"
    _inherit = "logistics.figure.shipment"
    _description = "Under way"
    _sequence = 10
    _is_level = True

    def _formula(self):
        return self.env._(
            "Shipments that are not delivered, against what was promised: late (the promised time "
            "has passed), late as expected (the carrier's estimate is after it), in time, or "
            "nothing was promised."
        )

    def _bands(self):
        return (
            Band("late", self.env._("Late"), "bad"),
            Band("expected", self.env._("Expected late"), "warning"),
            Band("in_time", self.env._("In time"), "good"),
            Band("unpromised", self.env._("Nothing promised")),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, NULL::date AS day,
                   CASE WHEN s.promised_delivery_at IS NULL THEN 'unpromised'
                        WHEN s.promised_delivery_at < (now() AT TIME ZONE 'UTC') THEN 'late'
                        WHEN s.estimated_delivery_at > s.promised_delivery_at THEN 'expected'
                        ELSE 'in_time' END AS band,
                   0.0::float AS amount
            FROM logistics_shipment s WHERE s.state = ANY(%s)
            """,
            list(ON_THE_WAY),
        )


class OnTimeDelivery(models.AbstractModel):
    _name = "logistics.figure.on_time_delivery"
    _inherit = "logistics.figure.shipment"
    _description = "Delivered on time"
    _sequence = 20
    _measure = "share"

    def _formula(self):
        return self.env._(
            "Shipments delivered in these days, at the promised time or before it, of those that "
            "had a promise. Without a promise they are shown and not judged."
        )

    def _bands(self):
        return (
            Band("on_time", self.env._("On time"), "good"),
            Band("late", self.env._("Late"), "bad"),
            Band("unpromised", self.env._("Nothing promised")),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, %s AS day,
                   CASE WHEN s.promised_delivery_at IS NULL THEN 'unpromised'
                        WHEN s.delivered_at > s.promised_delivery_at THEN 'late'
                        ELSE 'on_time' END AS band,
                   0.0::float AS amount
            FROM logistics_shipment s JOIN %s ON zone.company_id = s.company_id
            WHERE s.state = 'delivered' AND %s
            """,
            self._day(SQL("s.delivered_at")),
            self._zones(),
            self._within(SQL("s.delivered_at"), first, last),
        )


class ProofMissing(models.AbstractModel):
    _name = "logistics.figure.proof_missing"
    _inherit = "logistics.figure.shipment"
    _description = "Delivered without proof"
    _sequence = 30
    _is_level = True

    def _formula(self):
        return self.env._(
            "Shipments that were delivered in the last 90 days and of which no proof of delivery "
            "has come, by the time since the delivery."
        )

    def _bands(self):
        return (
            Band("0", self.env._("Up to 2 days")),
            Band("1", self.env._("2 to 7 days"), "warning"),
            Band("2", self.env._("More than a week"), "bad"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, NULL::date AS day, %s AS band,
                   0.0::float AS amount
            FROM logistics_shipment s
            WHERE s.state = 'delivered' AND s.pod_received IS NOT TRUE
                  AND s.delivered_at > (now() AT TIME ZONE 'UTC') - interval '90 days'
            """,
            self._age_band(SQL("s.delivered_at"), 48, 168),
        )
