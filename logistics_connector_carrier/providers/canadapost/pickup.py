# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What Canada Post answers to on-demand pickups, and our request in the place of karrio's, which
asks for the business address and another one at the same time, whatever the hour.

Shapes: pickuprequest.xsd and the pages "Create Pickup Request" and "Cancel Pickup Request" of
canadapost-postescanada.ca (developers, services, parcelpickup). It knows no reference of ours: a
lost answer is for a person.
"""

import re
from xml.etree import ElementTree

from odoo.addons.logistics_connector_base.core.xml_reading import read_xml

from ...core.pickup import PickupAnswer
from ...core.pickup_checks import PickupRules
from ...engine import transport

# A line and a city of 35 characters, a telephone number as 800-555-1212, instructions of 132;
# between noon and 17:45, in quarters of an hour.
HOURS = ("12:00", "17:45")
RULES = PickupRules(
    line_length=35,
    lines=0,
    street_length=35,
    city_length=35,
    phone_digits=(10, 11),
    place_length=40,
    note_length=90,
    hours=HOURS,
    countries=frozenset({"CA"}),
    state_countries=frozenset({"CA"}),
)
NAMESPACE = "http://www.canadapost.ca/ws/pickuprequest"
COMPANY, NAME = 35, 45
# The schema knows no longer top level domains, and lets no other address pass.
EMAIL = re.compile(r"[\w'+-]+(\.[\w'+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,5}", re.A)
EMAIL_LENGTH = 60
HEAVY = 23.0  # kilograms of one parcel
CURRENCY = "CAD"


def amend_pickup(data, request):
    """The steps of the request: the one that orders. Whether there are pickups at this address,
    karrio's other step, is said by its refusal as well."""
    loading = transport.load("karrio.core.utils")
    serializable = loading.Serializable(_order(request))
    job = loading.Job(id="create_pickup", data=serializable)
    return loading.Pipeline(create_pickup=lambda *_before: job)


def _order(request):
    party = request.address
    root = ElementTree.Element("pickup-request-details", xmlns=NAMESPACE)
    _add(root, "pickup-type", "OnDemand")
    location = _add(root, "pickup-location")
    _add(location, "business-address-flag", "false")
    address = _add(location, "alternate-address")
    _add(address, "company", (party.company or party.name)[:COMPANY])
    _add(address, "address-line-1", ", ".join(line for line in party.lines if line))
    _add(address, "city", party.city)
    _add(address, "province", party.state)
    _add(address, "postal-code", re.sub(r"\s", "", party.zip).upper())
    contact = _add(root, "contact-info")
    _add(contact, "contact-name", (party.name or party.company)[:NAME])
    if EMAIL.fullmatch(party.email) and len(party.email) <= EMAIL_LENGTH:
        _add(contact, "email", party.email)
    digits = re.sub(r"\D", "", party.phone)[-10:]
    _add(contact, "contact-phone", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")
    _add(contact, "receive-email-updates-flag", "false")
    note = ", ".join(filter(None, (request.place, request.note)))
    if note:
        _add(_add(root, "location-details"), "pickup-instructions", note)
    if request.heaviest > HEAVY:
        _add(_add(root, "items-characteristics"), "heavy-item-flag", "true")
    _add(root, "pickup-volume", str(request.count))
    time = _add(_add(root, "pickup-times"), "on-demand-pickup-time")
    _add(time, "date", request.day)
    _add(time, "preferred-time", max(_quarter(request.ready, 14), HOURS[0]))
    _add(time, "closing-time", min(_quarter(request.closing, 0), HOURS[1]))
    return ElementTree.tostring(root, encoding="unicode")


def _add(parent, name, text=None):
    child = ElementTree.SubElement(parent, name)
    child.text = text
    return child


def _quarter(clock, more):
    """A time as a quarter of an hour: the one before, or with 14 minutes more the next one."""
    hours, minutes = clock.split(":")
    quarters = (int(hours) * 60 + int(minutes) + more) // 15
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


def pickup(body, request):
    root = read_xml(body)
    header, price = root.get("pickup-request-header"), root.get("pickup-request-price")
    due = price.get("due-amount").text() if price.exists else ""
    number = header.get("request-id").text()
    if not number:
        raise ValueError("no request-id")
    return PickupAnswer(
        number=number,
        day=header.get("next-pickup-date").text() or request.day,
        ready=request.ready,
        closing=request.closing,
        total=due,
        currency=CURRENCY if due else "",
    )


def is_pickup_cancelled(body):
    """A success has no body, or none that refuses."""
    return not body.strip() or read_xml(body).name != "messages"
