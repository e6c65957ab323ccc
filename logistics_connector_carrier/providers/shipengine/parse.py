# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipEngine, today the ShipStation API: a tracking with its scans, by webhook or asked for.

Shape (docs.shipstation.com/apis/docs/guides/webhooks-schemas, …/tracking/get_tracking_log)::

    {"resource_url", "resource_type": "API_TRACK" (v1) or "TRACK_EVENT_V2", "data": tracking}

    tracking = {"tracking_number", "carrier_code", "status_code", "status_detail_code",
                "carrier_status_description", "estimated_delivery_date", "actual_delivery_date",
                "events": [{"occurred_at", "carrier_occurred_at", "description", "company_name",
                            "city_locality", "state_province", "postal_code", "country_code",
                            "latitude", "longitude", "signer", "event_code", "status_code",
                            "status_detail_code"}]}

``GET /v1/tracking`` and ``GET /v1/labels/<id>/track`` (also v2) answer with a tracking; a list of
them is what a poll of several numbers collects. Other resource types (batches, rates, accounts …)
are understood and hold no event of ours. Each message repeats the history, newest first.

Codes: ``raw_code`` is the status of the scan, ``raw_sub_code`` its detail. They are ShipEngine's
own, whatever carrier moves the parcel. A scan that ShipEngine gives no status has the carrier's
code, as "<carrier>:<code>"; where the newest one is so, the status of the tracking is an event at
its time. "ESTIMATED_DELIVERY" is ours, for what the tracking expects.

Times: ``occurred_at`` is in UTC. ``carrier_occurred_at`` is the wall clock of the place, written
without zone, or with its offset, or with a "Z" that is none: its distance from ``occurred_at`` is
the offset. The same text twice tells no offset. A midnight that is expected stands for a day.
"""

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
from odoo.addons.logistics_connector_base.core.instants import from_utc_and_local, parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

CODE = "shipengine"
NAME = "ShipEngine"
TRACK_EVENTS = ("API_TRACK", "TRACK_EVENT_V2")
API_ANSWER = "tracking"

NO_CODE = "-"
DELIVERED = "DE"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
# With these a tracking says that nothing has happened yet.
_SILENT = ("", "UN", "NY")
# ShipEngine's names of accounts of theirs, where the number is the carrier's own.
_CARRIERS = {"stamps_com": "usps", "fedex_walleted": "fedex"}
_MIDNIGHT = "T00:00:00Z"


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of a message. Raises ParseError."""
    root, zone = read(raw), local_zone(context)
    if root.is_list:
        trackings, message_type = root.items(), API_ANSWER
    elif message_type := root.get("resource_type").code():
        trackings = (root.get("data"),) if message_type in TRACK_EVENTS else ()
    else:
        trackings, message_type = (root,), API_ANSWER
    events = tuple(event for tracking in trackings for event in _tracking(tracking, zone))
    return ParsedMessage(events=events, message_type=message_type)


def _tracking(tracking: Node, zone: str) -> Iterator[ParsedEvent]:
    number = tracking.get("tracking_number").required()
    carrier = tracking.get("carrier_code").code().casefold()
    carrier = _CARRIERS.get(carrier, carrier)
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, carrier),),
        raw_code="",
        occurred=None,
        pointer=tracking.pointer,
    )
    found = tracking.get("events").items()
    scans = [_scan(blank, scan, carrier, zone) for scan in found]
    # Of two at the same time the first is the newer one, as the list says the newest first.
    newest = max(scans, key=_when, default=None)
    yield from scans
    status = tracking.get("status_code").code().upper()
    if status not in _SILENT and (newest is None or ":" in newest.raw_code):
        yield _status(newest or blank, tracking, status, zone)
    is_over = DELIVERED in (status, newest.raw_code if newest else "")
    stated = newest.occurred if newest else None
    estimate = _estimate(tracking, zone) if stated and not is_over else None
    if estimate:
        # Dated by the newest scan, as ShipEngine does not say when the carrier made it.
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
        )


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")


def _scan(blank: ParsedEvent, scan: Node, carrier: str, zone: str) -> ParsedEvent:
    status, event_code = scan.get("status_code").code().upper(), scan.get("event_code").code()
    return replace(
        blank,
        raw_code=status or (f"{carrier}:{event_code}" if event_code else NO_CODE),
        raw_sub_code=scan.get("status_detail_code").code(),
        raw_text=(scan.get("description").text() or scan.get("carrier_status_description").text()),
        occurred=_occurred(scan, zone),
        place=Place(
            name=scan.get("company_name").text(),
            city=scan.get("city_locality").text(),
            state=scan.get("state_province").text(),
            zip=scan.get("postal_code").text(),
            country=country_code(scan.get("country_code").text()),
            latitude=_degrees(scan.get("latitude"), 90),
            longitude=_degrees(scan.get("longitude"), 180),
        ),
        signed_by=scan.get("signer").text(),
        pointer=scan.pointer,
    )


def _status(last: ParsedEvent, tracking: Node, status: str, zone: str) -> ParsedEvent:
    """What the tracking says of itself: at the time and place of its last scan, if it has one."""
    occurred = last.occurred
    if occurred is None and status == DELIVERED:
        occurred = _day_or_time(tracking.get("actual_delivery_date"), zone)
    text = tracking.get("carrier_status_description").text()
    return replace(
        last,
        raw_code=status,
        raw_sub_code=tracking.get("status_detail_code").code(),
        raw_text=text or tracking.get("status_description").text(),
        occurred=occurred,
        pointer=tracking.pointer,
    )


def _occurred(scan: Node, zone: str) -> Instant | None:
    local_text = scan.get("carrier_occurred_at").text()
    wall_text = local_text.upper().removesuffix("Z")
    local = instant_or_none(parse_iso, wall_text, zone)
    instant = instant_or_none(parse_iso, scan.get("occurred_at").text(), zone)
    if instant is None or instant.assumed or local is None or local.precision == "day":
        return replace(instant, offset_minutes=None) if instant else local
    if not local.assumed:
        offset = local.offset_minutes if local.utc == instant.utc else None
        return replace(instant, offset_minutes=offset)
    wall = parse_iso(wall_text).utc
    paired = from_utc_and_local(instant.utc, wall, instant.precision)
    # The same twice: in UTC, or ShipEngine knows no other.
    return replace(paired, offset_minutes=paired.offset_minutes or None)


def _degrees(node: Node, most: int) -> float | None:
    value = node.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -most <= value <= most else None


def _estimate(tracking: Node, zone: str) -> Instant | None:
    return _day_or_time(tracking.get("estimated_delivery_date"), zone)


def _day_or_time(node: Node, zone: str) -> Instant | None:
    text = node.text()
    return instant_or_none(parse_iso, text.removesuffix(_MIDNIGHT), zone) if text else None
