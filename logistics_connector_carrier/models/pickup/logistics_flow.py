from odoo import models

from ...engine.pickup_desk import PickupDesk
from .logistics_connection_pickup import PICKUP_FLOWS


class LogisticsFlow(models.Model):
    _inherit = "logistics.flow"

    def _has_engine(self):
        if self.connection_id.booking_carrier and self.code in PICKUP_FLOWS:
            return True
        return super()._has_engine()

    def _make_engine(self):
        if self.connection_id.booking_carrier and self.code in PICKUP_FLOWS:
            return PickupDesk(self.connection_id._pickup_account())
        return super()._make_engine()
