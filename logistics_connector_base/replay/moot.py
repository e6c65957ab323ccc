"""The exceptions that a replay makes moot."""

from ..core.identity import normalise_number

# Cases of unknown codes are a connection's company's, wherever the shipments belong.
UNKNOWN_KEY = (
    "'unmapped:' || COALESCE(c.company_id, e.company_id) || ':' || e.issuer || ':' || "
    "COALESCE(e.raw_code, '') || ':' || COALESCE(e.raw_sub_code, '')"
)
CODE_KEYS = f"""
SELECT DISTINCT {UNKNOWN_KEY}, e.issuer, e.raw_code
FROM logistics_event e LEFT JOIN logistics_connection c ON c.id = e.connection_id
WHERE e.id = ANY(%s)
"""
STILL_UNKNOWN = f"""
SELECT DISTINCT {UNKNOWN_KEY}
FROM logistics_event e LEFT JOIN logistics_connection c ON c.id = e.connection_id
WHERE e.is_unmapped IS TRUE AND e.standing NOT IN ('superseded', 'retracted')
      AND e.issuer = ANY(%s) AND e.raw_code = ANY(%s)
"""


def close(env, writer, waiting_before, outcome):
    """Resolve the exceptions that have nothing left to stand on.

    :param writer: the RepeatWriter, which knows what was touched
    :param waiting_before: what :func:`waiting_numbers` said before
    :param str outcome: with which cases of unknown codes are closed; "" says so in general
    """
    exceptions = env["logistics.exception"]
    env.flush_all()
    env.cr.execute(CODE_KEYS, (sorted(writer.touched),))
    rows = env.cr.fetchall()
    issuers, codes = {row[1] for row in rows}, {row[2] for row in rows}
    env.cr.execute(STILL_UNKNOWN, (sorted(issuers), sorted(filter(None, codes))))
    unknown = {row[0] for row in env.cr.fetchall()}
    exceptions._resolve_keys(
        {row[0] for row in rows} - unknown,
        outcome or env._("Its code is known now, and its messages were replayed."),
    )
    exceptions._resolve_keys(
        [f"time:{number}" for number in writer.timed],
        env._("Its message was read anew: the time is plausible."),
    )
    _close_parked(env, waiting_before, writer.touched)


def _close_parked(env, waiting_before, touched):
    """Resolve the cases of numbers for which only events waited that are not told any more."""
    before = {
        key: events for key, events in waiting_before.items() if not touched.isdisjoint(events.ids)
    }
    numbers = [number for events in before.values() for number in events.mapped("tracking_number")]
    waiting = env["logistics.parked.reference"].search(
        [("event_id.tracking_number", "in", numbers)]
    )
    env["logistics.exception"]._resolve_keys(
        set(before) - set(map(_number_key, waiting.event_id)),
        env._("Nothing waits for this number any more."),
    )


def waiting_numbers(env, event_ids):
    """The keys of cases about numbers of which these events wait: key → events."""
    events = env["logistics.event"].browse(sorted(event_ids))
    return events.filtered(lambda event: not event.shipment_id).grouped(_number_key)


def _number_key(event):
    """The key of the case about the number of an event that waits."""
    number = normalise_number(event.tracking_number or "")
    return f"parked:{event.connection_id.id}:{number}"
