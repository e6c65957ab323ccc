from odoo import api, models
from odoo.tools import SQL

SECTIONS = ("orders", "shipments", "cases", "stock", "money")
MEASURES = ("count", "share", "hours", "money", "percent")
CONTRACT = "logistics.figure"


class LogisticsFigure(models.AbstractModel):
    """The contract of a figure of the control tower. Inherit it (``_inherit = "logistics.figure"``,
    own ``_name``); nothing else has to know.

    A figure is one question to the database: *which rows count, in which band, on which day and
    where*. The rolled-up counts, the page of somebody who sees a part only, and the rows behind a
    number are all read from the same answer. It needs no addon that shows it.
    """

    _name = "logistics.figure"
    _description = "Logistics Figure"

    # Its own ``_name`` where it only helps its heirs.
    _half = "logistics.figure"
    # Model of the rows. Its record rules narrow by company and data scope, by nothing else.
    _subject = None
    _section = "orders"
    _sequence = 100
    # count: how many; share: how many of those judged are good; hours: median, and bands are whole
    # hours; money: sum in the company's currency; percent: mean
    _measure = "count"
    # It says how things stand now; otherwise what happened on a day.
    _is_level = False
    # Bands without rows are not shown.
    _hides_empty = False
    # Who sees it, beside whoever may read the rows.
    _groups = ""

    # -- what an heir says ----------------------------------------------------------------------

    @api.model
    def _title(self):
        """Its ``_description``, in the reader's language."""
        return self.env["ir.model"].sudo()._get(self._name).name

    @api.model
    def _formula(self):
        """How it is counted, in the words of the trade."""
        raise NotImplementedError

    @api.model
    def _bands(self):
        """Its parts in order, as ``core.figures.Band``."""
        raise NotImplementedError

    @api.model
    def _rows(self, first, last):
        """The rows that count.

        :param date first, last: days in the company's time zone, both included; not used where it
            is a level
        :return: SQL, a SELECT of ``id``, ``company_id``, ``warehouse_id``, ``day`` (date; NULL
            where it is a level), ``band`` (text), ``amount`` (float: hours, money, per cent)
        """
        raise NotImplementedError

    @api.model
    def _connections(self):
        """Which rows belong to which connections.

        :return: SQL, a SELECT of ``id``, ``connection_id``; None where nobody can tell
        """
        return None

    # -- what they share ------------------------------------------------------------------------

    @api.model
    def _code(self):
        return self._name.removeprefix("logistics.figure.")

    @api.model
    def _figures(self):
        """Every registered figure: code → model, in the order of the page."""
        names = self.env.registry.descendants([CONTRACT], "_inherit")
        found = [self.env[name] for name in names if self.env[name]._half != name]
        found.sort(key=lambda one: (SECTIONS.index(one._section), one._sequence, one._name))
        return {one._code(): one for one in found}

    @api.model
    def _may_see(self):
        """Whether the user may see it, as a whole or in part."""
        groups = self._groups.split(",") if self._groups else []
        return self.env[self._subject].has_access("read") and (
            not groups or any(self.env.user.has_group(group) for group in groups)
        )

    @api.model
    def _zones(self):
        """SQL, a table ``zone(company_id, tz)``: on whose clock a company's days pass."""
        companies = self.env["res.company"].sudo().with_context(active_test=False).search([])
        rows = [SQL("(%s, %s)", one.id, one._logistics_zone()) for one in companies]
        return SQL("(VALUES %s) AS zone(company_id, tz)", SQL(", ").join(rows))

    @api.model
    def _day(self, moment):
        """SQL, the day of a moment (naive UTC) where ``zone`` is joined."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date", moment)

    @api.model
    def _within(self, moment, first, last):
        """SQL, whether a moment may lie in these days, by its index; any zone is within a day."""
        return SQL(
            "%(moment)s >= %(first)s::date - 1 AND %(moment)s < %(last)s::date + 2",
            moment=moment,
            first=first,
            last=last,
        )

    @api.model
    def _age_band(self, moment, *hours):
        """SQL, the band of an age: "0" below the first bound, "1" below the second …"""
        now = SQL("(now() AT TIME ZONE 'UTC')")
        whens = [
            SQL("WHEN %s > %s - %s * interval '1 hour' THEN %s", moment, now, bound, str(place))
            for place, bound in enumerate(hours)
        ]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), str(len(hours)))

    @api.model
    def _chosen_rows(self, chosen):
        """SQL, the ids of the rows behind a number.

        :param Chosen chosen: which
        """
        rows = SQL(
            "SELECT figure.id FROM (%s) figure WHERE TRUE", self._rows(chosen.first, chosen.last)
        )
        if not self._is_level:
            rows = SQL("%s AND figure.day BETWEEN %s AND %s", rows, chosen.first, chosen.last)
        if chosen.bands:
            rows = SQL("%s AND (%s)", rows, self._in_bands(chosen.bands))
        if chosen.warehouse:
            rows = SQL("%s AND figure.warehouse_id = %s", rows, chosen.warehouse)
        told = self._connections()
        if chosen.connection and told is not None:
            rows = SQL(
                "%s AND EXISTS (SELECT FROM (%s) told WHERE told.id = figure.id "
                "AND told.connection_id = %s)",
                rows,
                told,
                chosen.connection,
            )
        return rows

    @api.model
    def _in_bands(self, codes):
        known = {band.code: band for band in self._bands()}
        parts = [SQL("FALSE")]
        for code in codes:
            band = known.get(code)
            if band is None or band.low is None:
                parts.append(SQL("figure.band = %s", code))
            else:
                part = SQL("figure.band::int >= %s", band.low)
                if band.high is not None:
                    part = SQL("%s AND figure.band::int < %s", part, band.high)
                parts.append(SQL("(%s)", part))
        return SQL(" OR ").join(parts)
