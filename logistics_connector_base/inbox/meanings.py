"""What codes mean, and which connections tell of an event: a partner may have its own meanings."""

from ..core import meaning
from .item import UNMAPPED

# Who tells an event: the messages that do still, or the connection where its message was deleted.
TELLERS = """
SELECT e.id, e.fingerprint, m.id, m.connection_id
FROM logistics_event e JOIN logistics_message m ON m.id = e.message_id
WHERE {which} AND e.unsaid_by_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM logistics_event_telling t WHERE t.event_id = e.id
                      AND t.message_id = e.message_id AND t.unsaid_by_id IS NOT NULL)
UNION
SELECT e.id, e.fingerprint, m.id, m.connection_id
FROM logistics_event e JOIN logistics_event_telling t ON t.event_id = e.id
JOIN logistics_message m ON m.id = t.message_id
WHERE {which} AND t.unsaid_by_id IS NULL
UNION
SELECT e.id, e.fingerprint, NULL::int, c.id
FROM logistics_event e LEFT JOIN logistics_event_mapping p ON p.id = e.mapping_id
JOIN logistics_connection c ON c.id IN (e.connection_id, p.connection_id)
WHERE {which} AND e.message_id IS NULL AND e.unsaid_by_id IS NULL
"""
BY_PRINT = TELLERS.format(which="e.fingerprint = ANY(%(keys)s)")
BY_ID = TELLERS.format(which="e.id = ANY(%(keys)s)")
LOCK = "SELECT id FROM logistics_event WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


class Meanings:
    """Looks up what codes mean.

    :param dict proposed: values of a mapping that is tried. It is nowhere stored: the cache is
        shared with the inbox
    """

    def __init__(self, env, proposed=None):
        self.env = env
        self.mappings = env["logistics.event.mapping"].sudo()
        self.trial = self.mappings.new(proposed) if proposed else None
        self.trial_table = None
        if self.trial:
            rows = self.mappings.search([("provider", "=", self.trial.provider)])
            self.trial_table = self.mappings._table_of([*rows, self.trial])

    def _table(self, issuer):
        if self.trial and self.trial.provider == issuer:
            return self.trial_table
        return self.mappings._translations(issuer)

    def is_told_apart(self, issuer):
        """Whether some connection means something of its own by this issuer's codes."""
        if self.trial and self.trial.provider == issuer:
            return any(connection for connection, *_code in self.trial_table)
        return self.mappings._is_told_apart(issuer)

    def find(self, issuer, raw_code, raw_sub_code, connections=()):
        """The :class:`~..core.meaning.Meaning` of a code that these connections (ids) tell of."""
        return meaning.find(self._table(issuer), raw_code, raw_sub_code, connections)


def tellers_by_print(env, fingerprints, without=()):
    """Which connections tell events that are stored.

    :param without: ids of messages that are read anew just now
    :return: fingerprint → ids of connections
    """
    return _tellers(env, BY_PRINT, sorted(fingerprints), 1, without)


def tellers_by_id(env, event_ids):
    """Which connections tell events: event id → ids of connections."""
    return _tellers(env, BY_ID, sorted(event_ids), 0)


def _tellers(env, query, keys, column, without=()):
    if not keys:
        return {}
    env["logistics.event"].flush_model()
    env.cr.execute(query, {"keys": keys})
    found, without = {}, set(without)
    for row in env.cr.fetchall():
        if row[2] not in without:
            found.setdefault(row[column], set()).add(row[3])
    return found


def retranslate(env, event_ids, meanings, classifiers=None):
    """Look up anew what the codes of stored events mean, now that these and those tell of them.
    Folds nothing. Whoever else does it at the same time waits: who comes last knows of all.

    :param meanings: :class:`Meanings`
    :param classifiers: event id → classifier as its message states it, where that is known
    :return: pair of sets of event ids: those that mean something else now, and among them those
        whose code became known or unknown
    """
    changed, flipped = set(), set()
    if not event_ids:
        return changed, flipped
    env.flush_all()
    env.cr.execute(LOCK, (sorted(event_ids),))
    codes = env["logistics.event.code"]._ids_by_code()
    told = tellers_by_id(env, event_ids)
    events = env["logistics.event"].browse(sorted(event_ids)).exists()
    events.invalidate_recordset()
    for event in events:
        found = meanings.find(
            event.issuer, event.raw_code or "", event.raw_sub_code or "", told.get(event.id, ())
        )
        if not found and not event.mapping_id:
            continue  # the partner's message named the event itself, or nobody knows the code
        unknown = not found
        found = found or meaning.Meaning(None, UNMAPPED)
        reason_id = event.reason_id.id if event.reason_stated else found.reason_id
        stated = (classifiers or {}).get(event.id, event.classifier)
        values = {
            "code_id": codes[found.code],
            "reason_id": reason_id or False,
            "classifier": found.classifier or stated,
            "is_unmapped": unknown,
            "mapping_id": found.mapping_id or False,
        }
        before = (event.code_id.id, event.reason_id.id, event.classifier, event.is_unmapped)
        if (*before, event.mapping_id.id) == tuple(values.values()):
            continue
        event.write(values)
        if before != tuple(values.values())[:4]:
            changed.add(event.id)
        if before[3] != values["is_unmapped"]:
            flipped.add(event.id)
    return changed, flipped
