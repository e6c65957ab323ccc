from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsExceptionTime(models.TransientModel):
    """Decides about an event whose time cannot be right. What the partner wrote is kept."""

    _name = "logistics.exception.time"
    _description = "Time of an Event"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    event_id = fields.Many2one("logistics.event", "Event behind it", compute="_compute_event")
    event_name = fields.Char("Event", related="event_id.code_id.name")
    stated = fields.Char("The partner wrote", compute="_compute_event")
    received_at = fields.Datetime("Received", compute="_compute_event")
    choice = fields.Selection(
        [
            ("set", "It happened at another time"),
            ("receipt", "Use the time at which we received it"),
            ("accept", "The partner's time is right"),
            ("drop", "Leave the event out"),
        ],
        required=True,
        default="set",
    )
    occurred_at = fields.Datetime("It happened")
    note = fields.Char("Reason", help="For instance who told you so. It is shown with the event.")

    @api.depends("exception_ids")
    def _compute_event(self):
        for wizard in self:
            event = wizard.exception_ids[:1].event_id
            wizard.event_id = event
            wizard.stated = event._local_time() if event else ""
            wizard.received_at = event.received_at

    def action_decide(self):
        self.ensure_one()
        exception = self.exception_ids[:1]
        exception._check_open()
        event = exception.event_id
        if not event:
            raise UserError(self.env._("There is no event behind this exception any more."))
        if self.choice == "accept":
            exception.action_release_time()
            return {"type": "ir.actions.act_window_close"}
        if self.choice == "drop":
            event._decide("dismissed", self.note or "")
            outcome = self.env._("The event was left out.")
        else:
            moment = self.occurred_at if self.choice == "set" else event.received_at
            if not moment:
                raise UserError(self.env._("Say when it happened."))
            # A time to the second that a person typed is not known to the second.
            event._decide(
                "accepted",
                self.note or "",
                occurred_at=moment,
                occurred_precision="minute",
                is_implausible=False,
            )
            outcome = self.env._("The time was set.")
        if exception.is_open:
            exception._close("resolved", outcome)
        return {"type": "ir.actions.act_window_close"}
