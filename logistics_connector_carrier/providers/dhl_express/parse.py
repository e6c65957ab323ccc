# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DHL Express: the answer of MyDHL API's tracking, one or many shipments with their checkpoints.

Shape (MyDHL API, OpenAPI, ``TrackingResponse``)::

    {"shipments": [
       {"shipmentTrackingNumber", "status", "shipmentTimestamp", "estimatedDeliveryDate",
        "shipperReferences": [{"value", "typeCode"}],
        "events": [{"date", "time", "GMTOffset", "typeCode", "description", "signedBy",
                    "serviceArea": [{"code", "description"}], "remarks": [{"value"}]}],
        "numberOfPieces",
        "pieces": [{"trackingNumber", "events": [as above]}]}]}

``status`` says whether the question succeeded, not where the shipment is.

Codes: ``raw_code`` is the typeCode, a checkpoint of two letters. "ESTIMATED_DELIVERY" is ours.

Times: date and time of the checkpoint's place; the offset stands in ``GMTOffset``, where the
account's version gives it. Without it the connection's zone, assumed.

Pieces: with ``levelOfDetail`` "all" a shipment of several pieces lists the checkpoints of each.
What stands there is an event of the piece, and its copy in the shipment's list is left out. A
shipment of one piece is read from its own list.
"""

import re
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
    instant_or_none,
    local_zone,
    offset_or_none,
    read,
)

CODE = "dhl_express"
NAME = "DHL Express (MyDHL API)"
MESSAGE_TYPE = "mydhl_tracking"

NO_CODE = "-"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
DELIVERED = ("OK", "DD")
CUSTOMER_REFERENCE = "CU"

_AREA = re.compile(r"(?P<town>.+?)\s*-\s*(?P<country>[A-Z]{2})")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All checkpoints of all shipments of an answer. Raises ParseError."""
    zone = local_zone(context)
    shipments = read(raw).get("shipments")
    if shipments.value is None:
        raise shipments.fail("the list of shipments is missing.")
    events = tuple(event for item in shipments.items() for event in _shipment(item, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _shipment(shipment: Node, zone: str) -> Iterator[ParsedEvent]:
    number = _number(shipment.get("shipmentTrackingNumber"))
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, CODE), *_own_references(shipment)),
        raw_code="",
        occurred=None,
        ship_date=_ship_date(shipment),
        pointer=shipment.pointer,
    )
    of_pieces = list(_piece_scans(shipment, blank, zone))
    told = {_mark(scan) for scan in of_pieces}
    whole = [_scan(blank, node, zone) for node in shipment.get("events").items()]
    whole = [scan for scan in whole if _mark(scan) not in told]
    yield from whole
    yield from of_pieces
    scans = whole + of_pieces
    newest = max(scans, key=_when, default=None)
    estimate = _estimate(shipment, zone)
    if estimate and not (newest and newest in whole and newest.raw_code in DELIVERED):
        # What the answer expects, given everything up to its newest checkpoint: that dates it.
        stated = newest.occurred if newest else None
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
        )


def _piece_scans(shipment: Node, blank: ParsedEvent, zone: str) -> Iterator[ParsedEvent]:
    pieces = shipment.get("pieces").items()
    if len(pieces) < 2:
        return
    master = Reference("master_tracking", blank.shipment_key, CODE)
    for piece in pieces:
        events = piece.get("events").items()
        if not events:
            continue
        number = _number(piece.get("trackingNumber"))
        references = (Reference("tracking", number, CODE), master)
        of_piece = replace(blank, shipment_key=number, references=references)
        yield from (_scan(of_piece, node, zone) for node in events)


def _scan(blank: ParsedEvent, event: Node, zone: str) -> ParsedEvent:
    texts = [event.get("description").text()]
    texts += [remark.get("value").text() for remark in event.get("remarks").items()]
    return replace(
        blank,
        raw_code=event.get("typeCode").code().upper() or NO_CODE,
        raw_text=": ".join(text for text in texts if text),
        occurred=_occurred(event, zone),
        place=_place(event),
        signed_by=event.get("signedBy").text(),
        pointer=event.pointer,
    )


def _occurred(event: Node, zone: str) -> Instant | None:
    day, clock = event.get("date").text(), event.get("time").text()
    if not day:
        return None
    offset = event.get("GMTOffset").text()
    if offset_or_none(offset) is None:
        offset = ""
    return instant_or_none(parse_iso, f"{day}T{clock}{offset}" if clock else day, zone)


def _place(event: Node) -> Place:
    """DHL's service area: "Brisbane-AU" is a town and its country, "BNE" the name of the area."""
    areas = event.get("serviceArea").items()
    if not areas:
        return Place()
    name, described = areas[0].get("code").text(), areas[0].get("description").text()
    match = _AREA.fullmatch(described)
    if match:
        return Place(name=name, city=match["town"], country=match["country"])
    return Place(name=name, city=described)


def _own_references(shipment: Node) -> Iterator[Reference]:
    for reference in shipment.get("shipperReferences").items():
        value = reference.get("value").code()
        if value and reference.get("typeCode").code().upper() == CUSTOMER_REFERENCE:
            yield Reference("customer", value)


def _ship_date(shipment: Node) -> date | None:
    """The day on the shipper's calendar, as DHL writes it."""
    text = shipment.get("shipmentTimestamp").text()
    return date.fromisoformat(text[:10]) if instant_or_none(parse_iso, text) else None


def _estimate(shipment: Node, zone: str) -> Instant | None:
    instant = instant_or_none(parse_iso, shipment.get("estimatedDeliveryDate").text(), zone)
    return whole_day(instant, zone) if instant else None


def _number(node: Node) -> str:
    return node.required().replace(" ", "").upper()


def _mark(scan: ParsedEvent) -> tuple[object, str]:
    return scan.occurred, scan.raw_code


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")
