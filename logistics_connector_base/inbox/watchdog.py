"""A limit of time for work, in whatever thread it is done.

Signals reach the main thread only, and a job's thread is not always that one. So a thread of the
drain's own looks at the clock and raises an exception in the thread that works. It arrives between
two steps of Python: an endless loop in Python is ended, a call into C is waited for (the SQL side
has ``statement_timeout``; what hangs in C for ever is ended by Odoo's ``limit_time_real``).
"""

import ctypes
import threading
import time

LOOK_EVERY = 0.2  # seconds


class TimeExceeded(BaseException):
    """The limit has passed. No Exception: ``except Exception`` in a loop must not swallow it."""


class Watchdog:
    """Raises :class:`TimeExceeded` in the thread that entered it, once a limit has passed.

    with Watchdog() as watchdog:
        with watchdog.limit(3):
            work()

    Limits may be nested; the one that ends first counts. It is raised again at each look for as
    long as the limit is not left, as the code in question may swallow it.
    """

    def __enter__(self):
        self._target = threading.get_ident()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._deadline, self._raised = None, False
        threading.Thread(target=self._look, name="logistics.watchdog", daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.disarm()
        self._over.set()

    def limit(self, seconds):
        """A context manager: what is inside has this long."""
        return _Limit(self, seconds)

    def disarm(self):
        """No limit from here on; one that was raised and has not arrived yet will not."""
        self._set(None)

    def _set(self, deadline):
        """Set the deadline; returns whether the exception arrived while this was done."""
        arrived = False
        while True:
            try:
                with self._lock:
                    self._deadline = deadline
                    if self._raised:
                        self._raised = False
                        _raise_in(self._target, None)
                return arrived
            except TimeExceeded:
                arrived = True

    def _look(self):
        while not self._over.wait(LOOK_EVERY):
            with self._lock:
                if self._deadline is not None and time.monotonic() > self._deadline:
                    self._raised = True
                    _raise_in(self._target, TimeExceeded)


class _Limit:
    """Made anew for each use: a class, because a generator could be hit before its ``finally``."""

    __slots__ = ("outer", "seconds", "watchdog")

    def __init__(self, watchdog, seconds):
        self.watchdog, self.seconds = watchdog, seconds

    def __enter__(self):
        self.outer = self.watchdog._deadline
        deadline = time.monotonic() + self.seconds
        self.watchdog._set(deadline if self.outer is None else min(deadline, self.outer))

    def __exit__(self, kind, *_error):
        if self.watchdog._set(self.outer) and kind is None:
            raise TimeExceeded
        return False


class NoWatchdog:
    """In the place of one where nothing is limited: the work is somebody's who waits for it."""

    def limit(self, _seconds):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return False


def _raise_in(thread, exception):
    """Raise an exception in another thread; None takes back one that has not arrived."""
    kind = ctypes.py_object(exception) if exception else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)
