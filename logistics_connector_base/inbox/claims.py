"""Taking messages to work, by their state; never by a watermark, which late committers slip under.

To be used in READ COMMITTED: there, SKIP LOCKED skips what another lane takes at the same moment;
in REPEATABLE READ it would fail on what was taken since the snapshot.
"""

from typing import NamedTuple


class Claim(NamedTuple):
    """Messages that were taken, ids ascending: ``last`` of connections that have no more, which
    shall not wait until ``some`` of the connections with a line (``hungry``) are worked."""

    last: list
    some: list
    hungry: list

    @property
    def size(self):
        return len(self.last) + len(self.some)


# Which connections have something that was never tried: a loose scan over the partial index, one
# look for each connection however much waits.
WAITING_CONNECTIONS = """
WITH RECURSIVE waiting(id) AS (
    (SELECT connection_id FROM logistics_message WHERE state = 'received' AND tries = 0
     ORDER BY connection_id LIMIT 1)
    UNION ALL
    SELECT (SELECT m.connection_id FROM logistics_message m
            WHERE m.state = 'received' AND m.tries = 0 AND m.connection_id > waiting.id
            ORDER BY m.connection_id LIMIT 1)
    FROM waiting WHERE waiting.id IS NOT NULL
)
SELECT id FROM waiting WHERE id IS NOT NULL
"""
# MATERIALIZED: taken once, whatever the planner makes of the join.
CLAIM_SHARES = """
WITH taken AS MATERIALIZED (
    SELECT message.id
    FROM unnest(%(connections)s) AS connection(id)
    CROSS JOIN LATERAL (
        SELECT m.id FROM logistics_message m
        WHERE m.connection_id = connection.id AND m.state = 'received' AND m.tries = 0
        ORDER BY m.priority, m.id LIMIT %(share)s
        FOR UPDATE SKIP LOCKED
    ) message
)
UPDATE logistics_message m
SET state = 'processing', tries = 1, lane = %(lane)s, claimed_at = now() AT TIME ZONE 'UTC'
FROM taken WHERE m.id = taken.id
RETURNING m.id, m.connection_id
"""
CLAIM_AGAIN = """
WITH taken AS MATERIALIZED (
    SELECT id FROM logistics_message
    WHERE state = 'received' AND tries > 0
          AND (next_try_at IS NULL OR next_try_at <= now() AT TIME ZONE 'UTC')
    ORDER BY next_try_at NULLS FIRST, id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE logistics_message m
SET state = 'processing', tries = tries + 1, lane = %(lane)s,
    claimed_at = now() AT TIME ZONE 'UTC'
FROM taken WHERE m.id = taken.id
RETURNING m.id, m.tries
"""
# By the index that claims use. From now on: what was due before is seen by whoever looks for work,
# and the dead entries of what was worked long ago are not stepped over.
DUE_IN = """
SELECT EXTRACT(EPOCH FROM next_try_at - now() AT TIME ZONE 'UTC')::float FROM logistics_message
WHERE state = 'received' AND tries > 0 AND next_try_at > now() AT TIME ZONE 'UTC'
ORDER BY next_try_at NULLS FIRST LIMIT 1
"""
# Of a batch that ended with its process: one of them did it, the others are as good as new. Each is
# taken alone, by whatever lane.
CLAIM_ALONE = """
WITH taken AS MATERIALIZED (
    SELECT id FROM logistics_message
    WHERE state = 'received' AND tries = 1 AND next_try_at IS NULL
    ORDER BY id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE logistics_message m
SET state = 'processing', tries = 2, lane = %(lane)s, claimed_at = now() AT TIME ZONE 'UTC'
FROM taken WHERE m.id = taken.id
RETURNING m.id
"""
# Alone at its second try already: that it ended the process again is its own doing, and it waits
# like any other failure. After the first, where it was one of many, it does not.
TAKE_BACK = """
WITH back AS (
    UPDATE logistics_message
    SET state = 'received', lane = NULL,
        next_try_at = CASE WHEN tries > 1 THEN now() AT TIME ZONE 'UTC' + make_interval(
            secs => LEAST(%(cap)s, %(base)s * 2 ^ (tries - 2)) * (0.5 + random() / 2)) END
    WHERE state = 'processing' AND COALESCE(lane, 1) = %(lane)s
    RETURNING id, tries
)
INSERT INTO logistics_message_attempt (message_id, number, "at", error_class, error_text)
SELECT id, tries, now() AT TIME ZONE 'UTC', %(error_class)s, %(error_text)s
FROM back WHERE tries > 1
"""


def claim_in_turns(cr, lane, size):
    """Take about ``size`` messages that were never tried, an equal share from each connection that
    has any; what one does not use is shared by the others. Within a connection the most urgent
    come first, then the oldest.

    :return: what was taken, as :class:`Claim`
    """
    cr.execute(WAITING_CONNECTIONS)
    hungry = [row[0] for row in cr.fetchall()]
    taken = []
    # The later turns hand out what the first left over, and show who has no more.
    for _turn in range(3):
        left = size - len(taken)
        if not hungry or left <= 0:
            break
        share = max(1, left // len(hungry))
        cr.execute(CLAIM_SHARES, {"connections": hungry, "share": share, "lane": lane})
        rows = cr.fetchall()
        counts = {}
        taken += rows
        for _message_id, connection_id in rows:
            counts[connection_id] = counts.get(connection_id, 0) + 1
        hungry = [number for number in hungry if counts.get(number, 0) >= share]
    last = sorted(message_id for message_id, connection_id in taken if connection_id not in hungry)
    some = sorted(message_id for message_id, connection_id in taken if connection_id in hungry)
    return Claim(last, some, hungry)


def claim_alone(cr, lane):
    """Take one message of a batch whose process ended, if there is one; its id or None."""
    cr.execute(CLAIM_ALONE, {"lane": lane})
    row = cr.fetchone()
    return row[0] if row else None


def claim_again(cr, lane):
    """Take one message whose earlier try failed or was not finished, if one is due.

    :return: ``(id, tries)``, this one counted, or None
    """
    cr.execute(CLAIM_AGAIN, {"lane": lane})
    return cr.fetchone()


def due_in(cr):
    """Seconds until the next message is to be tried again; None when none is planned."""
    cr.execute(DUE_IN)
    row = cr.fetchone()
    return row and row[0]
