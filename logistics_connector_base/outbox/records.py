"""Writing down what came of calls. Nothing here calls anybody: a transaction that collides with
others may be done again, the call that it tells of may not."""

from dataclasses import replace
from datetime import timedelta

import psycopg2

from ..core import breaker as breakers
from ..core import outcome as outcomes
from ..core import retry_schedule
from . import claims

# An acknowledgement may have come before we knew of the answer: then the message is settled, and
# only the try is noted.
DELIVERED = """
WITH v(id, number, status, seconds, answer) AS (VALUES %s),
done AS (
    UPDATE logistics_message m
    SET state = '{state}', processed_at = now() AT TIME ZONE 'UTC', lane = NULL,
        next_try_at = {next_try_at}, error_class = NULL, error_text = NULL
    FROM v WHERE m.id = v.id AND m.state IN ('sending', 'doubt')
    RETURNING m.id
)
INSERT INTO logistics_message_attempt (message_id, number, "at", status, seconds, answer)
SELECT id, number, now() AT TIME ZONE 'UTC', status, seconds, answer FROM v
"""
AWAITED = DELIVERED.format(
    state="sent", next_try_at="now() AT TIME ZONE 'UTC' + make_interval(secs => 10)"
)
DELIVERED = DELIVERED.format(state="delivered", next_try_at="NULL")
TEMPLATE = "(%s::int, %s::int, %s::int, %s::float8, %s::text)"
WELL = """
UPDATE logistics_breaker SET last_success_at = now() AT TIME ZONE 'UTC', failures = 0
WHERE flow_id = %s AND state = 'closed' RETURNING id
"""
# A try that ended after its message was taken back, and perhaps taken anew, is not this one.
STILL_OURS = """
SELECT id FROM logistics_message WHERE id = %s AND state = 'sending' AND tries = %s FOR UPDATE
"""
STILL_IN_DOUBT = "SELECT id FROM logistics_message WHERE id = %s AND state = 'doubt' FOR UPDATE"
# In the transaction that says that it was done: what a partner booked is known, or is in doubt.
KEEP = """
UPDATE logistics_answer a SET content = v.content FROM (VALUES %s) AS v(message_id, content)
WHERE a.message_id = v.message_id
"""
PAUSE = """
UPDATE logistics_breaker SET paused_until = GREATEST(paused_until,
    now() AT TIME ZONE 'UTC' + make_interval(secs => %s)) WHERE flow_id = %s
"""


class Result:
    """What came of one call."""

    __slots__ = ("answer", "document", "outcome", "seconds", "taken")

    def __init__(self, taken, outcome, seconds, answer="", document=b""):
        self.taken, self.outcome, self.seconds, self.answer = taken, outcome, seconds, answer
        self.document = document  # what is to be kept whole


def delivered(env, plan, results):
    """Messages that got through."""
    cr = env.cr
    rows = [
        (r.taken.id, r.taken.tries, r.outcome.status, round(r.seconds, 4), r.answer or None)
        for r in results
    ]
    query = AWAITED if plan.awaits else DELIVERED
    cr.execute_values(query, rows, template=TEMPLATE, page_size=len(rows))
    documents = [(r.taken.id, psycopg2.Binary(r.document)) for r in results if r.document]
    if documents:
        cr.execute_values(KEEP, documents, template="(%s::int, %s::bytea)")
    retried = [r.taken.id for r in results if r.taken.tries > 1]
    if retried:
        env["logistics.message"].sudo().browse(retried)._resolve_outgoing()
    _is_well(env, plan)
    pauses = [r.outcome.pause for r in results if r.outcome.pause]
    if pauses:
        cr.execute(PAUSE, (max(pauses), plan.flow_id))


def failed(env, plan, result):
    """A message that did not get through, for whatever reason.

    :return: whether other messages of the flow may be sent now
    """
    now, may_go_on = _weigh(env, plan, result.outcome)
    _note(env, result)
    _put(env, plan, result.taken, result.outcome, now)
    if result.document:
        rows = [(result.taken.id, psycopg2.Binary(result.document))]
        env.cr.execute_values(KEEP, rows, template="(%s::int, %s::bytea)")
    return may_go_on


def _weigh(env, plan, outcome):
    """What a call that did not get through says about the partner.

    :return: the present moment, and whether other messages of the flow may be sent
    """
    cr = env.cr
    breaker, _left, now = claims.read_breaker(cr, plan.flow_id)
    may_go_on = True
    if breaker.state == "stopped":
        may_go_on = False  # whatever a call says that was under way then
    elif outcome.is_trouble:
        # When we cannot say who we are, no message gets further.
        is_all = outcome.is_ours and outcome.status is None and plan.rules.limit
        rules = replace(plan.rules, limit=1) if is_all else plan.rules
        after = breakers.failed(breaker, rules, now)
        may_go_on = after.state == breakers.CLOSED
        _change(env, plan, breaker, after, outcome.text)
    elif outcome.kind in (outcomes.GONE, outcomes.REFUSED):
        since = (breaker.state != breakers.CLOSED and breaker.opened_at) or now
        after = breakers.Breaker("stopped", breaker.failures, 0.0, since, None)
        may_go_on = False
        _change(env, plan, breaker, after, outcome.text)
    else:
        _is_well(env, plan)  # they answer, whatever they say
    pause = outcome.pause
    if outcome.kind == outcomes.THROTTLED and pause is None:
        pause = plan.pauses[0]
    if pause:
        cr.execute(PAUSE, (pause, plan.flow_id))
        may_go_on = False
    return now, may_go_on


