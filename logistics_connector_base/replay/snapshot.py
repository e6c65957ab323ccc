"""What is stored about some events, shipments, messages and exceptions, fit for JSON."""

import hashlib
import json

EVENTS = """
SELECT e.fingerprint, c.code, r.code AS reason, e.classifier, e.occurred_at AS occurred,
       COALESCE(e.occurred_offset, 0) AS "offset", e.occurred_precision AS precision,
       e.zone_assumed IS TRUE AS assumed, e.estimated_delivery_at AS estimate,
       e.city, e.country_code AS country, e.tracking_number AS number, e.raw_code, e.raw_sub_code,
       e.shipment_id AS shipment, e.standing, e.is_unmapped IS TRUE AS unmapped,
       e.is_implausible IS TRUE AS implausible, e.decision, successor.fingerprint AS read_as,
       e.raw_text, e.place_name, e.zip, e.latitude, e.longitude, e.signed_by, e.state_name,
       (SELECT string_agg(DISTINCT p.value_key, ', ' ORDER BY p.value_key)
        FROM logistics_parked_reference p WHERE p.event_id = e.id) AS waits_for
FROM logistics_event e
JOIN logistics_event_code c ON c.id = e.code_id
LEFT JOIN logistics_event_reason r ON r.id = e.reason_id
LEFT JOIN logistics_event successor ON successor.id = e.read_as_id
WHERE e.id = ANY(%(events)s) OR e.shipment_id = ANY(%(shipments)s)
"""
SHIPMENTS = """
SELECT s.id, s.state, s.picked_up_at, s.delivered_at, s.estimated_delivery_at,
       COALESCE(s.signed_by, '') <> '' AS signed, s.pod_received IS TRUE AS pod_received,
       s.is_partial IS TRUE AS is_partial, s.is_damaged IS TRUE AS is_damaged,
       s.is_short IS TRUE AS is_short, s.on_hold IS TRUE AS on_hold,
       s.has_delivery_exception IS TRUE AS has_delivery_exception, s.last_event_at,
       c.code AS last_code
FROM logistics_shipment s LEFT JOIN logistics_event e ON e.id = s.last_event_id
LEFT JOIN logistics_event_code c ON c.id = e.code_id
WHERE s.id = ANY(%(shipments)s)
"""
MESSAGES = """
SELECT id, state, event_count, parked_count FROM logistics_message WHERE id = ANY(%(messages)s)
"""
EXCEPTIONS = """
SELECT x.key, x.name, x.shipment_id AS shipment, t.code AS type, x.event_id,
       e.fingerprint AS event
FROM logistics_exception x JOIN logistics_exception_type t ON t.id = x.type_id
LEFT JOIN logistics_event e ON e.id = x.event_id
WHERE x.is_open IS TRUE AND (
    x.key = ANY(%(keys)s) OR x.message_id = ANY(%(messages)s)
    OR x.event_id = ANY(%(events)s) OR x.shipment_id = ANY(%(shipments)s))
"""
# Their names and places may be a person's: that they changed is told, not what they are.
PERSONAL = ("raw_text", "place_name", "zip", "latitude", "longitude", "signed_by", "state_name")


def take(env, messages=(), events=(), shipments=(), keys=()):
    """A snapshot for ``core.replay_difference``.

    :param messages, events, shipments: ids; the other events of the shipments are taken, too
    :param keys: of exceptions that may be open
    """
    env.flush_all()
    scope = {
        "messages": sorted(messages),
        "events": sorted(events),
        "shipments": sorted(shipments),
        "keys": sorted(keys),
    }
    found = {}
    for row in _rows(env, EVENTS, scope):
        print_ = row.pop("fingerprint")
        texts = json.dumps([row["number"], *(row.pop(name) for name in PERSONAL)], default=str)
        row["details"] = hashlib.sha256(texts.encode()).hexdigest()[:12]
        found["event", print_] = row
    for row in _rows(env, SHIPMENTS, scope):
        found["shipment", str(row.pop("id"))] = row
    for row in _rows(env, MESSAGES, scope):
        found["message", str(row.pop("id"))] = row
    for row in _rows(env, EXCEPTIONS, scope):
        key, event_id, event = row.pop("key"), row.pop("event_id"), row.pop("event")
        if event and key.endswith(f":{event_id}"):
            key = f"{key.rpartition(':')[0]}:{event}"
        found["exception", key] = row
    return found


def _rows(env, query, scope):
    env.cr.execute(query, scope)
    for row in env.cr.dictfetchall():
        yield {
            name: value.isoformat(sep=" ") if hasattr(value, "isoformat") else value
            for name, value in row.items()
        }
