from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, DAY_UNIT, Threshold

NO_MESSAGE = 2**31 - 1  # an id that none has
# The newest one, with nothing after it.
NEWEST = """
CROSS JOIN LATERAL (
    SELECT m.received_at AS at, NULL::timestamp AS next FROM logistics_message m
    WHERE m.connection_id = s.id AND m.direction = 'in' ORDER BY m.id DESC LIMIT 1
) message
"""
# By hand is no partner.
AT_WORK = """
SELECT c.id, c.company_id, c.id AS connection_id
FROM logistics_connection c JOIN logistics_provider p ON p.id = c.provider_id
WHERE c.active AND c.state = 'live' AND p.code <> 'byhand' AND %(companies)s AND %(allowed)s
"""


class ConnectionCondition(models.AbstractModel):
    """What is true of connections that are live. An heir joins to ``s`` (the connection) what says
    since when and until when."""

    _name = "logistics.condition.connection"
    _inherit = "logistics.condition"
    _description = "Condition of a Connection"
    _half = "logistics.condition.connection"
    _subject = "logistics.connection"
    _scopes = frozenset(("connection",))

    @api.model
    def _connections(self, question):
        return SQL(
            AT_WORK,
            companies=question.is_company(SQL("c.company_id")),
            allowed=question.is_allowed(SQL("c.id")),
        )

    @api.model
    def _about(self, subject):
        return {"connection_id": subject.id, "provider": subject.provider_id.code}

    @api.model
    def _facts(self, subject):
        last = subject.last_message_at
        return [self.env._("Last message: %s (UTC)", last) if last else self.env._("No message.")]


class ConnectionSilent(models.AbstractModel):
    """Nothing has come over a connection for longer than its own usual gaps."""

    _name = "logistics.condition.connection_silent"
    _inherit = "logistics.condition.connection"
    _description = "Nothing comes for longer than usual"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "times",
                self.env._("Times its own usual longest gap (0: always the hours)"),
                2,
                COUNT,
                most=100,
            ),
            Threshold("least", self.env._("At least so many hours"), 2, least=0.25, may_work=True),
            Threshold(
                "hours",
                self.env._("Hours, where its gaps are not known yet"),
                48,
                least=0.25,
                may_work=True,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("The usual gap of each connection is the one of today.")

    @api.model
    def _spells(self, question):
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key,
                   GREATEST(COALESCE(
                       message.at + interval '1 hour' * NULLIF(usual.hours * %(times)s, 0),
                       %(hours)s), %(least)s) AS since,
                   message.next AS until, s.company_id, s.connection_id
            FROM (%(connections)s) s
            LEFT JOIN logistics_usual_gap usual ON usual.kind = 'connection'
                 AND usual.key = s.id::text
            %(messages)s
            """,
            times=question.number("times"),
            hours=question.later(SQL("message.at"), "hours"),
            least=question.later(SQL("message.at"), "least"),
            connections=self._connections(question),
            messages=SQL(NEWEST) if question.is_now else self._messages(question),
        )

    @api.model
    def _messages(self, question):
        """Each message of the time that is looked at, the one before it, and the next one's time:
        all connections in one pass."""
        begin = SQL(
            "COALESCE((SELECT id FROM logistics_message WHERE received_at >= %s "
            "ORDER BY received_at, id LIMIT 1), %s)",
            question.first,
            NO_MESSAGE,
        )
        return SQL(
            """
            JOIN (
                SELECT told.connection_id, told.received_at AS at, lead(told.received_at) OVER (
                    PARTITION BY told.connection_id ORDER BY told.id) AS next
                FROM (
                    SELECT m.connection_id, m.id, m.received_at FROM logistics_message m
                    WHERE m.direction = 'in' AND m.id >= (SELECT %(begin)s)
                    UNION ALL
                    SELECT c.id, last.id, last.received_at FROM logistics_connection c
                    CROSS JOIN LATERAL (
                        SELECT b.id, b.received_at FROM logistics_message b
                        WHERE b.connection_id = c.id AND b.direction = 'in'
                              AND b.id < (SELECT %(begin)s)
                        ORDER BY b.id DESC LIMIT 1) last
                ) told
            ) message ON message.connection_id = s.id
            """,
            begin=begin,
        )

    @api.model
    def _healed_words(self, subject):
        return self.env._("Messages come again: the last one at %s (UTC).", subject.last_message_at)


class ParkedOld(models.AbstractModel):
    """Events wait for a shipment that does not appear."""

    _name = "logistics.condition.parked_old"
    _inherit = "logistics.condition.connection"
    _description = "Events wait long for their shipment"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days",
                self.env._("Days after the event was received"),
                5,
                DAY_UNIT,
                least=0.5,
                most=365,
                may_work=True,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("Only events that wait to this day are counted.")

    @api.model
    def _spells(self, question):
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key, %(since)s AS since,
                   NULL::timestamp AS until, s.company_id, s.connection_id
            FROM (%(connections)s) s JOIN (
                SELECT connection_id, min(received_at) AS oldest FROM logistics_event
                WHERE shipment_id IS NULL AND standing = 'active' GROUP BY connection_id
            ) waiting ON waiting.connection_id = s.id
            """,
            since=question.later(SQL("waiting.oldest"), "days"),
            connections=self._connections(question),
        )

    @api.model
    def _facts(self, subject):
        count = self.env["logistics.event"].search_count(
            [("connection_id", "=", subject.id), ("shipment_id", "=", False)], limit=10_000
        )
        return [self.env._("%s events of this connection wait for a shipment.", count)]

    @api.model
    def _healed_words(self, subject):
        return self.env._("No event has waited for so long.")
