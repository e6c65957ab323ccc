# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a person states about a shipment, as a canonical message that goes the way of all others.

It is a source of its own (issuer :data:`ISSUER`): it neither hides a carrier's scan nor is hidden
by one, and it is withdrawn by the same kind of message.
"""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

ISSUER = "byhand"
#: Groups of the taxonomy of which a person may say that they happened. The others are stated by
#: Odoo's own steps, by invoices or by counts.
GROUPS = ("pickup", "movement", "customs", "delivery", "exception", "return")
#: Estimates need a time that is expected; they have a form of their own.
ESTIMATES = ("DLV_ETA", "DLV_RESCHEDULED", "EXC_DELAY")


def statement(
    event_id: str,
    author: str,
    shipment: str,
    code: str,
    occurred: datetime,
    recorded: datetime,
    *,
    number: str = "",
    reason: str = "",
    note: str = "",
    signed_by: str = "",
    place: Sequence[str] = ("", "", ""),
    expected: datetime | None = None,
    documents: Sequence[tuple[str, str, str, bytes]] = (),
    corrects: str = "",
) -> bytes:
    """The bytes of a canonical message (``schemas/canonical-events-1.0.json``) with one event.

    :param event_id: known by it for ever, and withdrawn by it
    :param author: who states it, for the message's readers
    :param shipment: our number of the shipment; ``number``: the parcel's tracking number, if it is
        about one
    :param occurred, recorded, expected: aware; ``expected`` makes it an estimate
    :param place: name, city, country
    :param documents: kind, file name, MIME type and bytes
    :param corrects: id of the statement in whose place this one stands
    """
    references = [{"type": "shipment", "value": shipment}]
    if number:
        references.append({"type": "tracking", "value": number})
    event = {
        "id": event_id,
        "code": code,
        "classifier": "estimated" if expected else "actual",
        "occurred_at": occurred.isoformat(),
        "recorded_at": recorded.isoformat(),
        "shipment": {"references": references},
    }
    optional = {
        "corrects": corrects,
        "reason": reason,
        "raw_text": note,
        "signed_by": signed_by,
        "estimated_delivery_at": expected and expected.isoformat(),
        "place": _without_empty(zip(("name", "city", "country"), place, strict=True)),
        "documents": [
            {
                "kind": kind,
                "filename": name,
                "mimetype": mimetype,
                "content_base64": base64.b64encode(content).decode(),
            }
            for kind, name, mimetype, content in documents
        ],
    }
    return _message(event_id, author, event | _without_empty(optional.items()))


def documents_of(raw: bytes) -> list[tuple[str, str, str, bytes]]:
    """The documents of a :func:`statement`, as it takes them."""
    (event,) = json.loads(raw)["events"]
    return [
        (
            document["kind"],
            document["filename"],
            document["mimetype"],
            base64.b64decode(document["content_base64"]),
        )
        for document in event.get("documents", ())
    ]


def withdrawal(
    message_id: str, author: str, event_id: str, shipment: str, recorded: datetime, why: str
) -> bytes:
    """The bytes of a message that takes back the event ``event_id`` of :func:`statement`."""
    event = {
        "id": message_id,
        "retracts": event_id,
        "occurred_at": recorded.isoformat(),
        "recorded_at": recorded.isoformat(),
        "shipment": {"references": [{"type": "shipment", "value": shipment}]},
        "raw_text": why,
    }
    return _message(message_id, author, event)


def _message(message_id, author, event):
    message = {"id": message_id, "issuer": ISSUER, "x-recorded-by": author, "events": [event]}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _without_empty(pairs):
    return {name: value for name, value in pairs if value}