def _put(env, plan, taken, outcome, now):
    """Where a message goes that did not get through."""
    env.cr.execute(STILL_OURS, (taken.id, taken.tries))
    if not env.cr.fetchone():
        return
    message = env["logistics.message"].sudo().browse(taken.id)
    values = {"lane": False, "error_class": outcome.kind, "error_text": outcome.text}
    wait = retry_schedule.pause(plan.pauses, taken.tries, outcome.pause)
    again = now + timedelta(seconds=wait)
    if outcome.kind == outcomes.REJECTED:
        values |= {"state": "rejected", "processed_at": now}
    elif outcome.kind in (outcomes.GONE, outcomes.REFUSED):
        values |= {"state": "pending"}  # it waits for a person to start the flow again
    elif outcome.kind == outcomes.DOUBT and not plan.repeats_safely:
        # Not asked at once: whoever was too slow to answer may be working it now.
        values |= {"state": "doubt", "next_try_at": again if plan.repeat == "ask" else False}
    elif _is_given_up(plan, taken, now):
        values |= {"state": "dead", "processed_at": now}
    else:
        values |= {"state": "scheduled", "next_try_at": again}
    message.write(values)
    kinds = {"rejected": "message_rejected", "dead": "message_not_sent"}
    if values["state"] == "doubt" and plan.repeat == "never":
        kinds["doubt"] = "message_in_doubt"
    if values["state"] in kinds:
        message._report_outgoing(kinds[values["state"]], outcome.text)


def _is_given_up(plan, taken, now):
    is_old = (now - taken.written_at).total_seconds() >= plan.give_up
    return is_old and taken.tries >= len(plan.pauses)


def asked(env, plan, result, state, arrived):
    """What the partner says about a message that it was asked about.

    :param str state: "doubt", or "sent": not acknowledged
    :param arrived: True, False, or None where it does not say
    """
    taken, outcome = result.taken, result.outcome
    message = env["logistics.message"].sudo().browse(taken.id)
    if outcome.status == 404 or 200 <= (outcome.status or 0) < 300:
        _is_well(env, plan)  # they answer, whatever they say
    else:
        _weigh(env, plan, outcome)
    if state == "sent":
        if arrived is not None:
            message._acknowledge(arrived, outcome.text)
        return  # it is asked again; people are told when it takes too long
    if arrived:
        delivered(env, plan, [result])
        return
    _note(env, result, outcomes.ABSENT if arrived is False else outcome.kind)
    env.cr.execute(STILL_IN_DOUBT, (taken.id,))
    if not env.cr.fetchone():
        return  # a person has decided meanwhile
    _breaker, _left, now = claims.read_breaker(env.cr, plan.flow_id)
    if arrived is False and _is_given_up(plan, taken, now):
        message.write({"state": "dead", "processed_at": now, "next_try_at": False})
        message._report_outgoing("message_not_sent", outcome.text)
    elif arrived is False:  # its pause is over: the question came at the end of it
        message.write({"state": "pending", "next_try_at": False})
    elif taken.tries > len(plan.pauses) + 1:
        message.write({"next_try_at": False})
        message._report_outgoing("message_in_doubt", outcome.text)
    else:
        wait = retry_schedule.pause(plan.pauses, taken.tries - 1, outcome.pause)
        message.write({"next_try_at": now + timedelta(seconds=wait)})


def hold(env, plan, seconds):
    """Send nothing of the flow for so long: our own limit of calls says so."""
    claims.read_breaker(env.cr, plan.flow_id)
    env.cr.execute(PAUSE, (seconds, plan.flow_id))


def expired(env, ids):
    """Messages whose time had passed before they could leave."""
    messages = env["logistics.message"].sudo().browse(ids)
    messages._report_outgoing(
        "message_not_sent", env._("Its time had passed before it could leave.")
    )


def doubtful(env, ids):
    """Messages of a dead sender, of a flow that asks nobody: a person decides."""
    messages = env["logistics.message"].sudo().browse(ids)
    messages._report_outgoing("message_in_doubt", env._("The process that sent it ended."))


def _note(env, result, kind=None):
    env["logistics.message.attempt"].sudo().create(
        {
            "message_id": result.taken.id,
            "number": result.taken.tries,
            "error_class": kind or result.outcome.kind,
            "error_text": result.outcome.text,
            "status": result.outcome.status or 0,
            "seconds": round(result.seconds, 4),
            "answer": result.answer or False,
        }
    )


def _is_well(env, plan):
    """The partner answered: whatever was wrong is over."""
    env.cr.execute(WELL, (plan.flow_id,))
    if env.cr.fetchone():
        return
    breaker, _left, now = claims.read_breaker(env.cr, plan.flow_id)
    if breaker.state != "stopped":
        _change(env, plan, breaker, breakers.succeeded(breaker, plan.rules, now), "")


def _change(env, plan, before, after, reason):
    claims.save_breaker(env.cr, plan.flow_id, after)
    if before.state != after.state:
        env.cr.execute(
            "UPDATE logistics_breaker SET reason = %s WHERE flow_id = %s", (reason, plan.flow_id)
        )
        if after.state == breakers.CLOSED:
            claims.hurry(env.cr, plan.flow_id)
        env.invalidate_all()
        flow = env["logistics.flow"].sudo().browse(plan.flow_id)
        env["logistics.breaker"].sudo()._note_change(flow, before.state, after.state, reason)
