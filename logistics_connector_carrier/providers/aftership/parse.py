# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""AfterShip Tracking: a tracking with its checkpoints, by webhook or as the API answers.

Shape (aftership.com/docs/tracking/webhook/webhook-specifications, …/model/tracking,
…/model/checkpoint)::

    {"event": "tracking_update" or "edd_revise" or "tracking_pending_time", "event_id", "ts",
     "is_tracking_first_tag", "msg": tracking}

    tracking = {"tracking_number", "slug", "tag", "subtag", "order_number", "order_id", "signed_by",
                "shipment_delivery_date",
                "latest_estimated_delivery": {"datetime", "datetime_min", "datetime_max"},
                "courier_estimated_delivery_date", "aftership_estimated_delivery_date":
                    {"estimated_delivery_date", "…_min", "…_max"},
                "checkpoints": [{"checkpoint_time", "tag", "subtag", "message", "city", "state",
                                 "zip", "country_region" or "country_iso3",
                                 "coordinate": {"latitude", "longitude"}}]}

The API answers with ``{"data": tracking}``, ``{"data": {"tracking": …}}`` in its older versions,
or ``{"data": {"trackings": […]}}``. Each message repeats the history.

Codes: ``raw_code`` is the tag of the checkpoint, ``raw_sub_code`` its subtag. They are AfterShip's
own, whatever carrier moves the parcel. "ESTIMATED_DELIVERY" is ours, for what the tracking expects.

Times: ``checkpoint_time`` is the local time of the place as the carrier gives it, with offset or
without; without, the connection's zone is assumed. Estimates are days or times of the receiver.
"""

from collections.abc import Iterator
from dataclasses import replace

from babel.core import get_global
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
    read,
    window_begins,
)

CODE = "aftership"
NAME = "AfterShip"
API_ANSWER = "trackings"
ESTIMATE_REVISED = "edd_revise"

NO_CODE = "-"
DELIVERED = "Delivered"
ESTIMATE_CODE = "ESTIMATED_DELIVERY"
# With these a tracking says that nothing has happened yet, or nothing for long.
_SILENT = ("", "Pending", "InfoReceived", "Expired")
_ESTIMATES = ("courier_estimated_delivery_date", "aftership_estimated_delivery_date")


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """All checkpoints of a message. Raises ParseError."""
    root, zone = read(raw), local_zone(context)
    event = root.get("event").code()
    if not event:
        trackings = _answered(root)
        events = tuple(found for item in trackings for found in _tracking(item, zone, None))
        return ParsedMessage(events=events, message_type=API_ANSWER)
    revised = None
    if event == ESTIMATE_REVISED and root.get("ts").whole() is not None:
        revised = instant_or_none(from_unix, root.get("ts").whole())
    return ParsedMessage(
        events=tuple(_tracking(root.get("msg"), zone, revised)),
        external_id=root.get("event_id").code(),
        message_type=event,
    )


def _answered(root: Node) -> tuple[Node, ...]:
    """The trackings of an answer of the API, whatever its version."""
    data = root.get("data")
    if data.value is None:
        raise data.fail("neither an event nor an answer of the API.")
    if data.get("trackings").value is not None:
        return data.get("trackings").items()
    return (data.get("tracking") if data.get("tracking").value is not None else data,)


def _tracking(tracking: Node, zone: str, revised: Instant | None) -> Iterator[ParsedEvent]:
    """``revised``: when the estimate was made, where the message is about that."""
    number = tracking.get("tracking_number").required()
    blank = ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=_references(tracking, number),
        raw_code="",
        occurred=None,
        pointer=tracking.pointer,
    )
    scans = [_scan(blank, scan, zone) for scan in tracking.get("checkpoints").items()]
    tag = tracking.get("tag").code()
    if not scans and tag not in _SILENT:
        scans = [_without_checkpoint(blank, tracking, tag, zone)]
    newest = max(scans, key=_when, default=None)
    delivery = max((scan for scan in scans if scan.raw_code == DELIVERED), key=_when, default=None)
    signed_by = tracking.get("signed_by").text()
    yield from (replace(s, signed_by=signed_by) if s is delivery else s for s in scans)
    # A delivery may be an error that later scans refute: only the last word counts.
    is_over = tag == DELIVERED or (delivery is not None and delivery is newest)
    stated = revised or (newest.occurred if newest else None)
    begins, estimate = _estimate(tracking, zone) if stated and not is_over else (None, None)
    if estimate:
        yield replace(
            blank,
            raw_code=ESTIMATE_CODE,
            classifier="estimated",
            occurred=stated,
            recorded=stated,
            estimated_delivery=estimate,
            estimated_from=window_begins(begins, estimate),
        )


def _when(scan: ParsedEvent) -> tuple[float, str]:
    return (scan.occurred.utc.timestamp() if scan.occurred else float("-inf"), scan.pointer)


def _references(tracking: Node, number: str) -> tuple[Reference, ...]:
    found = (
        Reference("tracking", number, tracking.get("slug").code().casefold()),
        Reference("order", tracking.get("order_number").code()),
        Reference("customer", tracking.get("order_id").code()),
    )
    return tuple(reference for reference in found if reference.value)


def _scan(blank: ParsedEvent, scan: Node, zone: str) -> ParsedEvent:
    return replace(
        blank,
        raw_code=scan.get("tag").code() or NO_CODE,
        raw_sub_code=scan.get("subtag").code(),
        raw_text=scan.get("message").text() or scan.get("subtag_message").text(),
        occurred=instant_or_none(parse_iso, scan.get("checkpoint_time").text(), zone),
        place=_place(scan),
        pointer=scan.pointer,
    )


def _without_checkpoint(blank: ParsedEvent, tracking: Node, tag: str, zone: str) -> ParsedEvent:
    """The tracking's own status: a delivery has a time of its own, anything else has none."""
    when = tracking.get("shipment_delivery_date").text() if tag == DELIVERED else ""
    return replace(
        blank,
        raw_code=tag,
        raw_sub_code=tracking.get("subtag").code(),
        raw_text=tracking.get("subtag_message").text(),
        occurred=instant_or_none(parse_iso, when, zone),
    )


