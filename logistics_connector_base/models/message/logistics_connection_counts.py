from odoo import api, fields, models
from odoo.tools import SQL

# Counting goes no further: whether ten thousand messages came or a million is the same to the
# reader and not to the database.
MOST = 10_000


class LogisticsConnection(models.Model):
    """Figures of a connection, each by an index that finds them without reading the history."""

    _inherit = "logistics.connection"

    message_count_text = fields.Char("Messages that came", compute="_compute_counts")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        is_narrowed = not self.env.su and self.env.user._is_narrowed()
        found = self._counts_of_scopes() if is_narrowed else self._counts()
        for connection in self:
            count, last, dead, trouble = found.get(connection.id, (0, False, 0, 0))
            connection.message_count = count
            connection.message_count_text = f"{MOST:,}+" if count > MOST else str(count)
            connection.last_message_at = last
            connection.dead_count = dead
            connection.exception_count = trouble

    def _counts_of_scopes(self):
        """What the user may see of them."""
        messages, cases = self.env["logistics.message"], self.env["logistics.exception"]
        found = {}
        for connection in self:
            of_it = [("connection_id", "=", connection.id)]
            came = [*of_it, ("direction", "=", "in")]
            found[connection.id] = (
                messages.search_count(came, limit=MOST + 1),
                messages.search(came, order="id desc", limit=1).received_at,
                messages.search_count([*of_it, ("state", "=", "dead")]),
                cases.search_count([*of_it, ("is_open", "=", True)]),
            )
        return found

    def _counts(self):
        """Connection id → messages that came, last receipt, dead ones, open exceptions."""
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
        return {row[0]: row[1:] for row in rows}
