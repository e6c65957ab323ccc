from odoo import fields, models


class LogisticsReplayMessage(models.Model):
    """One message of a replay: whether it was worked, and why not. An event whose message is not
    there any more stands for itself."""

    _name = "logistics.replay.message"
    _description = "Message of a Replay"
    _log_access = False
    _order = "id"
    _rec_name = "message_id"

    replay_id = fields.Many2one(
        "logistics.replay", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    message_id = fields.Many2one("logistics.message", readonly=True, ondelete="set null")
    event_id = fields.Many2one("logistics.event", readonly=True, ondelete="cascade")
    portion = fields.Integer(
        readonly=True, help="Messages about the same shipments are worked in one transaction."
    )
    state = fields.Selection(
        [
            ("waiting", "Waits"),
            ("previewed", "Previewed"),
            ("applied", "Applied"),
            ("left_out", "Cannot be replayed"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
    )
    note = fields.Char(readonly=True)
    message_state = fields.Selection(related="message_id.state", string="Message is")
    received_at = fields.Datetime(related="message_id.received_at")
    connection_id = fields.Many2one(related="message_id.connection_id")

    _progress = models.Index("(replay_id, state, portion)")
    _by_message = models.Index("(message_id) WHERE message_id IS NOT NULL")

    def action_open(self):
        self.ensure_one()
        record = self.message_id or self.event_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
