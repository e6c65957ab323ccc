# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipBob, asked for what its webhooks may have lost.

One feed reads three lists one after the other; its cursor is the name of the list and the page.

    GET /order?LastUpdateStartDate=…&SortOrder=Oldest&Page=1&Limit=50
    GET /receiving?InsertStartDate=…&Page=1&Limit=50
    GET /return?StartDate=…&Page=1&Limit=50

Orders know when they were changed. Receiving orders and returns know only when they were made:
those of :data:`BACK` are read anew each time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from odoo.addons.logistics_connector_base.core.polling import (
    LIVE,
    TEST,
    Ask,
    FeedPoll,
    Page,
    entries,
    iso,
    latest,
    with_query,
)

URLS = {LIVE: "https://api.shipbob.com/2.0", TEST: "https://sandbox-api.shipbob.com/2.0"}
BACK = timedelta(days=60)
# The list, the parameter of its beginning, how far back.
LISTS = {
    "order": ("LastUpdateStartDate", timedelta(0)),
    "receiving": ("InsertStartDate", BACK),
    "return": ("StartDate", BACK),
}
ORDER = tuple(LISTS)


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for the page that the cursor names, the first one of orders without."""
    name, _blank, number = (cursor or f"{ORDER[0]} 1").partition(" ")
    begins, back = LISTS[name]
    more = {"SortOrder": "Oldest"} if name == "order" else {}
    called = with_query(
        f"{url.rstrip('/')}/{name}",
        **{begins: iso(since - back)},
        **more,
        Page=int(number),
        Limit=size,
    )
    return Ask(called)


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed: a list, which says neither its name nor its number. Raises
    ParseError for what is no list."""
    nodes = entries(raw)
    return Page("", latest(nodes, "last_update_at"), len(nodes))


def turn(cursor: str, count: int, size: int) -> str:
    """The page after this one: of the same list while pages are full, else of the next list."""
    name, _blank, number = (cursor or f"{ORDER[0]} 1").partition(" ")
    if count >= size:
        return f"{name} {int(number) + 1}"
    place = ORDER.index(name) + 1
    return f"{ORDER[place]} 1" if place < len(ORDER) else ""


FEED = FeedPoll(urls=URLS, ask=ask, page=page, elements=(), most=50, turn=turn)
