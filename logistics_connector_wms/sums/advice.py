from odoo import models
from odoo.addons.logistics_connector_base.core.sums import LEFT, RIGHT, Part
from odoo.tools import SQL

# Told of an order's goods; counts and adjustments are held against snapshots.
KINDS = ["ship", "receipt"]


class AdviceSum(models.AbstractModel):
    """What warehouses told, and what Odoo's stock moves say of it."""

    _name = "logistics.sum.advice"
    _inherit = "logistics.sum"
    _description = "Warehouses and moves"
    _subject = "logistics.advice"
    _sequence = 40

    def _statement(self):
        return self.env._(
            "Every line of a warehouse's word that counts as booked is in Odoo's done moves with "
            "the same quantity, and no other line is in any."
        )

    def _parts(self):
        return (
            Part("booked", self.env._("lines booked"), LEFT),
            Part("moved", self.env._("lines moved in full"), RIGHT),
        )

    def _lines(self, since):
        """SQL: each line with what was said and what was moved, in the product's unit."""
        return SQL(
            """
            SELECT l.id, l.advice_id, a.company_id, l.state,
                   COALESCE(l.quantity, 0) * COALESCE(lu.factor / NULLIF(pu.factor, 0), 1) AS said,
                   COALESCE(moved.quantity, 0) AS moved
            FROM logistics_advice_line l
            JOIN logistics_advice a ON a.id = l.advice_id
            LEFT JOIN product_product product ON product.id = l.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom pu ON pu.id = template.uom_id
            LEFT JOIN uom_uom lu ON lu.id = l.uom_id
            LEFT JOIN LATERAL (
                SELECT sum(ml.quantity_product_uom) AS quantity FROM stock_move_line ml
                WHERE ml.logistics_advice_line_id = l.id AND ml.state = 'done'
            ) moved ON TRUE
            WHERE a.received_at >= %s AND a.kind = ANY(%s) AND a.is_total IS NOT TRUE
                AND a.state IN ('applied', 'partial')
            """,
            since,
            KINDS,
        )

    def _step(self):
        """What units of products are rounded to."""
        return 10 ** -self.env["decimal.precision"].precision_get("Product Unit")

    def _numbers(self, since):
        return SQL(
            """
            WITH line AS (%s)
            SELECT company_id, 'booked' AS part, count(*) FROM line WHERE state = 'booked'
            GROUP BY 1
            UNION ALL
            SELECT company_id, 'moved', count(*) FROM line
            WHERE state = 'booked' AND abs(said - moved) < %s GROUP BY 1
            """,
            self._lines(since),
            self._step(),
        )

    def _gaps(self, since):
        return SQL(
            """
            WITH line AS (%s)
            SELECT DISTINCT advice_id AS id, company_id,
                   CASE WHEN state = 'booked' THEN 'quantity' ELSE 'unbooked' END AS why
            FROM line
            WHERE CASE WHEN state = 'booked' THEN abs(said - moved) >= %s ELSE moved != 0 END
            """,
            self._lines(since),
            self._step(),
        )

    def _reasons(self):
        return {
            "quantity": self.env._("Another quantity was moved than the warehouse told."),
            "unbooked": self.env._("A line that is not booked was moved all the same."),
        }
