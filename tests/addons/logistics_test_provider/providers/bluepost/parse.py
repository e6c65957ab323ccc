"""Blue Post's "parcel" message: one parcel, all its scans so far.

{"parcel": "BP1", "scans": [{"status": "HUB", "at": "2026-03-10T09:00:00+01:00",
                             "town": "Delft", "text": "Sorted"}]}
"""

from odoo.addons.logistics_connector_base.core.canonical import (
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import instant_or_none, local_zone, read

CODE = "bluepost"


def parse(raw, context):
    """The scans of a message. Raises ParseError, naming the place of the trouble."""
    root = read(raw)
    number = root.get("parcel").required()
    zone = local_zone(context)
    scans = root.get("scans").items()
    return ParsedMessage(
        events=tuple(_event(scan, number, zone) for scan in scans), message_type="parcel"
    )


def _event(scan, number, zone):
    return ParsedEvent(
        issuer=CODE,
        shipment_key=number,
        references=(Reference("tracking", number, CODE),),
        raw_code=scan.get("status").required(),
        raw_text=scan.get("text").text(),
        occurred=instant_or_none(parse_iso, scan.get("at").text(), zone),
        place=Place(city=scan.get("town").text()),
        pointer=scan.pointer,
    )
