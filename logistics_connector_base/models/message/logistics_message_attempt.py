from odoo import fields, models


class LogisticsMessageAttempt(models.Model):
    """One try at a message: when, how long, what came of it. Of incoming messages, the tries that
    failed; of outgoing ones, all, and what people decided between them."""

    _name = "logistics.message.attempt"
    _description = "Logistics Message Attempt"
    _log_access = False
    _order = "id desc"

    message_id = fields.Many2one("logistics.message", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    error_class = fields.Char("Outcome")
    error_text = fields.Text("What they said")
    status = fields.Integer("HTTP status", readonly=True)
    seconds = fields.Float(readonly=True, digits=(8, 3))
    answer = fields.Text(
        "Beginning of the answer",
        readonly=True,
        groups="logistics_connector_base.group_logistics_manager",
    )
