# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""USPS: the answer of the Tracking API v3, and the subscription's webhook that carries the same.

Shape of the answer (Tracking 3.0 and 3.2, ``expand=DETAIL``)::

    {"trackingNumber", "statusCategory", "status", "expectedDeliveryTimestamp",
     "predictedDeliveryDate", "predictedDeliveryWindowEndTime", or both of them in
     "deliveryDateExpectation",
     "trackingEvents": [{"eventType", "eventCode", "eventTimestamp", "GMTTimestamp", "GMTOffset",
                         "eventCity", "eventState", "eventZIP" or "eventZIPCode", "eventCountry",
                         "name", "firm"}]}

The webhook puts it, as JSON in a text, into ``payload``, beside ``subscriptionId``,
``subscriptionType`` and ``timestamp``. A list of answers is read, too.

Codes: ``raw_code`` is the eventCode of two characters. A delivery "To Original Sender" has the code
of any delivery: ``raw_sub_code`` "TO_SENDER" is ours, and so is "ESTIMATED_DELIVERY".

Times: ``eventTimestamp`` is the minute on the place's clock. Its offset stands in it, or in
``GMTOffset``, or is its difference to ``GMTTimestamp``. The minute is what both channels have; the
seconds of ``GMTTimestamp`` would make two events of one scan. With no offset anywhere the
connection's zone, assumed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import (
    MAX_OFFSET_MINUTES,
    parse_iso,
    whole_day,
)
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    offset_or_none,
    read,
    window_begins,
)

CODE = "usps"
NAME = "USPS Tracking"
MESSAGE_TYPE = "usps_tracking"

NO_CODE = "-"
DELIVERED = "01"
TO_SENDER = "TO_SENDER"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"

_CLOCK = re.compile(r"\d{2}:\d{2}(?::\d{2})?", re.ASCII)
_QUARTER = timedelta(minutes=15)
_UNDER_A_MINUTE = timedelta(minutes=1)  # what the two times of a scan differ by, beside the offset


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of an answer, of a list of answers, or of a notification. Raises ParseError."""
    zone = local_zone(context)
    root = read(raw)
    answers = root.items() if root.is_list else (_unpacked(root),)
    events = tuple(event for answer in answers for event in _shipment(answer, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _unpacked(root: Node) -> Node:
    """What a notification carries; anything else as it is."""
    payload = root.get("payload")
    if payload.value is None:
        return root
    if not isinstance(payload.value, str):
        return payload
    try:
        return read(payload.value.encode())
    except UnicodeEncodeError:
        raise payload.fail("the text in it is no JSON.") from None
    except ParseError as error:
        raise payload.fail(f"the text in it cannot be read. {error}") from None


def _shipment(answer: Node, zone: str) -> Iterator[ParsedEvent]:
    number = answer.get("trackingNumber").required().replace(" ", "").upper()
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, CODE),),
        raw_code="",
        occurred=None,
        pointer=answer.pointer,
    )
    scans = [_scan(blank, node, zone) for node in answer.get("trackingEvents").items()]
    yield from scans
    newest = max(scans, key=_when, default=None)
    estimate = _estimate(answer, zone)
    if estimate and not (newest and newest.raw_code == DELIVERED):
        # What the answer expects, given everything up to its newest scan: that dates it.
        stated = newest.occurred if newest else None
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(_window_start(answer, zone), estimate),
        )


def _scan(blank: ParsedEvent, event: Node, zone: str) -> ParsedEvent:
    text = event.get("eventType").text()
    return replace(
        blank,
        raw_code=event.get("eventCode").code().upper() or NO_CODE,
        raw_sub_code=TO_SENDER if "to original sender" in text.casefold() else "",
        raw_text=text,
        occurred=_occurred(event, zone),
        place=_place(event),
        signed_by=event.get("name").text(),
        pointer=event.pointer,
    )


def _place(event: Node) -> Place:
    return Place(
        name=event.get("firm").text(),
        city=event.get("eventCity").text(),
        state=event.get("eventState").text(),
        zip=event.get("eventZIP").text() or event.get("eventZIPCode").text(),
        country=country_code(event.get("eventCountry").text()),
    )


def _occurred(event: Node, zone: str) -> Instant | None:
    gmt = instant_or_none(parse_iso, event.get("GMTTimestamp").text())
    text = event.get("eventTimestamp").text()
    local = instant_or_none(parse_iso, text, zone)
    offset = offset_or_none(event.get("GMTOffset").text())
    if local is None:
        return gmt and Instant(gmt.utc, offset, gmt.precision)
    if not local.assumed:
        return local
    if offset is None and gmt is not None and local.precision != "day":
        offset = _difference(text, gmt)
    if offset is None:
        return local
    wall = parse_iso(text)  # read as UTC: its hands are those of the place's clock
    return Instant(wall.utc - timedelta(minutes=offset), offset, wall.precision)


def _difference(text: str, gmt: Instant) -> int | None:
    """Minutes between a local time and the same in GMT; None where no clock shows that."""
    apart = parse_iso(text).utc - gmt.utc
    offset = round(apart / _QUARTER) * _QUARTER
    minutes = round(offset.total_seconds() / 60)
    fits = abs(apart - offset) <= _UNDER_A_MINUTE and abs(minutes) <= MAX_OFFSET_MINUTES
    return minutes if fits else None


def _estimate(answer: Node, zone: str) -> Instant | None:
    """The predicted day, with the end of its window where one is given, else what was expected."""
    for node in (answer, answer.get("deliveryDateExpectation")):
        day = node.get("predictedDeliveryDate").text()
        expected = node.get("expectedDeliveryTimestamp").text()
        texts = [_bound(node, "End"), day, expected]
        texts.append(node.get("expectedDeliveryDate").text())
        for text in texts:
            instant = instant_or_none(parse_iso, text, zone)
            if instant:
                return whole_day(instant, zone)
    return None


def _window_start(answer: Node, zone: str) -> Instant | None:
    for node in (answer, answer.get("deliveryDateExpectation")):
        if text := _bound(node, "Start"):
            return instant_or_none(parse_iso, text, zone)
    return None


def _bound(node: Node, which: str) -> str:
    """The predicted day at the start or end of its window, ISO 8601; "" where it has none."""
    day = node.get("predictedDeliveryDate").text()
    clock = node.get(f"predictedDeliveryWindow{which}Time").text()
    return f"{day}T{clock}" if day and _CLOCK.fullmatch(clock) else ""


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")
