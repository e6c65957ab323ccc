"""Erasing a person (GDPR art. 17): what names them is blanked, facts and keys stay.

A copy of an erased message is a duplicate still, as its key stays; the same scan told by another
channel does not bring the name back, as the event remembers that it was erased.
"""

from odoo import fields
from odoo.tools import SQL

from ..core.identity import digest
from ..models.privacy.logistics_event_privacy import PERSONAL_COLUMNS

ABANDONED = ("dead", "conflict", "parked")


def erase(env, found, subject, partners, companies):
    """Blank what was found, but for what is held or not worked yet.

    :param env: a superuser's environment
    :param Found found: fresh from the Finder, in this transaction
    :param companies: ids of those whose records are meant
    :return: number of records by kind that were erased
    """
    keep = found.held
    events = found.events - keep["events"]
    messages = found.messages - keep["messages"] - found.busy
    shipments = found.shipments - keep["shipments"]
    references = found.references - keep["references"]
    stops = found.stops - keep["stops"]
    documents = found.documents - keep["documents"]
    exceptions = found.exceptions - keep["exceptions"]
    notes = found.notes - keep["notes"]
    counts = {
        "shipments": len(shipments),
        "events": len(events),
        "messages": len(messages),
        "references": len(references),
        "stops": len(stops),
        "exceptions": len(exceptions),
        "notes": len(notes),
        "documents": len(documents),
    }
    now = fields.Datetime.now()
    moved = (shipments | events.shipment_id).sorted("id")
    moved._lock()
    events.write({**PERSONAL_COLUMNS, "erased_at": now})
    shipments.filtered(lambda s: s.partner_id in partners).with_context(
        tracking_disable=True
    ).write({"partner_id": False})
    env["logistics.customer.notice"]._forget(partners, subject.emails, companies)
    moved._refold()
    for shipment in shipments.filtered("signed_by"):
        if subject.is_in(shipment.signed_by):  # no event says so: it was written by hand
            shipment.signed_by = False
    for stop in stops:
        stop.write({"partner_id": False, "name": False})
    for reference in references:
        reference.value = f"erased:{digest(reference.value.encode())[:16]}"
    _erase_messages(env, messages, subject, now)
    for exception in exceptions.with_context(tracking_disable=True):
        exception.write(
            {
                name: subject.blank(exception[name])
                for name in ("name", "detail", "outcome", "previous_outcome", "reference")
                if exception[name]
            }
        )
    for note in notes:
        note.body = subject.blank(str(note.body))
    documents.unlink()
    return counts


def _erase_messages(env, messages, subject, now):
    env.flush_all()
    env.execute_query(
        SQL(
            "DELETE FROM logistics_message_body WHERE message_id = ANY(%s) RETURNING message_id",
            messages.ids,
        )
    )
    messages.write({"purged_at": now, "erased_at": now})
    for message in messages:
        if message.error_text:
            message.error_text = subject.blank(message.error_text)
        for attempt in message.attempt_ids:
            for name in ("error_text", "answer"):
                if attempt[name]:
                    attempt[name] = subject.blank(attempt[name])
    # Nothing can come of these any more. Events that wait can still be linked by a person.
    abandoned = messages.filtered(
        lambda message: (
            message.state in ABANDONED
            or (message.state == "rejected" and message.direction == "in")
        )
    )
    abandoned.filtered(lambda message: message.direction == "out")._take_out()
    abandoned.filtered(lambda message: message.direction == "in").write({"state": "dismissed"})
