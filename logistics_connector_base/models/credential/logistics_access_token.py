from odoo import fields, models


class LogisticsAccessToken(models.Model):
    """The OAuth2 token of an access, encrypted, or why there is none. Written by
    ``access.tokens``, past the ORM and on a connection of its own."""

    _name = "logistics.access.token"
    _description = "Logistics Access Token"
    _log_access = False

    access_id = fields.Many2one(
        "logistics.access", required=True, readonly=True, ondelete="cascade", index=True
    )
    fingerprint = fields.Char(
        readonly=True, groups=fields.NO_ACCESS, help="Of the settings it was fetched with."
    )
    token_encrypted = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    fetched_at = fields.Datetime(readonly=True)
    fresh_until = fields.Datetime(readonly=True)
    forced_at = fields.Datetime(readonly=True, help="When it was last renewed after a refusal.")
    failure_code = fields.Char(readonly=True)
    failure_text = fields.Char(readonly=True)
    failure_is_transient = fields.Boolean(readonly=True)
    fail_until = fields.Datetime(readonly=True, help="Until then nobody asks again.")

    _access_uniq = models.Constraint("UNIQUE(access_id)", "An access has one token.")
