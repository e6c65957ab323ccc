from odoo import api, fields, models
from odoo.tools import SQL

# Longer than any transaction that makes a shipment.
LONGEST_TRANSACTION = "10 minutes"


class LogisticsParkedReference(models.Model):
    """What a parked event waits for: one row per number under which its shipment may appear."""

    _name = "logistics.parked.reference"
    _description = "Number Waited For"
    _log_access = False

    event_id = fields.Many2one("logistics.event", required=True, index=True, ondelete="cascade")
    message_id = fields.Many2one("logistics.message", index=True, ondelete="cascade")
    value_key = fields.Char(required=True)
    type = fields.Char(help="Kind of number; empty: a tracking number.")
    issuer = fields.Char()

    _lookup = models.Index("(value_key)")

    @api.model
    def _wake(self, keys):
        """Work the messages again whose events wait for one of these numbers."""
        keys = [key for key in keys if key]
        if not keys:
            return
        waiting = self.search([("value_key", "in", keys)])
        waiting.message_id.filtered(lambda message: message.state != "processing")._requeue()

    @api.model
    def _sweep(self):
        """Find the messages that nobody woke: an event was parked while the transaction that made
        its shipment was not committed yet, so that neither saw the other."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.id
                FROM logistics_parked_reference p
                JOIN logistics_message m ON m.id = p.message_id
                JOIN logistics_shipment_reference r ON r.value_key = p.value_key
                WHERE m.state = 'parked' AND r.write_date > m.processed_at - %s::interval
                """,
                LONGEST_TRANSACTION,
            )
        )
        self.env["logistics.message"].browse([row[0] for row in rows])._requeue()
