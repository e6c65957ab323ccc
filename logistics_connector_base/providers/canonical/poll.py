# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The feed of a partner who speaks our canonical JSON (README.md beside this file).

GET <address>?since=2026-03-11T10:00:00Z&limit=100&cursor=…
{"entries": [{"recorded_at": "2026-03-11T10:00:02.113Z", "message": { … canonical … }}],
 "next": "…"}
"""

from collections.abc import Mapping
from datetime import datetime

from ...core.polling import Ask, FeedPoll, Page, entries, iso, latest, with_query
from ...core.reading import read


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page."""
    return Ask(with_query(url, since=iso(since), limit=size, cursor=cursor))


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed. Raises ParseError."""
    found = entries(raw, "entries")
    return Page(read(raw).get("next").text(), latest(found, "recorded_at"), len(found))


FEED = FeedPoll(urls={}, ask=ask, page=page, elements=("entries",))
