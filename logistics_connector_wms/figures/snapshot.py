from odoo import models
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.tools import SQL


class StockAccuracy(models.AbstractModel):
    _name = "logistics.figure.stock_accuracy"
    _inherit = "logistics.figure"
    _description = "Stock accuracy"
    _subject = "logistics.snapshot"
    _section = "stock"
    _sequence = 10
    _measure = "percent"

    def _formula(self):
        return self.env._(
            "Share of the stock lines that a warehouse told and that match ours as of the same "
            "moment, within the tolerance: the mean of the snapshots compared, as of these days."
        )

    def _bands(self):
        return (
            Band("good", self.env._("99 % and better"), "good"),
            Band("fair", self.env._("97 to 99 %"), "warning"),
            Band("poor", self.env._("Below 97 %"), "bad"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, %s AS day,
                   CASE WHEN s.accuracy >= 0.99 THEN 'good' WHEN s.accuracy >= 0.97 THEN 'fair'
                        ELSE 'poor' END AS band,
                   100 * s.accuracy::float AS amount
            FROM logistics_snapshot s JOIN %s ON zone.company_id = s.company_id
            WHERE s.state = 'compared' AND s.compared_count > 0 AND %s
            """,
            self._day(SQL("s.as_of")),
            self._zones(),
            self._within(SQL("s.as_of"), first, last),
        )

    def _connections(self):
        return SQL("SELECT id, connection_id FROM logistics_snapshot")
