from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, HOURS, Threshold

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
            Threshold("times", 2, COUNT, most=100),
            Threshold("least", 2, HOURS, least=0.25),
            Threshold("hours", 48, HOURS, least=0.25),
        )

    @api.model
    def _threshold_words(self):
        return {
            "times": self.env._("Times its own usual longest gap (0: always the hours)"),
            "least": self.env._("At least so many hours"),
            "hours": self.env._("Hours, where its gaps are not known yet"),
        }

    @api.model
    def _estimate(self):
        return self.env._("The usual gap of each connection is the one of today.")

    @api.model
    def _spells(self, question):
        # A run needs the newest message alone; a preview all of the time that it looks at, and the
        # one before that.
        which = (
            SQL("ORDER BY m.id DESC LIMIT 1")
            if question.is_now
            else SQL(
                """
                AND m.received_at >= COALESCE((
                    SELECT b.received_at FROM logistics_message b
                    WHERE b.connection_id = s.id AND b.direction = 'in' AND b.received_at < %s
                    ORDER BY b.id DESC LIMIT 1), %s)
                """,
                question.first,
                question.first,
            )
        )
        following = (
            SQL("NULL::timestamp")
            if question.is_now
            else SQL("lead(m.received_at) OVER (ORDER BY m.received_at, m.id)")
        )
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key,
                   message.at + interval '1 hour' * GREATEST(
                       COALESCE(NULLIF(usual.hours * %(times)s, 0), %(hours)s), %(least)s) AS since,
                   message.next AS until, s.company_id, s.connection_id
            FROM (%(connections)s) s
            LEFT JOIN logistics_usual_gap usual ON usual.kind = 'connection'
                 AND usual.key = s.id::text
            CROSS JOIN LATERAL (
                SELECT m.received_at AS at, %(following)s AS next FROM logistics_message m
                WHERE m.connection_id = s.id AND m.direction = 'in' %(which)s
            ) message
            """,
            times=question.number("times"),
            hours=question.number("hours"),
            least=question.number("least"),
            connections=self._connections(question),
            following=following,
            which=which,
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
        return (Threshold("days", 5, "days", least=0.5, most=365),)

    @api.model
    def _threshold_words(self):
        return {"days": self.env._("Days after the event was received")}

    @api.model
    def _estimate(self):
        return self.env._("Only events that wait to this day are counted.")

    @api.model
    def _spells(self, question):
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key, min(e.received_at + %(days)s) AS since,
                   NULL::timestamp AS until, s.company_id, s.connection_id
            FROM (%(connections)s) s JOIN logistics_event e ON e.connection_id = s.id
            WHERE e.shipment_id IS NULL AND e.standing = 'active'
            GROUP BY s.id, s.company_id, s.connection_id
            """,
            days=question.days("days"),
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
