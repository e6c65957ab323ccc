# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""GS1 EPCIS 2.0 in JSON or JSON-LD: documents, query results, lists of events, single events.

Shape (https://ref.gs1.org/standards/epcis/, JSON bindings)::

    {"@context": [...], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "...",
     "epcisBody": {"eventList": [
        {"type": "ObjectEvent", "eventID": "...", "eventTime": "...",
         "eventTimeZoneOffset": "+01:00", "recordTime": "...", "action": "OBSERVE",
         "bizStep": "shipping", "disposition": "in_transit", "epcList": ["urn:epc:id:sscc:..."],
         "readPoint": {"id": "..."}, "bizLocation": {"id": "..."},
         "bizTransactionList": [{"type": "po", "bizTransaction": "..."}],
         "errorDeclaration": {"declarationTime": "...", "reason": "did_not_occur",
                              "correctiveEventIDs": ["..."]}}]}}

One EPCIS event tells of many logistic units: each SSCC is an event of ours, a part of the
partner's (``core.corrections.PART``).

Codes: ``raw_code`` is the business step (failing that the type of event), ``raw_sub_code`` the
disposition, both as bare words whether the partner writes words, CURIEs, URNs or Web URIs.

Identity: ``eventID``. An event without one is known by a hash of our own over all of its fields but
recordTime and errorDeclaration (:func:`content_id`). It is not the CBV 2.0 hash id: that one
translates each EPC into its canonical Digital Link and orders extensions of any namespace; a CBV
hash that is nearly right would be worse than one that claims nothing. Both serve here alike, as the
hash only ties a declaration without eventID to its event.

Withdrawals: an event with ``errorDeclaration`` carries the id and all content of the event that it
withdraws (EPCIS 2.0, 7.4.1.4), and withdraws all parts of it. Its reason (did_not_occur,
incorrect_data) and the ids of corrective events are kept as its sub code and text. Corrective
events are events like others.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from ...core.canonical import (
    NOWHERE,
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Place,
    Reference,
)
from ...core.corrections import part_of
from ...core.gs1 import coordinates, key_of
from ...core.instants import parse_iso
from ...core.reading import Node, instant_or_none, local_zone, offset_or_none, read

CODE = "epcis"
NAME = "GS1 EPCIS 2.0"
MESSAGE_TYPE = "epcis-2.0"

TYPES = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)
DECLARATION_CODE = "error_declaration"
WITHDRAWAL = "TRK_INFO"  # the declaration itself is history without effect

# Where a type of event lists what it is about.
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
# Left out of the content by which a declaration without eventID finds its event.
_NOT_CONTENT = {"eventID", "recordTime", "errorDeclaration", "@context"}
# Vocabulary words as CURIE, URN or Web URI: what stands before the word.
_VOCABULARY = re.compile(
    r"(?:urn:epcglobal:cbv:(?:bizstep|disp|er|btt):"
    r"|(?:cbv:|https?://ref\.gs1\.org/cbv/)(?:BizStep|Disp|ER|BTT)-)([a-z_]+)"
)
# Kind of business document → kinds of references of ours.
_TRANSACTIONS = {
    "po": ("order", "customer"),
    "poc": ("order", "customer"),
    "desadv": ("picking", "shipment"),
    "bol": ("bol",),
}
_KEYS = {"sscc": "sscc", "gsin": "bol", "ginc": "waybill"}
_MAX_PARTS = 5000


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The events of a message. Raises ParseError."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ParseError("/: this is XML. Of EPCIS, JSON and JSON-LD are read: ask for those.")
    zone = local_zone(context)
    events = tuple(event for node in _events(read(raw)) for event in _parse_event(node, zone))
    return ParsedMessage(events=events, message_type=MESSAGE_TYPE)


def _type(node: Node) -> str:
    for name in ("type", "isA", "@type"):
        if text := node.get(name).text():
            return text.rpartition(":")[2]
    return ""


def _events(root: Node) -> Iterator[Node]:
    if root.is_list:
        yield from root.items()
        return
    if _type(root) in TYPES:
        yield root
        return
    body = root.get("epcisBody")
    if body.value is None:
        raise root.fail("neither an EPCIS event nor a document with a body.")
    results = body.path("queryResults", "resultsBody")
    lists = [node.get("eventList") for node in (body, results)]
    single = [node.get("event") for node in (body, results)]
    if all(node.value is None for node in (*lists, *single)):
        raise body.fail("the list of events is missing.")
    for node in lists:
        yield from node.items()
    yield from (node for node in single if node.value is not None)


def word(text: str) -> str:
    """A vocabulary word without what stands before it; a word of another vocabulary as it is."""
    match = _VOCABULARY.fullmatch(text)
    return match.group(1) if match else text


