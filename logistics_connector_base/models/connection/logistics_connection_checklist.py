from odoo import api, fields, models


class LogisticsConnection(models.Model):
    """What the connection's form says to whoever sets it up."""

    _inherit = "logistics.connection"

    missing_for_live = fields.Char(
        "Still missing",
        compute="_compute_missing_for_live",
        help="What has to be done before the connection can go live.",
    )

    documentation_url = fields.Char("Their documentation", related="provider_id.documentation_url")

    @api.depends(
        "state",
        "has_address",
        "credential_ids.is_set",
        "credential_ids.direction",
        "credential_ids.valid_to",
        "credential_ids.verifier_id",
        "verifier_mode",
        "verifier_ids.needs_secret",
    )
    def _compute_missing_for_live(self):
        for connection in self:
            is_wanted = connection.state in ("draft", "approval") and connection.id
            missing = connection.sudo()._missing_for_live() if is_wanted else []
            connection.missing_for_live = "; ".join(missing)
