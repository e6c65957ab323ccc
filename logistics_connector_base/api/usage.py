"""Which keys call what, and when they were last used. Counted in each process and written down some
seconds later, so that no call waits for it."""

import logging
import threading
from collections import Counter

import psycopg2

from ..intake import store

_logger = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds between a call and the line about it
WRITE = """
WITH used AS (
    SELECT * FROM unnest(%(keys)s::integer[], %(operations)s::text[], %(calls)s::integer[],
        %(refused)s::integer[]) AS u (key_id, operation, calls, refused)
    WHERE u.key_id IN (SELECT id FROM logistics_api_key)
), noted AS (
    UPDATE logistics_api_key SET last_used_at = now() AT TIME ZONE 'UTC'
    WHERE id IN (SELECT key_id FROM used)
        AND (last_used_at IS NULL OR last_used_at < now() AT TIME ZONE 'UTC' - interval '1 hour')
)
INSERT INTO logistics_api_use AS a (key_id, operation, day, calls, refused)
SELECT key_id, operation, (now() AT TIME ZONE 'UTC')::date, calls, refused FROM used
ON CONFLICT (key_id, operation, day) DO UPDATE SET
    calls = a.calls + EXCLUDED.calls, refused = a.refused + EXCLUDED.refused
RETURNING key_id
"""

_counts: dict[str, Counter] = {}
_lock = threading.Lock()


def note(dbname, key_id, operation, refused=False):
    """One call of a key; written down soon, by another thread."""
    with _lock:
        is_first = dbname not in _counts
        _counts.setdefault(dbname, Counter())[key_id, operation, refused] += 1
    if is_first:
        timer = threading.Timer(INTERVAL, write, (dbname,))
        timer.daemon = True
        timer.start()


def write(dbname):
    """Write down what was counted in this process since the last time."""
    with _lock:
        counts = _counts.pop(dbname, {})
    pairs = sorted({(key, name) for key, name, _refused in counts})
    values = {
        "keys": [key for key, _name in pairs],
        "operations": [name for _key, name in pairs],
        "calls": [counts[key, name, False] for key, name in pairs],
        "refused": [counts[key, name, True] for key, name in pairs],
    }
    try:
        store.execute(dbname, WRITE, values)
    except psycopg2.Error as error:  # a few seconds of a statistic; the calls were answered
        _logger.info("calls of API keys could not be counted: %s", type(error).__name__)
