"""Moving waiting messages of a flow in trouble to another flow; in READ COMMITTED.

A move is one transaction under the lock of the first flow's breaker, which its senders need as well
before they take a message: what is moved, none of them has, and none can take any more. The message
that is written is known by an id that follows from the old one's, and ids are unique.
"""

from ..core.fallback import HARMLESS, Try, Waiting, copy_receipt, movable
from ..core.outcome import ABSENT, THROTTLED, TROUBLE

# As many lie on the other way at a time, so that little has to wait there when it fails as well,
# and little goes the other way that need not when the partner is back.
MOST_AWAY = 200

# What a flow `o` must be, so that messages of flow `f` can go by it now.
TAKES = """(o.active AND oc.active AND oc.state IN ('parallel', 'live') AND o.id <> f.id
    AND o.connection_id <> f.connection_id AND o.form = f.form
    AND oc.company_id = c.company_id AND oc.environment = c.environment
    AND (o.is_ordered OR NOT f.is_ordered)
    AND NOT EXISTS (SELECT 1 FROM logistics_breaker ob
                    WHERE ob.flow_id = o.id AND ob.state <> 'closed'))"""
AWAY = """(SELECT count(*) FROM logistics_message w WHERE w.first_flow_id = f.id
           AND w.state IN ('scheduled', 'pending', 'sending'))"""
# core.fallback.is_absent in SQL; a test compares the two.
ABSENT_SQL = """NOT EXISTS (
    SELECT 1 FROM logistics_message_attempt a
    WHERE a.message_id = m.id
      AND NOT (a.error_class IS NULL AND COALESCE(a.status, 0) = 0)
      AND (a.error_class IS NULL OR a.error_class <> ALL(%(harmless)s)
           OR (a.error_class = 'rejected' AND a.status = 409))
      AND NOT EXISTS (SELECT 1 FROM logistics_message_attempt l
                      WHERE l.message_id = m.id AND l.id >= a.id AND l.error_class = %(absent)s))"""
# The first of its key, or of no key, and free to go.
HEAD = f"""m.flow_id = f.id AND m.first_flow_id IS NULL
    AND (m.expires_at IS NULL OR m.expires_at > now() AT TIME ZONE 'UTC')
    AND {ABSENT_SQL}
    AND (NOT f.is_ordered OR m.business_key IS NULL OR NOT EXISTS (
        SELECT 1 FROM logistics_message e
        WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key AND e.id < m.id
              AND e.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')))"""
RETRIED = """(m.next_try_at <= now() AT TIME ZONE 'UTC' OR m.error_class = ANY(%(retried)s))"""
JOINS = """
FROM logistics_breaker b
JOIN logistics_flow f ON f.id = b.flow_id
JOIN logistics_connection c ON c.id = f.connection_id
LEFT JOIN logistics_flow o ON o.id = CASE WHEN b.fallback_state = 'used' THEN b.fallback_flow_id
                                          ELSE f.fallback_flow_id END
LEFT JOIN logistics_connection oc ON oc.id = o.connection_id
"""
UNDECIDED = """b.state <> 'closed' AND f.active AND b.fallback_state IS NULL
    AND b.is_by_hand IS NOT TRUE AND b.opened_at IS NOT NULL AND f.when_down <> 'keep'"""
STARTS = "b.opened_at + make_interval(mins => f.fallback_minutes)"

