from odoo import fields, models
from odoo.fields import Domain


class ResUsers(models.Model):
    _inherit = "res.users"

    logistics_scope_ids = fields.Many2many(
        "logistics.scope",
        "logistics_scope_user_rel",
        "user_id",
        "scope_id",
        string="Data scopes",
        groups="logistics_connector_base.group_logistics_admin,base.group_erp_manager",
        help="The user sees what lies in these scopes; empty: all of the companies.",
    )

    def _logistics_scopes(self):
        """What the user is narrowed to; none: to nothing but their companies."""
        return self.sudo().logistics_scope_ids.filtered("active")

    def _is_narrowed(self):
        """Whether there are scopes for the user, archived ones among them."""
        return bool(self.sudo().with_context(active_test=False).logistics_scope_ids)

    def _logistics_domain(self, model):
        """What of a model of Logistics the user may see, companies aside. For record rules.

        :rtype: Domain
        """
        scopes = self._logistics_scopes()
        # Whose scopes were all archived is not let loose by it.
        if not scopes and self._is_narrowed():
            return Domain.FALSE
        return scopes._domain_of(model) if scopes else Domain.TRUE

    def write(self, vals):
        result = super().write(vals)
        if "logistics_scope_ids" in vals:
            self.env["logistics.scope"]._changed()
        return result
