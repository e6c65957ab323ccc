# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Sendcloud API v2: the parcels that changed since a moment.

    GET /api/v2/parcels?updated_after=2026-03-11T10:00:00Z&cursor=…
    {"next": "https://…?cursor=…", "previous": …, "parcels": [{"id", "tracking_number", "status",
     "date_updated": "11-03-2026 15:20:05", …}]}

``next`` is an address or a bare token; only its cursor is taken. ``date_updated`` is Sendcloud's
own time of record, day first, in UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from odoo.addons.logistics_connector_base.core.polling import (
    Ask,
    FeedPoll,
    Page,
    entries,
    iso,
    parameter,
    with_query,
)
from odoo.addons.logistics_connector_base.core.reading import Node, read

_FORMATS = ("%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z")


def ask(url: str, since: datetime, cursor: str, size: int) -> Ask:
    """The call for a page; Sendcloud decides how many parcels it holds."""
    return Ask(with_query(url, updated_after=iso(since), cursor=cursor))


def page(raw: bytes, headers: Mapping[str, str]) -> Page:
    """What a page says of the feed. Raises ParseError."""
    parcels = entries(raw, "parcels")
    moments = [moment for parcel in parcels if (moment := updated_at(parcel))]
    following = read(raw).get("next").text()
    return Page(
        parameter(following, "cursor") if "/" in following else following,
        max(moments, default=None),
        len(parcels),
    )


def updated_at(parcel: Node) -> datetime | None:
    """When Sendcloud last changed a parcel; None where that cannot be read."""
    text = parcel.get("date_updated").text()
    for form in _FORMATS:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


FEED = FeedPoll(
    urls={"production": "https://panel.sendcloud.sc/api/v2/parcels"},
    ask=ask,
    page=page,
    elements=("parcels",),
)
