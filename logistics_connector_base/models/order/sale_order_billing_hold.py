from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SaleOrder(models.Model):
    """An order whose customer is not billed until some trouble of logistics is settled. The cases
    hold it: each for itself, and for as long as it is open."""

    _inherit = "sale.order"

    billing_hold_ids = fields.Many2many(
        "logistics.exception",
        "logistics_billing_hold_rel",
        "sale_order_id",
        "exception_id",
        string="Cases that hold the invoice",
        readonly=True,
        copy=False,
        groups="logistics_connector_base.group_logistics_user",
    )
    # Not stored: when a case closes while the inbox is worked, no order is written.
    billing_hold_reason = fields.Char(
        "Not billed because",
        compute="_compute_billing_hold_reason",
        compute_sudo=True,
        search="_search_billing_hold_reason",
        help="The order is not invoiced before these cases are closed, or let it go.",
    )

    @api.depends(
        "billing_hold_ids.is_open",
        "billing_hold_ids.name",
        "billing_hold_ids.duplicate_of_id.is_open",
    )
    def _compute_billing_hold_reason(self):
        for order in self:
            holding = order.billing_hold_ids.filtered(
                # A case that was merged goes on in the other one.
                lambda case: case.is_open or case.duplicate_of_id.is_open
            )
            order.billing_hold_reason = ", ".join(holding.sorted("id").mapped("name")) or False

    def _search_billing_hold_reason(self, operator, value):
        if operator.startswith("not") or operator == "!=":
            return NotImplemented  # Odoo takes the opposite of what is found
        is_open = Domain("is_open", "=", True) | Domain("duplicate_of_id.is_open", "=", True)

        def held(cases=Domain.TRUE):
            return self.sudo()._search(Domain("billing_hold_ids", "any", is_open & cases))

        if operator != "in":
            return Domain("id", "in", held(Domain("name", operator, value)))
        found = Domain("id", "in", held(Domain("name", "in", [text for text in value if text])))
        return found | Domain("id", "not in", held()) if False in value else found

    def _hold_billing(self, case):
        """Keep these orders from being invoiced while a case is open."""
        free = self.filtered(lambda order: case not in order.sudo().billing_hold_ids)
        if not free:
            raise UserError(self.env._("This case holds the invoice already."))
        free.sudo().billing_hold_ids = [(4, case.id)]
        free._log_billing(self.env._("The invoice is held: %s", case.name))

    def _release_billing(self, cases, why):
        """Let these orders go, as far as these cases hold them."""
        held = self.filtered(lambda order: cases & order.sudo().billing_hold_ids)
        if not held:
            raise UserError(self.env._("The invoice is not held."))
        held.sudo().billing_hold_ids = [(3, case.id) for case in cases]
        held._log_billing(why)

    def _log_billing(self, text):
        for order in self:
            order.sudo()._message_log(body=text, author_id=self.env.user.partner_id.id)

    def action_release_billing(self):
        """Sales managers may let it be billed, whatever logistics says."""
        self.check_access("write")
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._("A sales manager, or whoever works the exception, releases it.")
            )
        why = self.env._("Released by %s", self.env.user.name)
        self._release_billing(self.sudo().billing_hold_ids, why)

    def _check_billing(self):
        """Refuse to bill what is held: no invoice, no down payment."""
        held = self.filtered("billing_hold_reason")
        if held:
            raise UserError(
                self.env._(
                    "Not to be invoiced yet:\n%s",
                    "\n".join(f"{order.name}: {order.billing_hold_reason}" for order in held),
                )
            )

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_billing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _invoice_sale_orders(self):
        """Who pays an order that is held has paid it: it is invoiced once it is let go, by
        whoever lets it go. An error here would keep the payment itself from being booked."""
        held = self.filtered(lambda tx: any(tx.sale_order_ids.mapped("billing_hold_reason")))
        held.sale_order_ids.filtered("billing_hold_reason")._log_billing(
            self.env._("It is paid. Odoo made no invoice of it, because it is held.")
        )
        return super(PaymentTransaction, self - held)._invoice_sale_orders()
