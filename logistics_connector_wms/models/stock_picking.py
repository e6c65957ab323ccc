from odoo import models
from odoo.addons.logistics_connector_base.models.connection.logistics_connection import OPEN_STATES


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _is_worked_by_3pl(self):
        """Whether the goods leave a warehouse whose partner is on line."""
        self.ensure_one()
        connection = self.sudo().picking_type_id.warehouse_id.logistics_connection_id
        return self.picking_type_code == "outgoing" and connection.state in OPEN_STATES

    def _is_to_be_released(self):
        self.ensure_one()
        return self.state == "assigned" and self._is_worked_by_3pl() and self._is_told_apart()

    def _release_to_warehouse(self):
        """Make ready deliveries of a 3PL's warehouse released shipments, each once (law 5).

        The partner's canonical messages find the shipment by the delivery's name.
        """
        for picking in self:
            if picking._is_to_be_released():
                picking._ensure_shipment()

    def _ensure_shipment(self, values=None):
        # Also a shipment that takes the place of one whose label was voided is at the warehouse.
        shipment = super()._ensure_shipment(values)
        if self._is_to_be_released():
            effect = self.env["logistics.effect"]._claim(
                "release", f"{self._name}:{self.id}:{shipment.id}", shipment
            )
            if effect:
                shipment._record_own_event("ORD_RELEASED", text=self.name)
                self._send_release(shipment)
        return shipment
