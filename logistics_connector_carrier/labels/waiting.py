# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Waiting for a carrier's answer without keeping a transaction or a connection meanwhile.

A caller that waits keeps a worker of Odoo busy, whatever it does. So few may wait at a time on one
machine, and nobody long: whoever finds no place gets what is known at once, and asks again. A place
is a lock on a file: it is free as soon as its process ends, however that happens.
"""

import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path

from odoo.tools import config

LONGEST = 20  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.0
# Of a server without workers, whose threads are many.
PLACES_OF_THREADS = 8
# Nobody knows yet what becomes of these.
OPEN = ("asked", "doubt")
STATE = """
SELECT state FROM logistics_booking WHERE picking_id = %s AND is_return IS NOT TRUE
ORDER BY id DESC LIMIT 1
"""


def places():
    """How many may wait at once on this machine: half of the workers at most."""
    workers = config["workers"]
    return max(1, workers // 2) if workers else PLACES_OF_THREADS


@contextlib.contextmanager
def place():
    """Take one of the places; whether there was one."""
    folder = Path(config["data_dir"]) / "logistics-waiting"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(places()):
        handle = os.open(folder / f"{socket.gethostname()}-{number}", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        try:
            yield True
        finally:
            os.close(handle)
        return
    yield False


def wait(registry, picking_id, seconds):
    """Wait until the delivery's booking is settled, at most so many seconds.

    To be called without an open cursor: each look has one of its own for a millisecond.

    :return: whether a place was free, or none was needed
    """
    if _is_settled(registry, picking_id) or seconds <= 0:
        return True
    with place() as has_place:
        until, pause = time.monotonic() + min(seconds, LONGEST), FIRST_PAUSE
        while has_place and time.monotonic() < until:
            time.sleep(min(pause, max(0.0, until - time.monotonic())))
            if _is_settled(registry, picking_id):
                break
            pause = min(pause * 1.5, LONGEST_PAUSE)
    return has_place


def _is_settled(registry, picking_id):
    with registry.cursor() as cr:
        cr.execute(STATE, (picking_id,))
        row = cr.fetchone()
    return row is None or row[0] not in OPEN
