from odoo import api, fields, models

from .policy import POLICIES


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_policy = fields.Selection(
        POLICIES,
        "Deliveries are billed",
        company_dependent=True,
        groups="base.group_user",
        help="Empty: as the company does (Settings → Logistics). It counts for what leaves from "
        "now on.",
    )

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "billing_policy"]

    def _billing_policy(self, company):
        """When what this customer gets may be billed: a key of POLICIES."""
        partner = self.sudo().with_company(company).commercial_partner_id
        return partner.billing_policy or company.sudo().billing_policy
