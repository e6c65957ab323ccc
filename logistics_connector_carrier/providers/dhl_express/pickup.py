# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Express answers to pickups (MyDHL API 3.1.1), and what karrio's request for one lacks.

Shapes: the OpenAPI document of ``booking``, ``/pickups``. Nothing can be asked by our reference: a
lost answer is for a person.
"""

from urllib.parse import quote, urlencode

from ...core.pickup import PickupAnswer, instant_of
from ...core.pickup_checks import PickupRules
from .booking import _read
from .booking_request import _address

# Three lines of 45 characters, 45 of a city, 70 of a telephone number, 80 of the place, 75 of the
# instruction; ten days ahead.
RULES = PickupRules(
    line_length=45,
    lines=3,
    city_length=45,
    phone_digits=(4, 70),
    place_length=80,
    note_length=75,
    most_days=10,
    most_parcels=999,
    state_countries=frozenset(),
)
DOMESTIC, WORLDWIDE = "N", "P"
COMPANY, NAME = 100, 255
REASON = "Not needed"


def amend_pickup(data, request):
    """karrio takes the ready time for Greenwich's, all packages for one of the first product, and
    puts our note in twice and our place nowhere."""
    ready = instant_of(request.day, request.ready, request.zone)
    offset = ready.strftime("%z")
    data["plannedPickupDateAndTime"] = f"{ready:%Y-%m-%dT%H:%M:%S} GMT{offset[:3]}:{offset[3:5]}"
    data["location"] = request.place or "reception"
    for name in ("remark", "specialInstructions"):
        data.pop(name, None)
    if request.note:
        data["specialInstructions"] = [{"value": request.note}]
    party = request.address
    details = data["customerDetails"]["shipperDetails"]
    _address(details["postalAddress"], party)
    details["contactInformation"] = {
        "companyName": (party.company or party.name)[:COMPANY],
        "fullName": (party.name or party.company)[:NAME],
        "phone": party.phone,
    }
    data["shipmentDetails"] = [_load(load, party.country) for load in request.loads]
    return data


def _load(load, home):
    weight = round(max(load.weight / load.count, 0.001), 3)
    return {
        "productCode": load.service or (DOMESTIC if load.country == home else WORLDWIDE),
        # The shipments themselves say what customs wants to know.
        "isCustomsDeclarable": False,
        "unitOfMeasurement": "metric",
        "packages": [{"weight": weight} for _each in range(load.count)],
    }


def pickup(body, request):
    answer = _read(body)
    numbers = [one for one in answer["dispatchConfirmationNumbers"] if one]
    return PickupAnswer(
        number=numbers[0],
        day=answer.get("nextPickupDate") or request.day,
        ready=request.ready,
        closing=request.closing,
        warnings=tuple(str(one) for one in answer.get("warnings") or ()),
    )


def amend_pickup_cancel(data, cancel):
    """karrio leaves out who cancels, and why: both are required of the query."""
    query = urlencode({"requestorName": (cancel.name or "Warehouse")[:40], "reason": REASON})
    return f"{quote(cancel.number, safe='')}?{query}"


def is_pickup_cancelled(body):
    """A success says nothing; where it does, it is no confirmation (a problem has a title)."""
    return not body.strip() or "title" not in _read(body)


def was_pickup_cancelled(body):
    """Told by DHL's words."""
    answer = _read(body)
    return "already" in str(answer.get("detail") or answer.get("message") or "").lower()


def is_no(status, body):
    """A pickup that is not there is answered by 404, with a problem."""
    return status == 404 and bool(_read(body).get("title"))
