"""A glance at messages that wait in a long line: what is urgent is worked first.

It decides about the order alone. Whatever it gets wrong, the state of a shipment is a pure
function of its events (law 4). A message is glanced at once at most: that is written down before,
so that one which ends the process cannot do so here again and again.
"""

import time
from datetime import UTC

import psycopg2

from ..core.canonical import ParseContext
from ..core.urgency import is_urgent
from .watchdog import TimeExceeded

URGENT, NORMAL = 10, 50
AHEAD = 1600  # messages a turn; a turn works a quarter of that
TURN_SECONDS = 1.0
MESSAGE_SECONDS = 0.5
READ_BYTES = 8 * 1024 * 1024  # of bodies at once

PLACES = """
INSERT INTO logistics_inbox_glance (connection_id, up_to)
SELECT unnest(%s), 0 ON CONFLICT DO NOTHING
"""
# A message that was filed late, under a lower number, is passed by: it is worked in its turn.
TAKE = """
WITH place AS MATERIALIZED (
    SELECT connection_id, up_to FROM logistics_inbox_glance
    WHERE connection_id = ANY(%(connections)s) ORDER BY connection_id FOR UPDATE SKIP LOCKED
), ahead AS MATERIALIZED (
    SELECT message.* FROM place CROSS JOIN LATERAL (
        SELECT m.id, m.connection_id, m.size FROM logistics_message m
        WHERE m.connection_id = place.connection_id AND m.state = 'received' AND m.tries = 0
              AND m.priority = %(normal)s AND m.id > place.up_to
        ORDER BY m.id LIMIT %(share)s
    ) message
), moved AS (
    UPDATE logistics_inbox_glance g SET up_to = ahead.last
    FROM (SELECT connection_id, max(id) AS last FROM ahead GROUP BY connection_id) ahead
    WHERE g.connection_id = ahead.connection_id
)
SELECT id, size FROM ahead ORDER BY id
"""
MARK = """
UPDATE logistics_message SET priority = %s
WHERE id = ANY(%s) AND state = 'received' AND tries = 0
"""


def take(cr, connections):
    """Reserve the next messages of these connections for a glance; the caller commits.

    :return: list of ``(id, bytes)``
    """
    connections = sorted(connections)
    cr.execute(PLACES, (connections,))
    share = max(1, AHEAD // len(connections))
    cr.execute(TAKE, {"connections": connections, "normal": NORMAL, "share": share})
    return cr.fetchall()


def mark_urgent(env, waiting, watchdog):
    """Look at messages and put the urgent ones first, for as long as a turn may take.

    :param waiting: list of ``(id, bytes)``, as :func:`take` gives them
    """
    until = time.monotonic() + TURN_SECONDS
    urgent, glance = [], _Glance(env)
    for ids in _portions(waiting):
        messages = env["logistics.message"].sudo().browse(ids)
        bodies = messages._read_bodies()
        for message in messages:
            if time.monotonic() > until:
                break
            try:
                with watchdog.limit(MESSAGE_SECONDS):
                    if message.id in bodies and glance.is_urgent(message, bodies[message.id]):
                        urgent.append(message.id)
            except psycopg2.Error:
                raise
            except Exception:
                continue  # whoever works it will say what is wrong with it
            except TimeExceeded:
                until = 0
        messages.invalidate_recordset()
    if urgent:
        env.cr.execute(MARK, (URGENT, urgent))


class _Glance:
    """Looks at messages, and asks for what connections and issuers have in common once."""

    def __init__(self, env):
        self.env = env
        self.urgent = env["logistics.event.code"]._urgent_codes()
        self.readers, self.translations = {}, {}

    def is_urgent(self, message, body):
        handler, zone = self._reader(message.connection_id)
        received_at = message.received_at.replace(tzinfo=UTC)
        for spoken in handler._glance(body, ParseContext(zone, received_at)):
            translations = self._translations(spoken.issuer, message.connection_id.id)
            if is_urgent(spoken, self.urgent, translations):
                return True
        return False

    def _reader(self, connection):
        if connection not in self.readers:
            self.readers[connection] = connection.provider_id._handler(), connection.tz or ""
        return self.readers[connection]

    def _translations(self, *key):
        if key not in self.translations:
            mappings = self.env["logistics.event.mapping"]
            self.translations[key] = mappings._canonical_codes(*key)
        return self.translations[key]


def _portions(waiting):
    """Ids in portions whose bodies are read at once."""
    ids, size = [], 0
    for message_id, length in waiting:
        if ids and size + (length or 0) > READ_BYTES:
            yield ids
            ids, size = [], 0
        ids.append(message_id)
        size += length or 0
    if ids:
        yield ids
