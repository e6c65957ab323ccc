from odoo import models
from odoo.tools import SQL

from ..core.figures import Band


class CaseFigure(models.AbstractModel):
    """Counts open exceptions."""

    _name = "logistics.figure.case"
    _inherit = "logistics.figure"
    _description = "Figure of Exceptions"
    _half = "logistics.figure.case"
    _subject = "logistics.exception"
    _section = "cases"
    _is_level = True

    def _connections(self):
        return SQL(
            "SELECT id, connection_id FROM logistics_exception "
            "WHERE is_open AND connection_id IS NOT NULL"
        )

    def _open(self, band):
        return SQL(
            """
            SELECT x.id, x.company_id, x.warehouse_id, NULL::date AS day, %s AS band,
                   0.0::float AS amount
            FROM logistics_exception x WHERE x.is_open
            """,
            band,
        )


class CaseAge(models.AbstractModel):
    _name = "logistics.figure.case_age"
    _inherit = "logistics.figure.case"
    _description = "Open exceptions by age"
    _sequence = 10

    def _formula(self):
        return self.env._("Open exceptions, by the time since they were seen first.")

    def _bands(self):
        return (
            Band("0", self.env._("Up to 4 hours")),
            Band("1", self.env._("4 to 24 hours")),
            Band("2", self.env._("1 to 3 days"), "warning"),
            Band("3", self.env._("3 to 7 days"), "warning"),
            Band("4", self.env._("More than a week"), "bad"),
        )

    def _rows(self, first, last):
        return self._open(self._age_band(SQL("x.first_seen_at"), 4, 24, 72, 168))


class CaseOwner(models.AbstractModel):
    _name = "logistics.figure.case_owner"
    _inherit = "logistics.figure.case"
    _description = "Open exceptions by owner"
    _hides_empty = True
    _sequence = 20

    def _formula(self):
        return self.env._(
            "Open exceptions by who works them; “Nobody” are those that still wait for an owner."
        )

    def _bands(self):
        """Whoever owns one, and nobody."""
        found = (
            self.env["logistics.exception"]
            .sudo()
            ._read_group([("is_open", "=", True), ("user_id", "!=", False)], ["user_id"])
        )
        owners = sorted((user for [user] in found), key=lambda user: user.name or "")
        return (
            Band("0", self.env._("Nobody"), "bad"),
            *(Band(str(user.id), user.name, "neutral") for user in owners),
        )

    def _rows(self, first, last):
        return self._open(SQL("COALESCE(x.user_id, 0)::text"))