# Flows for which something is to be done: decided, or moved.
DUE = f"""
SELECT f.id {JOINS}
WHERE ({UNDECIDED} AND {STARTS} <= now() AT TIME ZONE 'UTC'
       AND (f.when_down = 'person' OR {TAKES}))
   OR (b.state <> 'closed' AND f.active AND b.fallback_state = 'used' AND {TAKES}
       AND {AWAY} < %(most)s
       AND (EXISTS (SELECT 1 FROM logistics_message m WHERE m.state = 'pending' AND {HEAD})
            OR EXISTS (SELECT 1 FROM logistics_message m WHERE m.state = 'scheduled'
                       AND {RETRIED} AND {HEAD})))
ORDER BY f.id
"""
NEXT = f"""
SELECT EXTRACT(EPOCH FROM min({STARTS}) - now() AT TIME ZONE 'UTC')::float8 {JOINS}
WHERE {UNDECIDED} AND {STARTS} > now() AT TIME ZONE 'UTC'
"""
# Whoever has the breaker is at the flow just now: not waited for, it is looked at again soon.
LOCK = """
SELECT b.state, b.fallback_state FROM logistics_breaker b WHERE b.flow_id = %s
FOR UPDATE SKIP LOCKED
"""
STARTS_NOW = f"""
SELECT f.when_down {JOINS}
WHERE f.id = %s AND {UNDECIDED} AND {STARTS} <= now() AT TIME ZONE 'UTC'
      AND (f.when_down = 'person' OR {TAKES})
"""
# How many may go now, and whether the next message shows if the partner is back.
ROOM = f"""
SELECT %(most)s - {AWAY},
       b.state <> 'stopped' AND (b.probe_at IS NULL OR b.probe_at <= now() AT TIME ZONE 'UTC')
       AND (b.paused_until IS NULL OR b.paused_until <= now() AT TIME ZONE 'UTC')
       AND c.active AND c.state IN ('parallel', 'live')
{JOINS} WHERE f.id = %(flow)s AND {TAKES}
"""
HEADS = f"""
(SELECT m.id, m.business_key, f.is_ordered FROM logistics_message m, logistics_flow f
 WHERE f.id = %(flow)s AND m.state = 'pending' AND {HEAD}
 ORDER BY m.priority, m.id LIMIT %(room)s)
UNION ALL
(SELECT m.id, m.business_key, f.is_ordered FROM logistics_message m, logistics_flow f
 WHERE f.id = %(flow)s AND m.state = 'scheduled' AND {RETRIED} AND {HEAD}
 ORDER BY m.priority, m.id LIMIT %(room)s)
UNION ALL
-- One that stays, and is sent again: it shows whether the partner is back (claims.PROBE).
(SELECT m.id, m.business_key, f.is_ordered FROM logistics_message m, logistics_flow f
 WHERE f.id = %(flow)s AND m.flow_id = f.id AND m.state = 'scheduled' AND m.error_class = 'doubt'
 ORDER BY m.next_try_at LIMIT 1)
"""
LOCK_LINE = """
SELECT m.id FROM logistics_message m
WHERE m.flow_id = %(flow)s AND m.state IN ('pending', 'scheduled')
      AND (m.id = ANY(%(ids)s) OR m.business_key = ANY(%(keys)s))
ORDER BY m.id FOR UPDATE SKIP LOCKED
"""
LINE = f"""
SELECT m.id, m.business_key, m.priority, m.state,
       m.state = 'pending' OR m.next_try_at <= now() AT TIME ZONE 'UTC'
       OR COALESCE(m.error_class = 'doubt', FALSE),
       m.id <> ALL(%(mine)s) OR m.first_flow_id IS NOT NULL
       OR COALESCE(m.expires_at <= now() AT TIME ZONE 'UTC', FALSE)
       OR (m.state = 'scheduled' AND NOT COALESCE({RETRIED}, FALSE)),
       ARRAY(SELECT COALESCE(a.error_class, '') FROM logistics_message_attempt a
             WHERE a.message_id = m.id ORDER BY a.id),
       ARRAY(SELECT COALESCE(a.status, 0) FROM logistics_message_attempt a
             WHERE a.message_id = m.id ORDER BY a.id)
FROM logistics_message m
WHERE m.flow_id = %(flow)s AND m.state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')
      AND (m.id = ANY(%(ids)s) OR m.business_key = ANY(%(keys)s))
"""
# Settled here and written there in one statement.
MOVE = """
WITH chosen AS (
    SELECT * FROM unnest(%(ids)s::int[], %(receipts)s::varchar[])
    WITH ORDINALITY AS t(id, receipt, place)
), settled AS (
    UPDATE logistics_message m
    SET state = 'cancelled', processed_at = now() AT TIME ZONE 'UTC', next_try_at = NULL,
        error_class = 'moved', error_text = %(there)s
    FROM chosen
    WHERE m.id = chosen.id AND m.flow_id = %(flow)s AND m.state IN ('pending', 'scheduled')
    RETURNING m.id, m.receipt, m.correlation_id, m.digest, m.size, m.content_type, m.expires_at,
              m.priority, m.business_key, m.res_model, m.res_id, m.tries, m.flow_id,
              chosen.receipt AS new_receipt, chosen.place
), noted AS (
    INSERT INTO logistics_message_attempt (message_id, number, "at", error_text)
    SELECT id, tries, now() AT TIME ZONE 'UTC', %(there)s FROM settled
), written AS (
    INSERT INTO logistics_message (connection_id, company_id, direction, channel, state, provider,
        message_type, receipt, correlation_id, causation_id, digest, size, content_type,
        received_at, next_try_at, expires_at, priority, tries, event_count, parked_count, flow_id,
        business_key, res_model, res_id, moved_from_id, first_flow_id)
    SELECT %(connection)s, %(company)s, 'out', 'call', %(state)s, %(provider)s, %(code)s,
           new_receipt, correlation_id, receipt, digest, size, content_type,
           date_trunc('second', now() AT TIME ZONE 'UTC'), %(leaves)s, expires_at, priority,
           0, 0, 0, %(other)s, business_key, res_model, res_id, id, flow_id
    FROM settled ORDER BY place
    RETURNING id, moved_from_id
)
INSERT INTO logistics_message_body (message_id, headers, content)
SELECT written.id, b.headers, b.content
FROM written JOIN logistics_message_body b ON b.message_id = written.moved_from_id
RETURNING message_id
"""
VALUES = {"harmless": [*HARMLESS, ABSENT], "absent": ABSENT, "retried": [TROUBLE, THROTTLED]}


