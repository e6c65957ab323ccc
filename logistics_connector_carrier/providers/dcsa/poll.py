# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DCSA Track & Trace 2.2: events that were recorded since a moment.

    GET /v2/events?eventCreatedDateTime:gte=2026-03-11T10:00:00Z&limit=100&cursor=…
    [ … events … ]    header Next-Page: an address with the cursor of the next page

The standard lets each carrier ask for one booking, bill of lading or container; a carrier that
gives all of a customer's events is read as a feed. Write further filters into the address. 3.0
has no such feed: its events are always of one shipment.
"""

from collections.abc import Mapping
from datetime import datetime

from odoo.addons.logistics_connector_base.core.polling import (
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


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page. The other parameters are kept beside the cursor, as 3.0 demands."""
    values = {"eventCreatedDateTime:gte": iso(since), "limit": size, "cursor": cursor}
    return Ask(with_query(url, **values), headers={"API-Version": "2"})


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed. Raises ParseError."""
    events = entries(raw) if raw.strip() else []
    return Page(_cursor(headers), latest(events, "eventCreatedDateTime"), len(events))


def _cursor(headers: Mapping[str, str]) -> str:
    following = headers.get("Next-Page") or next_link(headers)
    if following:
        return parameter(following, "cursor")
    return headers.get("Next-Page-Cursor") or ""


FEED = FeedPoll(urls={}, ask=ask, page=page, elements=())
