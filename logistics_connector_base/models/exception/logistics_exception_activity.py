from odoo import models


class LogisticsException(models.Model):
    """Who is called for an exception that cannot wait until somebody looks at the list."""

    _inherit = "logistics.exception"

    def _call_administrators(self):
        """An activity for each administrator of the integration, once for each exception."""
        group = self.env.ref("logistics_connector_base.group_logistics_admin")
        for exception in self.filtered(lambda one: not one.activity_ids):
            for user in exception._may_be_told(
                group.sudo().all_user_ids.filtered(
                    lambda user, company=exception.company_id: (
                        user.active and not user.share and company in user.company_ids
                    )
                )
            ):
                exception.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=user.id, summary=exception.name
                )
