from datetime import UTC

from odoo import models
from odoo.tools import html2plaintext

# What a connection's flow must be called, for releases to be sent by it.
RELEASE_FLOW = "release"


class StockPicking(models.Model):
    """What the 3PL is told of a delivery: that it may be picked, or that it must not be any more.
    The messages are written with the change and sent after it (``logistics.outbox``)."""

    _inherit = "stock.picking"

    def _release_flow(self):
        """The flow by which this delivery's partner gets releases, or none."""
        self.ensure_one()
        connection = self.sudo().picking_type_id.warehouse_id.logistics_connection_id
        return connection._flow(RELEASE_FLOW) if connection else self.env["logistics.flow"]

    def _send_release(self, shipment):
        """Tell the 3PL that it may pick this delivery, once for each shipment (law 5)."""
        flow = self._release_flow()
        if not flow:
            return
        self.env["logistics.outbox"]._enqueue(
            flow,
            self._release_message(shipment),
            key=self.name,
            once=f"release:{self.id}:{shipment.id}",
            record=self.sudo(),
            correlation_id=shipment.correlation_id,
        )

    def _cancel_shipments(self):
        released = {picking: picking._live_shipments() for picking in self}
        result = super()._cancel_shipments()
        for picking, shipments in released.items():
            for shipment in shipments.filtered(lambda s: s.state == "cancelled"):
                picking._call_back_release(shipment)
        return result

    def _call_back_release(self, shipment):
        """Tell the 3PL that a delivery is called off, if it may know of it. A release that never
        left, or that the 3PL rejected, is cancelled instead: then there is nothing to call off. One
        that was tried may have arrived, whatever became of the try."""
        flow = self._release_flow()
        release = self.env["logistics.message"].sudo()
        if flow:
            key = self.env["logistics.message.key"].sudo()
            identity = f"out:{flow.code}:release:{self.id}:{shipment.id}"
            release = key.search(
                [("connection_id", "=", flow.connection_id.id), ("identity", "=", identity)]
            ).message_id
        if not release:
            return
        # While the 3PL was down it may have gone another way: that one is told then.
        release = release._as_sent()
        flow = release.flow_id
        is_unknown = release.state == "rejected" or not release.attempt_ids
        if release._take_out() and is_unknown:
            return
        self.env["logistics.outbox"]._enqueue(
            flow,
            {
                "type": "cancel",
                "version": "1.0",
                "delivery": self.name,
                "shipment": shipment.name,
                "reason": "The delivery was cancelled.",
            },
            key=self.name,
            once=f"cancel:{self.id}:{shipment.id}",
            record=self.sudo(),
            correlation_id=shipment.correlation_id,
            causation_id=release.receipt,
        )

    def _release_message(self, shipment):
        """What is said of a delivery that may be picked (schemas/release-1.0.json)."""
        picking = self.sudo()
        message = {
            "type": "release",
            "version": "1.0",
            "delivery": picking.name,
            "shipment": shipment.name,
            "orders": shipment.sale_order_ids.mapped("name"),
            "customer_references": [
                name for name in shipment.sale_order_ids.mapped("client_order_ref") if name
            ],
            "warehouse": picking.picking_type_id.warehouse_id.code,
            "ship_by": _moment(picking.scheduled_date),
            "promised_at": _moment(picking.date_deadline),
            "ship_to": _address(shipment.partner_id),
            "note": html2plaintext(picking.note or "").strip(),
            "lines": [picking._release_line(move) for move in picking.move_ids if move.quantity],
        }
        return {name: value for name, value in message.items() if value not in (None, "", [])}

    def _release_line(self, move):
        product = move.product_id
        line = {
            "line": move.id,
            "product": product.default_code or product.barcode or f"#{product.id}",
            "barcode": product.barcode or "",
            "name": product.display_name,
            "quantity": move.quantity,
            "unit": move.product_uom.name,
            "lots": move.move_line_ids.lot_id.mapped("name"),
        }
        return {name: value for name, value in line.items() if value not in ("", [])}


def _moment(value):
    """Naive UTC as ISO 8601, or None."""
    return value.replace(tzinfo=UTC).isoformat() if value else None


def _address(partner):
    parts = {
        "name": partner.name,
        "company": partner.commercial_company_name,
        "street": partner.street,
        "street2": partner.street2,
        "city": partner.city,
        "zip": partner.zip,
        "state": partner.state_id.code,
        "country": partner.country_id.code,
        "phone": partner.phone,
        "email": partner.email,
    }
    return {name: value for name, value in parts.items() if value}
