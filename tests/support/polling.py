"""Waiting for something that another process does: bounded, and with a reason when it fails."""

import time


class TimedOut(AssertionError):
    """What was waited for did not come."""


def wait_for(look, timeout=30.0, what="", interval=0.1):
    """Call ``look`` until it returns something true; return that.

    ``what`` (text, or a function that makes one) says what did not come.
    """
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() >= deadline:
            text = what() if callable(what) else what
            raise TimedOut(f"not within {timeout:g} s: {text or look}; last seen: {seen!r}")
        time.sleep(interval)
