"""Taking messages to send, by their state; in READ COMMITTED (see ``inbox/claims.py``)."""

from dataclasses import dataclass, field
from datetime import datetime

from ..core import breaker as breakers

POLL = 60  # seconds between two questions for an acknowledgement
LEASE = 30  # seconds beyond a call's time-out after which somebody else may ask

# What waited for its time goes into the line.
PROMOTE = """
UPDATE logistics_message SET state = 'pending', next_try_at = NULL
WHERE flow_id = %(flow)s AND state = 'scheduled' AND next_try_at <= now() AT TIME ZONE 'UTC'
"""
EXPIRE = """
UPDATE logistics_message
SET state = 'expired', processed_at = now() AT TIME ZONE 'UTC', next_try_at = NULL
WHERE flow_id = %(flow)s AND state IN ('pending', 'scheduled')
      AND expires_at <= now() AT TIME ZONE 'UTC'
RETURNING id
"""
# The same condition as FREE in lanes.py. MATERIALIZED: taken once, however it is planned.
CLAIM = """
WITH taken AS MATERIALIZED (
    SELECT m.id FROM logistics_message m
    WHERE m.flow_id = %(flow)s AND m.state = 'pending'
      AND (NOT %(only_doubts)s OR m.error_class = 'doubt')
      AND (NOT %(is_ordered)s OR m.business_key IS NULL OR NOT EXISTS (
          SELECT 1 FROM logistics_message e
          WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key AND e.id < m.id
                AND e.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead'))
        AND NOT EXISTS (
          SELECT 1 FROM logistics_message e
          WHERE e.first_flow_id = m.flow_id AND e.business_key = m.business_key
                AND e.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')))
    ORDER BY m.priority, m.id LIMIT %(limit)s
    FOR UPDATE OF m SKIP LOCKED
)
UPDATE logistics_message m
SET state = 'sending', tries = tries + 1, lane = %(number)s, claimed_at = now() AT TIME ZONE 'UTC'
FROM taken, logistics_message_body b
WHERE m.id = taken.id AND b.message_id = m.id
RETURNING m.id, m.receipt, m.business_key, m.tries, m.received_at, m.content_type,
          m.correlation_id, m.priority, b.content
"""
# While messages go another way, one that must stay here shows whether the partner is back, and not
# one that might have to stay afterwards.
PROBE = """
UPDATE logistics_message SET state = 'pending', next_try_at = NULL
WHERE id = (SELECT id FROM logistics_message
            WHERE flow_id = %(flow)s AND state = 'scheduled' AND error_class = 'doubt'
            ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
"""
IS_AWAY = "SELECT fallback_state = 'used' FROM logistics_breaker WHERE flow_id = %(flow)s"
# Where it is still this taking of it, and not a later one by somebody else.
RELEASE = """
UPDATE logistics_message m SET state = 'pending', tries = m.tries - 1, lane = NULL
FROM unnest(%s::int[], %s::int[]) AS taken(id, tries)
WHERE m.id = taken.id AND m.tries = taken.tries AND m.state = 'sending' AND m.lane = %s
"""
# The lock of this slot is ours, so whoever had these is gone. They may have arrived, or arrive yet:
# the partner is asked when the call would be over.
TAKE_BACK = """
WITH back AS (
    UPDATE logistics_message
    SET state = CASE WHEN %(is_safe)s THEN 'pending' ELSE 'doubt' END, lane = NULL,
        next_try_at = CASE WHEN %(asks)s THEN
            now() AT TIME ZONE 'UTC' + make_interval(secs => %(timeout)s) END
    WHERE flow_id = %(flow)s AND lane = %(number)s AND state = 'sending'
    RETURNING id, tries
)
INSERT INTO logistics_message_attempt (message_id, number, "at", error_class, error_text)
SELECT id, tries, now() AT TIME ZONE 'UTC', 'ProcessDied', %(text)s FROM back
RETURNING message_id
"""
# Asked by one sender at a time: whoever takes it puts off the next time beyond its own call. Each
# question about a doubt counts as a try, so that they end. A doubt comes before what is only to be
# acknowledged.
QUESTION = """
WITH taken AS MATERIALIZED (
    SELECT id FROM logistics_message
    WHERE flow_id = %(flow)s AND state = ANY(%(states)s)
          AND next_try_at <= now() AT TIME ZONE 'UTC'
    ORDER BY state, next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE logistics_message m
SET tries = m.tries + CASE WHEN m.state = 'doubt' THEN 1 ELSE 0 END,
    next_try_at = now() AT TIME ZONE 'UTC' + make_interval(
        secs => CASE WHEN m.state = 'sent' THEN GREATEST(%(poll)s, %(lease)s) ELSE %(lease)s END)
FROM taken LEFT JOIN logistics_message_body b ON b.message_id = taken.id
WHERE m.id = taken.id
RETURNING m.id, m.receipt, m.business_key, m.tries, m.received_at, m.content_type,
          m.correlation_id, m.priority, b.content, m.state
"""
# A question that could not be asked after all: it counts for nothing.
UNASK = """
UPDATE logistics_message
SET tries = tries - CASE WHEN state = 'doubt' THEN 1 ELSE 0 END,
    next_try_at = now() AT TIME ZONE 'UTC'
WHERE id = %s AND tries = %s AND state = %s
"""
SERVED = "UPDATE logistics_breaker SET served_at = now() AT TIME ZONE 'UTC' WHERE flow_id = %s"
# Who waits for a later try since nobody answered need not wait on when they do.
HURRY = """
UPDATE logistics_message SET next_try_at = now() AT TIME ZONE 'UTC'
WHERE flow_id = %s AND state = 'scheduled' AND error_class IN ('trouble', 'doubt')
"""
BREAKER = """
SELECT b.state, b.failures, b.pause, b.opened_at, b.probe_at,
       EXTRACT(EPOCH FROM b.paused_until - now() AT TIME ZONE 'UTC')::float8,
       clock_timestamp() AT TIME ZONE 'UTC'
FROM logistics_breaker b WHERE b.flow_id = %s FOR UPDATE
"""
MAKE_BREAKER = """
INSERT INTO logistics_breaker (flow_id, company_id, state, failures)
SELECT f.id, f.company_id, 'closed', 0 FROM logistics_flow f WHERE f.id = %s
ON CONFLICT (flow_id) DO NOTHING
"""
SAVE_BREAKER = """
UPDATE logistics_breaker SET state = %s, failures = %s, pause = %s, opened_at = %s, probe_at = %s
WHERE flow_id = %s
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that is to be sent now. ``content`` stays out of logs."""

    id: int
    receipt: str
    key: str | None
    tries: int
    written_at: datetime
    content_type: str
    correlation_id: str
    priority: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Round:
    """What a sender may do now: send ``messages``, or come back in ``wait`` seconds (None: there is
    nothing to send). ``is_probe``: the one message that shows whether the partner is back."""

    messages: tuple[Taken, ...] = ()
    wait: float | None = None
    is_probe: bool = False
    expired: tuple[int, ...] = ()


