"""Taking what is to be asked, by its state; in READ COMMITTED (see ``inbox/claims.py``)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..core import breaker as breakers
from ..core.poll_interval import Facts
from ..core.watermark import Progress

LEASE = 60  # seconds beyond the calls' time-outs after which somebody else may ask

PROGRESS = """
SELECT state, failures, pause, opened_at, probe_at,
       EXTRACT(EPOCH FROM paused_until - now() AT TIME ZONE 'UTC')::float8 AS left,
       clock_timestamp() AT TIME ZONE 'UTC' AS now,
       watermark, since, cursor, latest, cap, fresh, quiet,
       next_at <= now() AT TIME ZONE 'UTC' AS is_due
FROM logistics_poll_progress WHERE poll_id = %s FOR UPDATE
"""
MAKE_PROGRESS = """
INSERT INTO logistics_poll_progress (poll_id, company_id, state, failures, fresh, quiet, asks,
    next_at)
SELECT p.id, p.company_id, 'closed', 0, 0, 0, 0, now() AT TIME ZONE 'UTC'
FROM logistics_poll p WHERE p.id = %s ON CONFLICT (poll_id) DO NOTHING
"""
SAVE_BREAKER = """
UPDATE logistics_poll_progress
SET state = %s, failures = %s, pause = %s, opened_at = %s, probe_at = %s WHERE poll_id = %s
"""
# Whoever takes a shipment puts off its next time beyond the own calls: when the process ends,
# whatever ends it, somebody else asks then.
CLAIM = """
WITH taken AS MATERIALIZED (
    SELECT id FROM logistics_poll_shipment
    WHERE poll_id = %(poll)s AND next_at <= now() AT TIME ZONE 'UTC'
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE logistics_poll_shipment r
SET next_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(lease)s)
FROM taken WHERE r.id = taken.id
RETURNING r.id, r.shipment_id, r.begun_at, r.asked_at, r.quiet, r.unknown, r.is_forced
"""
SHIPMENTS = """
SELECT s.id, s.state, s.promised_delivery_at, s.has_delivery_exception,
       COALESCE(s.delivered_at, CASE WHEN s.state IN ('returned', 'lost', 'destroyed')
                                THEN s.last_event_at END),
       news.at, news.heard, COALESCE(news.is_proved, FALSE),
       ARRAY(SELECT DISTINCT r.value FROM logistics_shipment_reference r
             WHERE r.shipment_id = s.id AND r.type = 'tracking'
                   AND COALESCE(r.issuer, '') IN ('', %(issuer)s)
                   AND (r.valid_to IS NULL OR r.valid_to >= now()::date)
             ORDER BY r.value)
FROM logistics_shipment s
CROSS JOIN LATERAL (
    SELECT max(e.received_at) AS at,
           max(e.received_at) FILTER (WHERE m.channel IS DISTINCT FROM 'poll') AS heard,
           bool_or(c.code = 'DOC_POD' AND e.standing = 'active') AS is_proved
    FROM logistics_event e LEFT JOIN logistics_message m ON m.id = e.message_id
    LEFT JOIN logistics_event_code c ON c.id = e.code_id
    WHERE e.shipment_id = s.id AND e.connection_id IS NOT NULL
) news
WHERE s.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Stand:
    """The progress of a poll as it is; its row is locked until the transaction ends. ``left``:
    seconds for which the partner asked us to wait."""

    breaker: breakers.Breaker
    left: float
    now: datetime
    progress: Progress
    fresh: int
    quiet: int
    is_due: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A shipment whose turn it may be. ``facts.quiet`` counts its last poll, too. ``is_proved``:
    there is a proof of its delivery."""

    id: int
    facts: Facts
    numbers: tuple[str, ...]
    is_forced: bool
    is_proved: bool


def read_progress(cr, poll_id):
    """Lock and read; made where missing."""
    for _try in range(2):
        cr.execute(PROGRESS, (poll_id,))
        row = cr.fetchone()
        if row:
            break
        cr.execute(MAKE_PROGRESS, (poll_id,))
    state, failures, pause, opened_at, probe_at, left, now, *feed = row
    watermark, since, cursor, latest, cap, fresh, quiet, is_due = feed
    return Stand(
        breakers.Breaker(state, failures, pause or 0.0, opened_at, probe_at),
        max(left or 0.0, 0.0),
        now,
        Progress(aware(watermark), aware(since), cursor or "", aware(latest), aware(cap)),
        fresh or 0,
        quiet or 0,
        bool(is_due),
    )


def save_breaker(cr, poll_id, breaker):
    values = (breaker.state, breaker.failures, breaker.pause, breaker.opened_at, breaker.probe_at)
    cr.execute(SAVE_BREAKER, (*values, poll_id))


def may_ask(cr, plan):
    """Whether a call may be made now, as the breaker and the partner's wishes allow.

    :return: ``(Stand, is_probe)``, or None
    """
    stand = read_progress(cr, plan.poll_id)
    if stand.left > 0 or stand.breaker.state == "stopped":
        return None
    trying = breakers.probe(stand.breaker, plan.rules, stand.now)
    if trying is None:
        return None
    is_probe = trying.state != breakers.CLOSED
    if is_probe:
        save_breaker(cr, plan.poll_id, trying)
    return stand, is_probe


def take_shipments(cr, plan, size, calls):
    """Take up to ``size`` shipments that are due, for that many calls.

    :return: list of Taken, those due first; shipments that are gone are left out
    """
    lease = LEASE + calls * plan.timeout
    cr.execute(CLAIM, {"poll": plan.poll_id, "limit": size, "lease": lease})
    rows = {row[1]: row for row in cr.fetchall()}
    cr.execute(SHIPMENTS, {"ids": list(rows), "issuer": plan.issuer})
    taken = [_taken(rows[found[0]], *found[1:]) for found in cr.fetchall()]
    return sorted(taken, key=lambda each: (not each.is_forced, each.id))


def _taken(row, state, promised, in_trouble, over_at, news_at, heard_at, is_proved, numbers):
    row_id, shipment_id, begun_at, asked_at, quiet, unknown, is_forced = row
    if asked_at is None or (news_at and news_at >= asked_at):
        quiet = 0
    else:
        quiet += 1
    facts = Facts(
        key=str(shipment_id),
        state=state,
        begun_at=aware(begun_at),
        asked_at=aware(asked_at),
        news_at=aware(news_at),
        heard_at=aware(heard_at),
        over_at=aware(over_at),
        promised_at=aware(promised),
        in_trouble=bool(in_trouble),
        quiet=quiet,
        unknown=unknown,
    )
    return Taken(row_id, facts, tuple(numbers), bool(is_forced), is_proved)


def aware(moment):
    """The database's naive UTC as aware UTC."""
    return moment.replace(tzinfo=UTC) if moment else None


def naive(moment):
    """Aware as the database's naive UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
