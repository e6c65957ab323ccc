"""Who sends: a job has a lane, and each flow's senders a slot; both belong to the database session
that holds their advisory locks. When its process ends, whatever ends it, they are free.
"""

from . import fallback

# First keys of the advisory locks: of the lanes ("LOGO"), and of the senders ("LOGS").
LANE_LOCKS, SENDER_LOCKS = 0x4C4F474F, 0x4C4F4753
SLOTS = 8  # of a flow; logistics.flow allows no more senders

# Flows with something to send now, those first that had their last turn longest ago. One index
# entry each tells, however much waits.
DUE = """
WITH held AS MATERIALIZED (
    SELECT COALESCE(array_agg(objid::bigint), '{{}}') AS slots FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = {senders} AND objsubid = 2
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT f.id, f.senders FROM logistics_flow f
JOIN logistics_connection c ON c.id = f.connection_id
LEFT JOIN logistics_breaker b ON b.flow_id = f.id
WHERE f.active AND c.active AND c.state IN ('parallel', 'live')
  AND COALESCE(b.state, 'closed') <> 'stopped'
  AND (b.paused_until IS NULL OR b.paused_until <= now() AT TIME ZONE 'UTC')
  AND (COALESCE(b.state, 'closed') = 'closed' OR b.probe_at IS NULL
       OR b.probe_at <= now() AT TIME ZONE 'UTC')
  AND (EXISTS (SELECT 1 FROM logistics_message m WHERE m.flow_id = f.id AND m.state = 'pending'
               AND {free})
    OR EXISTS (SELECT 1 FROM logistics_message m WHERE m.flow_id = f.id
               AND m.state = 'scheduled' AND m.next_try_at <= now() AT TIME ZONE 'UTC')
    OR EXISTS (SELECT 1 FROM logistics_message m WHERE m.flow_id = f.id
               AND m.state = 'doubt' AND f.repeat = 'ask'
               AND m.next_try_at <= now() AT TIME ZONE 'UTC')
    OR EXISTS (SELECT 1 FROM logistics_message m WHERE m.flow_id = f.id
               AND m.state = 'sent' AND f.ack = 'poll'
               AND m.next_try_at <= now() AT TIME ZONE 'UTC')
    OR EXISTS (SELECT 1 FROM logistics_message m, held
               WHERE m.flow_id = f.id AND m.state = 'sending'
               AND m.flow_id::bigint * {slots} + m.lane <> ALL (held.slots)))
ORDER BY b.served_at NULLS FIRST, f.id
"""
# No earlier message about the same thing is unsettled, or failed and undecided; nor one that went
# another way while the partner was down.
FREE = """(NOT f.is_ordered OR m.business_key IS NULL OR NOT EXISTS (
    SELECT 1 FROM logistics_message e
    WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key AND e.id < m.id
          AND e.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead'))
  AND NOT EXISTS (
    SELECT 1 FROM logistics_message e
    WHERE e.first_flow_id = m.flow_id AND e.business_key = m.business_key
          AND e.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')))"""
DUE = DUE.format(free=FREE, senders=SENDER_LOCKS, slots=SLOTS)
# Seconds until something that waits becomes due, of flows that may be sent. What waits behind an
# earlier message becomes due with that one. What is being sent is looked at again soon: whoever
# sends it may die.
NEXT = """
SELECT EXTRACT(EPOCH FROM min(GREATEST(soonest, b.paused_until, closed_until)) -
               now() AT TIME ZONE 'UTC')::float8
FROM logistics_flow f
JOIN logistics_connection c ON c.id = f.connection_id
LEFT JOIN logistics_breaker b ON b.flow_id = f.id
CROSS JOIN LATERAL (
    SELECT CASE WHEN b.state IN ('open', 'half_open') THEN b.probe_at END AS closed_until
) breaker
CROSS JOIN LATERAL (
    SELECT LEAST(
        (SELECT min(m.next_try_at) FROM logistics_message m
         WHERE m.flow_id = f.id AND m.state = 'scheduled'),
        (SELECT min(m.next_try_at) FROM logistics_message m
         WHERE m.flow_id = f.id AND m.state = 'doubt' AND f.repeat = 'ask'),
        (SELECT min(m.next_try_at) FROM logistics_message m
         WHERE m.flow_id = f.id AND m.state = 'sent' AND f.ack = 'poll'),
        (SELECT now() AT TIME ZONE 'UTC' + interval '5 seconds' WHERE EXISTS (
            SELECT 1 FROM logistics_message m WHERE m.flow_id = f.id AND m.state = 'sending')),
        (SELECT now() AT TIME ZONE 'UTC'
         WHERE GREATEST(b.paused_until, closed_until) > now() AT TIME ZONE 'UTC'
           AND EXISTS (SELECT 1 FROM logistics_message m
                       WHERE m.flow_id = f.id AND m.state = 'pending'))) AS soonest
) waiting
WHERE f.active AND c.active AND c.state IN ('parallel', 'live') AND soonest IS NOT NULL
  AND COALESCE(b.state, 'closed') <> 'stopped'
"""
LIVE = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def due_flows(cr):
    """``[(flow id, senders)]`` of flows with something to send now."""
    cr.execute(DUE)
    return cr.fetchall()


def seconds_to_next(cr):
    """Seconds until something that waits becomes due, or None; 0 and less: it is."""
    cr.execute(NEXT)
    return cr.fetchone()[0]


def live(cr):
    """Lanes that have a process."""
    cr.execute(LIVE, (LANE_LOCKS,))
    return {row[0] for row in cr.fetchall()}


class Session:
    """The session of one job. Between two statements it is in no transaction."""

    def __init__(self, cr):
        self.cr = cr
        self.held = []

    def due_flows(self):
        try:
            return due_flows(self.cr)
        finally:
            self.cr.rollback()

    def fallbacks_due(self):
        try:
            return fallback.due(self.cr)
        finally:
            self.cr.rollback()

    def take_lane(self, lane):
        return self._take(LANE_LOCKS, lane)

    def take(self, slot):
        """Take a sender's slot ``(flow id, number)``; False when another process has it."""
        return self._take(SENDER_LOCKS, slot[0] * SLOTS + slot[1])

    def leave(self, slot):
        self._leave(SENDER_LOCKS, slot[0] * SLOTS + slot[1])

    def leave_all(self):
        for lock in list(self.held):
            self._leave(*lock)

    def _take(self, *lock):
        self.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        taken = self.cr.fetchone()[0]
        self.cr.rollback()
        if taken:
            self.held.append(lock)
        return taken

    def _leave(self, *lock):
        self.cr.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
        self.cr.rollback()
        self.held.remove(lock)
