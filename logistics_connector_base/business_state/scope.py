"""Which states somebody may see who sees a part of the shipments (logistics.scope)."""

from odoo.fields import Domain
from odoo.tools import SQL

# The shipments that an order's or a transfer's state tells of: those that hang on it, and on the
# transfers of an order.
TOLD = """
SELECT shipment_id FROM logistics_shipment_sale_order_rel WHERE sale_order_id = %(order)s
UNION ALL
SELECT shipment_id FROM logistics_shipment_picking_rel WHERE picking_id = %(picking)s
UNION ALL
SELECT r.shipment_id FROM sale_order_line l JOIN stock_move m ON m.sale_line_id = l.id
JOIN logistics_shipment_picking_rel r ON r.picking_id = m.picking_id WHERE l.order_id = %(order)s
"""


def told_by_these_alone(shipments):
    """Domain of the states that tell of some of these shipments, and of no other one: a state, and
    why it is blocked, would tell of that one, too.

    :param Domain shipments: of the shipments that may be seen
    """

    def to_sql(model, alias, query):
        seen = model.env["logistics.shipment"].sudo()._search(shipments).subselect()
        told = SQL(
            TOLD,
            order=SQL.identifier(alias, "sale_order_id"),
            picking=SQL.identifier(alias, "picking_id"),
        )
        return SQL(
            "(EXISTS (%s) AND NOT EXISTS (SELECT FROM (%s) told WHERE told.shipment_id NOT IN %s))",
            told,
            told,
            seen,
        )

    return Domain.custom(to_sql=to_sql)
