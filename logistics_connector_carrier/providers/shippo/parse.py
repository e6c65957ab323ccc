# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Shippo: a track with its history, by webhook or as the API answers.

Shape (docs.goshippo.com/tracking/webhooks, docs.goshippo.com/tracking/tracking)::

    {"event": "track_updated", "test", "data": track}

    track = {"carrier", "tracking_number", "transaction", "eta", "original_eta", "metadata",
             "tracking_status": status, "tracking_history": [status]}
    status = {"status", "substatus": {"code", "text", "action_required"} or null,
              "status_date", "status_details", "object_id", "object_created", "object_updated",
              "location": {"city", "state", "zip", "country"} or null}

``GET /tracks/<carrier>/<number>`` answers with a track; a list of tracks is what a poll of several
numbers collects. Other events (transactions, batches) are understood and hold no event of ours.
``tracking_status`` repeats the latest of the history under another object_id: ids tell nothing
apart here, what happened does.

Codes: ``raw_code`` is the status, ``raw_sub_code`` the code of the substatus. They are Shippo's
own, whatever carrier moves the parcel. "ESTIMATED_DELIVERY" is ours, for the ``eta`` of a track.

Times: ``status_date`` is in UTC by Shippo's reference. Without "Z" (Shippo's test data is so) the
connection's zone is assumed. ``eta`` at midnight is a day.
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
from odoo.addons.logistics_connector_base.core.identity import instant_key
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import (
    Node,
    country_code,
    instant_or_none,
    local_zone,
    read,
)

CODE = "shippo"
NAME = "Shippo"
TRACK_UPDATED = "track_updated"
API_ANSWER = "tracks"

NO_CODE = "-"
DELIVERED = "DELIVERED"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
_MIDNIGHT = "T00:00:00Z"


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All scans of a message. Raises ParseError."""
    root, zone = read(raw), local_zone(context)
    if root.is_list:
        tracks, message_type = root.items(), API_ANSWER
    elif message_type := root.get("event").code():
        tracks = (root.get("data"),) if message_type == TRACK_UPDATED else ()
    else:
        tracks, message_type = (root,), API_ANSWER
    events = tuple(event for track in tracks for event in _track(track, zone))
    return ParsedMessage(events=events, message_type=message_type)


def _track(track: Node, zone: str) -> Iterator[ParsedEvent]:
    number = track.get("tracking_number").required()
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=_references(track, number),
        raw_code="",
        occurred=None,
        pointer=track.pointer,
    )
    scans = [_scan(blank, scan, zone) for scan in track.get("tracking_history").items()]
    status = track.get("tracking_status")
    if status.get("status").code():
        latest = _scan(blank, status, zone)
        if _what(latest) not in map(_what, scans):
            scans.append(latest)
    yield from scans
    newest = max(scans, key=_when, default=None)
    if newest is None or newest.occurred is None or newest.raw_code == DELIVERED:
        return
    estimate = _estimate(track, zone)
    if estimate:
        # Dated by the newest scan, as Shippo does not say when the carrier made it.
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=newest.occurred,
            recorded=newest.occurred,
            estimated_delivery=estimate,
        )


def _what(scan: ParsedEvent) -> tuple[str, str]:
    """What tells a scan from the others of its track; the place may be missing in one of two."""
    return scan.raw_code, instant_key(scan.occurred)


def _when(scan: ParsedEvent) -> tuple[float, str]:
    return (scan.occurred.utc.timestamp() if scan.occurred else float("-inf"), scan.pointer)


def _references(track: Node, number: str) -> tuple[Reference, ...]:
    found = (
        Reference("carrier_uid", track.get("transaction").code(), CODE),
        Reference("tracking", number, track.get("carrier").code().casefold()),
        Reference("customer", track.get("metadata").code()),
    )
    return tuple(reference for reference in found if reference.value)


def _scan(blank: ParsedEvent, scan: Node, zone: str) -> ParsedEvent:
    substatus, location = scan.get("substatus"), scan.get("location")
    return replace(
        blank,
        raw_code=scan.get("status").code() or NO_CODE,
        raw_sub_code=substatus.get("code").code(),
        raw_text=scan.get("status_details").text() or substatus.get("text").text(),
        occurred=instant_or_none(parse_iso, scan.get("status_date").text(), zone),
        place=Place(
            city=location.get("city").text(),
            state=location.get("state").text(),
            zip=location.get("zip").text(),
            country=country_code(location.get("country").text()),
        ),
        pointer=scan.pointer,
    )


def _estimate(track: Node, zone: str) -> Instant | None:
    text = track.get("eta").text()
    return instant_or_none(parse_iso, text.removesuffix(_MIDNIGHT), zone) if text else None
