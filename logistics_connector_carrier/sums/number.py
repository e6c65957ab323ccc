from odoo import models
from odoo.addons.logistics_connector_base.core.sums import LEFT, RIGHT, Part
from odoo.tools import SQL


class DeliveryNumberSum(models.AbstractModel):
    """What left with a carrier's number, against the shipments that know the number: where none
    does, its scans are nobody's."""

    _name = "logistics.sum.delivery_number"
    _inherit = "logistics.sum"
    _description = "Numbers and shipments"
    _subject = "stock.picking"
    _sequence = 25

    def _statement(self):
        return self.env._(
            "Every delivery to a customer that left with a tracking number has a shipment, from "
            "the company's first shipment on."
        )

    def _parts(self):
        return (
            Part("left", self.env._("left with a number"), LEFT),
            Part("followed", self.env._("have a shipment"), RIGHT),
        )

    def _deliveries(self, since):
        """SQL: deliveries to customers that left with a number, and whether a shipment knows."""
        return SQL(
            """
            SELECT p.id, p.company_id, EXISTS (
                SELECT FROM logistics_shipment_picking_rel r WHERE r.picking_id = p.id
            ) AS is_followed
            FROM stock_picking p
            JOIN stock_picking_type t ON t.id = p.picking_type_id
            JOIN stock_location there ON there.id = p.location_dest_id
            WHERE p.state = 'done' AND p.carrier_tracking_ref != '' AND t.code = 'outgoing'
                AND there.usage = 'customer' AND p.date_done >= %(since)s
                AND p.date_done::date >= (
                    SELECT min(s.ship_date) FROM logistics_shipment s
                    WHERE s.company_id = p.company_id)
            """,
            since=since,
        )

    def _numbers(self, since):
        return SQL(
            """
            WITH delivery AS (%s)
            SELECT company_id, 'left' AS part, count(*) FROM delivery GROUP BY 1
            UNION ALL
            SELECT company_id, 'followed', count(*) FROM delivery WHERE is_followed GROUP BY 1
            """,
            self._deliveries(since),
        )

    def _gaps(self, since):
        return SQL(
            "SELECT id, company_id, 'none' AS why FROM (%s) delivery WHERE NOT is_followed",
            self._deliveries(since),
        )

    def _reasons(self):
        return {"none": self.env._("No shipment knows its number: its scans are nobody's.")}
