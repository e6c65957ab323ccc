from odoo import api, fields, models
from odoo.exceptions import UserError

from ..event.event_lines import event_line, joined


class LogisticsException(models.Model):
    """What a person can decide in the workbench, and what is shown to decide by. Decisions are kept
    with the message or event, so that they hold whatever comes again."""

    _inherit = "logistics.exception"

    content_first = fields.Text("What came first", compute="_compute_contents")
    content_new = fields.Text("What came later", compute="_compute_contents")

    @api.depends("type_id", "message_id", "event_id")
    def _compute_contents(self):
        for exception in self:
            first = new = ""
            if exception.type_code == "message_conflict":
                first, new = exception._conflict_contents()
            exception.content_first, exception.content_new = first, new

    def _conflict_contents(self):
        """Both contents of a conflict in words, one line for each event.

        :return: (text, text); "" for what is not known
        """
        self.ensure_one()
        if self.event_id:
            event = self.event_id
            rivals = event._rivals() | event._rivals_decided()
            return joined(map(event_line, rivals)), event_line(event)
        original = self.message_id.original_id
        first = joined(map(event_line, original.event_ids))
        return first, self.message_id._told_lines()

    # -- conflicts ----------------------------------------------------------------------------

    def action_keep_first(self):
        return self._settle_conflict("keep", self.env._("The first content is right."))

    def action_accept_conflict(self):
        return self._settle_conflict("take", self.env._("The later content is right."))

    def action_both_true(self):
        return self._settle_conflict("both", self.env._("Both contents are true."))

    def _settle_conflict(self, choice, outcome):
        self._check_open()
        for exception in self:
            if exception.type_code != "message_conflict":
                raise UserError(self.env._("Only a conflict can be decided in this way."))
            if exception.event_id:
                exception.event_id._settle_conflict(choice)
            else:
                exception.message_id._settle_conflict(choice)
            if exception.is_open:  # the fold may have closed it already
                exception._close("resolved", outcome)
        return True

    def _dismiss_behind(self, reason):
        """What was found to need no work stays without effect, also when it is worked again."""
        self.ensure_one()
        message, event = self.message_id, self.event_id.sudo()
        if self.type_code == "message_conflict" and event.is_disputed:
            event.with_user(self.env.user)._settle_conflict("keep", reason)
        elif self.type_code == "quarantined_time" and event.is_implausible:
            event.with_user(self.env.user)._decide("dismissed", reason)
        elif message.state == "conflict":
            message._settle_conflict("keep")
        elif message.state == "dead":
            if message.direction == "out":
                message.sudo()._take_out(self.env._("Dismissed by %s", self.env.user.name))
            else:
                message.sudo().state = "dismissed"

    # -- times --------------------------------------------------------------------------------

    def action_release_time(self):
        """Let an event count although its time is implausible: a person has decided."""
        self._check_open()
        for exception in self:
            event = exception.event_id
            if not event.occurred_at:
                raise UserError(
                    self.env._(
                        "The event has no time at all: set one, or take the time of receipt."
                    )
                )
            event._decide("accepted", is_implausible=False)
            exception._close("resolved", self.env._("The time was accepted."))

    def action_decide_time(self):
        self.ensure_one()
        self._check_open()
        return self._open_wizard("logistics.exception.time", self.env._("Time of the event"))
