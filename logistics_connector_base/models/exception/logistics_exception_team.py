from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsException(models.Model):
    """Whose desk a case lies on. A person owns it, or nobody yet; its team stays either way."""

    _inherit = "logistics.exception"

    team_id = fields.Many2one(
        "logistics.team",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', (company_id, False))]",
    )

    @api.constrains("team_id", "company_id")
    def _check_team_company(self):
        for exception in self:
            company = exception.team_id.company_id
            if company and company != exception.company_id:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” works for %(company)s only.",
                        team=exception.team_id.name,
                        company=company.name,
                    )
                )
