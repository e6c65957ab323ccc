# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""17TRACK API v2: a number with the scans of all its carriers, by webhook or asked for.

Shape (asset.17track.net/api/document/v2.2_en, v2.4_en)::

    {"event": "TRACKING_UPDATED" or "TRACKING_STOPPED", "data": item}

    item = {"number", "carrier": key, "tag", "order_no",
            "track_info": {
               "latest_status": {"status", "sub_status"},
               "time_metrics": {"estimated_delivery_date": {"from", "to"}},
               "misc_info": {"local_number", "local_key", "customer_number", "reference_number"},
               "tracking": {"providers": [{"provider": {"key"}, "events": [scan]}]}}}
    scan = {"time_iso", "time_utc", "time_raw": {"date", "time", "timezone"}, "description",
            "location", "stage", "sub_status",
            "address": {"country", "state", "city", "street", "postal_code",
                        "coordinates": {"longitude", "latitude"}}}

``gettrackinfo`` answers with ``{"code": 0, "data": {"accepted": [item], "rejected": […]}}``. A
tracking that was stopped, and a number that was rejected, hold no event of ours. Each message
repeats the history, newest first.

Codes: ``raw_code`` is the main status, ``raw_sub_code`` the sub status of the scan that begins
with it ("InTransit_PickedUp"). A scan without one has its stage as ``raw_code``; where the newest
has neither, the status of the number is an event at its time. They are 17TRACK's own, whatever
carrier moves the parcel. "ESTIMATED_DELIVERY" is ours, for what the number expects.

Times: ``time_iso`` is the local time with an offset. Where the carrier gave no zone
(``time_raw.timezone`` null) 17TRACK inferred the offset: it is kept and marked as assumed. A day
without time stays a day.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import (
    from_parts,
    from_utc_and_local,
    parse_iso,
)
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
    window_begins,
)

CODE = "seventeentrack"
NAME = "17TRACK"
UPDATED = "TRACKING_UPDATED"
API_ANSWER = "gettrackinfo"

