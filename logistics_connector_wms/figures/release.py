from odoo import models
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.tools import SQL

from ..core.release import ACCEPTED, SENT


class ReleaseUnconfirmed(models.AbstractModel):
    _name = "logistics.figure.release_unconfirmed"
    _inherit = "logistics.figure"
    _description = "Released without confirmation"
    _subject = "logistics.release"
    _section = "orders"
    _sequence = 20
    _is_level = True

    def _formula(self):
        return self.env._(
            "Transfers that a warehouse was told to work and of which it has not confirmed the "
            "end, by the time since it was told first."
        )

    def _bands(self):
        return (
            Band("0", self.env._("Up to 8 hours")),
            Band("1", self.env._("8 to 24 hours")),
            Band("2", self.env._("1 to 3 days"), "warning"),
            Band("3", self.env._("More than 3 days"), "bad"),
        )

    def _rows(self, first, last):
        return SQL(
            """
            SELECT r.id, r.company_id, r.warehouse_id, NULL::date AS day, %s AS band,
                   0.0::float AS amount
            FROM logistics_release r WHERE r.state = ANY(%s) AND r.told_at IS NOT NULL
            """,
            self._age_band(SQL("r.told_at"), 8, 24, 72),
            [SENT, ACCEPTED],
        )

    def _connections(self):
        return SQL("SELECT id, connection_id FROM logistics_release")
