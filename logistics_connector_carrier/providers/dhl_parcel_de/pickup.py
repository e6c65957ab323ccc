# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL answers to pickups in Germany (Parcel DE Pickup API v3), and what karrio's request for
one lacks.

Shapes: https://developer.dhl.com/api-reference/parcel-de-pickup-post-parcel-germany. Without a
billing number for pickups it is the one on demand of a contract, else a single one that is billed.
"""

import json
from urllib.parse import urlencode

from ...core.booking import Step
from ...core.pickup import NOTHING, PickupAnswer
from ...core.pickup_checks import PickupRules, house_of
from . import booking

# A street of 70 characters with a house number apart, 35 of a city; the comment of 100 has the
# place and the note. The interface says nothing of hours and days ahead.
RULES = PickupRules(
    line_length=70,
    lines=2,
    city_length=35,
    phone_digits=(3, 50),
    place_length=40,
    note_length=58,
    most_parcels=999,
    countries=frozenset({"DE"}),
    state_countries=frozenset(),
    needs_house=True,
)
# Nothing says that what was just ordered is shown at once.
SHOWS_LATE = True
NAME, REFERENCE = 50, 20
# karrio's, of DHL's test system, where the account has none.
NOT_OURS = "22222222220801"
OFF = {"STORNIERT", "ABGELEHNT"}
SIZE = "M"


def config(values, is_test):
    """As of bookings, with the billing number of pickups."""
    number = "".join((values.get("billing_number_pickup") or "").split())
    return {**booking.config(values, is_test), "pickup_billing_number": number}


def errors(body):
    """Problems of a pickup are a list; what is not cancelled is told in a success."""
    answer = json.loads(body)
    if isinstance(answer, list):
        told = (_words(one) for one in answer)
    elif "failedCancellations" in answer or "confirmation" in answer:
        told = (one.get("message") for one in answer.get("failedCancellations") or ())
    else:
        return booking.errors(body)
    return "; ".join(filter(None, told))


def _words(one):
    told = (one.get("title"), one.get("instance"), one.get("detail"))
    return ": ".join(dict.fromkeys(str(part) for part in told if part))


def amend_pickup(data, request):
    """karrio orders one parcel without size and reference, on a billing number of DHL's test system
    where we have none, and leaves out the house."""
    customer = data.pop("customerDetails", None) or {}
    number = customer.get("billingNumber")
    if number and number != NOT_OURS:
        data["customerDetails"] = {"billingNumber": number}
    party = request.address
    lines = [line for line in party.lines if line]
    street, house = house_of(lines[0])
    names = [one for one in (party.company, party.name, *lines[1:]) if one]
    address = {
        "name1": names[0][:NAME],
        "addressStreet": street,
        "addressHouse": house,
        "postalCode": party.zip,
        "city": party.city,
        "country": party.country,
    }
    if len(names) > 1:
        address["name2"] = ", ".join(names[1:])[:NAME]
    data["pickupLocation"] = {"type": "Address", "pickupAddress": address}
    contact = {"name": (party.name or party.company)[:NAME], "phone": party.phone}
    data["contactPerson"] = [contact]
    comment = ", ".join(filter(None, (request.place, request.note)))
    details = {
        "pickupDate": {"type": "Date", "value": request.day},
        "totalWeight": {"uom": "g", "value": round(request.weight * 1000)},
    }
    data["pickupDetails"] = details | ({"comment": comment} if comment else {})
    parcel = {
        "transportationType": "PAKET",
        "size": SIZE,
        "customerReference": request.reference[:REFERENCE],
    }
    data["shipmentDetails"] = {"shipments": [dict(parcel) for _each in range(request.count)]}
    return data


def pickup(body, request):
    told = json.loads(body)["confirmation"]["value"]
    return PickupAnswer(
        number=told["orderID"],
        day=told["pickupDate"],
        ready=request.ready,
        closing=request.closing,
    )


def is_pickup_cancelled(body):
    answer = json.loads(body)
    return bool(answer["confirmedCancellations"]) and not answer.get("failedCancellations")


def was_pickup_cancelled(body):
    failed = json.loads(body).get("failedCancellations") or ()
    return any(one.get("orderState") == "STORNIERT" for one in failed)


def headers_of(proxy):
    """What identifies us."""
    return {"Authorization": f"Bearer {proxy.authenticate().deserialize()}"}


def find(request, settings):
    """The orders of that day: each parcel has our reference."""
    query = urlencode({"pickupDate": request.day})
    exchange = yield Step("GET", f"{settings.pickup_server_url}/orders?{query}")
    if not exchange.ok:
        return None
    for order in json.loads(exchange.body):
        about = order["orderDetails"]
        parcels = order["shipmentDetails"].get("shipments") or ()
        references = {one["shipment"].get("customerReference") for one in parcels}
        if about["orderState"] not in OFF and request.reference[:REFERENCE] in references:
            return PickupAnswer(about["orderID"], request.day, request.ready, request.closing)
    return NOTHING
