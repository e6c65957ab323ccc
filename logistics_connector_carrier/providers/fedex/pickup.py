# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What FedEx answers to pickups (Pickup Request API v1), and what karrio's request for one lacks.

Shapes: the OpenAPI document "Pickup Request API" of
https://developer.fedex.com/api/en-us/catalog/pickup.html. Express and Ground are fetched by vans of
their own. Nothing can be asked by our reference: a lost answer is for a person.
"""

from ...core.pickup import PickupAnswer
from ...core.pickup_checks import PickupRules
from .booking import _read, _words

# Lines of 35 characters, three of them; 35 of a city; a telephone number of 10 to 15 digits; 60 of
# the remarks, which tell the place as well. Express takes tomorrow's van today, Ground up to two
# weeks ahead.
RULES = PickupRules(
    line_length=35,
    lines=3,
    city_length=35,
    phone_digits=(10, 15),
    place_length=25,
    note_length=33,
    most_days=14,
    most_parcels=999,
)
REMARKS, NAME = 60, 35
EXPRESS, GROUND = "FDXE", "FDXG"
KINDS = {EXPRESS: "FedEx Express", GROUND: "FedEx Ground"}
GROUND_SERVICES = {"FEDEX_GROUND", "GROUND_HOME_DELIVERY", "INTL_GROUND_DISTRIBUTION", "SMART_POST"}
# Words of people → where FedEx's driver looks.
PLACES = {"front": "FRONT", "rear": "REAR", "back": "REAR", "side": "SIDE"}


def kind_of(service):
    return GROUND if service in GROUND_SERVICES else EXPRESS


def amend_pickup(data, request):
    """karrio orders Express for all, counts our parcels as one and passes on no place."""
    data["carrierCode"] = request.kind or kind_of(request.loads[0].service)
    data["packageCount"] = request.count
    data["totalWeight"] = {"units": "KG", "value": round(request.weight, 1)}
    data.pop("commodityDescription", None)
    origin = data["originDetail"]
    word = next((one for one in PLACES if one in request.place.lower()), "")
    origin["packageLocation"] = PLACES.get(word, "NONE")
    remarks = ", ".join(filter(None, (request.place, request.note)))
    data.pop("remarks", None)
    if remarks:
        data["remarks"] = remarks[:REMARKS]
    contact = origin["pickupLocation"]["contact"]
    party = request.address
    contact["personName"] = (party.name or party.company)[:NAME]
    contact["companyName"] = (party.company or party.name)[:NAME]
    contact["phoneNumber"] = "".join(one for one in party.phone if one.isdigit())
    origin["pickupLocation"]["address"]["streetLines"] = [one for one in party.lines if one]
    return data


def pickup(body, request):
    output = _read(body)["output"]
    alerts = output.get("alerts") or ()
    return PickupAnswer(
        number=output["pickupConfirmationCode"],
        day=request.day,
        ready=request.ready,
        closing=request.closing,
        warnings=tuple(_words(one) for one in alerts),
        # An Express van is called off at the station that sends it.
        extra={
            "kind": request.kind or kind_of(request.loads[0].service),
            "location": output.get("location") or "",
        },
    )


def amend_pickup_cancel(data, cancel):
    """karrio knows neither the van nor the station."""
    data["carrierCode"] = cancel.extra.get("kind") or EXPRESS
    if cancel.extra.get("location"):
        data["location"] = cancel.extra["location"]
    return data


def is_pickup_cancelled(body):
    return bool(_read(body)["output"]["pickupConfirmationCode"])


def was_pickup_cancelled(body):
    """Told by FedEx's words."""
    found = _read(body).get("errors") or ()
    return any("already" in (one.get("message") or "").lower() for one in found)
