# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""UPS Track Alert: one package event in each message.

Shape (UPSTrackAlert.yaml and UPSTrackAlertEnhanced.yaml of UPS-API/api-documentation, webhook
``TrackingEvent``; not every field has a value in every message, and empty text means none)::

    {"trackingNumber", "alternateTrackingNumber"?, "receivedBy"?, "deliveryPhoto"? (base64),
     "localActivityDate", "localActivityTime", "gmtActivityDate", "gmtActivityTime", "gmtOffset"?,
     "activityLocation": {"city", "stateProvince", "postalCode", "country"},
     "activityStatus": {"type", "code", "description", "descriptionCode"?},
     "scheduledDeliveryDate", "actualDeliveryDate", "actualDeliveryTime",
     "deliveryStartTime", "deliveryEndTime", "deliveryTimeDescription"}

Codes: ``raw_code`` is the type of the status ("I"), ``raw_sub_code`` its code and, behind a slash,
its description code ("OT/021", "OT" where there is none, "/092" where there is no code). Both are
needed: "RZ/012" waits for customs, "RZ/014" was released by it. The Track API (polling) has the
same three under ``status.type``, ``status.code`` and ``status.statusCode``.

Times: dates are YYYYMMDD, times HHMMSS; a leading zero may be missing. The instant is the GMT pair,
the offset its difference to the local pair. Local only: ``gmtOffset`` ("-04.00"), else the
connection's zone, assumed. What is said of the delivery to come is local to the receiver, without
offset: the connection's zone, assumed.

A list of such objects is read, too: it is what a file of collected messages holds. And the answer
of the Track API (:mod:`.poll`), whose activities are the same scans.
"""

import re

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import from_parts, from_utc_and_local
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    offset_or_none,
    proof,
    read,
    window_begins,
)

from .poll import scans

CODE = "ups"
NAME = "UPS Track Alert"
MESSAGE_TYPE = "track_alert"
TRACKED = "track_response"

NO_CODE = "-"
TYPE_UPDATE = "U"  # "updated delivery date or time": the event is an estimate

_FIVE_DIGITS = re.compile(r"[0-9]{5}")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The event of one message, and one for each picture that it carries. Raises ParseError."""
    root = read(raw)
    zone = local_zone(context)
    if root.is_object and root.get("trackResponse").value is not None:
        events = tuple(event for scan in scans(root) for event in _events(scan, zone))
        return ParsedMessage(events=events, message_type=TRACKED)
    messages = root.items() if root.is_list else (root,)
    events = tuple(event for message in messages for event in _events(message, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _events(message: Node, zone: str) -> tuple[ParsedEvent, ...]:
    number = message.get("trackingNumber").required().replace(" ", "").upper()
    status = message.get("activityStatus")
    kind, sub_code = status.get("type").code().upper(), _sub_code(status)
    if not kind and not sub_code:
        raise status.fail("neither the type nor a code of the activity is given.")
    occurred = _occurred(message, zone)
    is_update = kind == TYPE_UPDATE
    scheduled = _scheduled(message, zone)
    scan = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=_references(message, number),
        raw_code=kind or NO_CODE,
        raw_sub_code=sub_code,
        raw_text=status.get("description").text(),
        classifier="estimated" if is_update else "actual",
        occurred=occurred,
        # The activity is the making of the estimate: it dates it among other estimates.
        recorded=occurred if is_update else None,
        place=_place(message.get("activityLocation")),
        signed_by=message.get("receivedBy").text(),
        estimated_delivery=scheduled,
        estimated_from=window_begins(_window_start(message, zone), scheduled),
        pointer=message.pointer,
    )
    pictures = {"photo": message.get("deliveryPhoto"), "signature": message.get("signature")}
    proofs = (
        proof(scan, kind, content, picture.pointer)
        for kind, picture in pictures.items()
        if (content := picture.file())
    )
    return scan, *proofs


def _references(message: Node, number: str) -> tuple[Reference, ...]:
    other = message.get("alternateTrackingNumber").code().replace(" ", "").upper()
    numbers = [number] + ([other] if other and other != number else [])
    return tuple(Reference("tracking", value, CODE) for value in numbers)


def _sub_code(status: Node) -> str:
    code = status.get("code").code().upper()
    description = status.get("descriptionCode").code()
    if description.isdigit():
        description = description.zfill(3)  # "021" loses its zero where it is sent as a number
    return f"{code}/{description}" if description else code


def _place(location: Node) -> Place:
    return Place(
        city=location.get("city").text(),
        state=location.get("stateProvince").text(),
        zip=location.get("postalCode").text(),
        country=country_code(location.get("country").text()),
    )


def _parts(message: Node, prefix: str) -> tuple[str, str]:
    day = message.get(f"{prefix}Date").code()
    clock = message.get(f"{prefix}Time").code()
    return day, f"0{clock}" if _FIVE_DIGITS.fullmatch(clock) else clock


def _occurred(message: Node, zone: str) -> Instant | None:
    """GMT and local side by side; either alone will do."""
    local_parts = _parts(message, "localActivity")
    offset = offset_or_none(message.get("gmtOffset").code().replace(".", ":"))
    gmt = _exact(_parts(message, "gmtActivity"), 0)
    if gmt is None:
        local = instant_or_none(from_parts, *local_parts, offset=offset, zone=zone)
        return local or instant_or_none(from_parts, _parts(message, "gmtActivity")[0], offset=0)
    local = _exact(local_parts, 0)
    if local is None:
        return Instant(gmt.utc, offset, gmt.precision)
    return from_utc_and_local(gmt.utc, local.utc, gmt.precision)


def _exact(parts: tuple[str, str], offset: int) -> Instant | None:
    """The instant of a date and a time, None where either is missing or unreadable."""
    return instant_or_none(from_parts, *parts, offset=offset) if parts[1] else None


def _scheduled(message: Node, zone: str) -> Instant | None:
    """End of the day, or of the window, in which the delivery is expected. Once it is made,
    "scheduled" is only what had been planned first."""
    if message.get("actualDeliveryDate").code():
        return None
    day = message.get("scheduledDeliveryDate").code()
    _no_day, end = _parts(message, "deliveryEnd")
    return instant_or_none(from_parts, day, end, zone=zone) or instant_or_none(
        from_parts, day, zone=zone
    )


def _window_start(message: Node, zone: str) -> Instant | None:
    day = message.get("scheduledDeliveryDate").code()
    _no_day, start = _parts(message, "deliveryStart")
    return instant_or_none(from_parts, day, start, zone=zone) if start else None
