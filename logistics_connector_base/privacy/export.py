"""What is known of a person, as a ZIP that can be handed over (GDPR art. 15 and 20)."""

import io
import json
import re
import zipfile

from odoo import fields

README = """\
What our logistics system knows of you, as of {now} (UTC).

*.json       records; of messages about several people only the parts that name you
documents/   proofs of delivery of your shipments
"""
COLUMNS = {
    "shipments": (
        "name",
        "carrier_name",
        "service",
        "state",
        "ship_date",
        "promised_delivery_at",
        "picked_up_at",
        "delivered_at",
        "signed_by",
        "tracking_numbers",
        "correlation_id",
    ),
    "events": (
        "occurred_at",
        "code",
        "raw_text",
        "signed_by",
        "place_name",
        "zip",
        "city",
        "country_code",
        "latitude",
        "longitude",
        "tracking_number",
        "issuer",
        "received_at",
    ),
    "references": ("type", "value", "issuer"),
    "stops": ("role", "name", "planned_at", "arrived_at", "departed_at"),
    "exceptions": (
        "name",
        "detail",
        "state",
        "outcome",
        "previous_outcome",
        "first_seen_at",
        "closed_at",
    ),
    "messages": ("receipt", "received_at", "provider", "channel", "state", "external_id"),
    "notes": ("date", "body"),
}


def as_zip(found):
    """:param Found found: what was found
    :rtype: bytes
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(now=fields.Datetime.now()))
        for kind, columns in COLUMNS.items():
            rows = [
                {name: _plain(record[name]) for name in columns} for record in getattr(found, kind)
            ]
            if kind == "messages":
                for row, message in zip(rows, found.messages, strict=True):
                    row["parts_about_you"] = found.parts.get(message.id, [])
            text = json.dumps(rows, indent=1, ensure_ascii=False)
            archive.writestr(f"{kind}.json", text)
        for document in found.documents:
            # Nothing of a partner's choosing becomes a path.
            name = re.sub(r"[^\w.-]+", "_", document.name or "document").lstrip(".")
            archive.writestr(f"documents/{document.id}-{name}", document.raw or b"")
    return buffer.getvalue()


def _plain(value):
    """A field's value as JSON has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if value and not isinstance(value, int | float | bool) else value or None
