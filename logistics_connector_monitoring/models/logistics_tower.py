from collections import defaultdict
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.figures import Chosen
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..core.tower import PERIODS, Cell, days_of, picture

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"
NO_TIME = timedelta()


class LogisticsTower(models.AbstractModel):
    """The page *Control tower*. Whoever sees all shipments of their companies reads what was
    counted; whoever sees a part (data scopes) gets the same figures counted from that part."""

    _name = "logistics.tower"
    _description = "Control Tower"

    @api.model
    def places(self):
        """What the page may be narrowed to.

        :return: dict of lists of ``[id, name]``: ``warehouses``, ``connections``
        """
        self._check_may_look()
        companies = self.env.companies.ids
        connections = self.env["logistics.connection"].search(
            [("company_id", "in", [*companies, False]), ("state", "!=", "draft")], order="name"
        )
        # Warehouses by name alone: finance may not read the rest of them.
        warehouses = self.env["stock.warehouse"].sudo().search([("company_id", "in", companies)])
        user = self.env.user
        if user._is_narrowed():
            scopes = user._logistics_scopes().sudo()
            if all(scope.warehouse_ids for scope in scopes):
                warehouses &= scopes.warehouse_ids
        return {
            "warehouses": [[one.id, one.name] for one in warehouses],
            "connections": [[one.id, one.name] for one in connections],
        }

    @api.model
    def figures(self, period="week", warehouse=None, connection=None):
        """The page's figures.

        :param str period: today, week, month, quarter: days that end today, on the clock of the
            user's company
        :param int warehouse, connection: ids, or None for all
        :return: dict; ``figures``: as ``core.tower.picture`` gives them, with words;
            ``counted_at``: when the oldest of them was counted (naive UTC, text)
        """
        self._check_may_look()
        if period not in PERIODS:
            raise UserError(self.env._("Of which days?"))
        if connection:
            self.env["logistics.connection"].browse(connection).check_access("read")
        zone = self.env.company._logistics_zone()
        today = fields.Date.context_today(self.with_context(tz=zone))
        days = days_of(period, today)
        shown = self._shown(connection)
        if self.env.user._is_narrowed():
            cells, levels = self._count_now(shown, days, warehouse, connection)
            counted_at = fields.Datetime.now()
        else:
            cells, levels = self._counted(shown, days, warehouse, connection)
            counted_at = self._counted_at(shown)
        return {
            "figures": [
                self._told(figure, cells[code], days, levels.get(code))
                for code, figure in shown.items()
            ],
            "counted_at": counted_at and fields.Datetime.to_string(counted_at),
            "currency_id": self.env.company.currency_id.id,
            "first": days.first.isoformat(),
            "last": days.last.isoformat(),
            "may_count": self.env.user.has_group(MANAGER),
        }

    @api.model
    def open_rows(self, figure, bands=None, first=None, last=None, warehouse=None, connection=None):
        """The list of the rows behind a number.

        :return: action
        """
        self._check_may_look()
        model = self.env["logistics.figure"]._figures().get(figure)
        if model is None or not model._may_see():
            raise AccessError(self.env._("This figure is not for you."))
        days = {name: fields.Date.to_date(one) for name, one in (("first", first), ("last", last))}
        chosen = Chosen(
            figure, tuple(bands or ()), **days, warehouse=warehouse, connection=connection
        )
        if model._is_level:
            chosen = replace(chosen, first=None, last=None)
        labels = [band.label for band in model._bands() if band.code in chosen.bands]
        return {
            "type": "ir.actions.act_window",
            "name": ": ".join([model._title(), *([", ".join(labels)] if labels else [])]),
            "res_model": model._subject,
            "views": [[False, "list"], [False, "form"]],
            "domain": [
                ("figure_rows", "=", chosen.as_text()),
                ("company_id", "in", self.env.companies.ids),
            ],
            "context": {"create": False},
        }

    @api.model
    def count_now(self):
        """Have all figures counted anew, for a manager who does not want to wait for the cron."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Managers of Logistics have figures counted."))
        cells = self.env["logistics.figure.cell"].sudo()
        today = fields.Date.today()
        for figure in self.env["logistics.figure"].sudo()._figures().values():
            cells._refresh(
                figure, fields.Date.subtract(today, days=3), fields.Date.add(today, days=1)
            )

    # -- what is read -------------------------------------------------------------------------

    def _check_may_look(self):
        if not self.env.user.has_group(USER):
            raise AccessError(self.env._("The control tower is for people of Logistics."))

    @api.model
    def _shown(self, connection):
        """Code → figure, of those that are for the user and can be told for what was chosen."""
        return {
            code: figure
            for code, figure in self.env["logistics.figure"]._figures().items()
            if figure._may_see() and (not connection or figure._connections() is not None)
        }

    @api.model
    def _counted(self, shown, days, warehouse, connection):
        """What was counted: code → cells; code → day of the last count, of levels."""
        where = [
            SQL("c.company_id = ANY(%s)", self.env.companies.ids),
            SQL("c.figure = ANY(%s)", list(shown)),
            SQL("c.day BETWEEN %s AND %s", days.before.first, fields.Date.add(days.last, days=1)),
        ]
        if connection:
            where.append(SQL("c.of_connection AND c.connection_id = %s", connection))
        else:
            where.append(SQL("c.of_connection IS NOT TRUE"))
        if warehouse:
            where.append(SQL("c.warehouse_id = %s", warehouse))
        rows = self.env.execute_query(
            SQL(
                "SELECT c.figure, c.company_id, c.day, c.band, sum(c.quantity), sum(c.amount) "
                "FROM logistics_figure_cell c WHERE %s GROUP BY 1, 2, 3, 4",
                SQL(" AND ").join(where),
            )
        )
        zone = self.env.company._logistics_zone()
        runs = self.env["logistics.figure.run"].sudo().search([("figure", "in", list(shown))])
        moments = {run.figure: run.counted_at for run in runs if shown[run.figure]._is_level}
        levels = {code: _day(moment, zone) for code, moment in moments.items()}
        return self._cells_of(rows, shown, moments), levels

    @api.model
    def _count_now(self, shown, days, warehouse, connection):
        """The same from the rows, as far as the user sees them."""
        model, rows = self.env["logistics.figure.cell"].sudo(), []
        self.env.flush_all()
        for code, figure in shown.items():
            seen = self.env[figure._subject]._search([])
            counted = model._counted(
                figure.sudo(), days.before.first, days.last, seen.select(), connection
            )
            where = [SQL("n.company_id = ANY(%s)", self.env.companies.ids)]
            if warehouse:
                where.append(SQL("n.warehouse_id = %s", warehouse))
            rows += self.env.execute_query(
                SQL(
                    "SELECT %s, n.company_id, n.day, n.band, sum(n.quantity), sum(n.amount) "
                    "FROM (%s) n WHERE %s GROUP BY 2, 3, 4",
                    code,
                    counted,
                    SQL(" AND ").join(where),
                )
            )
        now = self.env.cr.now()
        moments = {code: now for code, figure in shown.items() if figure._is_level}
        return self._cells_of(rows, shown, moments), dict.fromkeys(moments, days.last)

    @api.model
    def _cells_of(self, rows, shown, moments):
        """Rows as cells, money in the currency of the user's company.

        :param dict moments: of levels, code → when they were counted. That is one moment for all
            companies, on whose clocks it may be another day: it is taken as the user's company's.
        """
        found = defaultdict(list)
        companies = {row[1] for row in rows}
        rates, ahead = self._rates(companies), self._days_ahead(companies, moments)
        for code, company, day, band, quantity, amount in rows:
            day += ahead.get((code, company), NO_TIME)
            if shown[code]._measure == "money":
                amount = (amount or 0) * rates[company]
            found[code].append(Cell(day, band, int(quantity), float(amount or 0)))
        return found

    @api.model
    def _days_ahead(self, companies, moments):
        """(code, company) → what is added to its day so that it is the user's company's."""
        mine = self.env.company._logistics_zone()
        return {
            (code, one.id): _day(moment, mine) - _day(moment, one._logistics_zone())
            for one in self.env["res.company"].sudo().browse(companies)
            for code, moment in moments.items()
        }

    @api.model
    def _rates(self, companies):
        """Company → today's rate of its currency into that of the user's company."""
        mine, today = self.env.company, fields.Date.context_today(self)
        return {
            one.id: one.currency_id._get_conversion_rate(
                one.currency_id, mine.currency_id, mine, today
            )
            for one in self.env["res.company"].sudo().browse(companies)
        }

    @api.model
    def _counted_at(self, shown):
        runs = self.env["logistics.figure.run"].sudo().search([("figure", "in", list(shown))])
        return min(runs.mapped("counted_at"), default=None) if len(runs) == len(shown) else None

    @api.model
    def _told(self, figure, cells, days, level_day):
        bands = figure._bands()
        if figure._hides_empty:
            there = {cell.band for cell in cells}
            bands = [band for band in bands if band.code in there]
        if figure._is_level and level_day is None:
            level_day = days.last  # nobody has counted it yet: nothing is found
        return {
            "code": figure._code(),
            "title": figure._title(),
            "formula": figure._formula(),
            "section": figure._section,
            "measure": figure._measure,
            "is_level": figure._is_level,
            **picture(figure._measure, bands, cells, days, level_day),
        }


def _day(moment, zone):
    """The day of a moment (naive UTC) on a clock."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
