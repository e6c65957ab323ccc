# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Sendcloud webhooks (v2 and v3): the new status of one parcel.

Shape (sendcloud.dev/api/v2/webhooks/parcel-status-changed)::

    {"action": "parcel_status_changed", "timestamp", "carrier_status_change_timestamp",
     "parcel": {"id", "tracking_number", "status": {"id", "message"}, "order_number",
                "carrier": {"code"}, "external_reference", "colli_tracking_number",
                "awb_tracking_number", "is_return", "country", "city", ...}}

Other actions (integration_connected, integration_updated, integration_deleted, return_created,
test_webhook ...) are understood and hold no event.

Codes: ``raw_code`` is the status id, ``raw_sub_code`` "return" for a return parcel, else "". They
are Sendcloud's own, whatever carrier moves the parcel; the tracking number is the carrier's.

Times: both timestamps count from 1970 in UTC, so there is no offset. The documentation says
neither seconds nor milliseconds; its example of another action (1525271885993) and messages seen
in the field are milliseconds, other receivers were sent seconds. The two cannot be mixed up: read
as seconds, milliseconds of this century lie beyond the year 30000. ``timestamp`` dates the message;
it stands in where the status did not come from the carrier and has no time of its own.
The address is the receiver's, not where the parcel is: it is no place of the event.

A parcel alone, without action, is an entry of the list of parcels (:mod:`.poll`): the status as it
is now. When it came about the list does not tell; it is a snapshot, dated by ``date_updated``, and
says nothing new where the last that is known of the parcel is that status.
"""

from dataclasses import replace

from odoo.addons.logistics_connector_base.core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import from_unix
from odoo.addons.logistics_connector_base.core.reading import Node, instant_or_none, read

from .poll import updated_at

CODE = "sendcloud"
NAME = "Sendcloud"
STATUS_CHANGED = "parcel_status_changed"
LISTED = "parcel"
RETURN = "return"

_FIRST_MILLISECONDS = 100_000_000_000  # in seconds: the year 5138; in milliseconds: March 1973


def parse(raw: bytes, context: ParseContext) -> ParsedMessage:
    """The event of a message, none for actions that are not about a parcel's status.

    Raises ParseError."""
    root = read(raw)
    if root.get("action").value is None and root.get("status").value is not None:
        return ParsedMessage(events=(_snapshot(root),), message_type=LISTED)
    action = root.get("action").required()
    events = (_event(root),) if action == STATUS_CHANGED else ()
    return ParsedMessage(events=events, message_type=action)


def _event(root: Node) -> ParsedEvent:
    event = _status(root.get("parcel"))
    sent = _instant(root.get("timestamp"))
    changed = _instant(root.get("carrier_status_change_timestamp"))
    return replace(event, occurred=changed or sent, recorded=sent)


def _snapshot(parcel: Node) -> ParsedEvent:
    event, updated = _status(parcel), updated_at(parcel)
    instant = Instant(updated) if updated else None
    return replace(event, occurred=instant, recorded=instant, is_snapshot=True)


def _status(parcel: Node) -> ParsedEvent:
    parcel_id, number = parcel.get("id").code(), parcel.get("tracking_number").code()
    if not (parcel_id or number):
        raise parcel.fail("neither the id nor the tracking number of the parcel is given.")
    status = parcel.get("status")
    return ParsedEvent(
        issuer=CODE,
        shipment_key=parcel_id or number,
        references=_references(parcel, parcel_id, number),
        raw_code=status.get("id").required(),
        raw_sub_code=RETURN if parcel.get("is_return").flag() else "",
        raw_text=status.get("message").text(),
        occurred=None,
        pointer=parcel.pointer,
    )


def _instant(timestamp: Node) -> Instant | None:
    count = timestamp.whole()
    if not count:
        return None
    unit = "ms" if abs(count) >= _FIRST_MILLISECONDS else "s"
    return instant_or_none(from_unix, count, unit)


def _references(parcel: Node, parcel_id: str, number: str) -> tuple[Reference, ...]:
    carrier = parcel.path("carrier", "code").code().casefold()
    found = (
        Reference("carrier_uid", parcel_id, CODE),
        Reference("tracking", number, carrier),
        Reference("master_tracking", parcel.get("colli_tracking_number").code(), carrier),
        Reference("waybill", parcel.get("awb_tracking_number").code(), carrier),
        Reference("order", parcel.get("order_number").code()),
        Reference("customer", parcel.get("external_reference").code()),
    )
    return tuple(reference for reference in found if reference.value)
