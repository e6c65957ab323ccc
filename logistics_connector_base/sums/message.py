from odoo import models
from odoo.tools import SQL

from ..core.sums import LEFT, RIGHT, Part

# A message that was taken is worked within seconds; after a day nobody will.
LONGEST = "1 day"


class MessageSum(models.AbstractModel):
    """What came in, by the ledger of identities that the intake writes, against the messages that
    are there and what became of each."""

    _name = "logistics.sum.message"
    _inherit = "logistics.sum"
    _description = "Messages that came"
    _subject = "logistics.message"
    _sequence = 10

    def _statement(self):
        return self.env._(
            "Every message that came, by the ledger of the intake, is there once: worked, waiting "
            "to be worked or for its shipment, given up on, in conflict, or refused."
        )

    def _parts(self):
        return (
            Part("came", self.env._("in the ledger"), LEFT),
            Part("worked", self.env._("worked"), RIGHT),
            Part("parked", self.env._("wait for their shipment"), RIGHT),
            Part("waiting", self.env._("wait to be worked"), RIGHT),
            Part("dead", self.env._("given up on"), RIGHT),
            Part("conflict", self.env._("same identity, other content"), RIGHT),
            Part("rejected", self.env._("refused by contract"), RIGHT),
            Part("other", self.env._("otherwise"), RIGHT),
        )

    def _numbers(self, since):
        return SQL(
            """
            SELECT c.company_id, 'came' AS part, count(DISTINCT COALESCE(k.message_id, -k.id))
            FROM logistics_message_key k JOIN logistics_connection c ON c.id = k.connection_id
            LEFT JOIN logistics_message m ON m.id = k.message_id
            WHERE CASE WHEN m.id IS NULL THEN k.first_seen_at >= %(since)s
                  ELSE m.direction = 'in' AND m.received_at >= %(since)s END
            GROUP BY 1
            UNION ALL
            SELECT m.company_id, CASE m.state
                       WHEN 'processed' THEN 'worked' WHEN 'parked' THEN 'parked'
                       WHEN 'received' THEN 'waiting' WHEN 'processing' THEN 'waiting'
                       WHEN 'dead' THEN 'dead' WHEN 'conflict' THEN 'conflict'
                       WHEN 'rejected' THEN 'rejected' ELSE 'other' END, count(*)
            FROM logistics_message m
            WHERE m.direction = 'in' AND m.received_at >= %(since)s
            GROUP BY 1, 2
            """,
            since=since,
        )

    def _gaps(self, since):
        return SQL(
            """
            SELECT m.id, m.company_id, 'no_key' AS why FROM logistics_message m
            WHERE m.direction = 'in' AND m.received_at >= %(since)s
                AND NOT EXISTS (SELECT FROM logistics_message_key k WHERE k.message_id = m.id)
            UNION ALL
            SELECT m.id, m.company_id, 'stuck' FROM logistics_message m
            WHERE m.direction = 'in' AND m.state IN ('received', 'processing')
                AND m.received_at < (now() AT TIME ZONE 'UTC') - %(longest)s::interval
            UNION ALL
            SELECT m.id, m.company_id, 'unheard' FROM logistics_message m
            WHERE m.direction = 'in' AND m.state = 'parked' AND m.received_at >= %(since)s
                AND NOT EXISTS (
                    SELECT FROM logistics_parked_reference r WHERE r.message_id = m.id)
                AND NOT EXISTS (
                    SELECT FROM logistics_event e
                    JOIN logistics_parked_reference r ON r.event_id = e.id
                    WHERE e.message_id = m.id)
                AND NOT EXISTS (
                    SELECT FROM logistics_event_telling t
                    JOIN logistics_parked_reference r ON r.event_id = t.event_id
                    WHERE t.message_id = m.id)
            UNION ALL
            SELECT m.id, m.company_id, 'no_events' FROM logistics_message m
            WHERE m.direction = 'in' AND m.state = 'processed' AND m.event_count > 0
                AND m.received_at >= %(since)s
                AND NOT EXISTS (SELECT FROM logistics_event e WHERE e.message_id = m.id)
                AND NOT EXISTS (
                    SELECT FROM logistics_event_telling t WHERE t.message_id = m.id)
            """,
            since=since,
            longest=LONGEST,
        )

    def _reasons(self):
        return {
            "no_key": self.env._("Not in the ledger: a copy of it would be taken once more."),
            "stuck": self.env._("Not worked for a day."),
            "unheard": self.env._("It waits for a shipment, and nothing would wake it."),
            "no_events": self.env._("It is said to be worked, and nothing of it is there."),
        }
