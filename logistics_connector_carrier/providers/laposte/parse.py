# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""La Poste Suivi v2: what its tracking answers about letters, Colissimo and Chronopost parcels.

Shape (GET https://api.laposte.fr/suivi/v2/idships/{up to ten numbers}; one number: the object, or a
list of one; several: a list)::

    {"lang", "scope", "returnCode": 200, "returnMessage"?, "idShip"?,
     "shipment": {"idShip", "holder", "product", "isFinal", "entryDate", "deliveryDate"?,
                  "estimDate"?, "url",
                  "event": [{"code", "label", "date", "order"?}],
                  "timeline": [...],
                  "contextData": {"originCountry", "arrivalCountry", "removalPoint"?, ...}}}

A number that La Poste does not know (yet) has a returnCode and no shipment: no event, no trouble.

Codes: ``raw_code`` is the code of the event. One is ours, as La Poste states it without an event:
"ESTIMATED_DELIVERY".

Times: ISO 8601 with offset. Events of letters (holder 1 and 2) are days, written as their midnight.
Without offset the connection's zone, assumed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from odoo.addons.logistics_connector_base.core.canonical import (
    NOWHERE,
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.instants import zone as zone_of
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

CODE = "laposte"
NAME = "La Poste Suivi"
MESSAGE_TYPE = "suivi"

NO_CODE = "-"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
FOUND = "200"
LETTERS = ("1", "2")  # holders: domestic mail, international mail

# Codes that say in which country it happened, and where the answer names it.
_COUNTRIES = {"PC2": "originCountry", "ET2": "originCountry", "ET3": "arrivalCountry"}
_MIDNIGHT = re.compile(r"T00:00(:00(\.0+)?)?(?=[Zz+-]|$)")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All events of all shipments of an answer. Raises ParseError."""
    root = read(raw)
    zone = local_zone(context)
    answers = root.items() if root.is_list else (root,)
    events = tuple(event for answer in answers for event in _shipment(answer, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _shipment(answer: Node, zone: str) -> Iterator[ParsedEvent]:
    shipment, found = answer.get("shipment"), answer.get("returnCode").code()
    if shipment.value is None:
        if found in ("", FOUND):
            raise shipment.fail("an answer of La Poste about a shipment is expected here.")
        return  # not known, or not yet
    number = shipment.get("idShip").required().replace(" ", "").upper()
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, CODE),),
        raw_code="",
        occurred=None,
        pointer=shipment.pointer,
    )
    events = [_event(blank, shipment, node, zone) for node in shipment.get("event").items()]
    yield from events
    estimate = None if shipment.get("isFinal").flag() else _estimate(shipment, zone)
    if estimate:
        # What is expected, given everything up to the newest event: that one dates the estimate.
        dated = (event.occurred for event in events if event.occurred)
        stated = max(dated, key=lambda instant: instant.utc, default=None)
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
        )


def _event(blank: ParsedEvent, shipment: Node, event: Node, zone: str) -> ParsedEvent:
    code = event.get("code").code().upper() or NO_CODE
    when = event.get("date").text()
    if shipment.get("holder").code() in LETTERS:
        when = _MIDNIGHT.sub("", when)
    return replace(
        blank,
        raw_code=code,
        raw_text=event.get("label").text(),
        occurred=instant_or_none(parse_iso, when, zone),
        place=_place(shipment, code),
        pointer=event.pointer,
    )


def _place(shipment: Node, code: str) -> Place:
    """La Poste names no place; some of its codes name the country by its part in the journey."""
    if code not in _COUNTRIES:
        return NOWHERE
    country = shipment.path("contextData", _COUNTRIES[code]).text()
    return Place(country=country_code(country))


def _estimate(shipment: Node, zone: str) -> Instant | None:
    """The day of the delivery. It is written as midnight, in Paris or in UTC; nobody is expected to
    deliver at that second."""
    instant = instant_or_none(parse_iso, shipment.get("estimDate").text(), zone)
    if instant is None or instant.precision == "day":
        return instant
    there: tzinfo = timezone(timedelta(minutes=instant.offset_minutes or 0))
    if instant.assumed:
        there = zone_of(zone)
    for clock in (instant.utc, instant.utc.astimezone(there)):
        if clock.time() == time(0):
            noon = datetime.combine(clock.date(), time(12), there)
            return replace(instant, utc=noon.astimezone(UTC), precision="day")
    return instant
