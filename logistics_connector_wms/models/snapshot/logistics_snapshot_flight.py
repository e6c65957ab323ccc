from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...core.reconcile import Flight, spend

# Transfers that the partner may have worked by the moment, and that are not booked here.
OPEN_MOVES = """
SELECT m.product_id, CASE WHEN p.id IS NULL THEN 1 ELSE -1 END * m.product_qty,
       EXTRACT(EPOCH FROM (%(at)s - GREATEST(k.scheduled_date, k.create_date))) / 3600,
       k.id
FROM stock_move m
JOIN stock_picking k ON k.id = m.picking_id
JOIN stock_picking_type y ON y.id = k.picking_type_id
LEFT JOIN stock_location p ON p.id = m.location_id AND p.parent_path LIKE %(view)s
LEFT JOIN stock_location d ON d.id = m.location_dest_id AND d.parent_path LIKE %(view)s
WHERE m.state IN ('assigned', 'partially_available', 'confirmed', 'waiting')
      AND k.create_date <= %(at)s AND (p.id IS NULL) <> (d.id IS NULL)
      -- Of what is held back, or waits to be told, the partner knows nothing.
      AND NOT EXISTS (SELECT 1 FROM logistics_release r WHERE r.picking_id = k.id
                      AND r.connection_id = %(connection)s AND r.told_at IS NULL)
"""
# What the partner told and we have not booked: it waits, or a person decides about it.
UNBOOKED = """
SELECT l.product_id,
       CASE a.kind WHEN 'ship' THEN -1 ELSE 1 END * l.quantity * COALESCE(
           (SELECT u.factor FROM uom_uom u WHERE u.id = l.uom_id)
           / NULLIF((SELECT u.factor FROM uom_uom u JOIN product_template t ON t.uom_id = u.id
                     JOIN product_product pp ON pp.product_tmpl_id = t.id
                     WHERE pp.id = l.product_id), 0), 1),
       0, a.picking_id
FROM logistics_advice_line l JOIN logistics_advice a ON a.id = l.advice_id
WHERE a.connection_id = %(connection)s AND a.state IN ('ready', 'waiting', 'partial', 'trouble')
      AND a.kind IN ('ship', 'receipt', 'adjustment') AND l.state IN ('open', 'trouble')
      AND l.moved_to IS NULL AND l.product_id IS NOT NULL AND a.occurred_at <= %(at)s
      AND (a.warehouse_id IS NULL OR a.warehouse_id = %(warehouse)s)
"""


class LogisticsSnapshot(models.Model):
    """What was on its way as of the moment, and may be booked on one side only."""

    _inherit = "logistics.snapshot"

    def _in_flight(self):
        """What may be booked on one side and not on the other, as of the moment.

        :return: dict, product id → list of :class:`Flight`
        """
        values = {
            "view": f"{self.warehouse_id.view_location_id.parent_path}%",
            "at": self.as_of,
            "connection": self.connection_id.id,
            "warehouse": self.warehouse_id.id,
        }
        self.env.flush_all()
        told, pending = self._flights(UNBOOKED, values), self._flights(OPEN_MOVES, values)
        flights = defaultdict(list)
        for (product_id, picking_id), several in pending.items():
            # What they told of a transfer is a part of it, not more on its way.
            of_it = told.get((product_id, picking_id), []) if picking_id else []
            several = spend(several, sum((one.quantity for one in of_it), Decimal(0)))
            flights[product_id] += several
        for (product_id, _picking_id), several in told.items():
            flights[product_id] += several
        return flights

    def _flights(self, statement, values):
        """What a statement finds: dict, (product id, transfer's id or None) → list of flights."""
        self.env.cr.execute(statement, values)
        found = defaultdict(list)
        for product_id, quantity, hours, picking_id in self.env.cr.fetchall():
            flight = Flight(Decimal(str(quantity)), float(hours or 0))
            found[product_id, picking_id].append(flight)
        return found
