# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Royal Mail Tracking API v2: the answers "events", "summary" and "signature".

Shapes (``GET /mailpieces/v2/{number}/events``, ``…/summary?mailPieceId=…`` for up to 30 numbers,
``…/{number}/signature``)::

    events     {"mailPieces": {"mailPieceId", "carrierShortName",
                 "summary": {"uniqueItemId", "oneDBarcode", "lastEventCode", "lastEventName",
                             "lastEventDateTime", "lastEventLocationName", "statusCategory"},
                 "signature": {"recipientName", "signatureDateTime", "imageId"},
                 "estimatedDelivery": {"date", "startOfEstimatedWindow", "endOfEstimatedWindow"},
                 "events": [{"eventCode", "eventName", "eventDateTime", "locationName"}]}}
    summary    {"mailPieces": [{"mailPieceId", "status", "summary": {...}, "error"?: {...}}]}
    signature  {"mailPieces": {"mailPieceId", "signature": {"oneDBarcode", "uniqueItemId",
                 "recipientName", "signatureDateTime", "imageFormat", "image"}}}

A summary tells of the last event only: it is the same event as in "events". A number that Royal
Mail does not know has an error in the place of its summary: no event, no trouble.

Codes: ``raw_code`` is the event code. Two codes are ours, as Royal Mail states these facts without
an event: "ESTIMATED_DELIVERY" and "POD".

Times: ISO 8601 with offset. The delivery window may be written as clock times beside the date.
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
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    file_type,
    instant_or_none,
    local_zone,
    proof,
    read,
    window_begins,
)

CODE = "royalmail"
NAME = "Royal Mail Tracking API"
MESSAGE_TYPE = "mail_pieces"

NO_CODE = "-"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
NOT_RECOGNISED = "E1142"
DELIVERED_CATEGORY = "DELIVERED"
# After these nothing is expected any more, and who signed signed here.
HANDED_OVER = ("EVKOP", "EVKSP", "EVKSF", "EVKDN", "EVNOC", "EVPLC", "EVRTS")

_CLOCK = re.compile(r"\d{2}:\d{2}")
_MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?(?=[Zz+-]|$)")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All events of all mail pieces of an answer. Raises ParseError."""
    root = read(raw)
    zone = local_zone(context)
    found = root.get("mailPieces")
    if found.value is None:
        _check_unknown(root)
    pieces = found.items() if found.is_list or found.value is None else (found,)
    events = tuple(event for piece in pieces for event in _piece(piece, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _check_unknown(root: Node) -> None:
    """An answer without mail pieces is trouble, but for "this number is not recognised"."""
    codes = [error.get("errorCode").code() for error in root.get("errors").items()]
    if set(codes) != {NOT_RECOGNISED}:
        said = f" Royal Mail says: {', '.join(codes)[:80]}." if codes else ""
        raise root.get("mailPieces").fail(f"the mail pieces are missing.{said}")


def _piece(piece: Node, zone: str) -> Iterator[ParsedEvent]:
    blank = _blank(piece)
    scans = [_scan(blank, event, zone) for event in piece.get("events").items()]
    summary = piece.get("summary")
    if not scans and summary.get("lastEventCode").code():
        scans = [_last_scan(blank, summary, zone)]
    newest = _newest(scans)
    handover = _newest([scan for scan in scans if scan.raw_code in HANDED_OVER])
    signed_by = piece.path("signature", "recipientName").text()
    yield from (replace(s, signed_by=signed_by) if s is handover else s for s in scans)
    category = summary.get("statusCategory").code().upper()
    is_over = category == DELIVERED_CATEGORY or (newest is not None and newest is handover)
    expected = piece.get("estimatedDelivery")
    estimate = None if is_over else _estimate(expected, zone)
    if estimate:
        stated = newest.occurred if newest else None
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(_bound(expected, "start", zone), estimate),
        )
    yield from _signature(blank, piece.get("signature"), signed_by, zone)


def _newest(scans: list[ParsedEvent]) -> ParsedEvent | None:
    dated = [scan for scan in scans if scan.occurred]
    return max(dated, key=lambda scan: scan.occurred.utc, default=None)


def _blank(piece: Node) -> ParsedEvent:
    """What all events of a piece have in common. It is known by the number under its bar code: the
    id may be this number or that of the 2D code, as it was asked."""
    asked = _number(piece.get("mailPieceId"))
    numbers = [
        _number(part.get(name))
        for name in ("oneDBarcode", "uniqueItemId")
        for part in (piece.get("summary"), piece.get("signature"))
    ]
    barcode, uid = numbers[0] or numbers[1], numbers[2] or numbers[3]
    number = barcode or asked or uid
    if not number:
        raise piece.get("mailPieceId").fail("a value is needed here, and there is none.")
    found = [Reference("carrier_uid", uid, CODE)] if uid else []
    found.append(Reference("tracking", number, CODE))
    if asked and asked != uid:
        found.append(Reference("tracking", asked, CODE))
    return ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=tuple(dict.fromkeys(found)),
        raw_code="",
        occurred=None,
        pointer=piece.pointer,
    )


def _number(node: Node) -> str:
    return node.code().replace(" ", "").upper()


def _scan(blank: ParsedEvent, event: Node, zone: str) -> ParsedEvent:
    return replace(
        blank,
        raw_code=event.get("eventCode").code().upper() or NO_CODE,
        raw_text=event.get("eventName").text(),
        occurred=instant_or_none(parse_iso, event.get("eventDateTime").text(), zone),
        place=Place(name=event.get("locationName").text()),
        pointer=event.pointer,
    )


def _last_scan(blank: ParsedEvent, summary: Node, zone: str) -> ParsedEvent:
    return replace(
        blank,
        raw_code=summary.get("lastEventCode").code().upper(),
        raw_text=summary.get("lastEventName").text(),
        occurred=instant_or_none(parse_iso, summary.get("lastEventDateTime").text(), zone),
        place=Place(name=summary.get("lastEventLocationName").text()),
        pointer=summary.pointer,
    )


def _estimate(expected: Node, zone: str) -> Instant | None:
    """End of the delivery window, else the day."""
    day = _MIDNIGHT.sub("", expected.get("date").text())
    return _bound(expected, "end", zone) or instant_or_none(parse_iso, day, zone)


def _bound(expected: Node, which: str, zone: str) -> Instant | None:
    """Start or end of the window: a time, or a clock of the day."""
    text = expected.get(f"{which}OfEstimatedWindow").text()
    if _CLOCK.match(text):
        text = f"{expected.get('date').text()[:10]}T{text}"
    return instant_or_none(parse_iso, text, zone) if text else None


def _signature(
    blank: ParsedEvent, signature: Node, signed_by: str, zone: str
) -> Iterator[ParsedEvent]:
    """The picture of the signature: PNG in base64, or the text of an SVG."""
    image = signature.get("image")
    text = image.text()
    if not text:
        return
    is_svg = "svg" in signature.get("imageFormat").code().casefold() or text.startswith("<")
    content = text.encode() if is_svg else image.file()
    when = instant_or_none(parse_iso, signature.get("signatureDateTime").text(), zone)
    event = proof(
        replace(blank, occurred=when, signed_by=signed_by), "signature", content, image.pointer
    )
    if is_svg and file_type(content)[1] == "bin":
        # The type stays "some bytes": no browser is to run what an SVG may hold.
        (document,) = event.documents
        name = document.filename.removesuffix(".bin") + ".svg"
        event = replace(event, documents=(replace(document, filename=name),))
    yield event
