"""What keeps PostgreSQL from cleaning up, and whether it matters yet.

Every claimed and finished message leaves dead row versions behind. PostgreSQL removes them unless a
transaction might still see them: one forgotten transaction, whatever it does and to whichever
tables, makes each look for waiting messages read all that was finished since it began.
"""

from dataclasses import dataclass

# A snapshot is held too long from here on. Our own transactions last seconds; long reports and
# backups pass it and are named, which does no harm: it heals by itself.
HELD_SECONDS = 45.0
# Then it is a person's: it gets an activity.
URGENT_SECONDS = 300.0
# An age in transactions stands in where PostgreSQL does not show us the time of another role's
# session, or there is none (replication slots).
HELD_TRANSACTIONS = 50_000
# What is dead beyond this was not cleaned up: autovacuum begins ten times earlier (hot_tables.py).
DEAD_ROWS, DEAD_SHARE = 20_000, 0.2


@dataclass(frozen=True, slots=True)
class Holder:
    """Who may still see the past: a session, a prepared transaction, a replication slot.

    :ivar str kind: "session", "prepared" or "slot"
    :ivar str name: what a person finds it by (program and role, transaction id, slot)
    :ivar str state: of a session, such as "idle in transaction"; "" where it is not shown
    :ivar float|None seconds: how long the transaction is open; None where it is not shown
    :ivar int transactions: how many transactions began since
    """

    kind: str
    name: str
    pid: int | None = None
    state: str = ""
    seconds: float | None = None
    transactions: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is written all the time: rows in use, rows that wait to be removed."""

    name: str
    live: int
    dead: int


def held(holders, limit=HELD_SECONDS):
    """Those that hold the past for too long, the oldest first.

    :param float limit: seconds
    """

    def is_held(holder):
        if holder.seconds is None:
            return holder.transactions >= HELD_TRANSACTIONS
        return holder.seconds >= limit

    found = filter(is_held, holders)
    return sorted(found, key=lambda holder: (-(holder.seconds or 0.0), -holder.transactions))


def neglected(tables):
    """Tables of which more is dead than autovacuum would leave lying."""
    return [table for table in tables if table.dead > DEAD_ROWS + DEAD_SHARE * table.live]


def oldest_seconds(holders):
    """Age of the oldest transaction of which the age is known; 0 without one."""
    return max((holder.seconds or 0.0 for holder in holders), default=0.0)
