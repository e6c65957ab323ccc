# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DCSA Track & Trace: ocean carriers' events, version 2.2 (flat) and 3.0 (nested).

Shapes (https://github.com/dcsaorg/DCSA-OpenAPI, tnt/v2; the conformance gateway's samples of 3.0)::

    2.2  [{"eventID", "eventCreatedDateTime", "eventType", "eventClassifierCode", "eventDateTime",
           "transportEventTypeCode" | "equipmentEventTypeCode" | "shipmentEventTypeCode",
           "equipmentReference", "emptyIndicatorCode", "documentID", "documentTypeCode",
           "eventLocation": {...}, "transportCall": {"UNLocationCode", "facilityTypeCode", ...},
           "documentReferences": [{"documentReferenceType", "documentReferenceValue"}],
           "references": [{"referenceType", "referenceValue"}]}]
    3.0  {"events": [{"eventRouting": {"originatingParty": {"partyCode", "codeListProvider",
                                                            "codeListName"}},
           "eventID", "eventDateTime", "eventUpdatedDateTime", "isRetracted",
           "eventClassification": {"eventTypeCode", "eventClassifierCode", "…EventTypeCode"},
           "eventLocation", "shipmentDetails": {"documentReference": {"typeCode", "reference"}},
           "equipmentDetails": {"equipmentReference", "emptyIndicatorCode"}, "transportDetails"}]}

Drafts of 3.0 differ: later ones write words (``"eventType": "EQUIPMENT"``, ``"ACTUAL"``,
``"GATED_IN"``) and a list of originating parties. Both are read.

Corrections. 2.2 has none: an event is stated once, a new estimate is a new event. 3.0: an event
overrides those with its id and an earlier ``eventUpdatedDateTime``, which is its revision;
``isRetracted`` discards it and all earlier ones. Ids are unique for one originating party only, so
its code stands before them. A retraction may have nothing but its id: it finds its shipment by the
events that it discards.

Codes: ``raw_code`` is type and code (``EQUIPMENT.GTIN``). ``raw_sub_code`` is "EMPTY" for a
container without goods, else the type of document (shipment events), else "CLOC" at the customer's
place.
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
from odoo.addons.logistics_connector_base.core.instants import parse_iso, to_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

from .words import (
    CLASSIFIERS,
    DOCUMENT_WORDS,
    KEY_ORDER,
    PLACE_WORDS,
    REASONS,
    REFERENCES,
    WORDS,
)

CODE = "dcsa"
NAME = "DCSA Track & Trace"
MESSAGE_TYPE = "dcsa-tnt"

RETRACTED = "RETRACTED"
WITHDRAWAL = "TRK_INFO"  # the retraction itself is history without effect

_CUSTOMER_PLACE = "CLOC"


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All events of a message. Raises ParseError."""
    zone = local_zone(context)
    events = tuple(_event(node, zone) for node in _nodes(read(raw)))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _nodes(root: Node) -> Iterator[Node]:
    if root.is_list:
        return iter(root.items())
    if root.get("events").value is not None:
        return iter(root.get("events").items())
    if root.get("eventID").value is None:
        raise root.fail("neither a list of events nor an event with an eventID.")
    return iter((root,))


def _first(node: Node, *names: str) -> str:
    """The first of these members that is there, as a code in capitals."""
    return next((text.upper() for name in names if (text := node.get(name).code())), "")


def _event(node: Node, zone: str) -> ParsedEvent:
    event_id = node.get("eventID").required()
    party = _party(node)
    source_id = f"{party}/{event_id}" if party else event_id
    updated = instant_or_none(parse_iso, node.get("eventUpdatedDateTime").text(), zone)
    created = instant_or_none(parse_iso, node.get("eventCreatedDateTime").text(), zone)
    occurred = instant_or_none(parse_iso, node.get("eventDateTime").text(), zone)
    details = _Details(node)
    references = details.references()
    event = ParsedEvent(
        issuer=CODE,
        shipment_key=_key(references) or source_id,
        references=references,
        raw_code=details.raw_code,
        raw_sub_code=details.raw_sub_code,
        raw_text=details.text,
        reason=REASONS.get(details.delay, ""),
        classifier=CLASSIFIERS.get(details.classifier, "actual"),
        occurred=occurred,
        recorded=updated or created,
        place=details.place(),
        source_id=source_id,
        revision=_revision(node, updated),
        pointer=node.pointer,
    )
    if node.get("isRetracted").flag():
        return _retraction(event)
    if event.classifier == "estimated" and details.is_delivery and occurred:
        event = replace(event, estimated_delivery=occurred)
    return event


def _retraction(event: ParsedEvent) -> ParsedEvent:
    return replace(
        event,
        raw_code=RETRACTED,
        raw_sub_code="",
        code=WITHDRAWAL,
        reason="",
        classifier="actual",
        occurred=event.occurred or event.recorded,
        # Without a time of update nothing tells what came before it: it takes all of that id.
        source_id=event.source_id if event.revision else "",
        retracts=event.source_id,
    )


def _revision(node: Node, updated: Instant | None) -> str:
    """The time of update in UTC: one instant is one revision, whatever its offset."""
    if updated is None:
        return node.get("eventUpdatedDateTime").text()
    return to_iso(replace(updated, offset_minutes=0))


def _party(node: Node) -> str:
    """The originating party, a part of the event's identity (3.0)."""
    routing = node.get("eventRouting")
    party = routing.get("originatingParty")
    if party.value is None:
        parties = routing.get("originatingParties").items()
        party = parties[0] if parties else party
    parts = [party.get(name).code() for name in ("codeListProvider", "codeListName", "partyCode")]
    return ":".join(part for part in parts if part)


def _key(references: tuple[Reference, ...]) -> str:
    if not references:
        return ""
    return min(references, key=lambda reference: KEY_ORDER.index(reference.type)).value


class _Details:
    """The parts of an event that stand in other places in each version."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.kind = node.get("eventClassification")
        if self.kind.value is None:
            self.kind = node
        self.equipment = node.get("equipmentDetails")
        if self.equipment.value is None:
            self.equipment = node
        self.call = node.path("transportDetails", "transportCall")
        if self.call.value is None:
            self.call = node.get("transportCall")
        self.type = _first(self.kind, "eventTypeCode", "eventType")
        self.classifier = _first(self.kind, "eventClassifierCode", "eventClassifier")
        self.facility = self._facility()

    @property
    def delay(self) -> str:
        return _first(self.node, "delayReasonCode")

    @property
    def raw_code(self) -> str:
        name = self.type.lower()
        code = _first(self.kind, f"{name}EventTypeCode", f"{name}EventType") if name else ""
        return ".".join(part for part in (self.type, WORDS.get(code, code)) if part) or "-"

    @property
    def raw_sub_code(self) -> str:
        if self.type == "SHIPMENT":
            return self._document_type()
        if self.type == "EQUIPMENT" and self._is_empty():
            return "EMPTY"
        return _CUSTOMER_PLACE if self.facility == _CUSTOMER_PLACE else ""

    @property
    def is_delivery(self) -> bool:
        """Whether the event, when it happens, is the arrival with goods at the customer: only then
        its estimate is one of the delivery. A port is not where the customer waits."""
        at_customer = self.facility == _CUSTOMER_PLACE
        arrives = self.raw_code in ("TRANSPORT.ARRI", "EQUIPMENT.DROP", "EQUIPMENT.GTIN")
        return at_customer and arrives and not self._is_empty()

    @property
    def text(self) -> str:
        node = self.node
        parts = (node.get("reason").text(), self.delay)
        return ": ".join(p for p in (*parts, node.get("changeRemark").text()) if p)

    def references(self) -> tuple[Reference, ...]:
        found = [("EQ", self.equipment.get("equipmentReference").code())]
        shipment = self.node.get("shipmentDetails")
        documents = [shipment.get("documentReference")]
        documents += shipment.get("additionalDocumentReferences").items()
        documents += self.node.get("relatedDocumentReferences").items()
        for item in documents:
            found.append((self._document(item), item.get("reference").code()))
        found.append((_first(self.node, "documentTypeCode"), self.node.get("documentID").code()))
        for item in self.node.get("documentReferences").items():
            kind = _first(item, "documentReferenceType")
            found.append((kind, item.get("documentReferenceValue").code()))
        for item in self.node.get("references").items():
            found.append((_first(item, "referenceType"), item.get("referenceValue").code()))
        for item in self.node.get("shipmentReferences").items():
            kind = _first(item, "typeCode", "type")
            found.append((kind, item.get("reference").code()))
        references = (Reference(REFERENCES[k], value) for k, value in found if k in REFERENCES)
        return tuple(dict.fromkeys(ref for ref in references if ref.value))

    def place(self) -> Place:
        location = self._location()
        address = location.get("address")
        unlocode = _first(location, "UNLocationCode") or _first(self.call, "UNLocationCode")
        street = (address.get("street").text(), address.get("streetNumber").text())
        country = address.get("countryCode").text()
        point = location.get("geoCoordinate")
        point = location if point.value is None else point
        return Place(
            name=location.get("locationName").text()
            or self.call.get("otherFacility").text()
            or unlocode,
            street=" ".join(part for part in street if part),
            city=address.get("city").text(),
            zip=address.get("postCode").text(),
            country=country_code(country) or country_code(unlocode[:2]),
            latitude=_degrees(point.get("latitude"), 90),
            longitude=_degrees(point.get("longitude"), 180),
        )

    def _location(self) -> Node:
        location = self.node.get("eventLocation")
        return self.call.get("location") if location.value is None else location

    def _facility(self) -> str:
        location = self._location()
        found = _first(location, "facilityTypeCode", "facilityType") or _first(
            self.call, "facilityTypeCode", "facilityType"
        )
        return PLACE_WORDS.get(found, found)

    def _is_empty(self) -> bool:
        return _first(self.equipment, "emptyIndicatorCode", "emptyIndicator") == "EMPTY"

    def _document(self, item: Node) -> str:
        kind = _first(item, "typeCode", "type")
        return DOCUMENT_WORDS.get(kind, kind)

    def _document_type(self) -> str:
        return _first(self.node, "documentTypeCode") or self._document(
            self.node.path("shipmentDetails", "documentReference")
        )


def _degrees(node: Node, most: int) -> float | None:
    """Degrees, which the standard writes as text; None for anything that is none."""
    text = str(node.value) if isinstance(node.value, str | int | float) else ""
    if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", text, re.ASCII):
        return None
    return float(text) if abs(float(text)) <= most else None
