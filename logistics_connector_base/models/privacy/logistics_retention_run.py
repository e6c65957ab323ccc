import contextlib
import logging
import time

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

BATCH = 500
SLICE_SECONDS = 120  # a run ends after this and goes on in the next one
FINISHED = (
    *("processed", "duplicate", "dismissed"),
    *("delivered", "rejected", "expired", "cancelled"),
)
# What waits (received, in work, parked; to send, scheduled, being sent, in doubt) is never touched.
UNFINISHED = ("dead", "conflict", "sent")
# Of what a partner sent, "rejected" is what we refused: a person decides about it.
REFUSED = "(m.state = 'rejected' AND m.direction = 'in')"

RULES = """
(VALUES %s) AS rule(connection_id, bodies_before, unfinished_before, records_before)
"""
# Driven by the bodies that are still there, oldest first: whatever was left over by an earlier run
# is found again, without a mark that could be overtaken.
PURGE_BODIES = f"""
WITH due AS (
    SELECT m.id
    FROM logistics_message_body b
    JOIN logistics_message m ON m.id = b.message_id
    JOIN {RULES} ON rule.connection_id = m.connection_id
    WHERE b.message_id > {{after}} AND b.message_id <= {{upto}}
          AND (m.state IN {{finished}} AND NOT {REFUSED} AND m.received_at < rule.bodies_before
               OR (m.state IN {{unfinished}} OR {REFUSED})
                  AND m.received_at < rule.unfinished_before)
          AND m.id <> ALL({{held}})
    ORDER BY b.message_id LIMIT {{limit}}
    FOR UPDATE OF m SKIP LOCKED
), gone AS (
    DELETE FROM logistics_message_body b USING due WHERE b.message_id = due.id
)
UPDATE logistics_message m SET purged_at = now() AT TIME ZONE 'UTC' FROM due WHERE m.id = due.id
RETURNING m.id, m.connection_id
"""
# Bodies and tries go with the message; keys, events and exceptions lose the link and stay.
PURGE_RECORDS = f"""
WITH due AS (
    SELECT m.id
    FROM logistics_message m
    JOIN {RULES} ON rule.connection_id = m.connection_id
    WHERE m.id > {{after}} AND m.id <= {{upto}} AND m.state IN {{finished}}
          AND NOT {REFUSED} AND m.received_at < rule.records_before AND m.id <> ALL({{held}})
    ORDER BY m.id LIMIT {{limit}}
    FOR UPDATE OF m SKIP LOCKED
)
DELETE FROM logistics_message m USING due WHERE m.id = due.id
RETURNING m.id, m.connection_id
"""
HELD = """
SELECT DISTINCT e.message_id FROM logistics_event e
JOIN logistics_shipment s ON s.id = e.shipment_id
WHERE s.retention_hold IS TRUE AND e.message_id IS NOT NULL
"""


