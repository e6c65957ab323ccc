# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What Canada Post answers to prices (rate-v4), contract shipments and voids (shipment-v8).

Shapes: rating.xsd and shipment.xsd of Canada Post's developer programme, and
https://www.canadapost-postescanada.ca/info/mc/business/productsservices/developers/services/shippingmanifest/default.jsf.
Each parcel is a shipment of its own, made by a call of its own, and its label is downloaded by
another one; so some parcels may be booked where others are not. Our id of each request
(``booking_request.request_id``) finds a shipment whose answer got lost (Get Shipments, requestId).
Return labels: see ``returning``.
"""

import base64
import contextlib
from decimal import Decimal
from urllib.parse import quote, urlsplit

from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.xml_reading import read_xml

from ...core.booking import JOINT, NOTHING, BookingAnswer, Charge, Document, Rate, Step
from ...core.checks import Rules
from ...core.setting import Setting
from .accessorials import OFFERS
from .booking_request import amend, amend_rates, request_id
from .returning import INFO, LABEL, MARK, NO_VOID, book_return, links_of

__all__ = [
    "RULES",
    "SETTINGS",
    "amend",
    "amend_rates",
    "book_return",
    "booking",
    "context",
    "errors",
    "find",
    "headers_of",
    "is_no",
    "is_void",
    "no_void",
    "rates",
    "refund",
    "was_void",
]

# common.xsd and shipment.xsd: lines and names 44 characters, a city 40, telephone numbers 25 with
# what is between the digits; 30 kg (Create Shipment).
RULES = Rules(
    line_length=44,
    lines=2,
    name_length=44,
    city_length=40,
    phone_digits=(7, 20),
    most_kilograms=30.0,
    state_countries=frozenset({"CA", "US"}),
    needs_phone="abroad",
    formats=frozenset({"PDF", "ZPL"}),
    offers=OFFERS,
)
SETTINGS = (
    Setting("username", "API user", "text", is_required=True),
    Setting("password", "API password", "secret", is_required=True),
    Setting("customer_number", "Customer number", "text", is_required=True),
    Setting("contract_id", "Contract number", "text"),
    Setting("config.cost_center", "Cost centre", "text"),
    Setting("config.transmit_shipment_by_default", "Transmit at once, without manifest", "flag"),
    Setting("config.refund_email", "E-mail for refunds", "text"),
)
SHIPMENT = "application/vnd.cpc.shipment-v8+xml"
CURRENCY = "CAD"
TAXES = {"gst": "GST", "pst": "PST", "hst": "HST"}
FUEL = "FUELSC"
FINDS_RETURNS = False  # nothing lists them


def context(act, ctx, request, settings):
    """A transmitted shipment is not voided but refunded, and Canada Post writes to an address about
    it."""
    if act == "void" and (email := (settings.config or {}).get("refund_email")):
        return {**ctx, "email": email}
    return ctx


def errors(body):
    """The texts of an answer that says no, with their codes, which Canada Post's support asks
    for."""
    root = read_xml(body)
    if root.name != "messages":
        return ""
    texts = []
    for message in root.items("message"):
        code, text = message.get("code").text(), message.get("description").text().rstrip(".")
        texts.append(f"{text} (Canada Post {code})" if code else text)
    return "; ".join(dict.fromkeys(filter(None, texts)))


def is_no(status, body):
    """A shipment that is not there is answered by 404, with an empty list of messages."""
    return status == 404 and read_xml(body).name in ("messages", "shipments")


# -- prices --------------------------------------------------------------------------------------


def rates(body, request):
    """The services that carry all parcels, each of which is priced by an answer of its own."""
    bodies = body if isinstance(body, list) else [body]
    found = {}
    for one in bodies:
        root = read_xml(one)
        if root.name != "price-quotes":
            raise ValueError(f"{root.name} is no list of prices")
        for quoted in root.items("price-quote"):
            found.setdefault(quoted.get("service-code").required(), []).append(quoted)
    return tuple(
        _rate(service, quotes) for service, quotes in found.items() if len(quotes) == len(bodies)
    )


def _rate(service, quotes):
    total = sum((_amount(one.path("price-details", "due")) for one in quotes), Decimal())
    charges = _summed(charge for one in quotes for charge in _quoted(one.get("price-details")))
    standards = [one.get("service-standard") for one in quotes]
    days = [one.get("expected-transit-time").text() for one in standards]
    dates = [one.get("expected-delivery-date").text() for one in standards]
    return Rate(
        service=service,
        name=quotes[0].get("service-name").text(),
        total=str(total),
        currency=CURRENCY,
        charges=_completed(charges, total),
        days=max(map(int, days)) if all(days) else None,
        delivery_date=max(dates) if all(dates) else "",
    )


def _quoted(details):
    yield "", "Base", _amount(details.get("base")), "base"
    for option in details.get("options").items("option"):
        name = option.get("option-name").text()
        code = option.get("option-code").text()
        yield code, name or code, _amount(option.get("option-price")), "accessorial"
    for one in details.get("adjustments").items("adjustment"):
        code, name = one.get("adjustment-code").text(), one.get("adjustment-name").text()
        yield code, name or code, _amount(one.get("adjustment-cost")), _kind(code)
    for tax, name in TAXES.items():
        yield name, name, _amount(details.path("taxes", tax)), "tax"


# -- bookings ------------------------------------------------------------------------------------


def booking(body, request):
    """The shipments that were made, in the order of the parcels, with the labels that came."""
    bodies = body if isinstance(body, list) else [body]
    papers = {one.path: one for one in bodies if getattr(one, "method", "") == "GET"}
    infos = []
    for one in bodies:
        if getattr(one, "method", "") == "GET":
            continue
        # What cannot be read of one parcel does not hide the others.
        with contextlib.suppress(ParseError):
            root = read_xml(one)
            if root.name == (INFO if request.is_return else "shipment-info"):
                infos.append(root)
    if request.is_return:
        return _returns(infos, papers, request)
    return _answer(_placed(infos, request), papers, request)


def _placed(infos, request):
    """[(number of the parcel, shipment-info)]: by our id; in the order of the answers where Canada
    Post leaves it out."""
    numbers = {request_id(request, number): number for number in range(len(request.parcels))}
    placed, strangers = {}, []
    for info in infos:
        number = numbers.get(info.get("customer-request-id").text())
        if number is None or number in placed:
            strangers.append(info)
        else:
            placed[number] = info
    free = [number for number in range(len(request.parcels)) if number not in placed]
    placed.update(zip(free, strangers, strict=False))
    return sorted(placed.items())


def _answer(placed, papers, request):
    """
    :param papers: what was downloaded, by its path
    """
    if not placed:
        return None
    documents, warnings, priced = [], [], []
    for number, info in placed:
        labels = list(_labels(info, papers, number))
        documents += labels
        identifier = info.get("shipment-id").required()
        if not labels:
            warnings.append(f"{identifier}: the label could not be downloaded.")
        if links_of(info, "commercialInvoice"):
            warnings.append(f"{identifier}: Canada Post keeps a commercial invoice to be printed.")
        if info.get("shipment-price").exists:
            priced.append(info.get("shipment-price"))
    is_priced = len(priced) == len(placed)
    total = sum((_amount(one.get("due-amount")) for one in priced), Decimal())
    charges = _summed(charge for one in priced for charge in _priced(one))
    is_part = len(placed) < len(request.parcels)
    return BookingAnswer(
        identifier=JOINT.join(info.get("shipment-id").text() for _number, info in placed),
        numbers=tuple(info.get("tracking-pin").text() for _number, info in placed),
        documents=tuple(documents),
        charges=_completed(charges, total) if is_priced else (),
        total=str(total) if is_priced else "",
        currency=CURRENCY if is_priced else "",
        warnings=tuple(warnings),
        extra={"parcels": [number for number, _info in placed]} if is_part else {},
    )


def _returns(infos, papers, request):
    """Authorized returns, which are made in the order of the parcels; without a price."""
    if not infos:
        return None
    documents, warnings = [], []
    numbers = tuple(info.get("tracking-pin").required() for info in infos)
    for parcel, (info, number) in enumerate(zip(infos, numbers, strict=True)):
        labels = list(_labels(info, papers, parcel))
        documents += labels
        if not labels:
            warnings.append(f"{number}: the label could not be downloaded.")
    is_part = len(infos) < len(request.parcels)
    return BookingAnswer(
        identifier=JOINT.join(f"{MARK}{number}" for number in numbers),
        numbers=numbers,
        documents=tuple(documents),
        warnings=tuple(warnings),
        extra={"parcels": list(range(len(infos)))} if is_part else {},
    )


def _labels(info, papers, number):
    for rel, kind in (("label", "label"), (LABEL, "return_label")):
        for path, media in links_of(info, rel):
            # A gateway before Canada Post may lengthen the path.
            content = next((one for at, one in papers.items() if at.endswith(path)), None)
            if content is not None:
                form = "PDF" if "pdf" in media.lower() else "ZPL"
                yield Document(kind, form, base64.b64encode(content).decode(), number)


def _priced(price):
    yield "", "Base", _amount(price.get("base-amount")), "base"
    for option in price.get("priced-options").items("priced-option"):
        code = option.get("option-code").text()
        yield code, f"Option {code}", _amount(option.get("option-price")), "accessorial"
    for one in price.get("adjustments").items("adjustment"):
        code = one.get("adjustment-code").text()
        name = "Fuel surcharge" if code == FUEL else code
        yield code, name, _amount(one.get("adjustment-amount")), _kind(code)
    for tax, name in TAXES.items():
        yield name, name, _amount(price.get(f"{tax}-amount")), "tax"


def no_void(identifier):
    """Why something cannot be called off from here; "" where it can."""
    return NO_VOID if identifier.startswith(MARK) else ""


def is_void(body):
    """A shipment that was not transmitted yet is deleted (204, nothing in it); for one that was, a
    refund is asked for, and there is a ticket."""
    bodies = body if isinstance(body, list) else [body]
    for one in bodies:
        if getattr(one, "method", "") == "DELETE":
            return True
        if one.strip() and read_xml(one).name == "shipment-refund-request-info":
            return True
    return False


def refund(body):
    """The service ticket of a refund that was asked for."""
    if not body.strip():
        return ""
    root = read_xml(body)
    is_refund = root.name == "shipment-refund-request-info"
    return root.get("service-ticket-id").text() if is_refund else ""


def was_void(body):
    """A shipment that Canada Post does not know (any more): 404, an empty list of messages. Or one
    that it refunds already (Request Shipment Refund)."""
    root = read_xml(body)
    is_refunded = "refund request has already been submitted" in errors(body).lower()
    return is_refunded or (root.name == "messages" and not root.items("message"))


# -- what got lost -------------------------------------------------------------------------------


def headers_of(proxy):
    """What identifies us."""
    settings = proxy.settings
    return {
        "Authorization": f"Basic {settings.authorization}",
        "Accept-Language": f"{settings.language}-CA",
    }


def find(request, settings):
    """Get Shipments by our id of each parcel's request, Get Shipment, Get Artifact."""
    customer = settings.customer_number
    infos, papers = [], {}
    for number in range(len(request.parcels)):
        asked = quote(request_id(request, number), safe="")
        path = f"/rs/{customer}/{customer}/shipment?requestId={asked}"
        exchange = yield Step("GET", path, {"Accept": SHIPMENT})
        if _is_absent(exchange):
            continue
        if not exchange.ok:
            return None
        (link,) = _shipments(exchange.body)
        exchange = yield Step("GET", link, {"Accept": SHIPMENT})
        if not exchange.ok:
            return None
        info = read_xml(exchange.body)
        if info.name != "shipment-info":
            raise ValueError(f"{info.name} is no shipment")
        infos.append(info)
        for path, media in links_of(info, "label"):
            exchange = yield Step("GET", path, {"Accept": media})
            if exchange.ok:
                papers[path] = exchange.body
            elif exchange.status != 404:
                return None
    return _answer(_placed(infos, request), papers, request) if infos else NOTHING


