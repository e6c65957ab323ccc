# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A message as a broker gets it.

CloudEvents go in structured mode unless a flow says otherwise: the whole event is the body, and
only the content type is needed to know it. These are the very bytes that webhooks get; they stay
whole when a shovel, a dead-letter queue or a file passes them on; and nothing hangs on header names
of a binding that was written for AMQP 1.0, while RabbitMQ's own clients speak 0-9-1. The attributes
are put into headers as well, as the binding allows (3.2.3), so that queues can choose by them.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import cloud_event

STRUCTURED, BINARY = "structured", "binary"
PREFIX = "cloudEvents:"
APP_ID = "logistics-connector"
#: The {type} of what is no event: an order release, a booking.
MESSAGE_TYPE = "logistics.message"
PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class BrokerMessage:
    """``properties``: those of AMQP 0-9-1's basic class. ``type`` and ``code`` go into the routing
    key. ``body`` stays out of logs."""

    body: bytes = field(repr=False)
    content_type: str
    headers: dict
    properties: dict
    type: str
    code: str


def make(
    content: bytes,
    content_type: str,
    message_id: str,
    correlation_id: str,
    written_at: datetime,
    traceparent: str = "",
    code: str = "",
    mode: str = STRUCTURED,
) -> BrokerMessage:
    """A message from the bytes of the outbox.

    :param message_id: the same for all tries; receivers drop what they have by it
    :param written_at: naive UTC
    :param traceparent: of this message, where its event brings none
    :param code: the flow's, where the message is no event
    """
    properties = {
        "message_id": message_id,
        "correlation_id": correlation_id or None,
        "timestamp": int(written_at.replace(tzinfo=UTC).timestamp()),
        "delivery_mode": PERSISTENT,
        "app_id": APP_ID,
    }
    headers = {"traceparent": traceparent} if traceparent else {}
    event = _event(content, content_type)
    if event is None:
        properties["type"] = MESSAGE_TYPE
        return BrokerMessage(content, content_type, headers, properties, MESSAGE_TYPE, code)
    kind, data = str(event.get("type") or MESSAGE_TYPE), event.pop("data", None)
    body, media = content, content_type
    if mode == BINARY:
        # As in webhooks, and in the structured mode: compact UTF-8.
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        media = event.pop("datacontenttype", "application/json")
    headers |= {PREFIX + name: str(value) for name, value in event.items() if value is not None}
    if event.get("traceparent"):
        headers["traceparent"] = event["traceparent"]
    properties["type"] = kind
    told = data.get("code") if isinstance(data, dict) else None
    return BrokerMessage(body, media, headers, properties, kind, str(told or code))


def _event(content: bytes, content_type: str) -> dict | None:
    """The CloudEvent that these bytes are, or None."""
    if content_type.partition(";")[0].strip().lower() != cloud_event.CONTENT_TYPE:
        return None
    try:
        event = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
