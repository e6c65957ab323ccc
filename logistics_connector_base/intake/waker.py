"""Starts the drain soon after a message came in, without a job per message.

The request sets a flag; one daemon thread per process and database looks at most once in
``INTERVAL`` seconds whether received messages wait and no drain is under way, and enqueues one. It
goes on until nothing waits, so that no wake-up is lost between a drain's last look and its end.
Then it sleeps until the next flag, or until the database says that a message is to be tried again.
A sweep (ir.cron, each minute) stands behind it: a process that dies takes only its own waker along.
"""

import contextlib
import logging
import random
import threading
import time

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import store

_logger = logging.getLogger(__name__)

INTERVAL = 0.25  # seconds between two looks
# Who sleeps until a message is due looks this often meanwhile (seconds): plans change.
LONGEST = 60

HOUR = 3600
USED = """
UPDATE logistics_credential SET last_used_at = now() AT TIME ZONE 'UTC'
WHERE id = ANY(%(ids)s)
      AND (last_used_at IS NULL OR last_used_at < now() AT TIME ZONE 'UTC' - interval '1 hour')
RETURNING id
"""

_noted: dict[tuple[str, int], float] = {}
_wakers: dict[str, "_Waker"] = {}
_lock = threading.Lock()


def wake(dbname):
    """Say that a message waits in ``dbname``, or will be due; returns at once."""
    waker = _wakers.get(dbname)
    if waker is None or not waker.is_alive():
        with _lock:
            waker = _wakers.get(dbname)
            if waker is None or not waker.is_alive():  # also after a fork, which copies no thread
                waker = _wakers[dbname] = _Waker(dbname)
                waker.start()
    waker.flag.set()


def note_used(dbname, credential_id):
    """Say that a partner's secret fitted, or that we used ours; written down by the waker, at most
    once an hour for each."""
    now = time.monotonic()
    key = (dbname, credential_id)
    waker = _wakers.get(dbname)
    # Where none was started yet, the next use is noted.
    if waker is not None and now - _noted.get(key, -HOUR) >= HOUR:
        _noted[key] = now
        waker.used.add(credential_id)


class _Waker(threading.Thread):
    def __init__(self, dbname):
        super().__init__(name=f"logistics.waker.{dbname}", daemon=True)
        self.dbname = dbname
        self.flag = threading.Event()
        self.used = set()

    def run(self):
        pause = None
        while True:
            self.flag.wait(pause)
            self.flag.clear()
            try:
                pause = self._look()
            except Exception:
                # PostgreSQL may be away; the messages are safe, the next arrival or the sweep
                # comes back to them.
                _logger.warning("could not start the inbox drain of %s", self.dbname, exc_info=True)
                pause = None
            self._write_used()
            time.sleep(INTERVAL)

    def _look(self):
        """Start what is to be started.

        :return: seconds until the next look is due; None when somebody else will say so. Without
            end, not each minute: a database that is gone, or left alone, costs nothing.
        """
        with Registry(self.dbname).cursor() as cr:
            # Jobs change meanwhile; a snapshot would make that an error.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "logistics.inbox" not in env:
                return None
            boxes = env["logistics.inbox"]._boxes()
            waiting = [env[box]._wake() for box in boxes]
            if any(waiting):
                return 0  # something waits: look again until nothing does
            due = [seconds for box in boxes if (seconds := env[box]._due_in()) is not None]
        if not due:
            return None
        # Several processes wait for the same message: they do not all come at the same moment.
        return min(max(min(due), 0) + random.uniform(0, INTERVAL), LONGEST)

    def _write_used(self):
        """When secrets were last used; best effort, a lost hour matters to nobody.

        On an autocommit connection: several workers write the same row at the same moment.
        """
        used = [self.used.pop() for _credential in range(len(self.used))]
        if used:
            with contextlib.suppress(psycopg2.Error):
                store._execute(self.dbname, USED, {"ids": used})
