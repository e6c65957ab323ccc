from odoo import api, fields, models


class SaleOrder(models.Model):
    """An order of which deliveries wait for their proof. Whatever road an invoice takes, it looks
    at the proofs first."""

    _inherit = "sale.order"

    waiting_deliveries = fields.Char(
        "Deliveries that wait for proof", compute="_compute_waiting_deliveries", compute_sudo=True
    )

    @api.depends("picking_ids.billing_state")
    def _compute_waiting_deliveries(self):
        for order in self:
            order.waiting_deliveries = ", ".join(order._held_pickings().mapped("name")) or False

    def _held_pickings(self):
        pickings = self.sudo().order_line.move_ids.picking_id
        return pickings.filtered(lambda p: p.billing_state == "held").sorted("id")

    def _judge_billing(self):
        self.sudo().order_line.move_ids.picking_id._judge_billing()

    def _force_lines_to_invoice_policy_order(self):
        """It is paid: all of it is billed. What is proven meanwhile is seen before that, because
        it computes anew what may be billed."""
        self._judge_billing()
        return super()._force_lines_to_invoice_policy_order()

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._judge_billing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final)
        goods = lines.filtered(lambda line: not line.display_type and not line.is_downpayment)
        # Nothing but a down payment to be settled, with goods that wait: it would be given back.
        return lines.browse() if not goods and self._held_pickings() else lines

    def _nothing_to_invoice_error_message(self):
        held = self._held_pickings()
        if not held:
            return super()._nothing_to_invoice_error_message()
        names = dict(held._fields["billing_proof"]._description_selection(self.env))
        return self.env._(
            "Nothing can be billed yet. These deliveries wait:\n%(deliveries)s\n\nThey are billed "
            "when that has come. A sales manager may let one go (Freight → Delivered, not billed).",
            deliveries="\n".join(f"{one.name}: {names[one.billing_proof]}" for one in held),
        )
