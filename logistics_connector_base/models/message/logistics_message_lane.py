from odoo import fields, models


class LogisticsMessage(models.Model):
    """What the lanes of the inbox need to take messages and to take them back."""

    _inherit = "logistics.message"

    lane = fields.Integer(readonly=True, help="The lane of the inbox that has the message in work.")

    # Small whatever the history: what still has to be worked. First what was never tried, by
    # connection, so that connections can take turns; then what is to be tried again; then what is
    # in work.
    _fresh = models.Index("(connection_id, priority, id) WHERE state = 'received' AND tries = 0")
    _again = models.Index("(next_try_at NULLS FIRST, id) WHERE state = 'received' AND tries > 0")
    _in_work = models.Index("(lane) WHERE state = 'processing'")

    def init(self):
        result = super().init()
        # Up to which message a connection's queue was looked through for what is urgent (a hint
        # about the order, see inbox/glance.py). Not on the connection: people edit that one.
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS logistics_inbox_glance (
                connection_id integer PRIMARY KEY
                    REFERENCES logistics_connection(id) ON DELETE CASCADE,
                up_to bigint NOT NULL
            )
            """
        )
        return result
