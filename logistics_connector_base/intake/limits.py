"""What a partner may send: size, rate, and how much may wait. Checked after the signature: only
authentic calls use up a partner's rate, and who tries addresses learns nothing of anybody's limits.

The rate is kept by all processes of all servers together, see ``core/token_bucket.py``. What waits
is counted in the background (``clerk.py``), so that the request only looks into memory.
"""

import threading
import time
from dataclasses import dataclass

from ..core.jsonsafe import MAX_BYTES
from ..core.token_bucket import Purse, Rate
from . import accept, clerk, store

CEILING_BYTES = MAX_BYTES  # whatever a connection says: no reader of ours takes more
DEFAULT_BYTES = 1024 * 1024
FULL_RETRY = 30  # seconds until a sender shall come again when the inbox is full

# LEAST and GREATEST on the row's own columns only: a row that another process has changed while we
# waited for its lock is looked at anew. The time never goes back, whoever came first.
_LEVEL = """LEAST(%(capacity)s, b.level + %(per_second)s * GREATEST(0,
    EXTRACT(EPOCH FROM statement_timestamp() - b.filled_at)::float8))"""
DRAW = f"""
INSERT INTO logistics_rate_bucket AS b (connection_id, level, granted, filled_at)
VALUES (%(connection_id)s, %(capacity)s - %(wanted)s, %(wanted)s, statement_timestamp())
ON CONFLICT (connection_id) DO UPDATE SET
    granted = GREATEST(0, LEAST(%(wanted)s, FLOOR({_LEVEL}))),
    level = {_LEVEL} - GREATEST(0, LEAST(%(wanted)s, FLOOR({_LEVEL}))),
    filled_at = GREATEST(b.filled_at, statement_timestamp())
RETURNING granted, level
"""
# Unlogged: what it holds is worth a second, and a crash that empties it fills every bucket anew.
BUCKET_TABLE = """
CREATE UNLOGGED TABLE IF NOT EXISTS logistics_rate_bucket (
    connection_id integer PRIMARY KEY,
    level double precision NOT NULL,
    granted integer NOT NULL,
    filled_at timestamptz NOT NULL
) WITH (fillfactor = 10)
"""

_purses: dict[tuple[str, int], tuple[Purse, threading.Lock]] = {}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one connection. ``rate`` None: as fast as they can; ``high_water`` 0: none."""

    max_bytes: int = DEFAULT_BYTES
    rate: Rate | None = None
    high_water: int = 0


DEFAULT_LIMITS = Limits()


class Refused(Exception):
    """An authentic message is not taken, because of a limit.

    ``kind``: size, rate, high_water (of the connection) or full (of the whole inbox).
    ``retry_after``: seconds, None where sending it again changes nothing.
    """

    def __init__(self, kind, retry_after=None):
        super().__init__(kind)
        self.kind, self.retry_after = kind, retry_after


def check(dbname, profile, size):
    """Let an authentic message of ``size`` bytes pass, or not; refusals are counted.

    :raises Refused: a limit was reached
    :raises psycopg2.Error: the rate could not be looked up: nothing can be filed either
    """
    try:
        _check(dbname, profile, size)
    except Refused as refusal:
        clerk.of(dbname).count_refusal(profile.connection_id, refusal.kind)
        raise


def check_test(dbname, profile, size):
    """Let an authentic test message pass, or not. It spends of the same rate as messages do; as it
    is not filed, nothing is told of a refusal, and it does not matter how much waits.

    :raises Refused: a limit was reached
    :raises psycopg2.Error: the rate could not be looked up
    """
    _check_size(profile, size)
    _check_rate(dbname, profile)


def count_failed_proof(dbname, profile, call):
    """Somebody called a known address without proving who he is: for the administrator to see.
    The caller learns nothing of it, and does not wait for it, either."""
    clerk.of(dbname).count_refusal(
        profile.connection_id, "proof", lambda: accept.explain(profile, call)
    )


def _check(dbname, profile, size):
    limits = profile.limits
    _check_size(profile, size)
    waiting = clerk.of(dbname).waiting()
    if waiting.is_full:
        raise Refused("full", FULL_RETRY)
    if limits.high_water and waiting.of(profile.connection_id) >= limits.high_water:
        raise Refused("high_water", FULL_RETRY)
    _check_rate(dbname, profile)


def _check_size(profile, size):
    if size > profile.limits.max_bytes:
        raise Refused("size")


def _check_rate(dbname, profile):
    rate = profile.limits.rate
    if rate and (pause := _spend(dbname, profile.connection_id, rate)):
        raise Refused("rate", pause)


def _spend(dbname, connection_id, rate):
    """Spend a token of the connection's rate: 0.0, or the seconds until one comes."""
    key = (dbname, connection_id)
    purse, lock = _purses.get(key) or (None, None)
    if purse is None or purse.rate != rate:  # new to this process, or its settings were changed
        purse, lock = _purses[key] = Purse(rate), threading.Lock()
    with lock:
        now = time.monotonic()
        pause = purse.spend(now)
        if pause is not None:
            return pause
        granted, level = draw(dbname, connection_id, rate, purse.wanted)
        return purse.fill(now, granted, level)


def draw(dbname, connection_id, rate, wanted):
    """Take up to ``wanted`` tokens from the bucket of all processes: ``(granted, level)``."""
    values = {
        "connection_id": connection_id,
        "capacity": rate.capacity,
        "per_second": rate.per_second,
        "wanted": wanted,
    }
    return store.execute(dbname, DRAW, values)
