# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""DPD: the parcel life cycle as JSON, and the parameters of the Tracking Push Service.

Shapes::

    life cycle  GET https://tracking.dpd.de/rest/plc/{language}/{number}, one parcel
        {"parcellifecycleResponse": {"parcelLifeCycleData": {
           "shipmentInfo": {"parcelLabelNumber", "additionalProperties": [{"key", "value"}]},
           "statusInfo": [...],
           "scanInfo": {"scan": [{"date",
              "scanData": {"scanType": {"code", "name"}, "location": "Puurs (BE)", "country",
                           "additionalCodes": {"additionalCode": [{"code"}]},
                           "infoContainer": {"name"}},
              "scanDescription": {"content": [text]}, "links"}]}}}}
    push        one scan, its parameters as a form or as a JSON object
        pushid=335165&pnr=01476810375209&status=delivery_carload&statusdate=09072014095100&depot=0134

A number that DPD does not know has no life cycle: no event, no trouble. ``statusInfo`` sums the
scans up in the reader's language, dates included, and is not read. A list of such messages is read,
too: it is what a file of collected messages holds.

Codes: a scan's ``raw_code`` is the code of its type in two digits ("03"), ``raw_sub_code`` the name
of its information ("IC_…"), else its additional codes. A push has names ("delivery_carload").

Times: local, without offset: the connection's zone, assumed. Push: DDMMYYYYHHMMSS.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import from_parts, parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

CODE = "dpd"
NAME = "DPD"
LIFE_CYCLE = "parcel_life_cycle"
PUSH = "tracking_push"

NO_CODE = "-"
UNIQUE_ID = "PARCEL_ID"
MAX_PARAMETERS = 100

_FORM = re.compile(rb"[A-Za-z0-9_]{1,40}=")
_TOWN = re.compile(r"(?P<city>.+?)\s*\((?P<country>[A-Z]{2})\)")
_PUSH_DATE = re.compile(r"(\d{2})(\d{2})(\d{4})(\d{6}|\d{4})?", re.ASCII)


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of a life cycle, or the one of a push. Raises ParseError."""
    root = _form(raw) if _FORM.match(raw.lstrip()) else read(raw)
    zone = local_zone(context)
    messages = root.items() if root.is_list else (root,)
    is_push = bool(messages) and messages[0].get("parcellifecycleResponse").value is None
    events = tuple(event for message in messages for event in _events(message, zone))
    return ParsedMessage(
        events=events,
        external_id=root.get("pushid").code() if is_push and not root.is_list else "",
        message_type=PUSH if is_push else LIFE_CYCLE,
    )


def _form(raw: bytes) -> Node:
    try:
        text = raw.strip().decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise ParseError("/: parameters of the form a=1&b=2 in UTF-8 expected.") from None
    return Node(dict(pairs))


def _events(message: Node, zone: str) -> Iterator[ParsedEvent]:
    if message.get("parcellifecycleResponse").value is not None:
        yield from _scans(message.path("parcellifecycleResponse", "parcelLifeCycleData"), zone)
    elif message.get("pnr").value is not None:
        yield _push(message, zone)
    else:
        raise message.fail("neither a parcel life cycle nor a parcel number (pnr) is given.")


# -- life cycle -------------------------------------------------------------------------------


def _scans(cycle: Node, zone: str) -> Iterator[ParsedEvent]:
    if cycle.value is None:
        return  # not known, or not yet
    info = cycle.get("shipmentInfo")
    number = _number(info.get("parcelLabelNumber"))
    found = [Reference("tracking", number, CODE)]
    for entry in info.get("additionalProperties").items():
        value = entry.get("value").code() if entry.get("key").code() == UNIQUE_ID else ""
        found += [Reference("carrier_uid", value, CODE)] if value else []
    references = tuple(dict.fromkeys(found))
    for scan in cycle.path("scanInfo", "scan").items():
        data = scan.get("scanData")
        code = data.path("scanType", "code").code().upper()
        texts = [line.text() for line in scan.path("scanDescription", "content").items()]
        yield ParsedEvent(
            issuer=CODE,
            shipment_key=number,
            references=references,
            raw_code=(code.zfill(2) if code.isdigit() else code) or NO_CODE,
            raw_sub_code=_sub_code(data),
            raw_text=" ".join(text for text in texts if text),
            occurred=instant_or_none(parse_iso, scan.get("date").text(), zone),
            place=_place(data),
            pointer=scan.pointer,
        )


def _number(node: Node) -> str:
    return re.sub(r"[ -]", "", node.required()).upper()


def _sub_code(data: Node) -> str:
    name = data.path("infoContainer", "name").code().upper()
    additional = data.path("additionalCodes", "additionalCode").items()
    # Their order says nothing, and another channel may have another.
    codes = sorted({code for entry in additional if (code := entry.get("code").code().upper())})
    return name or "+".join(codes)


def _place(data: Node) -> Place:
    town, country = data.get("location").text(), country_code(data.get("country").text())
    match = _TOWN.fullmatch(town)
    if match:
        return Place(city=match["city"], country=match["country"])
    return Place(city=town, country=country)


# -- push -------------------------------------------------------------------------------------


def _push(message: Node, zone: str) -> ParsedEvent:
    number = _number(message.get("pnr"))
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, CODE),),
        raw_code=message.get("status").code().lower() or NO_CODE,
        occurred=_push_date(message.get("statusdate").code(), zone),
        pointer=message.pointer,
    )
    return replace(blank, place=Place(name=message.get("depot").text()))


def _push_date(text: str, zone: str) -> Instant | None:
    match = _PUSH_DATE.fullmatch(text)
    if not match:
        return None
    day, month, year, clock = match.groups()
    return instant_or_none(from_parts, f"{year}{month}{day}", clock or "", zone=zone)
