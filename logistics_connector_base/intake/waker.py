"""Starts the drain soon after a message came in, without a job per message.

The request sets a flag; one daemon thread per process and database looks at most once in
``INTERVAL`` seconds whether received messages wait and no drain is under way, and enqueues one. It
goes on until nothing waits, so that no wake-up is lost between a drain's last look and its end. A
sweep (ir.cron, each minute) stands behind it: a process that dies takes only its own waker along.
"""

import logging
import threading

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

_logger = logging.getLogger(__name__)

INTERVAL = 0.25  # seconds between two looks

_wakers: dict[str, "_Waker"] = {}
_lock = threading.Lock()


def wake(dbname):
    """Say that a message waits in ``dbname``; returns at once."""
    waker = _wakers.get(dbname)
    if waker is None or not waker.is_alive():
        with _lock:
            waker = _wakers.get(dbname)
            if waker is None or not waker.is_alive():  # also after a fork, which copies no thread
                waker = _wakers[dbname] = _Waker(dbname)
                waker.start()
    waker.flag.set()


class _Waker(threading.Thread):
    def __init__(self, dbname):
        super().__init__(name=f"logistics.waker.{dbname}", daemon=True)
        self.dbname = dbname
        self.flag = threading.Event()

    def run(self):
        while True:
            self.flag.wait()
            self.flag.clear()
            try:
                if self._look():
                    self.flag.set()  # something waits: look again until nothing does
            except Exception:
                # PostgreSQL may be away; the messages are safe, the next arrival or the sweep
                # comes back to them.
                _logger.warning("could not start the inbox drain of %s", self.dbname, exc_info=True)
            threading.Event().wait(INTERVAL)

    def _look(self):
        with Registry(self.dbname).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "logistics.inbox" not in env:
                return False
            return env["logistics.inbox"]._wake()
