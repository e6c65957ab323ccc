from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._join_logistics_service()
        return companies

    def _join_logistics_service(self):
        """Let the service account, which works the inbox, act for these companies."""
        service = self.env.ref(
            "logistics_connector_base.user_logistics_service", raise_if_not_found=False
        )
        if service:
            service.sudo().write({"company_ids": [(4, company.id) for company in self]})