def read_breaker(cr, flow_id):
    """Lock and read: ``(Breaker, seconds of pause left or None, now)``; made where missing."""
    for _try in range(2):
        cr.execute(BREAKER, (flow_id,))
        row = cr.fetchone()
        if row:
            break
        cr.execute(MAKE_BREAKER, (flow_id,))
    state, failures, pause, opened_at, probe_at, left, now = row
    return breakers.Breaker(state, failures, pause or 0.0, opened_at, probe_at), left, now


def save_breaker(cr, flow_id, breaker):
    cr.execute(
        SAVE_BREAKER,
        (
            breaker.state,
            breaker.failures,
            breaker.pause,
            breaker.opened_at,
            breaker.probe_at,
            flow_id,
        ),
    )


def next_round(cr, plan, number, size):
    """Take up to ``size`` messages, as the breaker and the partner's wishes allow.

    :rtype: Round
    """
    values = {"flow": plan.flow_id, "is_ordered": plan.is_ordered, "number": number}
    cr.execute(EXPIRE, values)
    expired = tuple(row[0] for row in cr.fetchall())
    cr.execute(PROMOTE, values)
    breaker, left, now = read_breaker(cr, plan.flow_id)
    if left is not None and left > 0:
        return Round(wait=left, expired=expired)
    if breaker.state == "stopped":
        return Round(expired=expired)
    trying = breakers.probe(breaker, plan.rules, now)
    if trying is None:
        wait = (breaker.probe_at - now).total_seconds()
        return Round(wait=max(wait, 0.05), expired=expired)
    is_probe = trying.state != breakers.CLOSED
    rows = _take_probe(cr, values) if is_probe else _take(cr, values, size)
    messages = sorted(
        (Taken(*row[:-1], bytes(row[-1] or b"")) for row in rows),
        key=lambda taken: (taken.priority, taken.id),
    )
    if messages:
        cr.execute(SERVED, (plan.flow_id,))
        if is_probe:
            save_breaker(cr, plan.flow_id, trying)
    return Round(tuple(messages), None, is_probe, expired)


def _take(cr, values, size, only_doubts=False):
    cr.execute(CLAIM, {**values, "limit": size, "only_doubts": only_doubts})
    return cr.fetchall()


def _take_probe(cr, values):
    cr.execute(IS_AWAY, values)
    rows = []
    if cr.fetchone()[0]:
        cr.execute(PROBE, values)
        rows = _take(cr, values, 1, only_doubts=True)
    return rows or _take(cr, values, 1)


def take_question(cr, plan):
    """One message that the partner shall be asked about: ``(Taken, state)``, or None. A question is
    a call as any other: while the partner is down, only one at the end of each pause."""
    breaker, left, now = read_breaker(cr, plan.flow_id)
    if breaker.state == "stopped" or (left is not None and left > 0):
        return None
    trying = breakers.probe(breaker, plan.rules, now)
    if trying is None:
        return None
    states = ["doubt"] if plan.repeat == "ask" else []
    states += ["sent"] if plan.ack == "poll" else []
    values = {"flow": plan.flow_id, "states": states, "lease": plan.timeout + LEASE, "poll": POLL}
    cr.execute(QUESTION, values)
    row = cr.fetchone()
    if row is None:
        return None
    if trying.state != breakers.CLOSED:
        save_breaker(cr, plan.flow_id, trying)
    return Taken(*row[:-2], bytes(row[-2] or b"")), row[-1]


def take_back(cr, plan, number, text):
    """What a dead sender had: to the line again, or in doubt; the ids."""
    cr.execute(
        TAKE_BACK,
        {
            "flow": plan.flow_id,
            "number": number,
            "is_safe": plan.repeats_safely,
            "asks": plan.repeat == "ask",
            "timeout": plan.timeout,
            "text": text,
        },
    )
    return [row[0] for row in cr.fetchall()]


def hurry(cr, flow_id):
    """Try again now what did not get through during an outage that is over."""
    cr.execute(HURRY, (flow_id,))


def release(cr, messages, number):
    """Give back what was taken by this sender and not begun: no try was made."""
    cr.execute(RELEASE, ([one.id for one in messages], [one.tries for one in messages], number))


def unask(cr, taken, state):
    """Give back a question that was taken and not asked."""
    cr.execute(UNASK, (taken.id, taken.tries, state))
