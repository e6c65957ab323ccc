from odoo import api, fields, models
from odoo.tools import SQL

# Counting goes no further: whether ten thousand messages came or a million is the same to the
# reader and not to the database.
MOST = 10_000


class LogisticsConnection(models.Model):
    """Figures of a connection, each by an index that finds them without reading the history."""

    _inherit = "logistics.connection"

    message_count_text = fields.Char("Messages that came", compute="_compute_counts")

    @api.depends_context("uid")
    def _compute_counts(self):
        self.env["logistics.message"].flush_model(["connection_id", "state"])
        self.env["logistics.exception"].flush_model(["connection_id", "is_open"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id, came.n, newest.received_at, dead.n, trouble.n
                FROM unnest(%(ids)s::integer[]) AS c(id)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS n FROM (
                        SELECT FROM logistics_message
                        WHERE connection_id = c.id AND direction = 'in' LIMIT %(most)s
                    ) AS counted) came
                LEFT JOIN LATERAL (
                    SELECT received_at FROM logistics_message
                    WHERE connection_id = c.id AND direction = 'in'
                    ORDER BY id DESC LIMIT 1) newest ON TRUE
                CROSS JOIN LATERAL (
                    SELECT count(*) AS n FROM logistics_message
                    WHERE connection_id = c.id AND state = 'dead') dead
                CROSS JOIN LATERAL (
                    SELECT count(*) AS n FROM logistics_exception
                    WHERE connection_id = c.id AND is_open IS TRUE) trouble
                """,
                ids=list(self.ids),
                most=MOST + 1,
            )
        )
        found = {row[0]: row[1:] for row in rows}
        for connection in self:
            count, last, dead, trouble = found.get(connection.id, (0, False, 0, 0))
            connection.message_count = count
            connection.message_count_text = f"{MOST:,}+" if count > MOST else str(count)
            connection.last_message_at = last
            connection.dead_count = dead
            connection.exception_count = trouble
