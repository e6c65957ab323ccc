from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    freight_accrual_ids = fields.One2many(
        "logistics.freight.accrual",
        "move_id",
        "Freight accruals",
        readonly=True,
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )

    def unlink(self):
        accruals = self._leave_accruals()
        result = super().unlink()
        accruals._left_the_books()
        return result

    def button_cancel(self):
        accruals = self._leave_accruals()
        result = super().button_cancel()
        accruals._left_the_books()
        return result

    def _leave_accruals(self):
        """The accruals whose entry goes; a later period builds on it."""
        accruals = self.sudo().freight_accrual_ids
        for accrual in accruals:
            later = accrual._later()
            if later:
                raise UserError(
                    self.env._(
                        "%(later)s builds on this entry: start that one anew first.",
                        later=later.name,
                    )
                )
        return accruals
