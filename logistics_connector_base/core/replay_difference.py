# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a replay changes: the difference of two snapshots, row by row.

A snapshot maps a subject, ``(kind, key)``, to its fields (names → values fit for JSON). Keys and
values are the same in a dry run and when it is applied: facts go by their fingerprint, never by the
id of a row that is rolled back.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Subject = tuple[str, str]
Fields = Mapping[str, Any]
Snapshot = Mapping[Subject, Fields]

ADDED, CHANGED, VANISHED, REREAD = "added", "changed", "vanished", "reread"
EVENT = "event"
# Of an event that counts no more, because its message is read otherwise: the one read instead.
READ_AS = "read_as"


class Row(NamedTuple):
    """One subject that is not as it was. ``before`` and ``after`` are all of its fields, None where
    it was not, or is not, there. ``instead_of``: key of the event in whose place this one came."""

    kind: str
    key: str
    change: str
    before: Fields | None
    after: Fields | None
    instead_of: str = ""

    @property
    def fields(self) -> list[str]:
        """Names of the fields that differ, in order."""
        before, after = self.before or {}, self.after or {}
        names = sorted({*before, *after})
        return [n for n in names if (n in before, before.get(n)) != (n in after, after.get(n))]

    @property
    def digest(self) -> str:
        """32 hex digits of what differs, and of nothing else: two runs are compared by it."""
        sides = [
            None if side is None else {name: side[name] for name in self.fields if name in side}
            for side in (self.before, self.after)
        ]
        parts = [self.kind, self.key, self.change, self.instead_of, *sides]
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def difference(before: Snapshot, after: Snapshot) -> list[Row]:
    """What is otherwise in ``after``, in the order of the subjects; nothing for equal snapshots."""
    rows = []
    for subject in sorted({*before, *after}):
        old, new = before.get(subject), after.get(subject)
        if subject not in before:
            rows.append(Row(*subject, ADDED, None, new))
        elif subject not in after:
            rows.append(Row(*subject, VANISHED, old, None))
        elif old != new:
            rows.append(Row(*subject, CHANGED, old, new))
    return rows


def patched(before: Snapshot, rows: Iterable[Row]) -> dict[Subject, Fields]:
    """The snapshot that the difference leads to: ``patched(a, difference(a, b)) == b``."""
    after = dict(before)
    for row in rows:
        if row.after is None:
            after.pop((row.kind, row.key), None)
        else:
            after[row.kind, row.key] = row.after
    return after


def joined(rows: Iterable[Row]) -> list[Row]:
    """The rows as people read them: an event that is new because its message is read otherwise, and
    the one that counts no more for it, are one row."""
    rows = list(rows)
    added = {row.key for row in rows if row.kind == EVENT and row.change == ADDED}
    gone = {}
    for row in rows:
        if row.kind == EVENT and row.change == CHANGED and READ_AS in row.fields:
            successor = row.after[READ_AS]
            if successor in added:
                gone.setdefault(successor, row)
    merged = []
    for row in rows:
        if row.kind != EVENT:
            merged.append(row)
        elif row.change == ADDED and row.key in gone:
            old = gone[row.key]
            merged.append(row._replace(change=REREAD, before=old.before, instead_of=old.key))
        elif gone.get((row.after or {}).get(READ_AS)) is not row:
            merged.append(row)
    return merged


def digest(rows: Iterable[Row]) -> str:
    """One digest of many rows, whatever their order."""
    text = ",".join(sorted(row.digest for row in rows))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
