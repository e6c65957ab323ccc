from odoo import api, fields, models

from ...core.jsonsafe import clean_text
from ...inbox.contracts import prefix

# Refused messages told about in one go.
PORTION = 1000
TAKE_UNTOLD = """
UPDATE logistics_message SET processed_at = now() AT TIME ZONE 'UTC'
WHERE id IN (
    SELECT id FROM logistics_message
    WHERE state = 'rejected' AND direction = 'in' AND processed_at IS NULL
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


class LogisticsMessage(models.Model):
    """Which contract a message was held against, and what becomes of those that were refused."""

    _inherit = "logistics.message"

    contract_id = fields.Many2one(
        "logistics.contract", "Held against", readonly=True, ondelete="restrict"
    )

    # Empty but for the last minute's.
    _untold = models.Index(
        "(id) WHERE state = 'rejected' AND direction = 'in' AND processed_at IS NULL"
    )

    @api.model
    def _report_refused(self):
        """Open exceptions for what was refused since the last time: the call of a partner itself
        stores the message, and nothing else."""
        self.env.cr.execute(TAKE_UNTOLD, (PORTION,))
        messages = self.browse(sorted(row[0] for row in self.env.cr.fetchall()))
        messages.invalidate_recordset(["processed_at"])
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "contract_broken",
                    "key": message._refusal_key(),
                    "name": self.env._(
                        "%(connection)s, %(type)s refused: %(text)s",
                        connection=message.connection_id.name,
                        type=message.message_type,
                        text=clean_text((message.error_text or "").partition("\n")[0], 120),
                    ),
                    "company_id": message.company_id.id,
                    "connection_id": message.connection_id.id,
                    "message_id": message.id,
                    "provider": message.provider,
                    "detail": message.error_text,
                }
                for message in messages
            ]
        )

    def _refusal_key(self):
        self.ensure_one()
        return f"{prefix(self.connection_id.id, self.message_type or '')}refused"
