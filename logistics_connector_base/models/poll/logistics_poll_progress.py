from odoo import api, fields, models

from ...polling import claims

# As those of a breaker; "stopped" is a person's, or needs one.
STATES = [
    ("closed", "Asking"),
    ("half_open", "Trying"),
    ("open", "Paused"),
    ("stopped", "Stopped"),
]


class LogisticsPollProgress(models.Model):
    """How far a poll has come, and whether its partner answers. A row of its own, which its askers
    write (``polling/``); the poll itself is what people edit. Times of feeds are the partner's."""

    _name = "logistics.poll.progress"
    _description = "Progress of a Poll"
    _log_access = False
    _rec_name = "poll_id"

    poll_id = fields.Many2one(
        "logistics.poll", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="poll_id.company_id", store=True, index=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="closed")
    failures = fields.Integer("Failures in a row", readonly=True, default=0)
    pause = fields.Float("Pause (s)", readonly=True)
    opened_at = fields.Datetime("Paused since", readonly=True)
    probe_at = fields.Datetime("Next try", readonly=True)
    paused_until = fields.Datetime("No calls before", readonly=True)
    error = fields.Char("Last error", readonly=True)
    asks = fields.Integer("Calls", readonly=True, default=0)
    last_success_at = fields.Datetime("Last answer", readonly=True)
    last_failure_at = fields.Datetime(readonly=True)

    # a feed
    next_at = fields.Datetime("Next reading", readonly=True)
    watermark = fields.Datetime("Read up to", readonly=True)
    since = fields.Datetime("This round begins at", readonly=True)
    cursor = fields.Char("Next page", readonly=True)
    latest = fields.Datetime("Seen up to", readonly=True)
    cap = fields.Datetime("Round read at", readonly=True)
    fresh = fields.Integer("New in this round", readonly=True, default=0)
    quiet = fields.Integer("Rounds without news", readonly=True, default=0)

    _poll_uniq = models.UniqueIndex("(poll_id)")

    @api.model
    def _make(self, polls):
        """The rows of new polls."""
        self.env["logistics.poll"].flush_model()
        for poll in polls:
            claims.read_progress(self.env.cr, poll.id)
        self.env.invalidate_all()
