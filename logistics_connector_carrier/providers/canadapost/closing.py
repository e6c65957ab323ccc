# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Canada Post's end of day: shipments wait in groups until their groups are transmitted; what comes
of it are manifests, one or more, with a paper each.

Shapes: manifest.xsd (manifest-v8) and the pages Get Groups, Get Shipments, Transmit Shipments, Get
Manifest, Get Manifests of the developer programme. A group is transmitted once: its shipments are
gone from it afterwards, so what is still in one was not transmitted. Which shipments a manifest has
says its own list, not our request: some may lie in no group, or be void.
"""

import base64
import re
from datetime import date, timedelta
from urllib.parse import urlsplit

from lxml import etree
from odoo.addons.logistics_connector_base.core.xml_reading import read_xml

from ...core.booking import Document, Step
from ...core.closing import NOT_CLOSED, CloseAnswer, NotTaken
from .booking import SHIPMENT, errors, headers_of, is_no

__all__ = ["close", "closes", "errors", "find_close", "headers_of", "is_no", "problem"]

MANIFEST = "application/vnd.cpc.manifest-v8+xml"
NAMESPACE = "http://www.canadapost.ca/ws/manifest-v8"
OURS = re.compile(r"\d{8}-\w*")  # groups of our bookings, see ``booking_request``
TRANSMITTED = "transmitted"
EMPTY = "EMPTY"  # the number of a manifest of nothing
MOST_NAME, MOST_LINE, MOST_CITY = 44, 44, 40
UNKNOWN = "Canada Post does not know this shipment (any more)."
LEFT_OUT = "Canada Post has put it on no manifest."
NOT_SENT = "It is still in its group: it was not transmitted."


def closes(values):
    """Shipments wait for their manifest unless the account transmits each at once."""
    return not values.get("config.transmit_shipment_by_default")


def problem(request):
    """What the address of a manifest lacks."""
    address = request.address
    wanted = {
        "a telephone number": address.phone,
        "a street": any(address.lines),
        "a city": address.city,
        "a province": address.state,
        "a postal code": address.zip,
        "a name": address.company or address.name,
    }
    lacks = ", ".join(name for name, value in wanted.items() if not value)
    return f"The address where the parcels are handed over lacks {lacks}." if lacks else ""


def close(request, settings):
    """Look where the shipments are, transmit the groups that hold them, read the manifests."""
    groups = yield from _groups(request.shipments, settings)
    if groups is None:
        return None
    wanted = set(request.shipments)
    held = {one for members in groups.values() for one in members} & wanted
    looked = yield from _elsewhere(request.shipments, held, settings)
    if looked is None:
        return None
    done, refused = looked
    found = {}
    if held:
        body = _transmit_set(request, groups, held)
        exchange = yield Step("POST", _path(settings, "manifest"), _types(), body)
        if not exchange.ok:
            return None
        links = _links(read_xml(exchange.body), "manifests", "manifest")
        found = yield from _read_manifests(links)
    lost = done - _shipments_of(found)
    if lost:
        earlier = yield from _manifests_since(request, settings, lost)
        if earlier is None:
            return None
        found |= earlier
    return _answer(request, found, done, refused, LEFT_OUT)


def find_close(request, settings):
    """What is still in its group was not transmitted; the rest stands on a manifest of these
    days."""
    groups = yield from _groups(request.shipments, settings)
    if groups is None:
        return None
    held = {one for members in groups.values() for one in members} & set(request.shipments)
    looked = yield from _elsewhere(request.shipments, held, settings)
    if looked is None:
        return None
    done, refused = looked
    if not done:
        return NOT_CLOSED
    found = yield from _manifests_since(request, settings, done)
    if found is None:
        return None
    if done - _shipments_of(found):
        raise ValueError("transmitted, but on no manifest yet")
    return _answer(request, found, done, refused, NOT_SENT)


# -- looking -------------------------------------------------------------------------------------


def _groups(shipments, settings):
    """Groups that hold some of these: {name: identifiers of all that is in it}."""
    exchange = yield Step("GET", _path(settings, "group"), {"Accept": SHIPMENT})
    if not exchange.ok:
        return None
    root = read_xml(exchange.body)
    if root.name != "groups":
        raise ValueError(f"{root.name} is no list of groups")
    known = {}
    for group in root.items("group"):
        name = group.get("group-id").required()
        if OURS.fullmatch(name):
            known[name] = [_target(one.element.get("href", "")) for one in group.items("link")]
    found, left = {}, set(shipments)
    for name in sorted(known, reverse=True):  # the newest ones first
        if not left:
            break
        for link in known[name]:
            exchange = yield Step("GET", link, {"Accept": SHIPMENT})
            if exchange.status == 404 and is_no(404, exchange.body):
                continue
            if not exchange.ok:
                return None
            members = _identifiers(read_xml(exchange.body))
            if left & set(members):
                found[name] = members
                left -= set(members)
    return found


def _elsewhere(shipments, held, settings):
    """Of the shipments that are in no group: those that were transmitted before, and those that are
    not to be had, with the reason."""
    done, refused = set(), []
    for identifier in shipments:
        if identifier in held:
            continue
        path = _path(settings, f"shipment/{identifier}")
        exchange = yield Step("GET", path, {"Accept": SHIPMENT})
        if exchange.status == 404 and is_no(404, exchange.body):
            refused.append(NotTaken(identifier, UNKNOWN))
            continue
        if not exchange.ok:
            return None
        info = read_xml(exchange.body)
        if info.name != "shipment-info":
            raise ValueError(f"{info.name} is no shipment")
        status = info.get("shipment-status").text()
        if status == TRANSMITTED or info.get("po-number").text():
            done.add(identifier)
        else:
            text = f"It is in no group of Canada Post's; its state there is “{status}”."
            refused.append(NotTaken(identifier, text))
    return done, refused


def _manifests_since(request, settings, wanted):
    """The manifests of these days that hold what is wanted, the newest ones first."""
    day = date.fromisoformat(request.day)
    # A day of ours may be another one in Canada.
    start, end = day - timedelta(days=1), day + timedelta(days=14)
    path = _path(settings, f"manifest?start={start:%Y%m%d}&end={end:%Y%m%d}")
    exchange = yield Step("GET", path, {"Accept": MANIFEST})
    if exchange.status == 404 and is_no(404, exchange.body):
        return {}
    if not exchange.ok:
        return None
    links = _links(read_xml(exchange.body), "manifests", "manifest")
    return (yield from _read_manifests(list(reversed(links)), wanted))


def _read_manifests(links, wanted=None):
    """Get Manifest, Get Shipments, Get Artifact of each: {number: (identifiers, PDF)}.

    :param wanted: stop when all of these were found, and leave other manifests out
    """
    found, left = {}, set(wanted or ())
    for link in links:
        if wanted is not None and not left:
            break
        exchange = yield Step("GET", link, {"Accept": MANIFEST})
        if exchange.status != 200:
            raise ValueError("a manifest is not ready yet")
        root = read_xml(exchange.body)
        number = root.get("po-number").required()
        if number == EMPTY:
            continue
        members = []
        for path, media in _linked(root, "manifestShipments"):
            exchange = yield Step("GET", path, {"Accept": media or MANIFEST})
            if exchange.status != 200:
                raise ValueError("the shipments of a manifest cannot be read")
            members += _identifiers(read_xml(exchange.body))
        if wanted is not None and not left & set(members):
            continue
        left -= set(members)
        paper = b""
        for path, media in _linked(root, "artifact"):
            exchange = yield Step("GET", path, {"Accept": media or "application/pdf"})
            paper = exchange.body if exchange.status == 200 else paper
        found[number] = (members, paper)
    return found


def _shipments_of(found):
    return {one for members, _paper in found.values() for one in members}


def _answer(request, found, done, refused, words):
    on_paper = _shipments_of(found)
    taken = tuple(one for one in request.shipments if one in on_paper or one in done)
    named = {*taken, *(one.identifier for one in refused)}
    rest = [NotTaken(one, words) for one in request.shipments if one not in named]
    return CloseAnswer(
        taken=taken,
        refused=(*refused, *rest),
        manifests=tuple(found),
        documents=tuple(
            Document("manifest", "PDF", base64.b64encode(paper).decode(), number=number)
            for number, (_members, paper) in found.items()
            if paper
        ),
        warnings=tuple(
            f"{number}: the paper could not be downloaded; print it on Canada Post's site."
            for number, (_members, paper) in found.items()
            if not paper
        ),
    )


# -- XML -----------------------------------------------------------------------------------------


def _path(settings, tail):
    return f"/rs/{settings.customer_number}/{settings.customer_number}/{tail}"


def _types():
    return {"Accept": MANIFEST, "Content-Type": MANIFEST}


def _target(href):
    """Of a link: its path, and its query, by which lists are asked for."""
    parts = urlsplit(href)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _links(root, name, rel):
    if root.name != name:
        raise ValueError(f"{root.name} is no list of {name}")
    links = [link.element for link in root.items("link")]
    return [_target(one.get("href", "")) for one in links if one.get("rel") == rel]


def _linked(root, rel):
    links = [link.element for link in root.get("links").items("link")]
    return [
        (_target(one.get("href", "")), one.get("media-type", ""))
        for one in links
        if one.get("rel") == rel
    ]


def _identifiers(root):
    """Of a list of shipments, each of which is a link to it."""
    return [urlsplit(one).path.rsplit("/", 1)[-1] for one in _links(root, "shipments", "shipment")]


def _transmit_set(request, groups, held):
    """What else lies in the groups is left there: it may be booked by somebody else, or later."""
    root = etree.Element(f"{{{NAMESPACE}}}transmit-set", nsmap={None: NAMESPACE})
    names = _add(root, "group-ids")
    for name in sorted(groups):
        _add(names, "group-id", name)
    zip_code = re.sub(r"\W", "", request.address.zip).upper()
    _add(root, "requested-shipping-point", zip_code)
    _add(root, "detailed-manifests", "true")
    _add(root, "method-of-payment", "Account")
    address = request.address
    ours = _add(root, "manifest-address")
    _add(ours, "manifest-company", (address.company or address.name)[:MOST_NAME])
    if address.company and address.name and address.name != address.company:
        _add(ours, "manifest-name", address.name[:MOST_NAME])
    _add(ours, "phone-number", address.phone)
    details = _add(ours, "address-details")
    first, *more = [line for line in address.lines if line]
    _add(details, "address-line-1", first[:MOST_LINE])
    if more:
        _add(details, "address-line-2", ", ".join(more)[:MOST_LINE])
    _add(details, "city", address.city[:MOST_CITY])
    _add(details, "prov-state", address.state)
    _add(details, "country-code", "CA")
    _add(details, "postal-zip-code", zip_code)
    _add(root, "customer-reference", request.day)
    others = sorted({one for members in groups.values() for one in members} - held)
    if others:
        excluded = _add(root, "excluded-shipments")
        for identifier in others:
            _add(excluded, "shipment-id", identifier)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add(parent, name, text=None):
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child
