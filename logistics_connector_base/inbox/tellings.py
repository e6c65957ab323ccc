"""Which messages tell a fact. The first one stands with the event; the others are kept beside it,
so that a fact outlives the reading of any one of them."""

KEEP = """
INSERT INTO logistics_event_telling (event_id, message_id) VALUES %s
ON CONFLICT (event_id, message_id) DO UPDATE SET unsaid_by_id = NULL
WHERE logistics_event_telling.unsaid_by_id IS NOT NULL
"""
# Who told it first does not any more: who tells it now takes its place.
SAY_AGAIN = """
WITH again AS (
    UPDATE logistics_event e SET message_id = v.message_id, unsaid_by_id = NULL, read_as_id = NULL
    FROM (VALUES %s) AS v(event_id, message_id), logistics_event before
    WHERE e.id = v.event_id AND before.id = e.id AND e.unsaid_by_id IS NOT NULL
    RETURNING e.id, e.message_id, before.message_id AS first_id, before.unsaid_by_id
)
INSERT INTO logistics_event_telling (event_id, message_id, unsaid_by_id)
SELECT id, first_id, unsaid_by_id FROM again WHERE first_id <> message_id
ON CONFLICT (event_id, message_id) DO NOTHING
"""


def keep(env, told):
    """Keep which messages tell events that another one told first.

    :param told: pairs of event and message ids
    """
    if told:
        env.cr.execute_values(KEEP, told, page_size=len(told))


def tellers(env, events):
    """The messages that tell these events, the ones that told them first among them.

    :param events: logistics.event
    :rtype: logistics.message
    """
    if not events:
        return env["logistics.message"]
    told = env["logistics.event.telling"].search(
        [("event_id", "in", events.ids), ("unsaid_by_id", "=", False)]
    )
    return events.message_id | told.message_id


def say_again(env, again):
    """Let events count again that no message told any more.

    :param dict again: event id → id of the message that tells it now
    """
    if again:
        rows = sorted(again.items())
        env["logistics.event"].flush_model()
        env.cr.execute_values(SAY_AGAIN, rows, page_size=len(rows))
        names = ["message_id", "unsaid_by_id", "read_as_id"]
        env["logistics.event"].browse(again).invalidate_recordset(names)
