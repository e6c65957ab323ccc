from odoo import api, fields, models


class LogisticsConnection(models.Model):
    """The source of what a company's own people state: a connection without address, which nobody
    can call."""

    _inherit = "logistics.connection"

    is_by_hand = fields.Boolean(readonly=True, copy=False)

    _by_hand_uniq = models.UniqueIndex("(company_id) WHERE is_by_hand IS TRUE")

    @api.model
    def _by_hand(self, company):
        """The source of a company's people (superuser); made when it is first needed."""
        connections = self.sudo().with_context(active_test=False)
        found = connections.search([("company_id", "=", company.id), ("is_by_hand", "=", True)])
        return found or connections.create(
            {
                "name": self.env._("By hand"),
                "provider_id": self.env.ref("logistics_connector_base.provider_by_hand").id,
                "company_id": company.id,
                "state": "live",
                "is_by_hand": True,
            }
        )
