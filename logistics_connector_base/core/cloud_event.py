# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Canonical events as others get them: CloudEvents 1.0 in JSON
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md)."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

CONTENT_TYPE = "application/cloudevents+json"
TYPE = "logistics.event."
RECORDED, WITHDRAWN = "recorded", "withdrawn"
# What of the facts names or finds a person; left out unless a subscription is to have it.
PERSONAL = ("signed_by", "raw_text", "place_name", "street", "zip", "latitude", "longitude")


def cloud_event(
    kind: str, facts: dict, source: str, with_personal: bool = False, trace: str = ""
) -> dict:
    """One event as a CloudEvent.

    :param kind: RECORDED, or WITHDRAWN: it does not count any more (corrected, or taken back)
    :param facts: ``fingerprint``, ``code``, ``occurred_at`` (naive UTC) with ``offset`` (minutes),
        ``shipment`` (dict with ``name``) and whatever else is to be told; empty values are left out
    :param source: of all events of a company; with the id it is unique for ever
    :param trace: a ``traceparent`` (extension "Distributed Tracing"); "" to leave it out
    :return: what ``json.dumps`` takes
    """
    at = moment(facts.get("occurred_at"), facts.get("offset") or 0)
    data = {
        name: value
        for name, value in facts.items()
        if name not in ("fingerprint", "offset", "occurred_at")
        and (with_personal or name not in PERSONAL)
        and value not in (None, False, "", [], {})
    }
    if at:
        data["occurred_at"] = at
    event = {
        "specversion": "1.0",
        "id": event_id(kind, facts["fingerprint"]),
        "source": source,
        "type": TYPE + kind,
        "subject": facts["shipment"]["name"],
        "datacontenttype": "application/json",
        "data": data,
    }
    if trace:
        event["traceparent"] = trace
    return {**event, "time": at} if at else event


def event_id(kind: str, fingerprint: str) -> str:
    """The same for the same news about the same event, however often it is told."""
    digest = hashlib.sha256(fingerprint.encode(errors="replace")).hexdigest()[:32]
    return f"{digest}-{kind}"


def moment(at: datetime | None, offset: int) -> str | None:
    """RFC 3339 with the offset of the place; ``at`` is naive UTC, ``offset`` minutes east of it."""
    if at is None:
        return None
    zone = timezone(timedelta(minutes=offset)) if abs(offset) < 24 * 60 else UTC
    return at.replace(tzinfo=UTC).astimezone(zone).isoformat()
