from odoo import api, models
from odoo.exceptions import UserError

from ...outbox.tracker_desk import TrackerDesk
from .logistics_tracker import FLOW


class LogisticsFlow(models.Model):
    """The flow by which a provider is asked to follow numbers."""

    _inherit = "logistics.flow"

    def _follows(self):
        return self.code == FLOW and bool(self.connection_id._trackers())

    def _has_engine(self):
        return self._follows() or super()._has_engine()

    def _make_engine(self):
        if not self._follows():
            return super()._make_engine()
        connection = self.connection_id
        if lack := connection._tracking_lack():
            raise UserError(lack)
        declared = connection._trackers()
        hook = connection._tracking_hook() if declared.needs_hook else None
        return TrackerDesk(declared, self.url, connection._make_caller(), hook)

    # -- who follows is remembered ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        if FLOW in flows.mapped("code"):
            self.env.registry.clear_cache()
            self.env["logistics.tracker"]._enrol()
        return flows

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and FLOW in self.mapped("code"):
            self.env.registry.clear_cache()
            self.env["logistics.tracker"]._enrol()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
