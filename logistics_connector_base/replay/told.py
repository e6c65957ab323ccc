"""Who tells which events, before a message is read anew."""

from ..core.rereading import Reading

TOLD = """
SELECT e.message_id, e.id FROM logistics_event e
WHERE e.message_id = ANY(%(messages)s) AND e.unsaid_by_id IS NULL
UNION
SELECT t.message_id, t.event_id FROM logistics_event_telling t
WHERE t.message_id = ANY(%(messages)s) AND t.unsaid_by_id IS NULL
"""
TELLERS = """
SELECT e.id, e.message_id FROM logistics_event e
WHERE e.id = ANY(%(events)s) AND e.unsaid_by_id IS NULL AND e.message_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM logistics_event_telling t WHERE t.event_id = e.id
                      AND t.message_id = e.message_id AND t.unsaid_by_id IS NOT NULL)
UNION
SELECT t.event_id, t.message_id FROM logistics_event_telling t
WHERE t.event_id = ANY(%(events)s) AND t.unsaid_by_id IS NULL
"""
READINGS = """
SELECT id, fingerprint, issuer, COALESCE(shipment_key, ''), COALESCE(raw_code, ''),
       COALESCE(raw_sub_code, ''), classifier, COALESCE(source_id, ''), COALESCE(revision, ''),
       COALESCE(stated_at, occurred_at), content_key
FROM logistics_event WHERE id = ANY(%s)
"""
UNSAY = """
INSERT INTO logistics_event_telling (event_id, message_id, unsaid_by_id) VALUES %s
ON CONFLICT (event_id, message_id) DO UPDATE SET unsaid_by_id = EXCLUDED.unsaid_by_id
"""


class Told:
    """What messages told until now.

    ``by_message``: message id → ids of the events it tells; ``tellers``: event id → ids of all
    messages that tell it, also those that are not read anew; ``readings``: event id → Reading;
    ``contents``: event id → digest of what it states.
    """

    def __init__(self, env, message_ids):
        self.env = env
        env["logistics.event"].flush_model()
        env["logistics.message"].flush_model()
        self.by_message = {message_id: set() for message_id in message_ids}
        for message_id, event_id in self._rows(TOLD, messages=list(message_ids)):
            self.by_message[message_id].add(event_id)
        self.events = set().union(*self.by_message.values())
        self.tellers = {event_id: set() for event_id in self.events}
        for event_id, message_id in self._rows(TELLERS, events=sorted(self.events)):
            self.tellers[event_id].add(message_id)
        self.readings, self.contents = readings(env, self.events)
        self.ids = {reading.fingerprint: key for key, reading in self.readings.items()}

    def _rows(self, query, **values):
        self.env.cr.execute(query, values)
        return self.env.cr.fetchall()

    def prints(self, message_id):
        """The fingerprints of what a message tells."""
        return {self.readings[event_id].fingerprint for event_id in self.by_message[message_id]}

    def alone(self):
        """The events that nobody else tells."""
        messages = set(self.by_message)
        return {event_id for event_id, tellers in self.tellers.items() if tellers <= messages}


def readings(env, event_ids):
    """Events as :class:`Reading`, and the digests of what they state; both by id."""
    env.cr.execute(READINGS, (sorted(event_ids),))
    rows = env.cr.fetchall()
    return {row[0]: Reading(*row[1:10]) for row in rows}, {row[0]: row[10] for row in rows}


def unsay(env, replay_id, gone):
    """Keep that messages do not tell events any more.

    :param set gone: pairs of event and message ids
    """
    if gone:
        rows = [(event_id, message_id, replay_id) for event_id, message_id in sorted(gone)]
        env.cr.execute_values(UNSAY, rows, page_size=len(rows))
