from odoo import fields, models


class LogisticsMessageKey(models.Model):
    """The identity of a message (law 3). A narrow row that outlives the message's payload: a copy
    that comes after the payload was purged is still known."""

    _name = "logistics.message.key"
    _description = "Logistics Message Key"
    _log_access = False
    _rec_name = "identity"

    connection_id = fields.Many2one("logistics.connection", required=True, ondelete="cascade")
    identity = fields.Char(
        required=True,
        help="The partner's id (“id:…”), or the digest (“sha256:…”) where it has none.",
    )
    revision = fields.Char(required=True, default="")
    digest = fields.Char(required=True)
    message_id = fields.Many2one("logistics.message", ondelete="set null", index="btree_not_null")
    first_seen_at = fields.Datetime(required=True)
    last_seen_at = fields.Datetime(required=True)
    duplicate_count = fields.Integer(required=True, default=0)

    # connection first: the intake looks up by all three.
    _identity_uniq = models.Constraint(
        "UNIQUE(connection_id, identity, revision)", "This message is known already."
    )
