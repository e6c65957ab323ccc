"""Writing down what came of calls. Nothing here calls anybody."""

import random
from dataclasses import replace
from datetime import timedelta

from ..core import breaker as breakers
from ..core import outcome as outcomes
from ..core import poll_interval, watermark
from . import claims
from .claims import naive

AGAIN = 10  # seconds until the next try after a call that failed, while the breaker lets it
LOOK_AGAIN = 60  # after a person's wish: whether it goes on is seen when the answer is worked
THROTTLED_PAUSE = 60.0  # where they say "too fast" and not for how long

ASKED = """
UPDATE logistics_poll_shipment SET asked_at = %(asked_at)s, next_at = %(next_at)s,
    quiet = %(quiet)s, unknown = %(unknown)s, asks = asks + 1, is_forced = FALSE,
    error = %(error)s, ended = %(ended)s, ended_at = %(ended_at)s
WHERE id = %(id)s
"""
PUT_OFF = "UPDATE logistics_poll_shipment SET next_at = %s WHERE id = %s"
END = """
UPDATE logistics_poll_shipment
SET next_at = NULL, ended = %s, ended_at = now() AT TIME ZONE 'UTC', is_forced = FALSE
WHERE id = %s
"""
RELEASE = """
UPDATE logistics_poll_shipment
SET next_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %s) WHERE id = ANY(%s)
"""
WELL = """
UPDATE logistics_poll_progress
SET state = 'closed', failures = 0, error = NULL, asks = asks + 1, probe_at = NULL,
    last_success_at = now() AT TIME ZONE 'UTC'
WHERE poll_id = %s
"""
PAUSE = """
UPDATE logistics_poll_progress SET paused_until = GREATEST(paused_until,
    now() AT TIME ZONE 'UTC' + make_interval(secs => %s)) WHERE poll_id = %s
"""
FAILED = """
UPDATE logistics_poll_progress SET error = %s, asks = asks + 1,
    last_failure_at = now() AT TIME ZONE 'UTC' WHERE poll_id = %s
"""
SAVE_FEED = """
UPDATE logistics_poll_progress SET watermark = %(watermark)s, since = %(since)s,
    cursor = %(cursor)s, latest = %(latest)s, cap = %(cap)s, fresh = %(fresh)s,
    quiet = %(quiet)s, next_at = now() AT TIME ZONE 'UTC' + make_interval(secs => %(pause)s)
WHERE poll_id = %(poll)s
"""


def judge(env, plan, taken):
    """Whose turn it really is. The others are put off, or end.

    :return: those to ask about
    """
    now = claims.read_progress(env.cr, plan.poll_id).now
    turn = []
    for each in taken:
        decision = poll_interval.decide(each.facts, plan.pace, claims.aware(now))
        if not each.numbers:
            env.cr.execute(END, ("numberless", each.id))
        elif each.is_forced or (decision.at and naive(decision.at) <= now):
            turn.append(each)
        elif decision.ended:
            env.cr.execute(END, (decision.ended, each.id))
        else:
            env.cr.execute(PUT_OFF, (naive(decision.at), each.id))
    return turn


def asked(env, plan, taken, asked_at, unknown=False, error=None):
    """A shipment was asked about, and the answer is filed (or is that they know no such number).

    :param asked_at: aware, before the call
    """
    facts = replace(
        taken.facts, asked_at=asked_at, unknown=taken.facts.unknown + 1 if unknown else 0
    )
    decision = poll_interval.decide(facts, plan.pace, asked_at)
    next_at = decision.at
    if taken.is_forced:
        next_at = asked_at + timedelta(seconds=LOOK_AGAIN)
    ended = None if next_at else decision.ended
    env.cr.execute(
        ASKED,
        {
            "id": taken.id,
            "asked_at": naive(asked_at),
            "next_at": naive(next_at),
            "quiet": facts.quiet,
            "unknown": facts.unknown,
            "error": error,
            "ended": ended,
            "ended_at": naive(asked_at) if ended else None,
        },
    )


