# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Our own canonical JSON: what a partner sends who can send what we define.

The shape is the JSON Schema ``schemas/canonical-events-1.0.json`` of this addon; README.md beside
this file shows it with examples. A message is refused as a whole where it does not fit, with the
places of the trouble: it was made for us, so a field we do not know is a mistake, not an addition
(names that begin with "x-" are free).

Identity: the message has ``id`` and ``revision``; an event with both is known by them, any other by
its facts. Codes: ``code`` names our taxonomy and then decides; ``raw_code`` alone, the partner's
own, goes through the mapping. Where only ``code`` is given it is the raw code as well.

Times: RFC 3339; without offset they are local to ``time_zone`` of the event (then nothing is
assumed) or to the connection's zone (assumed). A date alone is a day.
"""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from ...core.canonical import (
    Acknowledgement,
    Document,
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Place,
    Reference,
)
from ...core.instants import parse_iso, zone
from ...core.own_format import OwnFormat
from ...core.reading import Node, country_code, decode_base64, file_type, local_zone, read
from ...core.urgency import POD_CODE, POD_KINDS, SpokenCode

CODE = "canonical"
NAME = "Canonical JSON"
MESSAGE_TYPE = "canonical-events"
SCHEMA_PATH = Path(__file__).parents[2] / "schemas" / "canonical-events-1.0.json"

RETRACTION_CODE = "TRK_INFO"  # the withdrawal itself is history without effect
# The only schema that is just "false" guards a withdrawal.
FORMAT = OwnFormat(
    SCHEMA_PATH,
    {None: lambda e: "“retracts” stands alone: no code, document or correction beside it"},
)

# Whose scan it is counts before what we call it: a partner that passes on a carrier's scan and the
# carrier itself know the shipment by the carrier's number.
_KEY_TYPES = (
    "carrier_uid",
    "tracking",
    "sscc",
    "waybill",
    "master_tracking",
    "bol",
    "shipment",
    "picking",
    "order",
    "customer",
)


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The events of a message. Raises ParseError, with up to five places where it does not fit."""
    root = read(raw)
    is_entry = root.is_object and "recorded_at" in root.value and "message" in root.value
    if is_entry:
        # Read from the feed (poll.py). Its bytes are not those of the webhook with the same id, and
        # that is no conflict: what it tells is known by the events.
        root = root.get("message")
    FORMAT.check(root.value)
    default_zone = local_zone(context)
    issuer = root.get("issuer").text()
    events = tuple(_event(node, issuer, default_zone) for node in root.get("events").items())
    acknowledgements = tuple(
        Acknowledgement(
            node.get("message").text(),
            node.get("accepted").value is not False,
            node.get("reason").text(),
        )
        for node in root.get("acknowledgements").items()
    )
    return ParsedMessage(
        events,
        *(("", "") if is_entry else _identity(root)),
        message_type=MESSAGE_TYPE,
        acknowledgements=acknowledgements,
    )


def glance(raw: bytes) -> list[SpokenCode]:
    """The codes of a message, without a look at anything else (see the provider contract). What
    does not fit the format ends in any exception: whoever parses it will say what is wrong."""
    root = json.loads(raw)
    root = root.get("message", root)
    found = []
    for event in root.get("events", ()):
        issuer = event.get("issuer") or root["issuer"]
        found.append(
            SpokenCode(
                issuer,
                event.get("code") or "",
                event.get("raw_code") or "",
                event.get("raw_sub_code") or "",
            )
        )
        if any(item.get("kind") in POD_KINDS for item in event.get("documents") or ()):
            found.append(SpokenCode(issuer, POD_CODE))
    return found


def message_identity(raw: bytes) -> tuple[str, str]:
    """Id and revision of a message, ("", "") where it has none that can be read."""
    try:
        return _identity(read(raw))
    except ParseError:
        return "", ""


def _identity(root: Node) -> tuple[str, str]:
    return root.get("id").text(), _revision(root)


def _revision(node: Node) -> str:
    """JSON writes one revision as "3", 3 and 3.0."""
    value = node.get("revision").value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return node.get("revision").text()


