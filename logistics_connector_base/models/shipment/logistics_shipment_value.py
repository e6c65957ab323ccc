from odoo import models
from odoo.tools import SQL

# The order lines in a shipment's deliveries, each for the part that is in it (a line may go in
# several); where no delivery is known, all lines of its orders. The order's own rate of its day.
# A line's units and those of its transfer may differ: both are counted in the reference unit.
VALUES = """
WITH moved AS (
    SELECT r.shipment_id, m.sale_line_id AS line_id, SUM(m.product_uom_qty * u.factor) AS quantity
    FROM logistics_shipment_picking_rel r
    JOIN stock_move m ON m.picking_id = r.picking_id AND m.state <> 'cancel'
    JOIN uom_uom u ON u.id = m.product_uom
    WHERE r.shipment_id = ANY(%(ids)s) AND m.sale_line_id IS NOT NULL
    GROUP BY 1, 2
), shipped AS (
    SELECT shipment_id, line_id, quantity FROM moved
    UNION ALL
    SELECT r.shipment_id, l.id, NULL
    FROM logistics_shipment_sale_order_rel r
    JOIN sale_order_line l ON l.order_id = r.sale_order_id AND l.display_type IS NULL
    WHERE r.shipment_id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT 1 FROM moved WHERE moved.shipment_id = r.shipment_id)
)
SELECT s.shipment_id,
       SUM(l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1) * CASE
           WHEN s.quantity IS NULL THEN 1
           ELSE LEAST(1, s.quantity / NULLIF(l.product_uom_qty * u.factor, 0)) END)
FROM shipped s
JOIN sale_order_line l ON l.id = s.line_id
JOIN sale_order o ON o.id = l.order_id AND o.state <> 'cancel'
LEFT JOIN uom_uom u ON u.id = l.product_uom_id
GROUP BY 1
"""
READ = {
    "sale.order": ("currency_rate", "state"),
    "sale.order.line": ("price_subtotal", "product_uom_qty", "product_uom_id", "order_id"),
    "stock.move": ("picking_id", "product_uom", "product_uom_qty", "sale_line_id", "state"),
}


class LogisticsShipment(models.Model):
    """What lies in a shipment, in money."""

    _inherit = "logistics.shipment"

    def _values_at_risk(self):
        """The net value of the order lines in these shipments, in the currency of the company.

        Read by SQL, in one statement: detectors ask for hundreds at a time, and who works
        exceptions need not be allowed to read orders.

        :return: shipment id → amount; shipments without order lines are left out
        """
        if not self.ids:
            return {}
        for model, names in READ.items():
            self.env[model].flush_model(names)
        rows = self.env.execute_query(SQL(VALUES, ids=list(self.ids)))
        return {shipment_id: float(value or 0) for shipment_id, value in rows}
