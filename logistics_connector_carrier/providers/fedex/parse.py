# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""FedEx Advanced Integrated Visibility (Shipment Visibility Webhook): shipments with all scans.

Shape (that of the Track API's answer, as FedEx documents for both)::

    {"transactionId", "outputMetaData": [...],
     "output": {"completeTrackResults": [
        {"trackingNumber", "trackResults": [
           {"trackingNumberInfo": {"trackingNumber", "trackingNumberUniqueId", "carrierCode"},
            "additionalTrackingInfo": {"packageIdentifiers": [{"type", "value" or "values"}]},
            "scanEvents": [{"date", "eventType", "eventDescription", "derivedStatusCode",
                            "exceptionCode", "exceptionDescription",
                            "scanLocation": {"streetLines", "city", "stateOrProvinceCode",
                                             "postalCode", "countryCode"}}],
            "deliveryDetails": {"signedByName", "receivedByName"},
            "dateAndTimes": [{"type", "dateTime"}],
            "estimatedDeliveryTimeWindow": {"window": {"begins", "ends"}}}]}]}}

One tracking number may stand for two shipments, as FedEx uses numbers again: each trackResult is a
shipment, known by its unique id. Each payload repeats the history; every scan is an event, and
repeated ones have the same fingerprint. Payloads come out of order.

Codes: ``raw_code`` is the scan's eventType (failing that its derivedStatusCode), ``raw_sub_code``
its exceptionCode. Two codes are ours, as FedEx states these facts without a scan:
"ESTIMATED_DELIVERY" and "POD".

Times: ISO 8601 with offset. Without one (FedEx writes delivery windows so) the connection's zone
is assumed.

Proof of delivery: with SPOD or PPOD chosen, FedEx sends the delivery again with the image as base64
or as an array of bytes. No public page names the field, so an image is known by its first bytes,
wherever in the shipment it lies.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import parse_iso, whole_day
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    decode_base64,
    file_type,
    instant_or_none,
    local_zone,
    proof,
    read,
    window_begins,
)

CODE = "fedex"
NAME = "FedEx Advanced Integrated Visibility"
MESSAGE_TYPE = "track_results"

NO_CODE = "-"
DELIVERED = "DL"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
SHIP_DATES = ("SHIP", "ACTUAL_PICKUP")