# --- the events ---------------------------------------------------------------------------------


def _event(node: Node, sender: str, default_zone: str) -> ParsedEvent:
    code, retracts = node.get("code").text(), node.get("retracts").text()
    if retracts:
        code = RETRACTION_CODE
    shipment = node.get("shipment")
    references = _references(shipment)
    event = ParsedEvent(
        issuer=node.get("issuer").text() or sender,
        shipment_key=shipment.get("key").code() or _strongest(references),
        references=references,
        raw_code=node.get("raw_code").code() or code or node.get("raw_code").required(),
        raw_sub_code=node.get("raw_sub_code").code(),
        raw_text=node.get("raw_text").text(),
        code=code,
        reason=node.get("reason").text(),
        classifier=node.get("classifier").text() or "actual",
        occurred=_instant(node, "occurred_at", default_zone),
        recorded=_instant(node, "recorded_at", default_zone),
        place=_place(node.get("place")),
        source_id=node.get("id").text(),
        revision=_revision(node),
        retracts=retracts,
        corrects=node.get("corrects").text(),
        stop_sequence=_stop(node),
        signed_by=node.get("signed_by").text(),
        ship_date=_ship_date(shipment.get("ship_date")),
        estimated_delivery=_instant(node, "estimated_delivery_at", default_zone),
        estimated_from=_instant(node, "estimated_delivery_from_at", default_zone),
        documents=tuple(_document(item) for item in node.get("documents").items()),
        pointer=node.pointer,
    )
    if retracts:
        # A withdrawal has no time of its own but that of its making.
        return replace(event, occurred=event.occurred or event.recorded)
    if event.classifier == "estimated" and event.estimated_delivery and not event.recorded:
        # The estimate is in its own field, so the event's time is that of making it.
        return replace(event, recorded=event.occurred)
    return event


def _instant(node: Node, name: str, default_zone: str) -> Instant | None:
    text, own_zone = node.get(name).text(), node.get("time_zone").text()
    if not text:
        return None
    try:
        source_zone = zone(own_zone)
    except ValueError as error:
        raise node.get("time_zone").fail(f"{error}.") from None
    try:
        instant = parse_iso(text, own_zone or default_zone)
    except ValueError as error:
        raise node.get(name).fail(f"{error}.") from None
    if own_zone and instant.assumed:
        offset = instant.utc.astimezone(source_zone).utcoffset()
        minutes = None if offset is None else round(offset.total_seconds() / 60)
        return replace(instant, offset_minutes=minutes, assumed=False)
    return instant


def _references(shipment: Node) -> tuple[Reference, ...]:
    found = (
        Reference(item.get("type").text(), item.get("value").required(), item.get("issuer").text())
        for item in shipment.get("references").items()
    )
    return tuple(dict.fromkeys(found))


def _strongest(references: tuple[Reference, ...]) -> str:
    return min(references, key=lambda reference: _KEY_TYPES.index(reference.type)).value


def _place(place: Node) -> Place:
    latitude, longitude = place.get("latitude").value, place.get("longitude").value
    return Place(
        name=place.get("name").text(),
        street=place.get("street").text(),
        city=place.get("city").text(),
        state=place.get("state").text(),
        zip=place.get("zip").text(),
        country=country_code(place.get("country").text()),
        latitude=None if latitude is None else float(latitude),
        longitude=None if longitude is None else float(longitude),
    )


def _stop(node: Node) -> int | None:
    value = node.get("stop_sequence").value
    return None if value is None else int(value)


def _ship_date(node: Node) -> date | None:
    try:
        return date.fromisoformat(node.text()) if node.text() else None
    except ValueError:
        raise node.fail("there is no such day.") from None


def _document(node: Node) -> Document:
    content = node.get("content_base64")
    try:
        raw = decode_base64(content.value)
    except ValueError:
        raise content.fail("a file in base64 expected, and this is none.") from None
    return Document(
        kind=node.get("kind").text() or "other",
        filename=node.get("filename").required(),
        mimetype=node.get("mimetype").text() or file_type(raw)[0],
        content=raw,
    )
