# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Canada Post: the answer of "Get Tracking Details", XML.

Shape::

    <tracking-detail xmlns="http://www.canadapost.ca/ws/track">
      <pin/> <expected-delivery-date/> <changed-expected-date/> <customer-ref-1/> <customer-ref-2/>
      <significant-events>
        <occurrence>
          <event-identifier/> <event-date/> <event-time/> <event-time-zone/> <event-description/>
          <signatory-name/> <event-site/> <event-province/> <event-retail-name/>

An element around several of them is read, too. ``<messages>`` is Canada Post's word that there is
no answer: "004", no history yet, is an answer without scans; any other is refused with its text.

Codes: ``raw_code`` is the event-identifier as written, with its leading zeros. The own code
"ESTIMATED_DELIVERY" is the expected day. Times: see :mod:`.clock`.
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
from odoo.addons.logistics_connector_base.core.instants import parse_iso, whole_day
from odoo.addons.logistics_connector_base.core.reading import instant_or_none, local_zone
from odoo.addons.logistics_connector_base.core.xml_reading import XmlNode, read_xml

from .clock import PROVINCES, instant

CODE = "canadapost"
NAME = "Canada Post Get Tracking Details"
MESSAGE_TYPE = "tracking_detail"

NO_CODE = "-"
NO_HISTORY = "004"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
# Delivered, and what is only said after it: the signature, the photo.
AT_THE_END = frozenset(("20", "2001", "1421", "1466", "1496"))


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of an answer, or of several inside one element. Raises ParseError."""
    zone = local_zone(context)
    root = read_xml(raw)
    if root.name == "messages":
        _check_messages(root)
        return ParsedMessage(events=(), message_type=MESSAGE_TYPE)
    details = (root,) if root.name == "tracking-detail" else root.items("tracking-detail")
    if not details:
        raise root.fail(
            "an answer of Get Tracking Details is needed. The summary names no event identifiers."
            if root.name == "tracking-summary"
            else "an answer of Get Tracking Details is needed."
        )
    events = tuple(event for detail in details for event in _shipment(detail, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _check_messages(root: XmlNode) -> None:
    """Refuse what is not "there is no history yet"."""
    for message in root.items("message"):
        if message.get("code").code() != NO_HISTORY:
            text = message.get("description").code()[:200]
            raise message.fail(f"Canada Post answers {message.get('code').code()[:20]}: {text}")


def _shipment(detail: XmlNode, zone: str) -> Iterator[ParsedEvent]:
    pin = detail.get("pin").required().replace(" ", "").upper()
    ours = (detail.get(f"customer-ref-{i}").text() for i in (1, 2))
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=pin,
        references=(
            Reference("tracking", pin, CODE),
            *(Reference("customer", value, "") for value in dict.fromkeys(ours) if value),
        ),
        raw_code="",
        occurred=None,
        pointer=detail.pointer,
    )
    scans = [
        _scan(blank, node, zone) for node in detail.get("significant-events").items("occurrence")
    ]
    yield from scans
    newest = max(scans, key=_when, default=None)
    estimate = _estimate(detail, zone)
    if estimate and not (newest and newest.raw_code in AT_THE_END):
        # What the answer expects, given everything up to its newest scan: that dates it.
        stated = newest.occurred if newest else None
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            raw_text=detail.get("changed-expected-delivery-reason").text(),
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
        )


def _scan(blank: ParsedEvent, event: XmlNode, zone: str) -> ParsedEvent:
    province = event.get("event-province").code().upper()
    return replace(
        blank,
        raw_code=event.get("event-identifier").code() or NO_CODE,
        raw_text=event.get("event-description").text(),
        occurred=instant(
            event.get("event-date").text(),
            event.get("event-time").text(),
            event.get("event-time-zone").text(),
            province,
            zone,
        ),
        place=Place(
            name=event.get("event-retail-name").text(),
            city=event.get("event-site").text(),
            state=province,
            country="CA" if province in PROVINCES or province == "NU" else "",
        ),
        signed_by=event.get("signatory-name").text(),
        pointer=event.pointer,
    )


def _estimate(detail: XmlNode, zone: str) -> Instant | None:
    """The day that is expected now, else the one that was promised."""
    for name in ("changed-expected-date", "expected-delivery-date"):
        expected = instant_or_none(parse_iso, detail.get(name).text(), zone)
        if expected:
            return whole_day(expected, zone)
    return None


def _when(scan: ParsedEvent) -> float:
    return scan.occurred.utc.timestamp() if scan.occurred else float("-inf")
