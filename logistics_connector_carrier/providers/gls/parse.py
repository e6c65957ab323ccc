# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""GLS: the answers of Track And Trace V1 (the group's) and of MyGLS (Eastern Europe).

Shapes::

    Track And Trace V1  GET …/track-and-trace-v1/tracking/simple/trackids/{up to ten}
        {"parcels": [{"requested", "unitno", "status", "statusDateTime",
                      "events": [{"code", "description", "eventDateTime", "city", "postalCode",
                                  "country"}],
                      "errorCode"?, "errorMessage"?}]}
    MyGLS               POST …/ParcelService.svc/json/GetParcelStatuses, one parcel
        {"ParcelNumber", "ClientReference", "DeliveryCountryCode", "DeliveryZipCode",
         "ParcelStatusList": [{"StatusCode", "StatusDescription", "StatusInfo", "StatusDate",
                               "DepotCity", "DepotNumber"}],
         "POD"?, "GetParcelStatusErrors": [{"ErrorCode", "ErrorDescription"}]}

They are told apart by their lists; an entry of "parcels" may come alone, as it does when we ask. A
number that GLS does not know has an error in the place of its events: no event, no trouble.

Codes: ``raw_code`` is the code of the event ("DELIVD.NORMAL") or the status ("5", where "05" is the
same). An answer of Track And Trace V1 without events (showEvents=false) has the parcel's status
alone: it is the event then ("DELIVERED"). "POD" is ours.

Times: ISO 8601 with offset. MyGLS: "/Date(1759917600000+0300)/", milliseconds since 1970 in UTC
with the offset of the place.
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
from odoo.addons.logistics_connector_base.core.instants import from_unix, parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    offset_or_none,
    proof,
    read,
)

CODE = "gls"
NAME = "GLS Track And Trace"
TRACK_AND_TRACE = "track_and_trace_v1"
MYGLS = "mygls_statuses"

NO_CODE = "-"
NUMBER_UNKNOWN = "9"  # MyGLS: this parcel number does not exist
MYGLS_DELIVERED = ("5", "58", "92")

_WCF_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All events of all parcels of an answer. Raises ParseError."""
    root = read(raw)
    zone = local_zone(context)
    parcels, statuses = root.get("parcels"), root.get("ParcelStatusList")
    errors = root.get("GetParcelStatusErrors")
    if parcels.value is None and (root.get("unitno").code() or root.get("requested").code()):
        return ParsedMessage(events=tuple(_parcel(root, zone)), message_type=TRACK_AND_TRACE)
    if parcels.value is not None:
        found = (event for parcel in parcels.items() for event in _parcel(parcel, zone))
        return ParsedMessage(events=tuple(found), message_type=TRACK_AND_TRACE)
    if statuses.value is None and errors.value is None:
        raise root.fail("neither parcels nor a list of statuses is given.")
    return ParsedMessage(events=tuple(_mygls(root, zone)), message_type=MYGLS)


# -- Track And Trace V1 -----------------------------------------------------------------------


def _parcel(parcel: Node, zone: str) -> Iterator[ParsedEvent]:
    unit, asked = _number(parcel.get("unitno")), _number(parcel.get("requested"))
    if not unit and parcel.get("errorCode").code():
        return  # not known, or not yet
    number = unit or asked
    if not number:
        raise parcel.get("unitno").fail("a value is needed here, and there is none.")
    blank = _blank(parcel, number, [Reference("tracking", n, CODE) for n in (number, asked) if n])
    events = parcel.get("events").items()
    for event in events:
        yield replace(
            blank,
            raw_code=event.get("code").code().upper() or NO_CODE,
            raw_text=event.get("description").text(),
            occurred=instant_or_none(parse_iso, event.get("eventDateTime").text(), zone),
            place=Place(
                city=event.get("city").text(),
                zip=event.get("postalCode").text(),
                country=country_code(event.get("country").text()),
            ),
            pointer=event.pointer,
        )
    status = parcel.get("status").code().upper()
    if status and not events:
        when = parcel.get("statusDateTime").text()
        yield replace(blank, raw_code=status, occurred=instant_or_none(parse_iso, when, zone))


# -- MyGLS ------------------------------------------------------------------------------------


def _mygls(root: Node, zone: str) -> Iterator[ParsedEvent]:
    statuses = root.get("ParcelStatusList").items()
    if not statuses:
        _check_unknown(root.get("GetParcelStatusErrors"))
        return
    number = root.get("ParcelNumber").required().replace(" ", "")
    reference = root.get("ClientReference").code()
    found = [Reference("tracking", number, CODE)]
    found += [Reference("customer", reference)] if reference else []
    blank = _blank(root, number, found)
    scans = [_status(blank, status, zone) for status in statuses]
    yield from scans
    content = _pod(root.get("POD"))
    if content:
        delivered = [s for s in scans if s.raw_code in MYGLS_DELIVERED and s.occurred]
        newest = max(delivered, key=lambda scan: scan.occurred.utc, default=blank)
        yield proof(newest, "pod", content, root.get("POD").pointer)


def _check_unknown(errors: Node) -> None:
    for error in errors.items():
        if error.get("ErrorCode").code() != NUMBER_UNKNOWN:
            said = error.get("ErrorDescription").text()[:200]
            raise error.fail(f"MyGLS answered with an error: {said or 'it does not say which'}.")


def _status(blank: ParsedEvent, status: Node, zone: str) -> ParsedEvent:
    code = status.get("StatusCode").code().upper()
    texts = [status.get("StatusDescription").text(), status.get("StatusInfo").text()]
    return replace(
        blank,
        raw_code=(code.lstrip("0") if code.isdigit() else code) or NO_CODE,
        raw_text=": ".join(text for text in texts if text),
        occurred=_wcf_date(status.get("StatusDate").text(), zone),
        place=Place(name=status.get("DepotNumber").text(), city=status.get("DepotCity").text()),
        pointer=status.pointer,
    )


def _wcf_date(text: str, zone: str) -> Instant | None:
    match = _WCF_DATE.fullmatch(text)
    if not match:
        return instant_or_none(parse_iso, text, zone)
    instant = instant_or_none(from_unix, match.group(1), "ms")
    return instant and replace(instant, offset_minutes=offset_or_none(match.group(2) or ""))


def _pod(node: Node) -> bytes:
    """The file: an array of bytes, as the service writes it, or base64."""
    if not node.is_list:
        return node.file()
    if not all(type(byte) is int and 0 <= byte <= 255 for byte in node.value):
        raise node.fail("a file as a list of bytes expected, and this is none.")
    return bytes(node.value)


# -- both -------------------------------------------------------------------------------------


def _number(node: Node) -> str:
    return node.code().replace(" ", "").upper()


def _blank(node: Node, number: str, references: list[Reference]) -> ParsedEvent:
    return ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=tuple(dict.fromkeys(references)),
        raw_code="",
        occurred=None,
        pointer=node.pointer,
    )
