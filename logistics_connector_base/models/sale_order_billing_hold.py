from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """An order whose customer is not billed until some trouble of logistics is settled."""

    _inherit = "sale.order"

    billing_hold_reason = fields.Char(
        "Not billed because",
        readonly=True,
        copy=False,
        tracking=True,
        help="The order is not invoiced before the hold is released.",
    )

    def _hold_billing(self, reason):
        """Keep these orders from being invoiced; one that is held already keeps its reason."""
        free = self.filtered(lambda order: not order.billing_hold_reason)
        if not free:
            raise UserError(self.env._("The invoice is held already."))
        free.write({"billing_hold_reason": reason})

    def _release_billing(self, why):
        held = self.filtered("billing_hold_reason")
        if not held:
            raise UserError(self.env._("The invoice is not held."))
        held.write({"billing_hold_reason": False})
        for order in held:
            order._message_log(body=why)

    def action_release_billing(self):
        """Sales managers may let it be billed, whatever logistics says."""
        self.check_access("write")
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._("A sales manager, or whoever works the exception, releases it.")
            )
        self._release_billing(self.env._("Released by %s", self.env.user.name))

    def _create_invoices(self, grouped=False, final=False, date=None):
        held = self.filtered("billing_hold_reason")
        if held:
            raise UserError(
                self.env._(
                    "Not to be invoiced yet:\n%s",
                    "\n".join(f"{order.name}: {order.billing_hold_reason}" for order in held),
                )
            )
        return super()._create_invoices(grouped=grouped, final=final, date=date)
