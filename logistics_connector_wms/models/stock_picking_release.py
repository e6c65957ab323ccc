from datetime import UTC

from odoo import models
from odoo.tools import html2plaintext

# What a connection's flow must be called, for releases to be sent by it.
RELEASE_FLOW = "release"


class StockPicking(models.Model):
    """What a 3PL is told of a transfer (schemas/release-1.1.json)."""

    _inherit = "stock.picking"

    def _release_content(self, release):
        """The facts of this transfer as its warehouse is told them, without what makes them a
        message (type, version, revision).

        :param release: ``logistics.release`` as superuser
        """
        self.ensure_one()
        # The same words whoever changes it: another language is no change.
        release = release.with_context(lang=None)
        picking, shipment = self.sudo().with_context(lang=None), release.shipment_id
        is_leaving = release._leaves_warehouse()
        orders = shipment.sale_order_ids
        if release.kind == "return":
            orders = picking.move_ids.origin_returned_move_id.sale_line_id.order_id
        content = {
            "kind": release.kind,
            release.kind: picking.name,
            "shipment": shipment.name,
            "orders": orders.mapped("name"),
            "customer_references": [name for name in orders.mapped("client_order_ref") if name],
            "warehouse": release.warehouse_id.code,
            "note": html2plaintext(picking.note or "").strip(),
            "lines": [
                line
                for move in picking.move_ids.sorted("id")
                if move.state != "cancel" and (line := picking._release_line(move, is_leaving))
            ],
        }
        if is_leaving:
            content |= {
                "ship_by": _moment(picking.scheduled_date),
                "promised_at": _moment(picking.date_deadline),
                "ship_to": _address(shipment.partner_id or picking._release_target_partner()),
            }
        else:
            content |= {
                "origin": picking.origin,
                "return_of": picking.return_id.name,
                "expected_at": _moment(picking.scheduled_date),
            }
            sender = picking.partner_id or picking.location_id.warehouse_id.partner_id
            content["supplier" if release.kind == "receipt" else "ship_from"] = _address(sender)
        nothing = (None, "", [], False)
        return {name: value for name, value in content.items() if value not in nothing}

    def _release_target_partner(self):
        """To whom goods go that leave for another warehouse."""
        return self.location_dest_id.warehouse_id.partner_id or self.partner_id

    def _release_line(self, move, is_leaving):
        """:return: what is said of a move, None where nothing of it is to be moved"""
        product = move.product_id
        # What leaves is what is reserved; what is expected is what was ordered.
        quantity = move.quantity if is_leaving else move.product_uom_qty
        if not quantity:
            return None
        line = {
            "line": move.id,
            "product": product.default_code or product.barcode or f"#{product.id}",
            "barcode": product.barcode or "",
            "name": product.display_name,
            "quantity": quantity,
            "unit": move.product_uom.name,
            "lots": sorted(
                {row.lot_id.name or row.lot_name for row in move.move_line_ids} - {False, None, ""}
            ),
        }
        if move.product_uom != product.uom_id:
            base = move.product_uom._compute_quantity(quantity, product.uom_id)
            line |= {"base_quantity": base, "base_unit": product.uom_id.name}
        return {name: value for name, value in line.items() if value not in ("", [])}


def _moment(value):
    """Naive UTC as ISO 8601, or None."""
    return value.replace(tzinfo=UTC).isoformat() if value else None


def _address(partner):
    """None where nothing is known."""
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
    return {name: value for name, value in parts.items() if value} or None
