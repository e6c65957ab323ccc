from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.snooze import wake_time


class LogisticsExceptionSnooze(models.TransientModel):
    """Puts cases aside: an hour, until tomorrow or Monday morning of whoever does it, or a time."""

    _name = "logistics.exception.snooze"
    _description = "Snooze Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    preset = fields.Selection(
        [
            ("hour", "For an hour"),
            ("tomorrow", "Until tomorrow morning"),
            ("monday", "Until next Monday"),
            ("custom", "Until a time of your choice"),
        ],
        required=True,
        default="tomorrow",
    )
    until = fields.Datetime(compute="_compute_until", store=True, readonly=False)

    @api.depends("preset")
    def _compute_until(self):
        zone = ZoneInfo(self.env.user.tz or "UTC")
        now = fields.Datetime.now().replace(tzinfo=UTC)
        for wizard in self:
            preset = wizard.preset if wizard.preset != "custom" else "tomorrow"
            wizard.until = wizard.preset and wake_time(preset, now, zone).replace(tzinfo=None)

    def action_snooze(self):
        self.ensure_one()
        if not self.until:
            raise UserError(self.env._("Say until when."))
        cases = self.exception_ids
        if len(cases) == 1:
            cases._snooze(self.until)
            return {"type": "ir.actions.act_window_close"}
        return cases._in_bulk(
            lambda case: case._snooze(self.until),
            self.env._("Snooze"),
            {"type": "ir.actions.act_window_close"},
        )
