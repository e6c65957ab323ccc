# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""EasyPost: a tracker with all its scans, by webhook or as its API answers.

Shape (docs.easypost.com/docs/trackers, docs.easypost.com/docs/events)::

    {"id", "object": "Event", "description": "tracker.updated", "result": tracker}

    tracker = {"id", "object": "Tracker", "tracking_code", "carrier", "status", "status_detail",
               "created_at", "updated_at", "signed_by", "est_delivery_date", "is_return",
               "carrier_detail": {"est_delivery_date_local", "est_delivery_time_local",
                                  "alternate_identifier"},
               "tracking_details": [
                  {"message", "status", "status_detail", "datetime", "datetime_local",
                   "geocode_confidence",
                   "tracking_location": {"city", "state", "country", "zip"}}]}

The API answers with a tracker, or with ``{"trackers": [tracker]}``. Other events (batches,
payments, scan forms …) are understood and hold no event of ours. Each message repeats the history:
every scan is an event, and a repeated one has the same fingerprint.

Codes: ``raw_code`` is the status of the scan, ``raw_sub_code`` its status_detail. They are
EasyPost's own, whatever carrier moves the parcel. Where the label is a return label the code is
"return:" and the status, as "delivered" then means: back with us. "ESTIMATED_DELIVERY" is ours,
for what the tracker expects.

Times: ``datetime`` is written in UTC ("Z"). EasyPost knows most carriers' times as local ones, and
its page says that where the place is incomplete they "default to UTC". So the "Z" is believed
where the scan has a town or postal code (and EasyPost does not doubt it: ``geocode_confidence``
"LOW"), and marked as assumed elsewhere. ``datetime_local`` gives the offset.
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
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

CODE = "easypost"
NAME = "EasyPost"
API_ANSWER = "trackers"
TRACKER_EVENTS = "tracker."

NO_CODE = "-"
DELIVERED = "delivered"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
RETURN = "return:"
# With these a tracker says that nothing has happened yet.
_SILENT = ("", "unknown", "pre_transit")
# EasyPost's name of an account of theirs, where the number is the carrier's own.
_CARRIERS = {"upsdap": "ups"}
_MIDNIGHT = "T00:00:00Z"


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of a message. Raises ParseError."""
    root, zone = read(raw), local_zone(context)
    trackers, message_type = _trackers(root)
    events = tuple(event for tracker in trackers for event in _tracker(tracker, zone))
    return ParsedMessage(events=events, message_type=message_type)


def _trackers(root: Node) -> tuple[tuple[Node, ...], str]:
    """The trackers of a message and what kind of message it is."""
    description = root.get("description").code()
    if description:
        is_ours = description.startswith(TRACKER_EVENTS)
        return ((root.get("result"),) if is_ours else ()), description
    if root.get("trackers").value is not None:
        return root.get("trackers").items(), API_ANSWER
    if root.get("tracking_code").value is None:
        raise root.fail("neither an event, nor a tracker, nor a list of trackers.")
    return (root,), API_ANSWER


def _tracker(tracker: Node, zone: str) -> Iterator[ParsedEvent]:
    number = tracker.get("tracking_code").required()
    tracker_id = tracker.get("id").code()
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=tracker_id or number,
        references=_references(tracker, tracker_id, number),
        raw_code="",
        occurred=None,
        pointer=tracker.pointer,
    )
    prefix = RETURN if tracker.get("is_return").flag() else ""
    scans = [_scan(blank, scan, prefix, zone) for scan in tracker.get("tracking_details").items()]
    status = tracker.get("status").code()
    if not scans and status not in _SILENT:
        # A status without a scan has no time that could be told: a person decides.
        detail = tracker.get("status_detail").code()
        scans = [replace(blank, raw_code=prefix + status, raw_sub_code=detail)]
    newest = max(scans, key=_when, default=None)
    delivery = max((s for s in scans if s.raw_code == prefix + DELIVERED), key=_when, default=None)
    signed_by = tracker.get("signed_by").text()
    yield from (replace(s, signed_by=signed_by) if s is delivery else s for s in scans)
    # A delivery may be an error that later scans refute: only the last word counts.
    is_over = status == DELIVERED or (delivery is not None and delivery is newest)
    estimate = None if is_over else _estimate(tracker, zone)
    if estimate:
        # Dated by the newest scan, as EasyPost does not say when the carrier made it.
        created = instant_or_none(parse_iso, tracker.get("created_at").text(), zone)
        stated = (newest and newest.occurred) or created
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
        )


def _when(scan: ParsedEvent) -> tuple[float, str]:
    return (scan.occurred.utc.timestamp() if scan.occurred else float("-inf"), scan.pointer)


def _references(tracker: Node, tracker_id: str, number: str) -> tuple[Reference, ...]:
    carrier = tracker.get("carrier").code().casefold()
    carrier = _CARRIERS.get(carrier, carrier)
    other = tracker.path("carrier_detail", "alternate_identifier").code()
    found = (
        Reference("carrier_uid", tracker_id, CODE),
        Reference("tracking", number, carrier),
        Reference("tracking", other, carrier),
    )
    return tuple(dict.fromkeys(reference for reference in found if reference.value))


def _scan(blank: ParsedEvent, scan: Node, prefix: str, zone: str) -> ParsedEvent:
    location = scan.get("tracking_location")
    place = Place(
        city=location.get("city").text(),
        state=location.get("state").text(),
        zip=location.get("zip").text(),
        country=country_code(location.get("country").text()),
    )
    return replace(
        blank,
        raw_code=prefix + (scan.get("status").code() or NO_CODE),
        raw_sub_code=scan.get("status_detail").code(),
        raw_text=scan.get("message").text() or scan.get("description").text(),
        occurred=_occurred(scan, place, zone),
        place=place,
        pointer=scan.pointer,
    )


def _occurred(scan: Node, place: Place, zone: str) -> Instant | None:
    instant = instant_or_none(parse_iso, scan.get("datetime").text(), zone)
    local = instant_or_none(parse_iso, scan.get("datetime_local").text(), zone)
    if instant is None or instant.assumed:
        return local if local and not local.assumed else instant or local
    is_sure = scan.get("geocode_confidence").code().upper() != "LOW"
    if not (is_sure and (place.city or place.zip)):
        return replace(instant, offset_minutes=None, assumed=True)
    if local and not local.assumed and local.utc == instant.utc:
        return replace(instant, offset_minutes=local.offset_minutes)
    return instant


def _estimate(tracker: Node, zone: str) -> Instant | None:
    """The receiver's local day (and time) where it is given; a midnight stands for a day."""
    detail = tracker.get("carrier_detail")
    day = detail.get("est_delivery_date_local").text()
    clock = detail.get("est_delivery_time_local").text()
    text = tracker.get("est_delivery_date").text()
    if text.endswith(_MIDNIGHT):
        text = text.removesuffix(_MIDNIGHT)
    for candidate in (f"{day} {clock}" if day and clock else "", day, text):
        instant = instant_or_none(parse_iso, candidate, zone) if candidate else None
        if instant:
            return instant
    return None
