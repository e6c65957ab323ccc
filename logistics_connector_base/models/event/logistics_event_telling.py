from odoo import fields, models
from odoo.tools import format_datetime


class LogisticsEventTelling(models.Model):
    """That a message tells an event which another one told first, or told and does not any more,
    since it was read anew. Written by the inbox and by replays."""

    _name = "logistics.event.telling"
    _description = "Message That Tells an Event"
    _log_access = False

    event_id = fields.Many2one("logistics.event", required=True, readonly=True, ondelete="cascade")
    message_id = fields.Many2one(
        "logistics.message", required=True, readonly=True, ondelete="cascade", index=True
    )
    unsaid_by_id = fields.Many2one("logistics.replay", readonly=True, ondelete="restrict")

    _once = models.UniqueIndex("(event_id, message_id)")


class LogisticsEvent(models.Model):
    """What became of events whose message was read anew: they stay, and do not count."""

    _inherit = "logistics.event"

    unsaid_by_id = fields.Many2one(
        "logistics.replay",
        "Read otherwise by",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The replay after which no message tells this event any more.",
    )
    read_as_id = fields.Many2one(
        "logistics.event",
        "Read as",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The event that its message tells instead.",
    )

    def _unsaid_text(self):
        """Why an event does not count that its message does not tell any more."""
        replay, env = self.unsaid_by_id, self.env
        values = {
            "who": replay.user_id.name or "",
            "when": format_datetime(env, replay.applied_at, dt_format="medium"),
            "why": replay.reason or "",
        }
        if self.read_as_id:
            instead = f"{self.read_as_id.code_id.name}, {self.read_as_id._local_time()}"
            return env._(
                "Read as “%(instead)s” when %(who)s replayed its message, %(when)s: %(why)s",
                instead=instead,
                **values,
            )
        return env._(
            "Not told any more since %(who)s replayed its message, %(when)s: %(why)s", **values
        )
