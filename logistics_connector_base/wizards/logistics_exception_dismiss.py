from odoo import fields, models


class LogisticsExceptionDismiss(models.TransientModel):
    _name = "logistics.exception.dismiss"
    _description = "Dismiss Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    reason = fields.Char(
        required=True, help="Why nothing has to be done. It is kept with the case."
    )

    def action_dismiss(self):
        exceptions = self.exception_ids
        exceptions._check_open()
        exceptions._close("dismissed", self.reason)
        for exception in exceptions:
            exception._dismiss_behind(self.reason)
        return {"type": "ir.actions.act_window_close"}
