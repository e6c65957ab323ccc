from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.canonical import ParseContext, ParseError
from ..core.matching import SHARED

# Lines of a content that are shown; the whole lies in the message.
SHOWN = 20


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
            return _lines(map(_event_line, rivals)), _event_line(event)
        original = self.message_id.original_id
        first = _lines(map(_event_line, original.event_ids))
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


class LogisticsEvent(models.Model):
    _inherit = "logistics.event"

    def _rivals_decided(self):
        """Of a conflict that was decided: the others under the same id, whatever came of them."""
        self.ensure_one()
        if not self.source_id:
            return self.browse()
        same = self.search(
            [
                ("issuer", "=", self.issuer),
                ("source_id", "=", self.source_id),
                ("id", "<", self.id),
            ],
            order="id",
        )
        return same.filtered(lambda event: event.revision == self.revision)


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _told_lines(self):
        """What a message says, as lines for people; read anew, as a conflict is not worked yet."""
        self.ensure_one()
        message = self.sudo()
        if message.event_ids:
            return _lines(map(_event_line, message.event_ids))
        body = message._read_bodies().get(message.id)
        if body is None:
            return self.env._("The body was purged.")
        context = ParseContext(default_zone=message.connection_id.tz or "")
        try:
            handler = message.connection_id.provider_id._handler()
            parsed = handler._parse_message(body, context)
        except (ParseError, UserError) as error:
            return str(error)
        return _lines(self._parsed_line(event) for event in parsed.events)

    def _parsed_line(self, event):
        codes = self.env["logistics.event.code"].sudo()
        mappings = self.env["logistics.event.mapping"].sudo()
        raw_code = event.raw_code or event.code
        found = mappings._lookup_code(event.issuer, raw_code, event.raw_sub_code)
        code = event.code or (found[1] if found else "")
        name = codes.search([("code", "=", code)], limit=1).name if code else ""
        when = ""
        if event.occurred:
            offset = timedelta(minutes=event.occurred.offset_minutes or 0)
            when = f"{event.occurred.utc.astimezone(timezone(offset)):%Y-%m-%d %H:%M (%Z)}"
        numbers = [ref.value for ref in event.references if ref.type not in SHARED]
        place = ", ".join(part for part in (event.place.city or event.place.country,) if part)
        shown = name or " / ".join(part for part in (raw_code, event.raw_sub_code) if part)
        return " · ".join(part for part in (when, shown, *numbers[:1], place) if part)


def _event_line(event):
    place = event.city or event.place
    when = event._local_time_of(event.stated_at or event.occurred_at)
    code = event.code_id.name or event.raw_code
    return " · ".join(part for part in (when, code, event.tracking_number, place) if part)


def _lines(lines):
    shown = list(lines)
    if len(shown) > SHOWN:
        shown = [*shown[:SHOWN], "…"]
    return "\n".join(shown)
