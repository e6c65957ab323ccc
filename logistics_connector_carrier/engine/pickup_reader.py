# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a reader of a carrier's answers about pickups has. Pure functions; each ``providers/<code>``
whose vans can be ordered has one as its module ``pickup``, beside that of bookings.

- ``RULES``: ``core.pickup_checks.PickupRules`` of its published schema
- ``pickup(body, request) -> PickupAnswer``; raises what a reader may raise where it is none
- ``is_pickup_cancelled(body) -> bool``; left out where the interface cancels nothing
- ``was_pickup_cancelled(body) -> bool``: a refusal that says that it is cancelled already
- ``amend_pickup(data, request)`` and ``amend_pickup_cancel(data, cancel)``: karrio's request put
  right; ValueError with words for people where it cannot be
- ``kind_of(service) -> str``: which of the carrier's vans takes a service, where it has several;
  ``KINDS``: their names for people
- ``find(request, settings)``: as of bookings, where the carrier can be asked what was ordered; it
  returns a PickupAnswer, ``NOTHING``, or None
- ``SHOWS_LATE = True``: as of bookings
- ``context``: as of bookings, with ``act`` pickup or pickup_cancel

``errors``, ``config``, ``is_no`` and ``headers_of`` are those of bookings, unless it has its own.
"""

from ..providers.canadapost import pickup as canadapost
from ..providers.dhl_express import pickup as dhl_express
from ..providers.dhl_parcel_de import pickup as dhl_parcel_de
from ..providers.fedex import pickup as fedex
from ..providers.ups import pickup as ups
from .reader import READERS

PICKUPS = {
    "canadapost": canadapost,
    "dhl_parcel_de": dhl_parcel_de,
    "fedex": fedex,
    "mydhl": dhl_express,
    "ups": ups,
}
SHARED = ("SETTINGS", "config", "errors", "headers_of", "is_no")


class PickupReader:
    """The functions about pickups of a carrier, with those that it shares with bookings.

    :param str carrier: karrio's name
    """

    def __init__(self, carrier):
        booking, ours = READERS[carrier], PICKUPS.get(carrier)
        for name in SHARED:
            if hasattr(booking, name):
                setattr(self, name, getattr(booking, name))
        for name, value in vars(ours).items() if ours else ():
            if not name.startswith("_"):
                setattr(self, name, value)


def kind_of(carrier, service):
    """Which of its vans takes a service; "" where it has one for all."""
    return getattr(PICKUPS.get(carrier), "kind_of", lambda service: "")(service)


def kinds_of(carrier):
    """Names of its vans by kind: a dict, empty where it has one."""
    return getattr(PICKUPS.get(carrier), "KINDS", {})


def rules_of(carrier):
    """PickupRules; None where the carrier's vans cannot be ordered."""
    return getattr(PICKUPS.get(carrier), "RULES", None)