def release(env, taken, seconds=0.0):
    """Give back what was taken: nothing came of it, through no fault of the shipments."""
    if taken:
        spread = seconds * random.uniform(0.5, 1.5)
        env.cr.execute(RELEASE, (spread, [each.id for each in taken]))


def save_feed(env, plan, progress, fresh):
    """How far a feed was read. At the end of a round it rests."""
    stand = claims.read_progress(env.cr, plan.poll_id)
    fresh, quiet, pause = stand.fresh + fresh, stand.quiet, 0.0
    if not progress.is_under_way:
        quiet = 0 if fresh else quiet + 1
        fresh = 0
        pace = plan.pace
        pause = poll_interval.feed_pause(pace.shortest, pace.longest, quiet, random.random())
    _write_feed(env, plan, progress, fresh, quiet, pause)


def put_off_feed(env, plan, is_void, seconds):
    """A page could not be had; it is asked for again in ``seconds``.

    :param is_void: its cursor leads nowhere; the round is read again from its beginning
    """
    stand = claims.read_progress(env.cr, plan.poll_id)
    progress = watermark.restart(stand.progress) if is_void else stand.progress
    _write_feed(env, plan, progress, stand.fresh, stand.quiet, seconds)


def _write_feed(env, plan, progress, fresh, quiet, pause):
    env.cr.execute(
        SAVE_FEED,
        {
            "poll": plan.poll_id,
            "watermark": naive(progress.watermark),
            "since": naive(progress.since),
            "cursor": progress.cursor or None,
            "latest": naive(progress.latest),
            "cap": naive(progress.cap),
            "fresh": fresh,
            "quiet": quiet,
            "pause": pause,
        },
    )


# -- the partner's health --------------------------------------------------------------------------


def well(env, plan, pause=None):
    """The partner answered."""
    stand = claims.read_progress(env.cr, plan.poll_id)
    if stand.breaker.state == "stopped":
        return
    env.cr.execute(WELL, (plan.poll_id,))
    if stand.breaker.state != breakers.CLOSED:
        _tell(env, plan, stand.breaker.state, breakers.CLOSED, "")
    if pause:
        env.cr.execute(PAUSE, (pause, plan.poll_id))


def failed(env, plan, outcome):
    """A call that did not get through: what it says about the partner.

    :return: whether other calls may be made now
    """
    cr = env.cr
    stand = claims.read_progress(cr, plan.poll_id)
    cr.execute(FAILED, (outcome.text, plan.poll_id))
    before = stand.breaker
    may_go_on = before.state != "stopped"
    if not may_go_on:
        return False
    if outcome.kind in (outcomes.GONE, outcomes.REFUSED):
        after = breakers.Breaker("stopped", before.failures, 0.0, stand.now, None)
    elif outcome.kind == outcomes.THROTTLED:
        after = breakers.Breaker() if before.state != breakers.CLOSED else before
    else:
        # When we cannot say who we are, no call gets further.
        is_all = outcome.is_ours and outcome.status is None and plan.rules.limit
        rules = replace(plan.rules, limit=1) if is_all else plan.rules
        after = breakers.failed(before, rules, stand.now)
    claims.save_breaker(cr, plan.poll_id, after)
    if before.state != after.state:
        _tell(env, plan, before.state, after.state, outcome.text)
    pause = outcome.pause
    if outcome.kind == outcomes.THROTTLED and pause is None:
        pause = THROTTLED_PAUSE
    if pause:
        cr.execute(PAUSE, (pause, plan.poll_id))
    return after.state == breakers.CLOSED and not pause


def hold(env, plan, seconds):
    """Ask nothing for so long: our own limit of calls says so."""
    claims.read_progress(env.cr, plan.poll_id)
    env.cr.execute(PAUSE, (seconds, plan.poll_id))


def _tell(env, plan, before, after, reason):
    env.invalidate_all()
    poll = env["logistics.poll"].sudo().browse(plan.poll_id)
    poll._note_change(before, after, reason)
