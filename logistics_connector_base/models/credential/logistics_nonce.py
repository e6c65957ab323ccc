from odoo import api, fields, models


class LogisticsNonce(models.Model):
    """Nonces of signed calls, each taken once. A row is only needed until the signature is too old
    to be taken anyway. Written by ``intake.nonces``, past the ORM."""

    _name = "logistics.nonce"
    _description = "Logistics Nonce"
    _log_access = False

    digest = fields.Char(required=True, readonly=True)
    claim = fields.Char(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)

    _digest_uniq = models.Constraint("UNIQUE(digest)", "This nonce was used already.")

    @api.autovacuum
    def _gc_expired(self):
        """Forget nonces whose signatures are refused for their age."""
        self.env.cr.execute(
            "DELETE FROM logistics_nonce WHERE id IN (SELECT id FROM logistics_nonce "
            "WHERE expires_at < now() AT TIME ZONE 'UTC' ORDER BY expires_at LIMIT 10000)"
        )
        return self.env.cr.rowcount, self.env.cr.rowcount
