"""Same identity, other content, no declared revision (law 3)."""

REVISED = """
SELECT fingerprint, content_key, raw_code, raw_sub_code, COALESCE(stated_at, occurred_at)
FROM logistics_event WHERE fingerprint = ANY(%s)
"""
# The events that came first under an id of a partner, without a revision, in a company.
UNREVISED = """
SELECT wanted.company_id, wanted.party, wanted.issuer, wanted.source_id, e.fingerprint,
       e.is_disputed
FROM (VALUES %s) AS wanted(company_id, party, issuer, source_id)
JOIN logistics_event e USING (issuer, source_id)
JOIN logistics_connection c ON c.id = e.connection_id
    AND c.company_id = wanted.company_id AND COALESCE(c.partner_id, 0) = wanted.party
WHERE COALESCE(e.revision, '') = '' AND COALESCE(e.retracts, '') = '' AND e.unsaid_by_id IS NULL
ORDER BY e.id
"""


class Contenders:
    """Finds items that tell other things than an event that came first under the same id. The first
    one counts until a person decides; the other one is kept beside it, with a fingerprint of its
    own, so that it is known when it comes again."""

    def __init__(self, env, items):
        self.env = env
        # A withdrawal repeats what it withdraws; nothing of it can contradict.
        self.items = [i for i in items if i.parsed.source_id and not i.parsed.retracts]

    def find(self):
        revised = [item for item in self.items if item.parsed.revision]
        plain = [item for item in self.items if not item.parsed.revision]
        if revised:
            self._find_revised(revised)
        if plain:
            self._find_plain(plain)

    def _find_revised(self, items):
        """One revision stated twice: the fingerprint is that of id and revision, so the content
        is compared."""
        self.env.cr.execute(REVISED, ([item.fingerprint for item in items],))
        first = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        for item in items:
            print_ = item.fingerprint
            known = first.setdefault(print_, (item.content, *_facts(item)))
            if known[0] == item.content or (not known[0] and known[1:] == _facts(item)):
                continue
            item.rival, item.fingerprint = print_, f"{print_}:{item.content[:16]}"
            self._dispute(item)

    def _find_plain(self, items):
        """An id without revisions used for two facts, which have two fingerprints."""
        keys = {_key(item) for item in items}
        rows = self.env.cr.execute_values(UNREVISED, sorted(keys), fetch=True)
        known, first = set(), {}
        for *key, print_, is_disputed in rows:
            known.add(print_)
            if not is_disputed:
                first.setdefault(tuple(key), print_)
        for item in items:
            rival = first.setdefault(_key(item), item.fingerprint)
            if rival != item.fingerprint and item.fingerprint not in known:
                item.rival = rival
                self._dispute(item)

    @staticmethod
    def _dispute(item):
        """Unless a person decided about the whole message, the conflict is open."""
        item.is_disputed = item.message.conflict_decision not in ("take", "both")


def _key(item):
    message, event = item.message, item.parsed
    party = message.connection_id.partner_id.id or 0
    return message.company_id.id, party, event.issuer, event.source_id


def _facts(item):
    event = item.parsed
    occurred = event.occurred.utc.replace(tzinfo=None, microsecond=0) if event.occurred else None
    return item.raw_code, event.raw_sub_code, occurred
