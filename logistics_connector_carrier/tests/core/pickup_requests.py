"""Vans that are ordered of each carrier in the tests."""

from datetime import UTC, datetime, timedelta

from odoo.addons.logistics_connector_carrier.core.pickup import Load, PickupRequest

from .booking_requests import REQUESTS

ZONES = {
    "ups": "America/Los_Angeles",
    "fedex": "America/Los_Angeles",
    "mydhl": "Europe/Berlin",
    "canadapost": "America/Toronto",
    "dhl_parcel_de": "Europe/Berlin",
}
# Services of each carrier, and where what goes by them goes.
SERVICES = {
    "ups": (("03", "US"), ("65", "DE")),
    "fedex": (("FEDEX_2_DAY", "US"), ("PRIORITY_OVERNIGHT", "US")),
    "mydhl": (("P", "US"), ("U", "FR")),
    "canadapost": (("DOM.EP", "CA"), ("DOM.RP", "CA")),
    "dhl_parcel_de": (("V01PAK", "DE"), ("V53WPAK", "FR")),
}


def day_in(days):
    """A working day so many days ahead, or the next one."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.isoformat()


def request_of(carrier, **changes):
    """A good order of tomorrow's van."""
    (first, near), (second, far) = SERVICES[carrier]
    values = {
        "reference": "PU/00042",
        "day": day_in(2),
        # Canada Post's drivers begin at noon.
        "ready": "12:00" if carrier == "canadapost" else "10:00",
        "closing": "17:30",
        "zone": ZONES[carrier],
        "address": REQUESTS[carrier]["single"].shipper,
        "loads": (Load(first, near, 3, 7.5), Load(second, far, 1, 2.25)),
        "heaviest": 4.0,
        "place": "Front desk",
        "note": "Ring twice",
    }
    return PickupRequest(**{**values, **changes})
