from datetime import timedelta

from odoo import api, fields, models

MOST = 10_000  # at a time: they are resent in one transaction


class LogisticsResend(models.TransientModel):
    """After an outage at the partner's: everything since then once more."""

    _name = "logistics.resend"
    _description = "Resend Messages"

    flow_id = fields.Many2one("logistics.flow", required=True)
    since = fields.Datetime(
        "Written since",
        required=True,
        default=lambda self: fields.Datetime.now() - timedelta(days=1),
    )
    with_rejected = fields.Boolean("Also what they rejected")
    with_delivered = fields.Boolean(
        "Also what they have",
        help="When the partner has lost what it had taken, for example after a restored backup.",
    )
    message_count = fields.Integer("Messages", compute="_compute_message_count")

    def _domain(self):
        self.ensure_one()
        states = ["dead", "expired"]
        states += ["rejected"] if self.with_rejected else []
        states += ["delivered"] if self.with_delivered else []
        return [
            ("flow_id", "=", self.flow_id.id),
            ("received_at", ">=", self.since),
            ("state", "in", states),
            ("purged_at", "=", False),
        ]

    @api.depends("flow_id", "since", "with_rejected", "with_delivered")
    def _compute_message_count(self):
        for wizard in self:
            wizard.message_count = self.env["logistics.message"].search_count(wizard._domain())

    def action_resend(self):
        """Resend them, those that were settled first; at most ``MOST`` at a time. Called again, it
        goes on with the next ones."""
        self.ensure_one()
        messages = self.env["logistics.message"].search(
            self._domain(), order="processed_at, id", limit=MOST
        )
        messages.action_resend()
        return self.flow_id.action_view_messages()
