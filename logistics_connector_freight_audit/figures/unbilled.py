from odoo import models
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.tools import SQL


class DeliveredUnbilled(models.AbstractModel):
    _name = "logistics.figure.delivered_unbilled"
    _inherit = "logistics.figure"
    _description = "Delivered and not billed"
    _subject = "logistics.delivered.unbilled"
    _section = "money"
    _sequence = 10
    _measure = "money"
    _is_level = True

    def _formula(self):
        return self.env._(
            "Worth of what was delivered and is on no invoice, at the price of the order without "
            "tax, by the days since it left."
        )

    def _bands(self):
        return (
            Band("a", self.env._("Up to 7 days")),
            Band("b", self.env._("8 to 30 days"), "warning"),
            Band("c", self.env._("31 to 60 days"), "bad"),
            Band("d", self.env._("Older"), "bad"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT u.id, u.company_id, t.warehouse_id, NULL::date AS day, u.age_group AS band,
                   u.amount::float AS amount
            FROM (%s) u
            LEFT JOIN stock_picking p ON p.id = u.picking_id
            LEFT JOIN stock_picking_type t ON t.id = p.picking_type_id
            """,
            self.env[self._subject]._table_query,
        )

    def _connections(self):
        return SQL(
            """
            SELECT m.id, c.connection_id FROM stock_move m
            JOIN logistics_shipment_picking_rel r ON r.picking_id = m.picking_id
            JOIN logistics_shipment_connection_rel c ON c.shipment_id = r.shipment_id
            """
        )
