# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DHL Shipment Tracking Unified: the answer of the tracking API, and the push of the same shape.

Shape (dpdhl_tracking-unified, OpenAPI 1.3.1 to 1.5.8)::

    {"shipments": [
       {"id", "service", "returnFlag",
        "status": EVENT, "events": [EVENT],
        "estimatedTimeOfDelivery",
        "estimatedDeliveryTimeFrame": {"estimatedFrom", "estimatedThrough"},
        "details": {"pieceIds", "totalNumberOfPieces", "references": [{"number", "type"}],
                    "proofOfDelivery": {"signed": {"name", "givenName", "familyName"}}}}]}
    EVENT = {"timestamp", "statusCode", "status", "description", "remark", "pieceIds",
             "location": {"address": {"streetAddress", "postalCode", "addressLocality",
                                      "countryCode"}}}

The push puts ``scope`` ("subscription.push") and ``self`` around it; its other scopes are no events
but the life of the subscription (:func:`handshake`).

Codes: ``raw_code`` is the statusCode, one of five words for all divisions. ``raw_sub_code`` is the
division and its own code ("parcel-de/ZU"), where ``status`` holds one: some divisions write a
sentence there, in the language that was asked for, and that identifies nothing. Three codes are
ours, as DHL states these facts without a scan: "ESTIMATED_DELIVERY", "RETURN" (returnFlag on a
shipment under way), and the sub code "RETURN" of a delivery that ends a return.

Times: ISO 8601; with offset or "Z" in some divisions, local without offset in others: then the
connection's zone, assumed.

Pieces: a scan of some pieces of a larger shipment is an event of each of them. A scan that names no
pieces, or all, speaks of the shipment.
"""

import json
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
from odoo.addons.logistics_connector_base.core.handshake import CallBack, Handshake, read_object
from odoo.addons.logistics_connector_base.core.instants import parse_iso, whole_day
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
    window_begins,
)

CODE = "dhl"
NAME = "DHL Shipment Tracking Unified"
MESSAGE_TYPE = "unified_tracking"
HOSTS = ("api-eu.dhl.com", "api-test.dhl.com", "api-sandbox.dhl.com")

NO_CODE = "-"
DELIVERED = "delivered"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
RETURN_CODE = "RETURN"

# DHL's names of references: ours, and whose number it is.
_REFERENCES = {
    "customer-reference": ("customer", ""),
    "reference": ("customer", ""),
    "housebill": ("waybill", CODE),
    "local-tracking-number": ("tracking", ""),
}
# "ZU", "PARCEL_SORTED": a code, whatever the language. A single word may be a translation.
_OWN_CODE = re.compile(r"[A-Z]{2}|[A-Z0-9]+(?:_[A-Z0-9]+)+")
_TAG = re.compile(r"<[^<>]{0,500}>")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of all shipments of an answer or a push. Raises ParseError."""
    zone = local_zone(context)
    shipments = read(raw).get("shipments")
    if shipments.value is None:
        raise shipments.fail("the list of shipments is missing.")
    events = tuple(event for item in shipments.items() for event in _shipment(item, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def handshake(raw: bytes) -> Handshake | None:
    """What the push says of its subscription: "subscription.validate" brings a secret, with which
    the subscription (``self``) must be called once, beside our API key."""
    message = read_object(raw)
    scope = message.get("scope")
    if not isinstance(scope, str) or not scope.startswith("subscription."):
        return None
    if scope == "subscription.validate":
        url, secret = message.get("self"), message.get("secret")
        if not isinstance(url, str) or not _is_header_value(secret):
            return None
        headers = (("DHL-API-Hook-Secret", secret),)
        return Handshake(call_back=CallBack(url, HOSTS, headers=headers, identified=True))
    if "shipments" in message:
        return None
    failure = message.get("failure")
    detail = json.dumps(failure) if failure else ""
    said = f"DHL says of the subscription: {scope.partition('.')[2]} {detail}"
    return Handshake(said=clean_text(said, 300))


def _is_header_value(secret: object) -> bool:
    return isinstance(secret, str) and bool(re.fullmatch(r"[\x21-\x7e]{1,500}", secret))


def _shipment(shipment: Node, zone: str) -> Iterator[ParsedEvent]:
    number = shipment.get("id").required().replace(" ", "").upper()
    pieces = _pieces(shipment.path("details", "pieceIds"))
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=_references(shipment, number, pieces),
        raw_code="",
        occurred=None,
        pointer=shipment.pointer,
    )
    total = max(shipment.path("details", "totalNumberOfPieces").whole() or 0, len(pieces))
    nodes = _distinct_events(shipment)
    service = shipment.get("service").code()
    scans = [(_scan(blank, node, service, zone), _pieces(node.get("pieceIds"))) for node in nodes]
    newest, last_pieces = max(scans, key=lambda pair: _when(pair[0]), default=(None, []))
    arrived = newest is not None and newest.raw_code == DELIVERED
    delivered = arrived and not _is_part(last_pieces, total)
    returned = shipment.get("returnFlag").flag()
    signed_by = _signed_by(shipment)
    for scan, concerned in scans:
        if scan is newest and arrived:
            sub_code = RETURN_CODE if returned else scan.raw_sub_code
            scan = replace(scan, signed_by=signed_by, raw_sub_code=sub_code)
        yield from _by_piece(scan, concerned, total)
    # What the shipment as a whole says, given everything up to its newest scan: that dates it.
    stated = newest.occurred if newest else None
    if returned and not delivered:
        yield replace(blank, raw_code=RETURN_CODE, occurred=stated)
    estimate = None if delivered else _estimate(shipment, zone)
    if estimate:
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            raw_text=shipment.get("estimatedTimeOfDeliveryRemark").text(),
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(_window_start(shipment, zone), estimate),
        )


