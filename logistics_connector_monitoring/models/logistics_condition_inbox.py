from datetime import timedelta

from odoo import api, models
from odoo.addons.logistics_connector_base.core.detectors import Threshold
from odoo.tools import SQL

BACK = timedelta(days=30)  # what waited for longer when the preview begins is not looked for


class InboxBehind(models.AbstractModel):
    """Messages of a connection were received long ago, and are not worked: the other conditions,
    which go by what is known, are behind for it."""

    _name = "logistics.condition.inbox_behind"
    _inherit = "logistics.condition.connection"
    _description = "Received messages wait long to be worked"

    @api.model
    def _thresholds(self):
        return (
            Threshold("hours", self.env._("Hours after the receipt"), 0.5, least=0.05, most=720),
        )

    @api.model
    def _estimate(self):
        return self.env._("Of messages worked again, only the last time is known.")

    @api.model
    def _spells(self, question):
        if question.is_now:
            # Those that wait alone, by their index: however many, the oldest one counts.
            waiting = SQL(
                """
                SELECT min(received_at) AS received_at, NULL::timestamp AS over
                FROM logistics_message
                WHERE connection_id = s.id AND direction = 'in'
                      AND state IN ('received', 'processing')
                """
            )
        else:
            waiting = SQL(
                """
                SELECT received_at,
                       CASE WHEN state NOT IN ('received', 'processing') THEN processed_at END
                           AS over
                FROM logistics_message
                WHERE connection_id = s.id AND direction = 'in' AND received_at >= %s
                      AND (state IN ('received', 'processing')
                           OR processed_at > received_at + %s)
                """,
                question.first - BACK,
                question.hours("hours"),
            )
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key, m.received_at + %s AS since,
                   m.over AS until, s.company_id, s.connection_id
            FROM (%s) s CROSS JOIN LATERAL (%s) m
            """,
            question.hours("hours"),
            self._connections(question),
            waiting,
        )

    @api.model
    def _healed_words(self, subject):
        return self.env._("Its messages are worked again as they come.")
