from odoo import api, fields, models

from ...core.hold import Moved, billable, waiting


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    qty_waiting = fields.Float(
        "Waits for proof",
        compute="_compute_qty_waiting",
        compute_sudo=True,
        digits="Product Unit",
        help="Delivered, and not billed before the delivery is proven.",
    )

    # sale.report and the list of what is delivered and not billed read it: few lines at a time.
    _unbilled = models.Index("(order_id) WHERE state = 'sale' AND qty_delivered > qty_invoiced")

    @api.depends("move_ids.picking_id.billing_state", "qty_delivered")
    def _compute_qty_waiting(self):
        for line in self:
            line.qty_waiting = line._waiting_for_proof()

    @api.depends("move_ids.picking_id.billing_state")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        combos = self.browse()
        for line in self.filtered(lambda line: line.qty_to_invoice > 0):
            if line.product_id.invoice_policy != "delivery":
                continue  # billed by what was ordered, before anything is delivered
            held = line._waiting_for_proof()
            if held:
                line.qty_to_invoice = line.product_uom_id.round(billable(line.qty_to_invoice, held))
                combos |= line.linked_line_id.filtered(lambda one: one.product_type == "combo")
        for combo in combos:
            # Odoo bills a combination as soon as one of its parts can be billed.
            if not any(combo.linked_line_ids.mapped("qty_to_invoice")):
                combo.qty_to_invoice = 0.0
        return result

    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        billed = self.filtered(lambda one: one.invoice_status == "invoiced" and one.move_ids)
        for line in billed:
            # All transfers are done and nothing is to be billed now: Odoo takes it for billed.
            is_billed = line.product_uom_id.compare(line.qty_invoiced, line.product_uom_qty) >= 0
            if not is_billed and line._waiting_for_proof():
                line.invoice_status = "no"
        return result

    def _waiting_for_proof(self):
        """What of it was delivered and is not proven, in its own unit."""
        self.ensure_one()
        held = self.move_ids.filtered(lambda move: move.picking_id.billing_state == "held")
        if not held:
            return 0.0
        if held.product_id - self.product_id:
            return self.qty_delivered  # a kit: its parts do not tell how many of it are proven
        out, back = self._get_outgoing_incoming_moves()
        return waiting(
            Moved(
                move.id,
                sign
                * move.product_uom._compute_quantity(
                    move.quantity, self.product_uom_id, rounding_method="HALF-UP"
                ),
                move in held,
                move.origin_returned_move_id.id or None,
            )
            for moves, sign in ((out, 1), (back, -1))
            for move in moves
            if move.state == "done"
        )