def due(cr):
    """Ids of flows that are to be sent another way from now on, or have something to move."""
    cr.execute(DUE, {**VALUES, "most": MOST_AWAY})
    return [row[0] for row in cr.fetchall()]


def seconds_to_next(cr):
    """Seconds until a flow in trouble has been so for as long as it may, or None."""
    cr.execute(NEXT)
    return cr.fetchone()[0]


def lock(cr, flow_id):
    """Lock the breaker: ``(state, fallback_state)``, or None when somebody else has it."""
    cr.execute(LOCK, (flow_id,))
    return cr.fetchone()


def starts(cr, flow_id):
    """What shall happen now to the flow whose breaker is locked: its ``when_down``, or None."""
    cr.execute(STARTS_NOW, (flow_id,))
    row = cr.fetchone()
    return row and row[0]


def choose(cr, flow_id):
    """The ids that may go now, in their order; the flow's breaker is locked."""
    values = {**VALUES, "flow": flow_id, "most": MOST_AWAY}
    cr.execute(ROOM, values)
    room, keeps_probe = cr.fetchone() or (0, False)
    if room <= 0:
        return []
    cr.execute(HEADS, {**values, "room": room + 1})
    heads = cr.fetchall()
    if not heads:
        return []
    is_ordered = heads[0][2]
    values["ids"] = [head[0] for head in heads]
    values["keys"] = list({key for _id, key, _ordered in heads if key}) if is_ordered else []
    cr.execute(LOCK_LINE, values)
    values["mine"] = [row[0] for row in cr.fetchall()]
    cr.execute(LINE, values)
    line = [
        Waiting(*row[:-2], tuple(map(Try, *row[-2:]))) if row[-1] else Waiting(*row[:-2])
        for row in cr.fetchall()
    ]
    return movable(line, is_ordered, room, keeps_probe)


def move(cr, ids, other, leaves, there):
    """Write these messages to another flow, and settle them in theirs.

    :param other: the ``logistics.flow``
    :param leaves: naive UTC, or None: at once
    :param str there: what people read of the old ones
    :return: how many went
    """
    cr.execute("SELECT id, receipt, flow_id FROM logistics_message WHERE id = ANY(%s)", (ids,))
    receipts = {number: (receipt, flow_id) for number, receipt, flow_id in cr.fetchall()}
    connection = other.connection_id
    cr.execute(
        MOVE,
        {
            "ids": ids,
            "receipts": [copy_receipt(receipts[number][0]) for number in ids],
            "flow": receipts[ids[0]][1],
            "there": there,
            "connection": connection.id,
            "company": connection.company_id.id,
            "state": "scheduled" if leaves else "pending",
            "leaves": leaves,
            "provider": connection.provider_id.code,
            "code": other.code,
            "other": other.id,
        },
    )
    return len(cr.fetchall())
