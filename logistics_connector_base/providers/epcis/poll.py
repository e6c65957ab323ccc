# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""EPCIS 2.0 query interface: events that were recorded since a moment (openapi.json of the
standard; GET /events).

    GET /events?GE_recordTime=2026-03-11T10:00:00Z&perPage=100&nextPageToken=…
    {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": {"resultsBody":
     {"eventList": [{"recordTime": …}]}}}}      header Link: <…?nextPageToken=…>; rel="next"

``recordTime`` is when the repository stored an event, whenever that happened: made for this.
"""

from collections.abc import Mapping
from datetime import datetime

from ...core.polling import (
    Ask,
    FeedPoll,
    Page,
    entries,
    iso,
    latest,
    next_link,
    parameter,
    with_query,
)

EVENTS = ("epcisBody", "queryResults", "resultsBody", "eventList")


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page."""
    values = {"GE_recordTime": iso(since), "perPage": size, "nextPageToken": cursor}
    headers = {"GS1-EPCIS-Version": "2.0.0", "Accept": "application/ld+json, application/json"}
    return Ask(with_query(url, **values), headers=headers)


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed. Raises ParseError."""
    events = entries(raw, *EVENTS)
    cursor = parameter(next_link(headers), "nextPageToken")
    return Page(cursor, latest(events, "recordTime"), len(events))


FEED = FeedPoll(urls={}, ask=ask, page=page, elements=EVENTS)
