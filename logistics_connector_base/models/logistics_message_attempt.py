from odoo import fields, models


class LogisticsMessageAttempt(models.Model):
    """One failed try at a message: when, how long, which class of error."""

    _name = "logistics.message.attempt"
    _description = "Logistics Message Attempt"
    _log_access = False
    _order = "id desc"

    message_id = fields.Many2one("logistics.message", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True)
    at = fields.Datetime(required=True, default=fields.Datetime.now)
    error_class = fields.Char(required=True)
    error_text = fields.Text()
