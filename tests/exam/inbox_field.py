"""What trials of the inbox have beside: lags, causes, and messages filed in bulk."""

import hashlib
import uuid

from psycopg2.extras import execute_values

from ..support.polling import TimedOut, wait_for
from .arena import Field
from .verdict import percentile

LAGS = """
SELECT extract(epoch FROM m.processed_at - m.received_at)::float FROM logistics_message m
WHERE m.connection_id = ANY(%s) AND m.id > %s AND m.state = 'processed' AND NOT EXISTS (
    SELECT 1 FROM logistics_event e WHERE e.message_id = m.id AND e.shipment_id = %s)
ORDER BY 1
"""
CAUSES = """
SELECT encode(sha256(b.content), 'hex'), m.state, m.error_class, m.tries
FROM logistics_message m JOIN logistics_message_body b ON b.message_id = m.id
WHERE m.connection_id = %s
"""


class InboxField(Field):
    """A field whose trial looks at how the inbox goes about its work."""

    # -- what was worked, and when ------------------------------------------------------------

    def last_message(self):
        """The highest number of a message so far."""
        return self.arena.database.value("SELECT COALESCE(max(id), 0) FROM logistics_message")

    def lags(self, connection_ids, after=0, but=0):
        """Ascending seconds from received to worked, of messages above a number; without those
        about the shipment ``but``."""
        return self.arena.database.column(LAGS, connection_ids, after, but)

    @staticmethod
    def lag_figures(before, during):
        """p95 of the lags before and during the trouble."""
        return {
            "lag_p95_before_ms": round(percentile(before, 0.95) * 1000),
            "lag_p95_ms": round(percentile(during, 0.95) * 1000),
        }

    @staticmethod
    def lag_within(before, during, factor):
        """Whether the p95 of the others stayed within ``factor``; and what to say if not."""
        rest, trouble = percentile(before, 0.95), percentile(during, 0.95)
        return (
            trouble <= factor * rest,
            f"lag p95 of the others {trouble * 1000:.0f} ms, at rest {rest * 1000:.0f} ms",
        )

    def causes(self, connection_id):
        """What became of a connection's messages: digest → (state, class of error, tries)."""
        return {key: tuple(rest) for key, *rest in self.arena.database.rows(CAUSES, connection_id)}

    def in_progress(self):
        """How many messages are neither worked nor put away."""
        return self.arena.database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state IN ('received', 'processing')",
            self.connection_ids,
        )

    def wait_for_quiet(self, connection_ids=None, timeout=300):
        """Wait until the sources that send no line have nothing in progress."""
        ids = connection_ids or [
            number for number in self.connection_ids if number not in self.filed
        ]
        query = (
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state IN ('received', 'processing')"
        )
        try:
            wait_for(lambda: not self.arena.database.value(query, ids), timeout, interval=0.2)
        except TimedOut:
            pass  # the verdict tells what is unfinished

    # -- many at once -------------------------------------------------------------------------

    filed = ()

    def file_directly(self, connection_id, jobs):
        """File messages as the intake does, in one transaction; the ledger has them as
        acknowledged, as they are on disk."""
        self.filed = (*self.filed, connection_id)
        rows = []
        for job in jobs:
            digest = hashlib.sha256(job.body).hexdigest()
            self.ledger.attempt(job.key, digest, 1)
            rows.append((uuid.uuid4().hex, job.message_id, digest, len(job.body), job.body))
        with self.arena.database.connect() as connection, connection.cursor() as cursor:
            connection.autocommit = False
            found = execute_values(
                cursor,
                "INSERT INTO logistics_message (connection_id, company_id, direction, channel,"
                " state, provider, receipt, correlation_id, external_id, digest, size, received_at,"
                " priority, tries, event_count, parked_count)"
                " SELECT c.id, c.company_id, 'in', 'webhook', 'received', p.code, v.receipt,"
                " v.receipt, v.external_id, v.digest, v.size, clock_timestamp() AT TIME ZONE 'UTC',"
                " 50, 0, 0, 0 FROM (VALUES %s) v(receipt, external_id, digest, size, place)"
                f" JOIN logistics_connection c ON c.id = {int(connection_id)}"
                " JOIN logistics_provider p ON p.id = c.provider_id ORDER BY v.place"
                " RETURNING receipt, id",
                [(*row[:4], place) for place, row in enumerate(rows)],
                page_size=len(rows),
                fetch=True,
            )
            ids = dict(found)
            execute_values(
                cursor,
                "INSERT INTO logistics_message_key (connection_id, identity, revision, digest,"
                " message_id, first_seen_at, last_seen_at, duplicate_count) VALUES %s",
                [(f"id:{row[1]}", row[2], ids[row[0]]) for row in rows],
                template=f"({int(connection_id)}, %s, '', %s, %s, now() AT TIME ZONE 'UTC',"
                " now() AT TIME ZONE 'UTC', 0)",
                page_size=1000,
            )
            execute_values(
                cursor,
                "INSERT INTO logistics_message_body (message_id, headers, content) VALUES %s",
                [(ids[row[0]], row[4]) for row in rows],
                template="(%s, '{}', %s)",
                page_size=1000,
            )
            connection.commit()
        for job in jobs:
            digest = hashlib.sha256(job.body).hexdigest()
            self.ledger.answer(job.key, digest, 1, 202, 0.0)
