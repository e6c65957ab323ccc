"""One thread a process and database that does what no request shall wait for: it counts what waits
in the inbox, and writes down what refused how many messages.

It works once a second while messages come in, and rests otherwise. Of several processes one counts
in each second; the others read what it found.
"""

import json
import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import store

_logger = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two looks
REST_AFTER = 5.0  # seconds without a message after which it rests
SHARE = 0.05  # of the time at most is spent with counting, however much waits
MARK = "logistics.inbox_high_water"  # system parameter: messages that may wait in all, 0 for any
DEFAULT_MARK = 1_000_000

LEVEL_TABLE = """
CREATE UNLOGGED TABLE IF NOT EXISTS logistics_inbox_level (
    id integer PRIMARY KEY CHECK (id = 1),
    counted_at timestamptz NOT NULL,
    waiting jsonb NOT NULL
) WITH (fillfactor = 10)
"""
# A crash empties an unlogged table: the row is made again by whoever looks first.
CLAIM = """
INSERT INTO logistics_inbox_level AS l (id, counted_at, waiting)
VALUES (1, statement_timestamp(), '{}')
ON CONFLICT (id) DO UPDATE SET counted_at = statement_timestamp()
WHERE l.counted_at <= statement_timestamp() - make_interval(secs => %(interval)s)
RETURNING id
"""
# One part for each of the indexes over what waits (logistics_message_lane.py).
COUNT = """
SELECT COALESCE(jsonb_object_agg(connection_id, n), '{}')::text FROM (
    SELECT connection_id, count(*) AS n FROM (
        SELECT connection_id FROM logistics_message WHERE state = 'received' AND tries = 0
        UNION ALL
        SELECT connection_id FROM logistics_message WHERE state = 'received' AND tries > 0
        UNION ALL
        SELECT connection_id FROM logistics_message WHERE state = 'processing') waiting
    GROUP BY connection_id) counts
"""
SAVE = """
UPDATE logistics_inbox_level SET waiting = %(waiting)s,
    counted_at = statement_timestamp() + make_interval(secs => %(pause)s)
WHERE id = 1 RETURNING id
"""
READ = """
SELECT waiting::text,
    (SELECT value FROM ir_config_parameter WHERE key = %(mark)s)
FROM logistics_inbox_level WHERE id = 1
"""

_clerks: dict[str, "Clerk"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages wait to be worked, by connection; empty until it was looked at."""

    counts: dict[int, int] = field(default_factory=dict)
    mark: int = 0  # for all connections together, 0: any number

    def of(self, connection_id):
        """Messages of one connection that wait."""
        return self.counts.get(connection_id, 0)

    @property
    def is_full(self):
        """Whether nothing more is taken from anybody."""
        return bool(self.mark) and sum(self.counts.values()) >= self.mark


def of(dbname):
    """The clerk of a database in this process; started when there is none, also after a fork, which
    copies no thread."""
    clerk = _clerks.get(dbname)
    if clerk is None or not clerk.is_alive():
        with _lock:
            clerk = _clerks.get(dbname)
            if clerk is None or not clerk.is_alive():
                clerk = _clerks[dbname] = Clerk(dbname)
                clerk.start()
    return clerk


class Clerk(threading.Thread):
    def __init__(self, dbname):
        super().__init__(name=f"logistics.clerk.{dbname}", daemon=True)
        self.dbname = dbname
        self._flag = threading.Event()
        self._last_use = 0.0
        self._waiting = Waiting()
        self._refusals = Counter()
        self._notes = {}
        self._counting = threading.Lock()

    def waiting(self):
        """What waits, as seen at most a moment longer than a second ago."""
        self._last_use = time.monotonic()
        self._flag.set()
        return self._waiting

    def count_refusal(self, connection_id, kind, explain=None):
        """A message was refused; written down soon.

        :param explain: tells what is to be noted beside it, of the last one of each kind; called
            later, by this thread
        """
        with self._counting:
            self._refusals[connection_id, kind] += 1
            if explain:
                self._notes[connection_id, kind] = explain
        self._flag.set()

    def run(self):
        while True:
            self._flag.wait()
            self._flag.clear()
            for work in (self.look, self.write_refusals):
                try:
                    work()
                except Exception as error:
                    # PostgreSQL may be away. What was counted is kept for the next time.
                    _logger.info("%s of %s: %s", work.__name__, self.dbname, error)
            if self._refusals or time.monotonic() - self._last_use < REST_AFTER:
                self._flag.set()
            threading.Event().wait(INTERVAL)

    def look(self):
        """Count what waits, or read what another process has just counted."""
        if store.execute(self.dbname, CLAIM, {"interval": 0.9 * INTERVAL}):
            start = time.monotonic()
            (waiting,) = store.execute(self.dbname, COUNT, {})
            pause = max(0.0, (time.monotonic() - start) / SHARE - INTERVAL)
            store.execute(self.dbname, SAVE, {"waiting": waiting, "pause": pause})
        row = store.execute(self.dbname, READ, {"mark": MARK})
        if row:
            counts = {int(key): count for key, count in json.loads(row[0]).items()}
            self._waiting = Waiting(counts, _number(row[1]))

    def write_refusals(self):
        """Write down what was refused since the last time; kept when it fails."""
        with self._counting:
            refusals, self._refusals = self._refusals, Counter()
            notes, self._notes = self._notes, {}
        if not refusals:
            return
        try:
            with Registry(self.dbname).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                told = {key: explain() for key, explain in notes.items()}
                env["logistics.refusal"]._record(refusals, told)
        except BaseException:
            with self._counting:
                self._refusals.update(refusals)
                self._notes = notes | self._notes
            raise


def _number(text):
    """The mark as a number; what is no number is the default."""
    try:
        return max(0, int(text or DEFAULT_MARK))
    except ValueError:
        return DEFAULT_MARK
