from odoo import models
from odoo.addons.logistics_connector_base.models.logistics_connection import OPEN_STATES


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _is_worked_by_3pl(self):
        """Whether the goods leave a warehouse whose partner is on line."""
        self.ensure_one()
        connection = self.sudo().picking_type_id.warehouse_id.logistics_connection_id
        return self.picking_type_code == "outgoing" and connection.state in OPEN_STATES

    def _release_to_warehouse(self):
        """Make ready deliveries of a 3PL's warehouse released shipments, each once (law 5).

        The partner's canonical messages find the shipment by the delivery's name.
        """
        for picking in self:
            if picking.state != "assigned" or not picking._is_worked_by_3pl():
                continue
            shipment = picking._ensure_shipment()
            effect = self.env["logistics.effect"]._claim(
                "release", f"{picking._name}:{picking.id}:{shipment.id}", shipment
            )
            if effect:
                shipment._record_own_event("ORD_RELEASED", text=picking.name)
