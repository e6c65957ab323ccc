from odoo import models
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.addons.logistics_connector_base.figures.shipment import ON_THE_WAY
from odoo.tools import SQL


class LateRisk(models.AbstractModel):
    _name = "logistics.figure.late_risk"
    # Not of logistics.figure.shipment: what another addon's model inherits from leaves an external
    # name behind when this addon goes (ir.model.inherit writes it under the other addon).
    _inherit = "logistics.figure"
    _description = "At risk"
    _subject = "logistics.shipment"
    _section = "shipments"
    _sequence = 15
    _is_level = True

    def _formula(self):
        return self.env._(
            "Shipments under way whose promise has not passed, by how many of the deliveries that "
            "they are compared with took longer than what is left: an observed share. Those "
            "without a promise, or with fewer than 30 to compare with, are not judged."
        )

    def _bands(self):
        return (
            Band("likely", self.env._("Late more often than not"), "bad"),
            Band("risk", self.env._("Late 1 time in 5 or more"), "warning"),
            Band("fine", self.env._("Less often"), "good"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT s.id, s.company_id, s.warehouse_id, NULL::date AS day,
                   CASE WHEN s.late_risk >= 50 THEN 'likely' WHEN s.late_risk >= 20 THEN 'risk'
                        ELSE 'fine' END AS band,
                   s.late_risk::float AS amount
            FROM logistics_shipment s
            WHERE s.state = ANY(%s) AND s.late_risk IS NOT NULL AND s.lane_samples >= 30
                  AND s.promised_delivery_at >= (now() AT TIME ZONE 'UTC')
            """,
            list(ON_THE_WAY),
        )

    def _connections(self):
        return SQL("SELECT shipment_id AS id, connection_id FROM logistics_shipment_connection_rel")
