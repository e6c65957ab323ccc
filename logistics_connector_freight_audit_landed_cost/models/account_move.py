from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_create_landed_costs(self):
        """Of a carrier's bill it is known which goods it brought: they bear the costs."""
        self.ensure_one()
        bills = self.sudo().freight_bill_ids
        if not bills:
            return super().button_create_landed_costs()
        costs = self.env["stock.landed.cost"]
        costs.check_access("create")
        self.check_access("read")
        made, reasons = bills._make_landed_costs()
        if not made:
            raise UserError("\n".join(reasons))
        return bills._landed_costs_action(made.with_env(self.env))
