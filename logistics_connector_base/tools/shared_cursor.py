"""Connections to the database for the many threads of a job.

Odoo's pool does not let anybody wait: who asks for one connection too many gets an error, and that
may as well be the user's request beside us. So the threads of our jobs share half of the pool, and
wait for each other; each has a connection for some milliseconds only.
"""

import contextlib
import threading

from odoo.tools import config

_lock = threading.Lock()
_gates: dict[int, threading.BoundedSemaphore] = {}


def _gate():
    """The semaphore of this process, for the present size of the pool."""
    places = max(1, int(config["db_maxconn"] or 2) // 2)
    with _lock:
        if places not in _gates:
            _gates[places] = threading.BoundedSemaphore(places)
        return _gates[places]


@contextlib.contextmanager
def shared_cursor(registry):
    """A cursor of a registry, committed at the end unless something is raised.

    Not to be used inside another one: all might wait for a second place, and none give back one.
    """
    with _gate(), registry.cursor() as cr:
        yield cr
