"""Who drains: a lane is a number, and belongs to the session that holds its advisory lock.

With its process, whatever ends it, the session is gone and the lock with it: nobody has to wait for
a time-out to know that what the lane had in work is to be taken back.
"""

import contextlib
from typing import NamedTuple

from psycopg2.errors import LockNotAvailable

from ..tools.signals import is_up_to_date

# First key of the advisory locks ("LOGI"); the second is the lane, from 1 on.
LOCK_CLASS = 0x4C4F4749
# The lane that works what was tried before, one message at a time, holds this one as well.
AGAIN = 0
# Who takes back what a dead lane had in work holds its lock for a moment: that long a drain waits
# for its own (milliseconds).
PATIENCE = 300

LOOK = """
SELECT ARRAY(SELECT objid::bigint FROM pg_locks
             WHERE locktype = 'advisory' AND granted AND classid = %(locks)s AND objsubid = 2
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),
       ARRAY(SELECT DISTINCT COALESCE(lane, 1) FROM logistics_message WHERE state = 'processing'),
       EXISTS (SELECT 1 FROM logistics_message WHERE state = 'received' AND tries > 0
               AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')),
       EXISTS (SELECT 1 FROM logistics_message
               WHERE state = 'received' AND tries = 1 AND next_try_at IS NULL)
"""


class Look(NamedTuple):
    """What the lanes do at a moment: ``live`` have a process, ``in_work`` have messages, ``again``
    says whether messages are due that were tried before, ``alone`` whether some of these are the
    rest of a batch whose process ended, ``is_again_at_work`` whether a lane tries such ones."""

    live: frozenset
    in_work: frozenset
    again: bool
    alone: bool
    is_again_at_work: bool

    @property
    def dead(self):
        """Lanes whose messages nobody works."""
        return sorted(self.in_work - self.live)


def look(cr):
    """See what the lanes do.

    Looked at, not tried: whoever tries a lock holds it for a moment.
    """
    cr.execute(LOOK, {"locks": LOCK_CLASS})
    live, in_work, again, alone = cr.fetchone()
    return Look(frozenset(live) - {AGAIN}, frozenset(in_work), again, alone, AGAIN in live)


class LaneSession:
    """The session of a drain. Between two statements it is in no transaction: one that stays open
    would hold back vacuum all the while."""

    def __init__(self, cr, lane):
        self.cr, self.lane = cr, lane

    def take(self):
        """Take the lane; False when somebody else has it."""
        try:
            self.cr.execute("SELECT set_config('lock_timeout', %s, true)", (str(PATIENCE),))
            self.cr.execute(
                "SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, self.lane), log_exceptions=False
            )
        except LockNotAvailable:
            return False
        finally:
            self.cr.rollback()  # the lock is the session's and outlives the transaction
        return True

    def look(self):
        """As :func:`look`. It fails when the session, and with it the lane, is lost."""
        try:
            return look(self.cr)
        finally:
            self.cr.rollback()

    def is_up_to_date(self, registry):
        """See :func:`~..tools.signals.is_up_to_date`."""
        try:
            return is_up_to_date(registry, self.cr)
        finally:
            self.cr.rollback()

    @contextlib.contextmanager
    def trying(self, key):
        """Hold another lock inside, if it is free; yields whether it is."""
        self.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, key))
        taken = self.cr.fetchone()[0]
        self.cr.rollback()
        try:
            yield taken
        finally:
            if taken:
                self.leave(key)

    def leave(self, key=None):
        """Give back a lock (its own lane's by default)."""
        key = self.lane if key is None else key
        self.cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK_CLASS, key))
        self.cr.rollback()