def _is_absent(exchange):
    """Whether Canada Post says that there is none. Raises ValueError for another no, which says
    nothing about it."""
    if exchange.ok:
        return not _shipments(exchange.body)
    if exchange.status == 404:
        return is_no(404, exchange.body)
    if 400 <= exchange.status < 500 and exchange.status not in (401, 403, 408, 425, 429):
        raise ValueError(errors(exchange.body))
    return False


def _shipments(body):
    """Paths of the shipments of a list."""
    root = read_xml(body)
    if root.name != "shipments":
        raise ValueError(f"{root.name} is no list of shipments")
    links = [link.element for link in root.items("link")]
    return [urlsplit(one.get("href", "")).path for one in links if one.get("rel") == "shipment"]


# -- money ---------------------------------------------------------------------------------------


def _kind(code):
    return "fuel" if code == FUEL else "accessorial"


def _amount(node):
    return Decimal(node.text() or "0")


def _summed(parts):
    """Charges of several parcels, by their codes; those of nothing are left out."""
    found = {}
    for code, name, amount, kind in parts:
        known = found.setdefault((code, kind), [name, Decimal()])
        known[1] += amount
    return tuple(
        Charge(code, name, str(amount), CURRENCY, kind)
        for (code, kind), (name, amount) in found.items()
        if amount or kind == "base"
    )


def _completed(charges, total):
    """What Canada Post does not itemise stands in a line of its own, so that the lines add up."""
    rest = total - sum((Decimal(one.amount) for one in charges), Decimal())
    return (*charges, Charge("", "Not itemised", str(rest), CURRENCY, "other")) if rest else charges
