"""Which messages a replay works, and which of them together."""

from odoo import models
from odoo.tools import SQL

from ...core.rereading import groups

# Messages in one transaction. Those about the same shipments stay together, up to the most.
PORTION, MOST = 200, 2000

INSERT = """
INSERT INTO logistics_replay_message (replay_id, company_id, message_id, event_id, state)
SELECT %s, %s, chosen.message_id, chosen.event_id, 'waiting'
FROM (%s) AS chosen(message_id, event_id)
ORDER BY chosen.message_id NULLS LAST, chosen.event_id
"""
# Events that these mappings translate now, or translated when they came.
TOUCHED = """
SELECT e.id, e.message_id, e.company_id FROM logistics_event e
WHERE e.issuer = %(issuer)s AND e.raw_code = %(code)s
      AND (%(any_sub_code)s OR e.raw_sub_code = %(sub_code)s)
      AND (%(anybody)s OR e.connection_id = %(connection)s OR EXISTS (
          SELECT 1 FROM logistics_event_telling t JOIN logistics_message m ON m.id = t.message_id
          WHERE t.event_id = e.id AND m.connection_id = %(connection)s))
UNION
SELECT e.id, e.message_id, e.company_id FROM logistics_event e
WHERE e.issuer = %(issuer)s AND e.mapping_id = %(mapping)s
"""
# What a message is about: the shipments of its events, or the numbers that wait for one.
ABOUT = """
COALESCE('s' || e.shipment_id, 'n' || upper(NULLIF(e.tracking_number, '')), 'e' || e.id)
"""
MEMBERS = f"""
SELECT p.id, {ABOUT} FROM logistics_replay_message p
JOIN logistics_event e ON e.message_id = p.message_id WHERE p.replay_id = %(replay)s
UNION
SELECT p.id, {ABOUT} FROM logistics_replay_message p
JOIN logistics_event_telling t ON t.message_id = p.message_id
JOIN logistics_event e ON e.id = t.event_id WHERE p.replay_id = %(replay)s
UNION
SELECT p.id, {ABOUT} FROM logistics_replay_message p
JOIN logistics_event e ON e.id = p.event_id WHERE p.replay_id = %(replay)s
"""
PORTIONS = """
UPDATE logistics_replay_message p SET portion = v.portion
FROM (VALUES %s) AS v(id, portion) WHERE p.id = v.id
"""


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    def _plan(self):
        """Write down which messages are worked, in which portions.

        :return: how many
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.execute_query(SQL(INSERT, self.id, self.company_id.id, self._chosen()))
        self.env.cr.execute(
            "SELECT id FROM logistics_replay_message WHERE replay_id = %s ORDER BY id", (self.id,)
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if ids:
            rows = self._portions(ids)
            self.env.cr.execute_values(PORTIONS, rows, page_size=5000)
        self.env["logistics.replay.message"].invalidate_model()
        self.invalidate_recordset()
        return len(ids)

    def _chosen(self):
        """The messages and events that are chosen, as a query. What belongs to another company than
        the replay is never among them, whoever names it."""
        company = self.company_id.id
        if self.kind == "messages":
            return SQL(
                "SELECT id, NULL::int FROM logistics_message WHERE id = ANY(%s) "
                "AND company_id = %s",
                self.chosen_ids.ids,
                company,
            )
        if self.kind == "period":
            return SQL(
                "SELECT id, NULL::int FROM logistics_message WHERE company_id = %s "
                "AND direction = 'in' %s %s %s",
                company,
                SQL("AND received_at >= %s", self.received_from) if self.received_from else SQL(),
                SQL("AND received_at < %s", self.received_to) if self.received_to else SQL(),
                SQL("AND connection_id = %s", self.connection_id.id)
                if self.connection_id
                else SQL(),
            )
        return self._touched()

    def _touched(self):
        """What the mappings touch: the messages that tell these events, and events whose message
        was deleted."""
        touched = SQL(" UNION ").join(SQL(TOUCHED, **key) for key in self._touched_keys())
        return SQL(
            """
            WITH touched AS MATERIALIZED (SELECT * FROM (%s) t), told AS (
                SELECT t.message_id, t.event_id FROM logistics_event_telling t
                JOIN touched ON touched.id = t.event_id WHERE t.unsaid_by_id IS NULL
            )
            SELECT m.id, NULL::int FROM logistics_message m WHERE m.company_id = %s AND m.id IN (
                SELECT message_id FROM touched UNION SELECT message_id FROM told)
            UNION
            SELECT NULL::int, touched.id FROM touched
            WHERE touched.message_id IS NULL AND touched.company_id = %s
                  AND touched.id NOT IN (SELECT event_id FROM told)
            """,
            touched,
            self.company_id.id,
            self.company_id.id,
        )

    def _touched_keys(self):
        mappings = self.env["logistics.event.mapping"].sudo()
        trial = [mappings.new(self.proposed)] if self.proposed and not self.mapping_ids else []
        for mapping in [*self.mapping_ids.sudo(), *trial]:
            yield {
                "issuer": mapping.provider,
                "code": mapping.raw_code,
                "any_sub_code": not mapping.raw_sub_code,
                "sub_code": mapping.raw_sub_code or "",
                "anybody": not mapping.connection_id,
                "connection": mapping.connection_id.id or 0,
                "mapping": mapping._origin.id or 0,
            }

    def _portions(self, ids):
        """Number the portions: what shares a shipment or a waited-for number is in one, so that its
        order holds, and a dry run of one portion knows all that concerns it.

        :return: pairs of id and portion
        """
        self.env.cr.execute(MEMBERS, {"replay": self.id})
        leaders = groups(self._rows_read())
        together = {}
        for number in ids:
            together.setdefault(leaders.get(number, number), []).append(number)
        rows, portion, size = [], 1, 0
        for group in together.values():
            for start in range(0, len(group), MOST):
                part = group[start : start + MOST]
                if size and size + len(part) > PORTION:
                    portion, size = portion + 1, 0
                rows += [(number, portion) for number in part]
                size += len(part)
        return rows

    def _rows_read(self):
        while rows := self.env.cr.fetchmany(5000):
            yield from rows
