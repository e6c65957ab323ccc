"""Who asks: a job has a lane, and each poll's askers a slot; both belong to the database session
that holds their advisory locks. When its process ends, whatever ends it, they are free."""

from ..outbox.lanes import LIVE, SLOTS
from ..outbox.lanes import Session as SenderSession

# First keys of the advisory locks: of the lanes ("LOGQ"), and of the askers ("LOGP").
LANE_LOCKS, ASKER_LOCKS = 0x4C4F4751, 0x4C4F4750

MAY_ASK = """
FROM logistics_poll p
JOIN logistics_connection c ON c.id = p.connection_id
JOIN logistics_poll_progress g ON g.poll_id = p.id
CROSS JOIN LATERAL (
    SELECT CASE p.kind WHEN 'feed' THEN g.next_at
           ELSE (SELECT min(r.next_at) FROM logistics_poll_shipment r
                 WHERE r.poll_id = p.id AND r.next_at IS NOT NULL) END AS next_at
) soonest
CROSS JOIN LATERAL (
    SELECT GREATEST(soonest.next_at, g.paused_until,
                    CASE WHEN g.state <> 'closed' THEN g.probe_at END) AS due_at
) due
WHERE p.active AND c.active AND c.state IN ('parallel', 'live') AND g.state <> 'stopped'
      AND soonest.next_at IS NOT NULL
"""
# Polls with something to ask now, those first that were served longest ago. One index entry each
# tells, however many shipments there are.
DUE = f"""
SELECT p.id, CASE p.kind WHEN 'feed' THEN 1 ELSE p.senders END {MAY_ASK}
      AND due_at <= now() AT TIME ZONE 'UTC'
ORDER BY GREATEST(g.last_success_at, g.last_failure_at) NULLS FIRST, p.id
"""
NEXT = f"""
SELECT EXTRACT(EPOCH FROM min(due_at) - now() AT TIME ZONE 'UTC')::float8 {MAY_ASK}
"""


def due_polls(cr):
    """``[(poll id, askers)]`` of polls with something to ask now."""
    cr.execute(DUE)
    return cr.fetchall()


def seconds_to_next(cr):
    """Seconds until something is to be asked, or None; 0 and less: now."""
    cr.execute(NEXT)
    return cr.fetchone()[0]


def live(cr):
    """Lanes that have a process."""
    cr.execute(LIVE, (LANE_LOCKS,))
    return {row[0] for row in cr.fetchall()}


class Session(SenderSession):
    """The session of one job. Between two statements it is in no transaction."""

    def due_polls(self):
        try:
            return due_polls(self.cr)
        finally:
            self.cr.rollback()

    def take_lane(self, lane):
        return self._take(LANE_LOCKS, lane)

    def take(self, slot):
        """Take an asker's slot ``(poll id, number)``; False when another process has it."""
        return self._take(ASKER_LOCKS, slot[0] * SLOTS + slot[1])

    def leave(self, slot):
        self._leave(ASKER_LOCKS, slot[0] * SLOTS + slot[1])