NO_CODE = "-"
DELIVERED = "Delivered"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
# With these a number says that nothing has happened yet, or nothing for long.
_SILENT = ("", "NotFound", "InfoReceived", "Expired")
# 17TRACK's keys of carriers that have a provider, or a name, of their own here.
_CARRIERS = {21051: "usps", 100002: "ups", 100003: "fedex"}
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,12})?", re.ASCII)


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of a message. Raises ParseError."""
    root, zone = read(raw), local_zone(context)
    message_type = root.get("event").code()
    if message_type:
        items = (root.get("data"),) if message_type == UPDATED else ()
    else:
        items, message_type = _answered(root), API_ANSWER
    events = tuple(event for item in items for event in _item(item, zone))
    return ParsedMessage(events=events, message_type=message_type)


def _answered(root: Node) -> tuple[Node, ...]:
    data = root.get("data")
    if data.get("accepted").value is None and data.get("rejected").value is None:
        raise data.fail("neither an event nor an answer with numbers.")
    return data.get("accepted").items()


def _item(item: Node, zone: str) -> Iterator[ParsedEvent]:
    number = item.get("number").required()
    info = item.get("track_info")
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=_references(item, number),
        raw_code="",
        occurred=None,
        pointer=item.pointer,
    )
    providers = info.path("tracking", "providers").items()
    scans = [_scan(blank, scan, zone) for each in providers for scan in each.get("events").items()]
    # Of two at the same time the first is the newer one, as each list says the newest first.
    newest = max(scans, key=_when, default=None)
    yield from scans
    status = info.path("latest_status", "status").code()
    if status not in _SILENT and (newest is None or newest.raw_code == NO_CODE):
        yield replace(
            newest or blank,
            raw_code=status,
            raw_sub_code=info.path("latest_status", "sub_status").code(),
            pointer=info.get("latest_status").pointer,
        )
    is_over = DELIVERED in (status, newest.raw_code if newest else "")
    stated = newest.occurred if newest else None
    estimate = _estimate(info, zone) if stated and not is_over else None
    if estimate:
        # Dated by the newest scan, as 17TRACK does not say when the carrier made it.
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(_window_start(info, zone), estimate),
        )


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")


def _references(item: Node, number: str) -> tuple[Reference, ...]:
    misc = item.path("track_info", "misc_info")
    local = misc.get("local_number").code()
    found = (
        Reference("tracking", number, _CARRIERS.get(item.get("carrier").whole(), "")),
        Reference("tracking", local, _CARRIERS.get(misc.get("local_key").whole(), "")),
        Reference("order", item.get("order_no").code()),
        Reference("customer", misc.get("customer_number").code()),
        Reference("customer", misc.get("reference_number").code()),
        Reference("customer", item.get("tag").code()),
    )
    return tuple(dict.fromkeys(reference for reference in found if reference.value))


def _scan(blank: ParsedEvent, scan: Node, zone: str) -> ParsedEvent:
    sub_status = scan.get("sub_status").code()
    code = sub_status.partition("_")[0] or scan.get("stage").code() or NO_CODE
    return replace(
        blank,
        raw_code=code,
        raw_sub_code=sub_status,
        raw_text=scan.get("description").text(),
        occurred=_occurred(scan, zone),
        place=_place(scan),
        pointer=scan.pointer,
    )


def _place(scan: Node) -> Place:
    address = scan.get("address")
    coordinates = address.get("coordinates")
    city = address.get("city").text()
    return Place(
        name="" if city else scan.get("location").text(),
        street=address.get("street").text(),
        city=city,
        state=address.get("state").text(),
        zip=address.get("postal_code").text(),
        country=country_code(address.get("country").text()),
        latitude=_degrees(coordinates.get("latitude"), 90),
        longitude=_degrees(coordinates.get("longitude"), 180),
    )


def _degrees(node: Node, most: int) -> float | None:
    """A number, or a text that is one."""
    value = node.value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -most <= value <= most else None


def _occurred(scan: Node, zone: str) -> Instant | None:
    raw = scan.get("time_raw")
    day, clock = raw.get("date").text(), raw.get("time").text()
    instant = _told(scan, zone)
    if instant is None:
        text = f"{day}T{clock}" if clock else day
        return instant_or_none(parse_iso, text + raw.get("timezone").text(), zone)
    if day and not clock:
        digits = day.replace("-", "")
        instant = instant_or_none(from_parts, digits, "", instant.offset_minutes, zone) or instant
    # An offset that the carrier did not give is 17TRACK's guess.
    is_inferred = raw.value is not None and not raw.get("timezone").text()
    return replace(instant, assumed=instant.assumed or is_inferred)


def _told(scan: Node, zone: str) -> Instant | None:
    """The time as 17TRACK tells it, with an offset; else in UTC and on the wall clock."""
    text = scan.get("time_iso").text()
    local = instant_or_none(parse_iso, text, zone)
    if local and not local.assumed:
        return local
    utc = instant_or_none(parse_iso, scan.get("time_utc").text(), zone)
    if utc is None or utc.assumed:
        return local or utc
    if local and local.precision != "day":
        return from_utc_and_local(utc.utc, parse_iso(text).utc, utc.precision)
    return replace(utc, offset_minutes=None)


def _estimate(info: Node, zone: str) -> Instant | None:
    """The end of what is expected."""
    window = info.path("time_metrics", "estimated_delivery_date")
    texts = [window.get("to").text(), window.get("from").text()]
    instants = (instant_or_none(parse_iso, text, zone) for text in texts if text)
    return next((instant for instant in instants if instant), None)


def _window_start(info: Node, zone: str) -> Instant | None:
    text = info.path("time_metrics", "estimated_delivery_date", "from").text()
    return instant_or_none(parse_iso, text, zone) if text else None
