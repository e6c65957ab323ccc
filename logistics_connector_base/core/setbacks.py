# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What an error of the database says: about the message that was worked, about others who held its
rows, or about PostgreSQL itself. Only the first is a fault of the message.

A message that met a lock is as good as before; counted as its own failure, five busy moments would
send it to the dead letters. Source of the codes: PostgreSQL's appendix A.
"""

import random

import psycopg2
from psycopg2.pool import PoolError

MESSAGE = "message"  # its own fault: the try counts, a person gets it in the end
CONTENTION = "contention"  # somebody else had the rows: come back shortly
OUTAGE = "outage"  # the database does not work for anybody: stop, give back what was claimed

# serialization_failure, deadlock_detected, lock_not_available
CONTENDED = {"40001", "40P01", "55P03"}
# idle_in_transaction_session_timeout, admin_shutdown, crash_shutdown, cannot_connect_now,
# database_dropped, idle_session_timeout, disk_full, too_many_connections, io_error,
# read_only_sql_transaction (a standby that took over is not ready yet)
OUT_OF_ORDER = {
    "25P03",
    "57P01",
    "57P02",
    "57P03",
    "57P04",
    "57P05",
    "53100",
    "53300",
    "58030",
    "25006",
}
CONNECTION_EXCEPTION = "08"  # class

# A busy row is asked for again after a quarter of the time that its message has waited already.
SHARE, SHORTEST, LONGEST = 4, 1.0, 30.0


def setback(error: BaseException) -> str:
    """Whose trouble an exception is: ``MESSAGE``, ``CONTENTION`` or ``OUTAGE``.

    An exception that was raised from one of psycopg2's counts as that one.
    """
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, psycopg2.Error):
            return _of_database(cause)
        cause = cause.__cause__
    return MESSAGE


def _of_database(error: psycopg2.Error) -> str:
    code = error.pgcode or ""
    if code in CONTENDED:
        return CONTENTION
    if code in OUT_OF_ORDER or code.startswith(CONNECTION_EXCEPTION):
        return OUTAGE
    # A connection that broke has no code: nobody was left to send one. A full pool (PoolError) has
    # none either. Wrong programs have none as well, but they are ProgrammingErrors.
    broken = (psycopg2.OperationalError, psycopg2.InterfaceError, PoolError)
    if not code and isinstance(error, broken):
        return OUTAGE
    return MESSAGE


def come_back_after(waited: float, rng: random.Random | None = None) -> float:
    """Seconds until a message that met a lock is tried again.

    :param waited: seconds since it came in. Grows with them, so that no counter is needed: a
        forgotten lock of an hour costs some dozens of tries, and whoever lets go of it after a
        while waits at most a quarter of that while, never more than half a minute.
    """
    longest = min(max(waited / SHARE, SHORTEST), LONGEST)
    return longest * (0.5 + (rng or random).random() / 2)
