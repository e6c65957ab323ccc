import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# What happened on the last days is counted anew each time: events come late, and are corrected.
RECENT = 3
# … and once a night what happened in these days.
REACH = 400
KEPT = 1100


class LogisticsFigureCell(models.Model):
    """The figures of the control tower, counted: how many rows of a band on a day, for each company
    and warehouse, and once more for each connection. A copy of what the rows say; it can be thrown
    away and counted anew at any time."""

    _name = "logistics.figure.cell"
    _description = "Counted Figure"
    _log_access = False
    _order = "day, id"
    _logistics_scope = "logistics.code.coverage"  # figures of a connection

    figure = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="cascade")
    connection_id = fields.Many2one("logistics.connection", readonly=True, ondelete="cascade")
    # A row may belong to several connections: theirs are not summed, nor is what is of none lost.
    of_connection = fields.Boolean(readonly=True)
    day = fields.Date(required=True, readonly=True)
    band = fields.Char(required=True, readonly=True)
    quantity = fields.Integer(readonly=True)
    amount = fields.Float(readonly=True, digits=0)

    _by_day = models.Index("(figure, company_id, day) WHERE of_connection IS NOT TRUE")
    _by_connection = models.Index("(connection_id, figure, day) WHERE of_connection")
    _warehouse = models.Index("(warehouse_id) WHERE warehouse_id IS NOT NULL")

    @api.model
    def _counted(self, figure, first, last, seen=None, connection=None):
        """SQL, what a figure comes to: company_id, warehouse_id, day, band, quantity, amount; of
        one connection, where it is given.

        :param figure: model of the figure
        :param seen: SQL of the ids that count; None: all
        """
        told = figure._connections() if connection else None
        return SQL(
            """
            SELECT figure.company_id, figure.warehouse_id, %(day)s AS day, figure.band,
                   count(*) AS quantity, sum(figure.amount) AS amount
            FROM (%(rows)s) figure JOIN %(zones)s ON zone.company_id = figure.company_id
            WHERE %(when)s AND %(seen)s AND %(told)s
            GROUP BY 1, 2, 3, 4
            """,
            **self._parts(figure, first, last),
            seen=SQL("figure.id IN (%s)", seen) if seen is not None else SQL("TRUE"),
            told=SQL("TRUE")
            if told is None
            else SQL(
                "EXISTS (SELECT FROM (%s) told WHERE told.id = figure.id "
                "AND told.connection_id = %s)",
                told,
                connection,
            ),
        )

    @api.model
    def _parts(self, figure, first, last):
        return {
            "rows": figure._rows(first, last),
            "zones": figure._zones(),
            "day": self._today() if figure._is_level else SQL("figure.day"),
            "when": SQL("TRUE")
            if figure._is_level
            else SQL("figure.day BETWEEN %s AND %s", first, last),
        }

    @api.model
    def _today(self):
        """SQL, the day it is for a company; ``zone`` is joined."""
        return SQL("(now() AT TIME ZONE zone.tz)::date")

    @api.model
    def _refresh(self, figure, first, last):
        """Count a figure anew; of a level, how it stands now. In a transaction of its own.

        :param figure: model of the figure
        :param date first, last: days, both included
        """
        self.env.flush_all()
        code, parts = figure._code(), self._parts(figure, first, last)
        self.env.cr.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"figure:{code}",)
        )
        gone = SQL("c.day BETWEEN %s AND %s", first, last)
        if figure._is_level:
            gone = SQL("c.day = %s", self._today())
        self.env.execute_query(
            SQL(
                "DELETE FROM logistics_figure_cell c USING %s WHERE zone.company_id = c.company_id "
                "AND c.figure = %s AND %s RETURNING c.id",
                parts["zones"],
                code,
                gone,
            )
        )
        told = figure._connections()
        of_connections = SQL("")
        if told is not None:
            of_connections = SQL(
                """
                UNION ALL
                SELECT figure.company_id, figure.warehouse_id, told.connection_id, TRUE,
                       figure.day, figure.band, count(*), sum(figure.amount)
                FROM figure JOIN (SELECT DISTINCT id, connection_id FROM (%s) told) told
                    ON told.id = figure.id AND told.connection_id IS NOT NULL
                GROUP BY 1, 2, 3, 5, 6
                """,
                told,
            )
        self.env.cr.execute(
            SQL(
                """
                WITH figure AS MATERIALIZED (
                    SELECT figure.id, figure.company_id, figure.warehouse_id, %(day)s AS day,
                           figure.band, figure.amount
                    FROM (%(rows)s) figure JOIN %(zones)s ON zone.company_id = figure.company_id
                    WHERE %(when)s
                )
                INSERT INTO logistics_figure_cell (figure, company_id, warehouse_id, connection_id,
                    of_connection, day, band, quantity, amount)
                SELECT %(code)s, counted.* FROM (
                    SELECT company_id, warehouse_id, NULL::int, FALSE, day, band, count(*),
                           sum(amount)
                    FROM figure GROUP BY 1, 2, 5, 6
                    %(of_connections)s
                ) counted
                """,
                **parts,
                code=code,
                of_connections=of_connections,
            )
        )
        self.env["logistics.figure.run"]._note(code, full=(last - first).days >= REACH)
        self.invalidate_model()

    @api.model
    def _refresh_each(self, reach=RECENT):
        """Count all figures, one after the other; one that fails leaves the others.

        :param int reach: days before today
        :return: iterator over the figures done, so that a cron can commit between them
        """
        today = fields.Date.today()
        # The day of a company may be a day before or after that of UTC.
        first, last = today - timedelta(days=reach), today + timedelta(days=1)
        for figure in self.env["logistics.figure"]._figures().values():
            try:
                with self.env.cr.savepoint():
                    self._refresh(figure, first, last)
            except Exception:
                # What it counted before stays, and the page says how old it is.
                _logger.exception("figure %s could not be counted", figure._code())
            yield figure

    @api.model
    def _cron_refresh(self):
        """Cron, each ten minutes: how things stand, and what happened lately."""
        for _figure in self._refresh_each():
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _cron_refresh_whole(self):
        """Cron, each night: all that happened in the last year, so that corrections of old days
        are seen; what is older than anybody looks back is dropped."""
        for _figure in self._refresh_each(REACH):
            self.env["ir.cron"]._commit_progress(1)
        self.env.cr.execute(
            "DELETE FROM logistics_figure_cell WHERE day < %s",
            (fields.Date.today() - timedelta(days=KEPT),),
        )
