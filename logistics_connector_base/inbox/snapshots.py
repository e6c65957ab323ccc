"""What a list tells of the present state, without the moment at which it came about.

Each reading of such a list dates the state anew. It is news only where the last that is known of
that shipment, at that time, is something else.
"""

from datetime import UTC, timedelta

from ..core.jsonsafe import clean_text

KNOWN = """
SELECT fingerprint, issuer, shipment_key, lower(raw_code), lower(COALESCE(raw_sub_code, '')),
       occurred_at
FROM logistics_event
WHERE tracking_number = ANY(%s) AND classifier = 'actual' AND standing = 'active'
      AND occurred_at IS NOT NULL
"""
# The list may date a state a moment before the partner's other channels do.
MARGIN = timedelta(minutes=5)


def recognise(env, items):
    """Give the snapshots among ``items`` the fingerprint of the event that they repeat."""
    snapshots = [item for item in items if item.parsed.is_snapshot and item.parsed.occurred]
    if not snapshots:
        return
    stories = _stories(env, snapshots, items)
    for item in snapshots:
        until = item.parsed.occurred.utc + MARGIN
        before = [row for row in stories.get(_subject(item), ()) if row[0] <= until]
        last = max(before, default=None)
        if last and last[2:] == _codes(item.parsed):
            item.fingerprint = last[1]


def _stories(env, snapshots, items):
    """What is known of each subject, stored or in this batch: ``(when, fingerprint, codes…)``."""
    stories = {}
    env.cr.execute(KNOWN, ([clean_text(item.number, 500) for item in snapshots],))
    for fingerprint, issuer, key, code, sub_code, at in env.cr.fetchall():
        subject = (fingerprint.partition(":")[0], issuer, key or "")
        row = (at.replace(tzinfo=UTC), fingerprint, code or "", sub_code)
        stories.setdefault(subject, []).append(row)
    for item in items:
        if not item.parsed.is_snapshot and item.parsed.occurred:
            row = (item.parsed.occurred.utc, item.fingerprint, *_codes(item.parsed))
            stories.setdefault(_subject(item), []).append(row)
    return stories


def _subject(item):
    return (item.fingerprint.partition(":")[0], item.parsed.issuer, item.parsed.shipment_key)


def _codes(event):
    return ((event.raw_code or event.code).lower(), event.raw_sub_code.lower())
