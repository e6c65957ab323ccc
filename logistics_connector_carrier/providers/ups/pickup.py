# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What UPS answers to on-call pickups (v2409), and what karrio's request for one lacks.

Shapes: Pickup.yaml of github.com/UPS-API/api-documentation.
"""

import json

from ...core.booking import Step
from ...core.pickup import NOTHING, PickupAnswer
from ...core.pickup_checks import PickupRules
from .booking import _list

# Pickup.yaml: one address line of 73 characters, 50 of a city, 25 of a telephone number, 11 of the
# place, 57 of the instruction. How long a driver needs is told by UPS's operations only.
RULES = PickupRules(
    street_length=73,
    city_length=50,
    phone_digits=(7, 15),
    place_length=11,
    note_length=57,
    most_parcels=999,
    state_countries=frozenset({"US", "CA", "IE", "HK"}),
)
COMPANY, CONTACT = 27, 22  # characters; a name that is cut keeps no driver away
OVERWEIGHT = 32.0  # kilograms of one package
STANDARD = "011"
CANCELLED = "007"  # OnCallStatusCode of the pending status


def amend_pickup(data, request):
    """karrio names an unsupported subversion, one piece for all services, no reference, a street
    that is no list and an element that the schema does not know."""
    asked = data["PickupCreationRequest"]
    asked["Request"]["SubVersion"] = "2007"
    asked.pop("Notification", None)
    address = asked["PickupAddress"]
    party = request.address
    address["CompanyName"] = (party.company or party.name)[:COMPANY]
    address["ContactName"] = (party.name or party.company)[:CONTACT]
    address["AddressLine"] = [", ".join(line for line in party.lines if line)]
    address["PickupPoint"] = request.place
    if not request.place:
        del address["PickupPoint"]
    asked["PickupPiece"] = [
        {
            "ServiceCode": load.service.zfill(3) if load.service else STANDARD,
            "Quantity": str(load.count),
            "DestinationCountryCode": load.country or party.country,
            "ContainerCode": "01",
        }
        for load in request.loads
    ]
    asked["TotalWeight"] = {"Weight": f"{request.weight:.1f}", "UnitOfMeasurement": "KGS"}
    asked["OverweightIndicator"] = "Y" if request.heaviest > OVERWEIGHT else "N"
    asked["ReferenceNumber"] = request.reference[:35]
    asked["ShippingLabelsAvailable"] = "Y"
    return data


def pickup(body, request):
    """The order of the van; UPS repeats the number of one that it has for this address."""
    answer = json.loads(body)["PickupCreationResponse"]
    rate = answer.get("RateResult") or {}
    total = rate.get("GrandTotalOfAllIncentedCharge") or rate.get("GrandTotalOfAllCharge") or ""
    alerts = _list((answer.get("Response") or {}).get("Alert"))
    return PickupAnswer(
        number=answer["PRN"],
        day=request.day,
        ready=request.ready,
        closing=request.closing,
        total=total,
        currency=rate.get("CurrencyCode", "") if total else "",
        warnings=tuple(one.get("Description", "") for one in alerts),
    )


def is_pickup_cancelled(body):
    status = json.loads(body)["PickupCancelResponse"]["Response"]["ResponseStatus"]
    return status["Code"] == "1"


def was_pickup_cancelled(body):
    """Told by UPS's words: its page of errors is behind a login."""
    found = _list(json.loads(body)["response"]["errors"])
    return any("already" in (one.get("message") or "").lower() for one in found)


def find(request, settings):
    """The pending status by account: each pickup of today and tomorrow with the reference that it
    was ordered with. One of a later day is not found, and ordered again: UPS answers with the
    number of the order that it has for the address (``PRN`` of the schema)."""
    headers = {"AccountNumber": settings.account_number}
    exchange = yield Step("GET", "/api/shipments/v2409/pickup/oncall", headers)
    if not exchange.ok:
        return None
    answer = json.loads(exchange.body)["PickupPendingStatusResponse"]
    for one in _list(answer.get("PendingStatus")):
        is_ours = one.get("ReferenceNumber") == request.reference[:35]
        if is_ours and one.get("OnCallStatusCode") != CANCELLED:
            return PickupAnswer(one["PRN"], request.day, request.ready, request.closing)
    return NOTHING
