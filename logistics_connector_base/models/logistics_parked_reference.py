from odoo import api, fields, models


class LogisticsParkedReference(models.Model):
    """What a parked event waits for: one row per number under which its shipment may appear."""

    _name = "logistics.parked.reference"
    _description = "Number Waited For"
    _log_access = False

    event_id = fields.Many2one("logistics.event", required=True, index=True, ondelete="cascade")
    message_id = fields.Many2one("logistics.message", index=True, ondelete="cascade")
    value_key = fields.Char(required=True)

    _lookup = models.Index("(value_key)")

    @api.model
    def _wake(self, keys):
        """Work the messages again whose events wait for one of these numbers."""
        if not keys:
            return
        waiting = self.search([("value_key", "in", keys)])
        waiting.message_id.filtered(lambda message: message.state != "processing")._requeue()