class LogisticsRetentionRun(models.Model):
    """What one purge took from one connection: how many, until which day. Kept for ever."""

    _name = "logistics.retention.run"
    _description = "Purge of Messages"
    _log_access = False
    _order = "id desc"
    _rec_name = "at"

    at = fields.Datetime(required=True, readonly=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    body_count = fields.Integer("Bodies", readonly=True)
    bodies_until = fields.Datetime("Received before", readonly=True)
    record_count = fields.Integer("Records", readonly=True)
    records_until = fields.Datetime("Records received before", readonly=True)
    is_complete = fields.Boolean(
        readonly=True, help="Nothing was left that was due; otherwise the next run goes on."
    )

    @api.model
    def _purge(self):
        """Cron, each night: delete what its rule says, in short transactions of their own.

        Messages in work are locked and skipped. A run that is ended at any moment loses nothing:
        the next one finds what is left.
        """
        deadline = time.monotonic() + SLICE_SECONDS
        connections = self.env["logistics.connection"].with_context(active_test=False).search([])
        rules = connections._retention_rules()
        # Ends the cron's own transaction: a snapshot held all the while would hold back vacuum.
        self.env["ir.cron"]._commit_progress(remaining=1)
        with self._transaction() as env:
            held = env[self._name]._held_messages()
            upto = env[self._name]._newest_due(rules)
        bodies = self._in_batches("_purge_bodies", rules, held, upto, deadline)
        records = self._in_batches("_purge_records", rules, held, upto, deadline)
        is_complete = time.monotonic() < deadline
        with self._transaction() as env:
            env[self._name]._write_lines(rules, bodies, records, is_complete)
        if not is_complete:
            self.env.ref("logistics_connector_base.cron_retention")._trigger()
        self.env["ir.cron"]._commit_progress(1)

    @contextlib.contextmanager
    def _transaction(self):
        """An environment on a cursor of its own, committed at the end. READ COMMITTED: SKIP LOCKED
        shall skip what others work on, not fail on what they have just committed."""
        with self.env.registry.cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            yield api.Environment(cr, self.env.uid, {})

    def _in_batches(self, method, rules, held, upto, deadline):
        """Call ``method`` in transactions of its own until nothing is due or the time is over.

        :return: connection id → number
        """
        counts, after = {}, 0
        while rules and upto and time.monotonic() < deadline:
            with self._transaction() as env:
                rows = getattr(env[self._name], method)(rules, held, upto, after)
            for _message_id, connection_id in rows:
                counts[connection_id] = counts.get(connection_id, 0) + 1
            if len(rows) < BATCH:
                break
            after = max(message_id for message_id, _connection_id in rows)
        return counts

    @api.model
    def _held_messages(self):
        """Messages of shipments under legal hold."""
        self.env.cr.execute(HELD)
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _newest_due(self, rules):
        """The newest message that any rule can mean: ids follow the time of receipt."""
        moments = [moment for rule in rules for moment in rule[2:] if moment]
        if not moments:
            return 0
        self.env.cr.execute(
            "SELECT id FROM logistics_message WHERE received_at < %s ORDER BY id DESC LIMIT 1",
            (max(moments),),
        )
        row = self.env.cr.fetchone()
        return row[0] if row else 0

    @api.model
    def _purge_bodies(self, rules, held, upto, after=0):
        """Delete a batch of bodies and their headers; rows of (message id, connection id)."""
        return self._purge_batch(PURGE_BODIES, rules, held, upto, after)

    @api.model
    def _purge_records(self, rules, held, upto, after=0):
        """Delete a batch of messages; rows of (message id, connection id)."""
        if not any(rule.records_before for rule in rules):
            return []
        return self._purge_batch(PURGE_RECORDS, rules, held, upto, after)

    def _purge_batch(self, query, rules, held, upto, after):
        self.env.flush_all()
        query = query.format(
            after=int(after),
            upto=int(upto),
            limit=BATCH,
            finished=FINISHED,
            unfinished=UNFINISHED,
            held=f"ARRAY[{','.join(str(int(number)) for number in held)}]::integer[]",
        )
        rows = self.env.cr.execute_values(
            query,
            [
                (
                    rule.connection_id,
                    rule.bodies_before,
                    rule.unfinished_before,
                    rule.records_before,
                )
                for rule in rules
            ],
            template="(%s, %s::timestamp, %s::timestamp, %s::timestamp)",
            page_size=len(rules),
            fetch=True,
        )
        self.env.invalidate_all()
        return rows

    @api.model
    def _write_lines(self, rules, bodies, records, is_complete):
        now = fields.Datetime.now()
        lines = self.create(
            [
                {
                    "at": now,
                    "connection_id": rule.connection_id,
                    "company_id": rule.company_id,
                    "body_count": bodies.get(rule.connection_id, 0),
                    "bodies_until": rule.bodies_before,
                    "record_count": records.get(rule.connection_id, 0),
                    "records_until": rule.records_before,
                    "is_complete": is_complete,
                }
                for rule in rules
            ]
        )
        _logger.info(
            "logistics retention: %d bodies and %d records of messages deleted%s",
            sum(bodies.values()),
            sum(records.values()),
            "" if is_complete else "; to be continued",
        )
        return lines
