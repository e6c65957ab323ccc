from odoo import models
from odoo.tools import SQL

from ..core.figures import Band

OPEN = ("pending", "in_progress", "partial", "blocked")


class OrderState(models.AbstractModel):
    _name = "logistics.figure.order_state"
    _inherit = "logistics.figure"
    _description = "Open orders"
    _subject = "logistics.business.state"
    _section = "orders"
    _sequence = 10
    _is_level = True

    def _formula(self):
        return self.env._(
            "Confirmed sales orders that are not fulfilled, by where they stand now: nothing has "
            "begun, something is under way, a part was delivered, or something is in the way."
        )

    def _bands(self):
        return (
            Band("pending", self.env._("Pending")),
            Band("in_progress", self.env._("In progress"), "good"),
            Band("partial", self.env._("Partial"), "warning"),
            Band("blocked", self.env._("Blocked"), "bad"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT b.id, b.company_id, b.warehouse_id, NULL::date AS day, b.state AS band,
                   0.0::float AS amount
            FROM logistics_business_state b WHERE b.kind = 'order' AND b.state = ANY(%s)
            """,
            list(OPEN),
        )

    def _connections(self):
        return SQL(
            """
            SELECT b.id, r.connection_id FROM logistics_business_state b
            JOIN logistics_shipment_sale_order_rel o ON o.sale_order_id = b.sale_order_id
            JOIN logistics_shipment_connection_rel r ON r.shipment_id = o.shipment_id
            WHERE b.kind = 'order'
            """
        )