def _place(scan: Node) -> Place:
    country = scan.get("country_region").text() or scan.get("country_iso3").text()
    coordinate = scan.get("coordinate")
    return Place(
        name="" if scan.get("city").text() else scan.get("location").text(),
        city=scan.get("city").text(),
        state=scan.get("state").text(),
        zip=scan.get("zip").text(),
        country=_alpha2(country),
        latitude=_degrees(coordinate.get("latitude"), 90),
        longitude=_degrees(coordinate.get("longitude"), 180),
    )


def _alpha2(text: str) -> str:
    """ISO 3166-1 alpha-2 of an alpha-3 code (CLDR's list); "" for what is neither."""
    aliases = get_global("territory_aliases").get(text.upper(), []) if len(text) == 3 else [text]
    return country_code(aliases[0]) if len(aliases) == 1 else ""


def _degrees(node: Node, most: int) -> float | None:
    value = node.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -most <= value <= most else None


def _estimate(tracking: Node, zone: str) -> tuple[Instant | None, Instant | None]:
    """What is expected at last, as a window (its beginning may be missing): the newest estimate,
    the carrier's, AfterShip's own."""
    latest = tracking.get("latest_estimated_delivery")
    windows = [(latest, "datetime")]
    windows += [(tracking.get(name), "estimated_delivery_date") for name in _ESTIMATES]
    windows.append((tracking, "expected_delivery"))
    for node, name in windows:
        begins, ends, alone = (
            instant_or_none(parse_iso, text, zone) if text else None
            for text in (node.get(f"{name}{end}").text() for end in ("_min", "_max", ""))
        )
        if ends or alone:
            return (begins, ends) if ends else (None, alone)
    return None, None
