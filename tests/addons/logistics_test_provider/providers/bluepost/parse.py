"""Blue Post's "parcel" message: one parcel, all its scans so far.

{"parcel": "BP1", "scans": [{"status": "HUB", "at": "2026-03-10T09:00:00+01:00",
                             "town": "Delft", "text": "Sorted"}]}
"""

import json

from odoo.addons.logistics_connector_base.core.canonical import (
    ParsedEvent,
    ParsedMessage,
    Place,
    Reference,
)
from odoo.addons.logistics_connector_base.core.handshake import (
    CallBack,
    Handshake,
    echo_challenge,
    read_object,
)
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.reading import instant_or_none, local_zone, read

CODE = "bluepost"
HOSTS = ("bluepost.example", "127.0.0.1")


def parse(raw, context):
    """The scans of a message. Raises ParseError, naming the place of the trouble."""
    root = read(raw)
    number = root.get("parcel").required()
    zone = local_zone(context)
    scans = root.get("scans").items()
    return ParsedMessage(
        events=tuple(_event(scan, number, zone) for scan in scans), message_type="parcel"
    )


def handshake(raw):
    """Blue Post asks twice before it sends: to repeat a challenge, and to be called back with a
    secret (as DHL's push does, carriers.md 3).

    {"type": "url_verification", "challenge": "…"}
    {"type": "subscription.validate", "secret": "…", "subscription": "https://…"}
    """
    echoed = echo_challenge(raw)
    if echoed:
        return echoed
    message = read_object(raw)
    kind = message.get("type")
    if kind == "subscription.ready":
        return Handshake(said="Blue Post has begun to send.")
    if kind != "subscription.validate":
        return None
    secret, url = message.get("secret"), message.get("subscription")
    if not isinstance(secret, str) or not isinstance(url, str):
        return None
    body = json.dumps({"secret": secret}).encode()
    return Handshake(call_back=CallBack(url, HOSTS, body))


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
