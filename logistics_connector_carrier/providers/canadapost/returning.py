# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Return labels of Canada Post: Create Authorized Return (authreturn-v2), one for each parcel.

Facts: authreturn.xsd of Canada Post's developer programme, and
https://www.canadapost-postescanada.ca/info/mc/business/productsservices/developers/services/returns/createreturn.jsf.
Its answer has a number and where the label lies; no price, and no id by which it could be asked
for or called off. Within Canada only. karrio asks for the first parcel alone, writes "Not
Applicable" and leaves dimensions in tenths out: the request is our own.
"""

import re
from urllib.parse import urlsplit

from lxml import etree
from odoo.addons.logistics_connector_base.core.xml_reading import read_xml

from ...core.booking import Step
from .booking_request import MOST_REFERENCE, decimal_of

MEDIA = "application/vnd.cpc.authreturn-v2+xml"
NAMESPACE = "http://www.canadapost.ca/ws/authreturn-v2"
INFO, LABEL = "authorized-return-info", "returnLabel"
# In front of the number, in the place of an id of a shipment: it is none.
MARK = "return:"
NO_VOID = (
    "Canada Post's interface takes no return label back. A label that is not used costs nothing:"
    " destroy it, take it from who has it, then press “Cancelled by hand”."
)


def book_return(request, settings):
    """The calls that make the labels: first all returns, then their labels. The first one that is
    refused ends it.

    :return: a generator of Step, which is sent the exchange of each
    :raises ValueError: it cannot be asked for, in words for people
    """
    if {request.shipper.country, request.recipient.country} != {"CA"}:
        raise ValueError("A return label of Canada Post is for parcels within Canada.")
    bodies = [_body(request, parcel, settings) for parcel in request.parcels]
    return _calls(bodies, settings)


def _calls(bodies, settings):
    path = f"/rs/{settings.customer_number}/{settings.customer_number}/authorizedreturn"
    links = []
    for body in bodies:
        exchange = yield Step("POST", path, {"Accept": MEDIA, "Content-Type": MEDIA}, body)
        if not exchange.ok:
            break
        links += links_of(read_xml(exchange.body), LABEL)
    for link, media in links:
        yield Step("GET", link, {"Accept": media})


def links_of(info, rel):
    """[(path, media type)] of what an answer links to."""
    return [
        (urlsplit(link.element.get("href", "")).path, link.element.get("media-type", ""))
        for link in info.get("links").items("link")
        if link.element.get("rel") == rel
    ]


def _body(request, parcel, settings):
    root = etree.Element(f"{{{NAMESPACE}}}authorized-return", nsmap={None: NAMESPACE})
    _add(root, "service-code", request.service)
    _party(_add(root, "returner"), request.shipper)
    _party(_add(root, "receiver"), request.recipient)
    about = _add(root, "parcel-characteristics")
    _add(about, "weight", decimal_of(parcel.weight, "0.001"))
    sizes = {"length": parcel.length, "width": parcel.width, "height": parcel.height}
    if all(sizes.values()):
        dimensions = _add(about, "dimensions")
        for name, size in sizes.items():
            _add(dimensions, name, decimal_of(size, "0.1"))
    paper = _add(root, "print-preferences")
    _add(paper, "output-format", "4x6")
    _add(paper, "encoding", request.label)
    settlement = _add(root, "settlement-info")
    if settings.contract_id:
        _add(settlement, "contract-id", settings.contract_id)
    references = _add(root, "references")
    _add(references, "customer-ref-1", request.reference[:MOST_REFERENCE])
    _add(references, "customer-ref-2", parcel.key[:MOST_REFERENCE])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _party(holder, party):
    _add(holder, "name", party.name or party.company)
    _add(holder, "company", party.company or party.name)
    address = _add(holder, "domestic-address")
    first, *more = [line for line in party.lines if line] or [""]
    _add(address, "address-line-1", first)
    if more:
        _add(address, "address-line-2", ", ".join(more))
    _add(address, "city", party.city)
    _add(address, "province", party.state)
    _add(address, "postal-code", re.sub(r"\W", "", party.zip).upper())


def _add(parent, name, text=None):
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child
