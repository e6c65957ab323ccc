from odoo import models
from odoo.tools import SQL, split_every

from ..core.sums import LEFT, RIGHT, Part

AT_ONCE = 500


class ShipmentFoldSum(models.AbstractModel):
    """State is a fold of events: it is folded once more, and held against what is stored."""

    _name = "logistics.sum.shipment_fold"
    _inherit = "logistics.sum"
    _description = "Shipments and events"
    _subject = "logistics.shipment"
    _sequence = 20
    # Each is read whole: those of which something was heard lately.
    _days = 2

    def _statement(self):
        return self.env._(
            "The state, dates and flags of every shipment of which something was heard in the last "
            "two days are what its events say, reckoned anew."
        )

    def _parts(self):
        return (
            Part("looked", self.env._("reckoned anew"), LEFT),
            Part("same", self.env._("as stored"), RIGHT),
        )

    def _reasons(self):
        return {"other": self.env._("Its events say something else.")}

    def _heard(self, since):
        query = SQL(
            "SELECT DISTINCT shipment_id FROM logistics_event "
            "WHERE processed_at >= %s AND shipment_id IS NOT NULL ORDER BY 1",
            since,
        )
        return [shipment_id for (shipment_id,) in self.env.execute_query(query)]

    def _counted(self, since):
        self.env.flush_all()
        shipments = self.env["logistics.shipment"].sudo().browse(self._heard(since))
        others = {shipment_id for shipment_id, _company, _why in self._gap_rows(since)}
        return [
            row
            for shipment in shipments
            for row in (
                (shipment.company_id.id, "looked", 1),
                (shipment.company_id.id, "same", int(shipment.id not in others)),
            )
        ]

    def _gap_rows(self, since):
        """Nothing of this stays: what folding writes down with the events is rolled back."""
        self.env.flush_all()
        found = []
        for ids in split_every(AT_ONCE, self._heard(since)):
            with self.env.cr.savepoint() as savepoint:
                shipments = self.env["logistics.shipment"].sudo().browse(ids)
                found += [
                    (shipment.id, shipment.company_id.id, "other")
                    for shipment, values, _contradiction in shipments._folded()
                    if values
                ]
                savepoint.rollback()
        return found


class DeliveryShipmentSum(models.AbstractModel):
    """A delivery has one live shipment, and a shipment that lives has a delivery that does."""

    _name = "logistics.sum.delivery_shipment"
    _inherit = "logistics.sum"
    _description = "Deliveries and shipments"
    _subject = "stock.picking"
    _sequence = 30

    def _statement(self):
        return self.env._(
            "Every delivery with shipments has one that was not called off, and every shipment "
            "that the carrier has not got belongs to a delivery that was not cancelled."
        )

    def _parts(self):
        return (
            Part("deliveries", self.env._("deliveries with a live shipment"), LEFT),
            Part("links", self.env._("live shipments of deliveries"), RIGHT),
        )

    def _numbers(self, since):
        return SQL(
            """
            SELECT p.company_id, 'deliveries' AS part, count(DISTINCT p.id) %(links)s
            GROUP BY 1
            UNION ALL
            SELECT p.company_id, 'links', count(*) %(links)s
            GROUP BY 1
            """,
            links=self._links(since),
        )

    def _links(self, since):
        """SQL, FROM and WHERE: each live shipment of each delivery."""
        return SQL(
            """
            FROM stock_picking p
            JOIN logistics_shipment_picking_rel r ON r.picking_id = p.id
            JOIN logistics_shipment s ON s.id = r.shipment_id AND s.state != 'cancelled'
            WHERE p.write_date >= %s
            """,
            since,
        )

    def _gaps(self, since):
        return SQL(
            """
            SELECT p.id, p.company_id, 'several' AS why %(links)s
            GROUP BY p.id HAVING count(*) > 1
            UNION ALL
            SELECT p.id, p.company_id, 'cancelled' %(links)s
                AND p.state = 'cancel' AND s.picked_up_at IS NULL AND s.last_event_id IS NULL
                AND NOT EXISTS (
                    SELECT FROM logistics_shipment_picking_rel o
                    JOIN stock_picking other ON other.id = o.picking_id
                    WHERE o.shipment_id = s.id AND other.state != 'cancel')
            """,
            links=self._links(since),
        )

    def _reasons(self):
        return {
            "several": self.env._("It has several shipments that were not called off."),
            "cancelled": self.env._("It was cancelled, and its shipment was not."),
        }
