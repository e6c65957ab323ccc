from datetime import timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError

from ...core.canonical import ParseContext, ParseError
from ...core.matching import SHARED
from ..event.event_lines import event_line, joined

CHOICES = [
    ("keep", "The first one is right"),
    ("take", "The later one is right"),
    ("both", "Both are true"),
]


class LogisticsMessage(models.Model):
    """Two contents under one identity, and no declared revision: which one is right is a person's
    to say. What was said is kept, and holds when messages are worked again."""

    _inherit = "logistics.message"

    conflict_decision = fields.Selection(CHOICES, readonly=True, string="Decision")
    conflict_decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null"
    )
    conflict_decided_at = fields.Datetime(readonly=True)

    def _settle_conflict(self, choice):
        """Decide about messages in conflict, as a person of Logistics.

        :param str choice: one of ``CHOICES``; "keep" works nothing, the others work the message
        """
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_user"):
            raise UserError(self.env._("Only people of Logistics can decide about a conflict."))
        if any(message.state != "conflict" for message in self):
            raise UserError(self.env._("Only a conflict can be decided."))
        messages = self.sudo()
        messages.write(
            {
                "conflict_decision": choice,
                "conflict_accepted": choice != "keep",
                "conflict_decided_by_id": self.env.uid,
                "conflict_decided_at": fields.Datetime.now(),
            }
        )
        if choice == "keep":
            messages.write({"state": "dismissed"})
        else:
            messages._requeue()
        return True

    def _displaced_events(self, kept_ids):
        """The events of the first message that a later one, taken in its place, does not tell.

        :param kept_ids: ids of the events that the later message tells
        """
        first = self.original_id
        return first.event_ids.filtered(
            lambda event: event.id not in kept_ids and event.decision != "dismissed"
        )

    def _told_lines(self):
        """What a message says, as lines for people; read anew, as a conflict is not worked yet."""
        self.ensure_one()
        message = self.sudo()
        if message.event_ids:
            return joined(map(event_line, message.event_ids))
        body = message._read_bodies().get(message.id)
        if body is None:
            return self.env._("The body was purged.")
        context = ParseContext(default_zone=message.connection_id.tz or "")
        try:
            handler = message.connection_id.provider_id._handler()
            parsed = handler._parse_message(body, context)
        except (ParseError, UserError) as error:
            return str(error)
        return joined(self._parsed_line(event) for event in parsed.events)

    def _parsed_line(self, event):
        codes = self.env["logistics.event.code"].sudo()
        mappings = self.env["logistics.event.mapping"].sudo()
        raw_code = event.raw_code or event.code
        found = mappings._lookup_code(
            event.issuer, raw_code, event.raw_sub_code, self.connection_id.ids
        )
        code = event.code or (found.code if found else "")
        name = codes.search([("code", "=", code)], limit=1).name if code else ""
        when = ""
        if event.occurred:
            offset = timedelta(minutes=event.occurred.offset_minutes or 0)
            when = f"{event.occurred.utc.astimezone(timezone(offset)):%Y-%m-%d %H:%M (%Z)}"
        numbers = [ref.value for ref in event.references if ref.type not in SHARED]
        place = ", ".join(part for part in (event.place.city or event.place.country,) if part)
        shown = name or " / ".join(part for part in (raw_code, event.raw_sub_code) if part)
        return " · ".join(part for part in (when, shown, *numbers[:1], place) if part)

    def _recount_parked(self):
        """Messages of which no event waits any more are not parked any more."""
        for message in self.filtered(lambda message: message.state == "parked"):
            waiting = len(
                self.env["logistics.parked.reference"]
                .search([("message_id", "=", message.id)])
                .event_id
            )
            if not waiting:
                message.write({"state": "processed", "parked_count": 0})
            else:
                message.parked_count = waiting
