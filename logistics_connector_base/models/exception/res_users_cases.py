from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if vals.get("active") is False else self.browse()
        result = super().write(vals)
        leaving._leave_cases()
        return result

    def _leave_cases(self):
        """Nobody looks for open cases with somebody who is not here any more: they are dealt anew,
        or lie on the desk of their team."""
        domain = [("user_id", "in", self.ids), ("is_open", "=", True)]
        cases = self.env["logistics.exception"].sudo().search(domain) if self else None
        if cases:
            cases.write({"user_id": False})
            cases._assign_by_rules()
