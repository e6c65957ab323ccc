# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The hops of one story in the order in which they happened, with the time between them; and the
W3C's trace context, by which others know the story (https://www.w3.org/TR/trace-context/)."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime

# Of what happened at the same moment, causes first. Releases and advices are those of warehouses.
KINDS = (
    "order",
    "shipment",
    "release",
    "out",
    "try",
    "in",
    "advice",
    "event",
    "effect",
    "exception",
    "charge",
    "bill",
)
# What the partner said or did; the rest is ours.
THEIRS = frozenset({"in", "advice", "event"})
_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hop:
    """Something that happened: ``at`` (naive UTC), one of ``KINDS``, what, and the record.
    ``message``: the id of the one that told it, where it is not that itself. ``is_ours``: whose
    side it is on; None: as all of its kind."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    model: str = ""
    id: int = 0
    tone: str = ""  # good, bad or neither
    message: int = 0
    is_ours: bool | None = None

    @property
    def side(self) -> str:
        """ "ours" or "theirs"."""
        ours = self.kind not in THEIRS if self.is_ours is None else self.is_ours
        return "ours" if ours else "theirs"


def arrange(hops):
    """``[(hop, seconds since the hop before or None)]`` in the order of time."""
    ordered = sorted(hops, key=lambda hop: (hop.at, KINDS.index(hop.kind), hop.id))
    rows, before = [], None
    for hop in ordered:
        rows.append((hop, None if before is None else (hop.at - before).total_seconds()))
        before = hop.at
    return rows


def spoken(seconds: float) -> str:
    """A while, short: "40 ms", "3 s", "12 min", "5 h", "2 d"."""
    for limit, size, unit in (
        (1, 0.001, "ms"),
        (120, 1, "s"),
        (7200, 60, "min"),
        (172800, 3600, "h"),
    ):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def correlation_of(traceparent: str | None) -> str | None:
    """The story that a caller's ``traceparent`` header names, as a correlation id (a UUID's text);
    None for anything malformed, which is to be ignored (section 3.2). A later version than 00 may
    say more behind a further hyphen; version ff and ids of zeros are invalid."""
    match = _PARENT.fullmatch((traceparent or "").strip())
    if match is None:
        return None
    version, trace, span, _flags, more = match.groups()
    if version == "ff" or (version == "00" and more) or not int(trace, 16) or not int(span, 16):
        return None
    return str(uuid.UUID(trace))


def traceparent(correlation_id: str, hop: str) -> str:
    """The header that passes a story on. ``hop`` names this call: its span is made of it. Empty
    where the correlation id is no UUID."""
    try:
        trace = uuid.UUID(correlation_id).hex
    except (ValueError, AttributeError, TypeError):
        return ""
    if not int(trace, 16):
        return ""
    span = hashlib.sha256(hop.encode(errors="replace")).hexdigest()[:16]
    return f"00-{trace}-{span if int(span, 16) else '0' * 15 + '1'}-01"
