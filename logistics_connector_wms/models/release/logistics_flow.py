from odoo import models

from ...engine.release_desk import ReleaseDesk
from ..stock_picking_release import RELEASE_FLOW


class LogisticsFlow(models.Model):
    """The flow by which a 3PL is told of releases in its own words."""

    _inherit = "logistics.flow"

    def _tells_in_their_words(self):
        return self.code == RELEASE_FLOW and bool(self.connection_id._release_acts())

    def _has_engine(self):
        return self._tells_in_their_words() or super()._has_engine()

    def _make_engine(self):
        if not self._tells_in_their_words():
            return super()._make_engine()
        connection = self.connection_id
        return ReleaseDesk(connection._release_acts(), self.url, connection._make_caller())
