from odoo import models

from ...engine.desk import BookingDesk
from .logistics_connection import FLOWS


class LogisticsFlow(models.Model):
    _inherit = "logistics.flow"

    def _has_engine(self):
        if self.connection_id.booking_carrier and self.code in FLOWS:
            return True
        return super()._has_engine()

    def _make_engine(self):
        if self.connection_id.booking_carrier and self.code in FLOWS:
            return BookingDesk(self.connection_id._booking_account())
        return super()._make_engine()