def _parse_event(node: Node, zone: str) -> Iterator[ParsedEvent]:
    kind = _type(node)
    if kind not in TYPES:
        raise node.fail(f"an EPCIS event expected, found “{kind[:60]}”.")
    event_id = node.get("eventID").text() or content_id(node.value)
    units, others = _identifiers(node)
    transactions = _transactions(node)
    event = ParsedEvent(
        issuer=CODE,
        shipment_key="",
        references=(),
        raw_code=word(node.get("bizStep").code()) or kind,
        raw_sub_code=word(node.get("disposition").code()),
        raw_text=kind,
        occurred=_occurred(node, zone),
        recorded=instant_or_none(parse_iso, node.get("recordTime").text(), zone),
        place=_place(node),
        source_id=event_id,
        pointer=node.pointer,
    )
    declaration = node.get("errorDeclaration")
    if declaration.value is not None:
        event = _withdrawal(event, declaration, event_id, zone)
    shared = (*others, *transactions)
    if not units:
        first = node.path("parentID").text() or next(_epcs(node), "")
        key = shared[0].value if shared else first or event_id
        yield replace(event, shipment_key=key, references=shared)
        return
    if len(units) > _MAX_PARTS:
        raise node.fail(f"more than {_MAX_PARTS} logistic units in one event.")
    for number in units:
        is_part = len(units) > 1 and not event.retracts
        yield replace(
            event,
            shipment_key=number,
            references=(Reference("sscc", number), *shared),
            source_id=part_of(event_id, number) if is_part else event.source_id,
        )


def _withdrawal(event, declaration: Node, event_id: str, zone: str) -> ParsedEvent:
    reason = word(declaration.get("reason").code())
    corrective = [item.text() for item in declaration.get("correctiveEventIDs").items()]
    text = reason.replace("_", " ")
    if corrective:
        text = f"{text}; corrected by {', '.join(corrective[:5])}".lstrip("; ")
    declared = instant_or_none(parse_iso, declaration.get("declarationTime").text(), zone)
    return replace(
        event,
        raw_code=DECLARATION_CODE,
        raw_sub_code=reason,
        raw_text=text,
        code=WITHDRAWAL,
        recorded=declared,
        # The declaration has no id of its own: its eventID is that of the event it withdraws.
        source_id="",
        retracts=event_id,
    )


def _epcs(node: Node) -> Iterator[str]:
    for name in _LISTS:
        for item in node.get(name).items():
            yield item.text()


def _identifiers(node: Node) -> tuple[list[str], list[Reference]]:
    """The SSCCs that an event is about, in order, and the other numbers of shipments in it."""
    units, others = {}, {}
    for uri in (node.get("parentID").text(), *_epcs(node)):
        key = key_of(uri)
        if key and key.kind == "sscc":
            units[key.number] = True
        elif key and key.kind in _KEYS:
            others[Reference(_KEYS[key.kind], key.number)] = True
    return list(units), list(others)


def _transactions(node: Node) -> list[Reference]:
    found = {}
    for item in node.get("bizTransactionList").items():
        value = item.get("bizTransaction").text()
        kind = word(item.get("type").text())
        if key := key_of(value):
            types, number = (_KEYS.get(key.kind, ""),), key.number
        else:
            types, number = _TRANSACTIONS.get(kind, ()), _last_segment(value)
        for reference_type in types:
            if number and reference_type:
                found[Reference(reference_type, number)] = True
    return list(found)


def _last_segment(uri: str) -> str:
    """The number at the end of ``urn:epcglobal:cbv:bt:4012345000009:S00042`` or of a Web URI."""
    path = uri.split("?")[0].split("#")[0].rstrip("/")
    if path.startswith(("http://", "https://")):
        return path.rpartition("/")[2]
    return path.rpartition(":")[2] if path.startswith("urn:") else path


def _occurred(node: Node, zone: str) -> Instant | None:
    """``eventTime`` with the offset of the place, which eventTimeZoneOffset has even where the time
    is written in another one."""
    instant = instant_or_none(parse_iso, node.get("eventTime").text(), zone)
    offset_text = node.get("eventTimeZoneOffset").text()
    offset = offset_or_none(offset_text)
    if instant is None or offset is None:
        return instant
    if instant.assumed:
        # Against the standard, and yet plain: a local time with its offset beside it.
        return instant_or_none(parse_iso, node.get("eventTime").text() + offset_text)
    return replace(instant, offset_minutes=offset)


def _place(node: Node) -> Place:
    for name in ("readPoint", "bizLocation"):
        uri = node.get(name).get("id").text() if node.get(name).value is not None else ""
        if not uri:
            continue
        if point := coordinates(uri):
            return Place(name=uri, latitude=point[0], longitude=point[1])
        key = key_of(uri)
        return Place(name=f"GLN {key.number}" if key and key.kind == "sgln" else uri[:200])
    return NOWHERE


def content_id(value: object) -> str:
    """The id of an event that has none: "sha256:" and the hash of its content.

    Whatever two writings of one event may differ in is levelled: order of members and of lists,
    the offset of times, the form of vocabulary words.
    """
    content = {key: item for key, item in value.items() if key not in _NOT_CONTENT}
    text = json.dumps(_level(content), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def _level(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _level(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return sorted(
            (_level(item, key) for item in value), key=lambda v: json.dumps(v, sort_keys=True)
        )
    if isinstance(value, str):
        if key.casefold().endswith("time"):
            instant = instant_or_none(parse_iso, value)
            return instant.utc.astimezone(UTC).isoformat() if instant else value
        return word(value)
    return value
