from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import ormcache

from ..connection.logistics_connection import OPEN_STATES


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    channel = fields.Selection(selection_add=[("api", "API")], ondelete={"api": "cascade"})


class LogisticsConnection(models.Model):
    """Messages that come with a key instead of a signed call."""

    _inherit = "logistics.connection"

    @api.model
    @ormcache("connection_id")
    def _api_profile(self, connection_id):
        """What the intake must know of a connection that a key writes to; None where it takes
        nothing at present. Cached as :meth:`_intake_profile` is, and forgotten with it."""
        connection = self.sudo().browse(connection_id).exists()
        if not connection or connection.state not in OPEN_STATES:
            return None
        # The key is the proof; what is not needed is not kept in memory.
        return replace(connection._make_profile(), proofs=())
