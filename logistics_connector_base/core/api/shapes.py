# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How shipments, events, orders and receipts look in the API. What is made here fits
``schemas/api-1.0.json``; a test holds the two together.

Rows are mappings with the names of the columns. Times are naive UTC. Personal data (names, streets,
postal codes, coordinates, the partner's words) is left out unless the caller may see it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from ..cloud_event import moment

FLAGS = (
    ("pod_received", "pod_received"),
    ("is_partial", "partial"),
    ("is_damaged", "damaged"),
    ("is_short", "short"),
    ("on_hold", "on_hold"),
    ("has_delivery_exception", "delivery_exception"),
)
# States of a message, as its sender sees them.
RECEIPT_STATES = {
    "received": "received",
    "processing": "received",
    "processed": "processed",
    "parked": "waiting for its shipment",
    "conflict": "kept for review",
    "dead": "kept for review",
    "dismissed": "dismissed",
    "duplicate": "duplicate",
    "rejected": "rejected",
}
Row = Mapping[str, object]


def shipment(
    row: Row,
    references: Iterable[Row] = (),
    packages: Iterable[Row] = (),
    stops: Iterable[Row] = (),
    orders: Iterable[str] = (),
    personal: bool = False,
) -> dict[str, object]:
    """A shipment with what belongs to it."""
    shown: dict[str, object] = {
        "id": row["public_id"],
        "number": row["name"],
        "correlation_id": row["correlation_id"] or None,
        "state": row["state"],
        "flags": [name for column, name in FLAGS if row[column]],
        "mode": row["mode"],
        "carrier": row["issuer"] or None,
        "carrier_name": row["carrier_name"] or None,
        "service": row["service"] or None,
        "source_document": row["origin"] or None,
        "orders": list(orders),
        "ship_date": _day(row["ship_date"]),
        "promised_delivery_at": utc(row["promised_delivery_at"]),
        "estimated_delivery_at": utc(row["estimated_delivery_at"]),
        "picked_up_at": utc(row["picked_up_at"]),
        "delivered_at": utc(row["delivered_at"]),
        "last_event_at": utc(row["last_event_at"]),
        "references": [
            {"type": item["type"], "value": item["value"], "issuer": item["issuer"] or None}
            for item in references
        ],
        "packages": [
            {"tracking_number": item["tracking_number"] or None, "sscc": item["sscc"] or None}
            for item in packages
        ],
        "stops": [_stop(item, personal) for item in stops],
        "updated_at": utc(row["write_date"]),
    }
    if personal:
        shown["signed_by"] = row["signed_by"] or None
    return shown


def _stop(row: Row, personal: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "role": row["role"],
        "city": row["city"] or None,
        "country": row["country"] or None,
        "planned_at": utc(row["planned_at"]),
        "arrived_at": utc(row["arrived_at"]),
        "departed_at": utc(row["departed_at"]),
    }
    if personal:
        shown |= {name: row[name] or None for name in ("name", "street", "zip")}
    return shown


def event(row: Row, personal: bool = False) -> dict[str, object]:
    """A fact about a shipment."""
    place: dict[str, object] = {
        "city": row["city"] or None,
        "state": row["state_name"] or None,
        "country": row["country_code"] or None,
    }
    shown: dict[str, object] = {
        "id": event_id(str(row["fingerprint"])),
        "shipment": (
            {"id": row["shipment_public_id"], "number": row["shipment_name"]}
            if row["shipment_public_id"]
            else None
        ),
        "code": row["code"],
        "classifier": row["classifier"],
        "reason": row["reason"] or None,
        "standing": row["standing"],
        "occurred_at": _local(row["occurred_at"], row["occurred_offset"]),
        "precision": row["occurred_precision"] or None,
        "zone_assumed": bool(row["zone_assumed"]),
        "recorded_at": utc(row["recorded_at"]),
        "received_at": utc(row["received_at"]),
        "estimated_delivery_at": utc(row["estimated_delivery_at"]),
        "carrier": row["issuer"] or None,
        "connection": row["connection"] or None,
        "tracking_number": row["tracking_number"] or None,
        "raw_code": row["raw_code"] or None,
        "raw_sub_code": row["raw_sub_code"] or None,
        "partner_event_id": row["source_id"] or None,
        "revision": row["revision"] or None,
        "retracts": row["retracts"] or None,
        "corrects": row["corrects"] or None,
        "place": place,
    }
    if personal:
        place["name"] = row["place_name"] or None
        place["zip"] = row["zip"] or None
        # 0, 0 lies in the sea: no place was given.
        there = row["latitude"] or row["longitude"]
        place["latitude"] = float(row["latitude"] or 0) if there else None
        place["longitude"] = float(row["longitude"] or 0) if there else None
        shown["signed_by"] = row["signed_by"] or None
        shown["text"] = row["raw_text"] or None
    return shown


def event_id(fingerprint: str) -> str:
    """The same as in the id of the CloudEvents that subscribers get, before its hyphen."""
    return hashlib.sha256(fingerprint.encode(errors="replace")).hexdigest()[:32]


def order(row: Row, shipments: Iterable[Row], partly_hidden: bool = False) -> dict[str, object]:
    """An order's business state.

    :param shipments: those that the caller may see
    :param partly_hidden: it has others, of which the reason could tell: it is left out then
    """
    return {
        "name": row["name"],
        "customer_reference": row["client_order_ref"] or None,
        "ordered_at": utc(row["date_order"]),
        "promised_at": utc(row["commitment_date"]),
        "state": row["logistics_state"],
        "blocked_reason": None if partly_hidden else row["logistics_blocked_reason"] or None,
        "shipments": [{"id": item["public_id"], "number": item["name"]} for item in shipments],
    }


def receipt(row: Row) -> dict[str, object]:
    """What became of a message."""
    return {
        "receipt": row["receipt"],
        "correlation_id": row["correlation_id"],
        "connection": row["connection"],
        "state": RECEIPT_STATES[str(row["state"])],
        "received_at": utc(row["received_at"]),
        "processed_at": utc(row["processed_at"]),
        "events": row["event_count"],
    }


def utc(at: object) -> str | None:
    """RFC 3339 in UTC, to the second; ``at`` is naive UTC."""
    return f"{at.replace(microsecond=0).isoformat()}Z" if isinstance(at, datetime) else None


def _local(at: object, offset: object) -> str | None:
    """With the offset of the place, where the calendar reaches so far."""
    try:
        return moment(at, offset or 0)
    except OverflowError:
        return utc(at)


def _day(day: object) -> str | None:
    return day.isoformat() if isinstance(day, date) else None
