from odoo import api, fields, models


class LogisticsConnection(models.Model):
    """What we ask a partner for."""

    _inherit = "logistics.connection"

    poll_ids = fields.One2many("logistics.poll", "connection_id", string="Polls")
    can_be_asked = fields.Boolean(compute="_compute_can_be_asked")

    def _compute_can_be_asked(self):
        for connection in self:
            provider = connection.provider_id.sudo()
            known = provider.handler in self.env
            connection.can_be_asked = bool(known and self.env[provider.handler]._polls())

    def write(self, vals):
        result = super().write(vals)
        if {"provider_id", "company_id", "company_ids", "active", "state"} & set(vals):
            self.poll_ids._enrol()  # shipments of other companies may be its now
        return result

    # -- going live ---------------------------------------------------------------------------

    def _missing_for_live(self):
        """Who is asked need not be able to send: without an address nobody can."""
        if self.poll_ids and not self.has_address:
            return []
        return super()._missing_for_live()

    @api.depends("poll_ids.active")
    def _compute_missing_for_live(self):
        return super()._compute_missing_for_live()