# FedEx's names of identifiers that others may know the shipment by.
_IDENTIFIERS = {
    "BILL_OF_LADING": "bol",
    "STANDARD_MPS": "master_tracking",
    "CUSTOMER_REFERENCE": "customer",
    "PURCHASE_ORDER": "customer",
    "SHIPPER_REFERENCE": "customer",
}
_FEDEX_NUMBERS = ("bol", "master_tracking")
_MIN_IMAGE = 32  # bytes: less is no picture, and short codes may look like base64


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of all shipments of a message. Raises ParseError."""
    zone = local_zone(context)
    root = read(raw)
    if root.is_object and root.get("trackResults").value is not None:
        completed: tuple[Node, ...] = (root,)  # one result of an answer to a poll
    else:
        results = root.path("output", "completeTrackResults")
        if results.value is None:
            raise results.fail("the list of tracked numbers is missing.")
        completed = results.items()
    events = tuple(
        event
        for complete in completed
        for result in complete.get("trackResults").items()
        for event in _shipment(result, complete.get("trackingNumber").code(), zone)
    )
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _shipment(result: Node, outer_number: str, zone: str) -> Iterator[ParsedEvent]:
    info = result.get("trackingNumberInfo")
    number = info.get("trackingNumber").code() or outer_number
    unique_id = info.get("trackingNumberUniqueId").code()
    if not number:
        raise info.get("trackingNumber").fail("a tracking number is needed here.")
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=unique_id or number,
        references=_references(result, number, unique_id),
        raw_code="",
        occurred=None,
        ship_date=_ship_date(result),
        pointer=result.pointer,
    )
    scans = [_scan(blank, scan, zone) for scan in result.get("scanEvents").items()]
    newest = max(scans, key=_when, default=None)
    delivery = max((s for s in scans if s.raw_code == DELIVERED), key=_when, default=None)
    signed_by = _signed_by(result)
    yield from (replace(s, signed_by=signed_by) if s is delivery else s for s in scans)
    # A delivery may be an error that later scans refute: only the last word counts.
    delivered = delivery is not None and delivery is newest
    estimate = None if delivered else _estimate(result, zone)
    if estimate:
        # The payload says what is expected, given everything up to its newest scan: that scan
        # dates the estimate. outputMetaData would date the attempt to send it.
        stated = newest.occurred if newest else None
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(_window_start(result, zone), estimate),
        )
    of_delivery = delivery or replace(blank, occurred=_dated(result, ("ACTUAL_DELIVERY",), zone))
    for kind, content, pointer in _images(result):
        yield proof(replace(of_delivery, signed_by=signed_by), kind, content, pointer)


def _when(scan: ParsedEvent) -> tuple[float, str]:
    return (scan.occurred.utc.timestamp() if scan.occurred else float("-inf"), scan.pointer)


def _scan(blank: ParsedEvent, scan: Node, zone: str) -> ParsedEvent:
    texts = [scan.get("eventDescription").text(), scan.get("exceptionDescription").text()]
    derived = scan.get("derivedStatusCode").code().upper()
    return replace(
        blank,
        raw_code=scan.get("eventType").code().upper() or derived or NO_CODE,
        raw_sub_code=scan.get("exceptionCode").code().upper(),
        raw_text=": ".join(text for text in texts if text),
        occurred=instant_or_none(parse_iso, scan.get("date").text(), zone),
        place=_place(scan),
        pointer=scan.pointer,
    )


def _place(scan: Node) -> Place:
    location = scan.get("scanLocation")
    lines = [line.text() for line in location.get("streetLines").items()]
    return Place(
        street=", ".join(line for line in lines if line),
        city=location.get("city").text(),
        state=location.get("stateOrProvinceCode").text(),
        zip=location.get("postalCode").text(),
        country=country_code(location.get("countryCode").text()),
    )


def _references(result: Node, number: str, unique_id: str) -> tuple[Reference, ...]:
    found = [Reference("carrier_uid", unique_id, CODE)] if unique_id else []
    found.append(Reference("tracking", number, CODE))
    for identifier in result.path("additionalTrackingInfo", "packageIdentifiers").items():
        kind = _IDENTIFIERS.get(identifier.get("type").code().upper())
        values = [identifier.get("value"), *identifier.get("values").items()]
        for value in (node.code() for node in values):
            if kind and value:
                found.append(Reference(kind, value, CODE if kind in _FEDEX_NUMBERS else ""))
    return tuple(dict.fromkeys(found))


def _signed_by(result: Node) -> str:
    details = result.get("deliveryDetails")
    return details.get("signedByName").text() or details.get("receivedByName").text()


def _times(result: Node, kinds: tuple[str, ...]) -> Iterator[str]:
    """The times of these kinds, first kind first."""
    entries = [
        (entry.get("type").code().upper(), entry.get("dateTime").text())
        for entry in result.get("dateAndTimes").items()
    ]
    return (when for kind in kinds for found, when in entries if found == kind and when)


def _dated(result: Node, kinds: tuple[str, ...], zone: str) -> Instant | None:
    instants = (instant_or_none(parse_iso, when, zone) for when in _times(result, kinds))
    return next((instant for instant in instants if instant), None)


def _ship_date(result: Node) -> date | None:
    """The day on the calendar of the place of shipping: as FedEx writes it, in no other zone."""
    for when in _times(result, SHIP_DATES):
        if instant_or_none(parse_iso, when):
            return date.fromisoformat(when.strip()[:10])
    return None


def _estimate(result: Node, zone: str) -> Instant | None:
    """End of the delivery window, else the estimated delivery."""
    window = result.path("estimatedDeliveryTimeWindow", "window")
    for bound in ("ends", "begins"):
        instant = instant_or_none(parse_iso, window.get(bound).text(), zone)
        if instant:
            return instant
    estimated = _dated(result, ("ESTIMATED_DELIVERY",), zone)
    return whole_day(estimated, zone) if estimated else None


def _window_start(result: Node, zone: str) -> Instant | None:
    window = result.path("estimatedDeliveryTimeWindow", "window")
    return instant_or_none(parse_iso, window.get("begins").text(), zone)


def _images(result: Node) -> Iterator[tuple[str, bytes, str]]:
    """Kind, bytes and pointer of each picture or PDF, wherever it lies."""
    seen = set()
    for node in result.walk():
        content = _image(node.value)
        if content and content not in seen:
            seen.add(content)
            yield _image_kind(node.pointer), content, node.pointer


def _image(value: object) -> bytes:
    content = b""
    if isinstance(value, str) and len(value) > _MIN_IMAGE:
        try:
            content = decode_base64(value)
        except ValueError:
            return b""
    elif isinstance(value, list) and len(value) > _MIN_IMAGE and all(map(_is_byte, value)):
        content = bytes(byte & 0xFF for byte in value)
    known = file_type(content)[1] != "bin"
    return content if known and len(content) >= _MIN_IMAGE else b""


def _is_byte(value: object) -> bool:
    return type(value) is int and -128 <= value <= 255  # Java's bytes are signed


def _image_kind(pointer: str) -> str:
    name = pointer.casefold()
    if "sign" in name or "spod" in name:
        return "signature"
    if "photo" in name or "picture" in name or "ppod" in name:
        return "photo"
    return "pod"
