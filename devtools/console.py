"""What people see: progress lines, and one class of error that is shown without a traceback."""

import sys
import time
from contextlib import contextmanager


class DevError(Exception):
    """Something ``./dev`` cannot do; the message says what and what to do about it."""


def say(message):
    """Print one progress line, at once."""
    print(f"· {message}", file=sys.stderr, flush=True)


@contextmanager
def step(message):
    """Announce a longer step and say how long it took."""
    say(f"{message} …")
    start = time.monotonic()
    yield
    say(f"{message}: {time.monotonic() - start:.0f} s")
