from odoo import fields, models
from odoo.exceptions import UserError

from ..models.selections import PARTIES_WAITED_FOR


class LogisticsExceptionWait(models.TransientModel):
    """For whom cases wait, and until when at the latest."""

    _name = "logistics.exception.wait"
    _description = "Wait for Somebody"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    waiting_for = fields.Selection(PARTIES_WAITED_FOR, "For whom", required=True, default="carrier")
    waiting_until = fields.Datetime(
        "Until", help="Then it comes back to its owner, even if nobody has answered."
    )
    note = fields.Text(help="What was asked; it is kept with the case.")

    def action_wait(self):
        if self.waiting_until and self.waiting_until <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time that is still to come."))
        self.exception_ids._wait_for(self.waiting_for, self.waiting_until)
        if self.note:
            for case in self.exception_ids:
                case.message_post(body=self.note, subtype_xmlid="mail.mt_note")
        return {"type": "ir.actions.act_window_close"}
