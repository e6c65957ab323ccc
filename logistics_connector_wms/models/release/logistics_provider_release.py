from odoo import api, models


class LogisticsProviderHandler(models.AbstractModel):
    _inherit = "logistics.provider.handler"

    @api.model
    def _release_acts(self):
        """How this provider is told of releases in its own words: ``core.act.ReleaseActs``. None
        where it is told in ours (schemas/release-1.1.json)."""
        return None

    @api.model
    def _release_url(self, environment):
        """Where it is told.

        :param str environment: "production" or "test"
        """
        return ""