def _distinct_events(shipment: Node) -> list[Node]:
    """The events, and the present status where it is not the first of them once more."""
    events = list(shipment.get("events").items())
    status = shipment.get("status")
    if status.value is not None:
        known = {_mark(event) for event in events}
        if _mark(status) not in known:
            events.insert(0, status)
    return events


def _mark(event: Node) -> tuple[str, str]:
    return event.get("timestamp").text(), event.get("statusCode").code().lower()


def _scan(blank: ParsedEvent, event: Node, service: str, zone: str) -> ParsedEvent:
    status = event.get("status").text()
    own = status if _OWN_CODE.fullmatch(status) else ""
    described = event.get("description").text() or ("" if own else status)
    texts = [_TAG.sub("", text).strip() for text in (described, event.get("remark").text())]
    return replace(
        blank,
        raw_code=event.get("statusCode").code().lower() or NO_CODE,
        raw_sub_code=f"{service}/{own}" if own else "",
        raw_text=": ".join(dict.fromkeys(text for text in texts if text)),
        occurred=instant_or_none(parse_iso, event.get("timestamp").text(), zone),
        place=_place(event.path("location", "address")),
        pointer=event.pointer,
    )


def _by_piece(scan: ParsedEvent, pieces: list[str], total: int) -> Iterator[ParsedEvent]:
    """The scan, once for each piece where it concerns some pieces and not all."""
    if not _is_part(pieces, total):
        yield scan
        return
    shipment = Reference("master_tracking", scan.shipment_key, CODE)
    for piece in pieces:
        references = (Reference("tracking", piece, CODE), shipment)
        yield replace(scan, shipment_key=piece, references=references)


def _is_part(pieces: list[str], total: int) -> bool:
    return 0 < len(pieces) < total


def _pieces(node: Node) -> list[str]:
    numbers = (item.code().replace(" ", "").upper() for item in node.items())
    return list(dict.fromkeys(number for number in numbers if number))


def _references(shipment: Node, number: str, pieces: list[str]) -> tuple[Reference, ...]:
    found = [Reference("tracking", number, CODE)]
    if len(pieces) == 1:  # the numbers of several would all point to the first parcel
        found.append(Reference("tracking", pieces[0], CODE))
    for reference in shipment.path("details", "references").items():
        kind, issuer = _REFERENCES.get(reference.get("type").code(), ("", ""))
        value = reference.get("number").code()
        if kind and value:
            found.append(Reference(kind, value, issuer))
    return tuple(dict.fromkeys(found))


def _place(address: Node) -> Place:
    return Place(
        street=address.get("streetAddress").text(),
        city=address.get("addressLocality").text(),
        zip=address.get("postalCode").text(),
        country=country_code(address.get("countryCode").text()),
    )


def _signed_by(shipment: Node) -> str:
    person = shipment.path("details", "proofOfDelivery", "signed")
    parts = [person.get("givenName").text(), person.get("familyName").text()]
    return person.get("name").text() or " ".join(part for part in parts if part)


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")


def _estimate(shipment: Node, zone: str) -> Instant | None:
    """End of the time frame, else the time; a midnight is a day."""
    frame = shipment.path("estimatedDeliveryTimeFrame", "estimatedThrough").text()
    for text in (frame, shipment.get("estimatedTimeOfDelivery").text()):
        instant = instant_or_none(parse_iso, text, zone) if text else None
        if instant:
            return whole_day(instant, zone)
    return None


def _window_start(shipment: Node, zone: str) -> Instant | None:
    text = shipment.path("estimatedDeliveryTimeFrame", "estimatedFrom").text()
    return instant_or_none(parse_iso, text, zone) if text else None
