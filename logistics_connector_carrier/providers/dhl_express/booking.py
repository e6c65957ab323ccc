# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Express answers to rates, shipments and a search by our reference (MyDHL API 3.1.1).

Shapes: "DHL Express APIs (MyDHL API)", OpenAPI document of
https://developer.dhl.com/api-reference/dhl-express-mydhl-api. The interface calls no shipment off:
its only DELETE is that of a pickup. So there is no ``is_void`` here, and the engine says so.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from ...core.booking import NOTHING, BookingAnswer, Charge, Document, Rate, Step, sum_of
from ...core.checks import Rules
from .accessorials import OFFERS
from .booking_request import REFERENCE_LENGTH, amend, amend_rates
from .returning import SETTINGS, account

__all__ = ["SETTINGS", "account", "amend", "amend_rates"]

# Create Shipment: three lines of 45 characters, companies of 100, cities of 45, a telephone number
# for either party, 999 packages. It wants no state, and says nothing of how heavy one may be.
RULES = Rules(
    line_length=45,
    lines=3,
    name_length=100,
    city_length=45,
    phone_digits=(1, 70),
    most_parcels=999,
    state_countries=frozenset(),
    needs_phone="always",
    formats=frozenset({"PDF", "ZPL"}),
    offers=OFFERS,
)
# Nothing says that what was just booked is found at once; DHL's test system never finds it.
SHOWS_LATE = True
VERSION = "3.1.0"  # of the header that the document wants
FUEL = "FF"
BILLED, PUBLIC = "BILLC", "PULCL"
TAXES = "STTXA"
KINDS = {"label": "label", "invoice": "invoice", "proforma": "invoice", "receipt": "receipt",
         "shipmentreceipt": "receipt"}  # fmt: skip
# Data that no courier has scanned yet is shown by the first one only.
VIEWS = ("advance-shipment", "all-checkpoints")
# The search has to be restricted to a time.
DAYS_BEFORE, DAYS_AFTER = 1, 14


def errors(body):
    """What DHL says is wrong, its own number in front; each place where there are several."""
    answer = _read(body)
    if not isinstance(answer, dict):
        return ""
    text = answer.get("detail") or answer.get("message") or answer.get("title") or ""
    if not isinstance(text, str) or "shipmentTrackingNumber" in answer or "products" in answer:
        return ""
    details = [str(one) for one in answer.get("additionalDetails") or ()]
    return "; ".join(part for part in (text.strip().rstrip("."), *details) if part)


def rates(body, request):
    """The products that DHL offers for the request and has a price for."""
    products = _read(body)["products"]
    return tuple(_rate(one) for one in products if _chosen(one.get("totalPrice")))


def _rate(product):
    price = _chosen(product["totalPrice"])
    currency, kind = price["priceCurrency"], price.get("currencyType")
    total = _number(price, "price")
    sums = _of_kind(product.get("totalPriceBreakdown"), kind, "priceBreakdown")
    taxes = sum((_number(one, "price") for one in sums if one["typeCode"] == TAXES), Decimal())
    parts = _of_kind(product.get("detailedPriceBreakdown"), kind, "breakdown")
    charges = _charges(parts, "serviceCode", currency)
    if sum_of(charges) != total and taxes:
        # What the parts leave open is the tax, or they name what was not asked for as well.
        tax = Charge(TAXES, "Tax", str(taxes), currency, "tax")
        fits = sum_of(charges) + taxes == total
        charges = (*charges, tax) if fits else (tax,)
    delivery = product.get("deliveryCapabilities") or {}
    days = delivery.get("totalTransitDays")
    return Rate(
        service=product["productCode"],
        name=product.get("productName") or "",
        total=str(total),
        currency=currency,
        charges=_completed(charges, total, currency),
        days=int(days) if days is not None else None,
        delivery_date=(delivery.get("estimatedDeliveryDateAndTime") or "")[:10],
    )


def _chosen(prices):
    """Of a price in several currencies that which will be billed; None where there is no price."""
    known = {one.get("currencyType"): one for one in reversed(prices or ())
             if one.get("priceCurrency") and _number(one, "price")}  # fmt: skip
    return known.get(BILLED) or known.get(PUBLIC) or next(iter(known.values()), None)


def _of_kind(entries, kind, name):
    return next(
        (one.get(name) or () for one in entries or () if one.get("currencyType") == kind), ()
    )


def _charges(parts, code_name, currency):
    """The first part is the product, and the prices have their taxes in them."""
    found, taxes = [], {}
    for index, one in enumerate(parts):
        code = one.get(code_name) or ""
        kind = "fuel" if code == FUEL else "accessorial" if index else "base"
        amount = _number(one, "price")
        for detail in one.get("priceBreakdown") or ():
            if detail.get("priceType") == "TAX" and (tax := _number(detail, "price")):
                name = detail.get("typeCode") or "Tax"
                taxes[name] = taxes.get(name, Decimal()) + tax
                amount -= tax
        name = (one.get("name") or code or "Base").strip()
        found.append(Charge(code, name.capitalize(), str(amount), currency, kind))
    found += [Charge(name, name, str(tax), currency, "tax") for name, tax in taxes.items()]
    return tuple(one for one in found if Decimal(one.amount))


def _completed(charges, total, currency):
    """What DHL does not itemise stands in a line of its own, so that the lines add up."""
    rest = total - sum_of(charges)
    if not any(one.kind == "base" for one in charges):
        return (Charge("", "Base", str(rest), currency, "base"), *charges)
    if rest:
        charges += (Charge("", "Not itemised", str(rest), currency, "other"),)
    return charges


def booking(body, request):
    """The booking; numbers and labels stand in the order of the packages of the request."""
    answer = _read(body)
    number = answer.get("shipmentTrackingNumber")
    if not number:
        return None
    packages = answer.get("packages") or []
    packages = sorted(packages, key=lambda one: int(one.get("referenceNumber") or 0))
    price = _chosen(answer.get("shipmentCharges")) or {}
    total, currency = _number(price, "price"), price.get("priceCurrency") or ""
    charges = _charges(price.get("serviceBreakdown") or (), "typeCode", currency)
    return BookingAnswer(
        identifier=str(number),
        numbers=tuple(one["trackingNumber"] for one in packages) or (str(number),),
        documents=_documents(answer, len(packages) or 1, request.is_return),
        charges=_completed(charges, total, currency) if price else (),
        total=str(total) if price else "",
        currency=currency,
        warnings=tuple(str(one) for one in answer.get("warnings") or ()),
    )


def _documents(answer, count, is_return):
    """Labels tell the package that they are for, as we ask them to; where they do not, they stand
    in its order if there is one for each."""
    found = []
    labels = [one for one in answer.get("documents") or () if _kind(one) == "label"]
    for one in answer.get("documents") or ():
        kind, parcel = _kind(one), None
        if kind == "label":
            place = one.get("packageReferenceNumber")
            if place is not None:
                parcel = int(place) - 1
            elif len(labels) == count:
                parcel = labels.index(one)
            kind = "return_label" if is_return else "label"
        found.append(Document(kind, (one.get("imageFormat") or "").upper(), one["content"], parcel))
    return tuple(sorted(found, key=lambda one: one.parcel or 0))


def _kind(document):
    return KINDS.get((document.get("typeCode") or "").lower(), "other")


def headers_of(proxy):
    """What identifies us."""
    return {
        "Authorization": f"Basic {proxy.settings.authorization}",
        "Accept": "application/json",
        "x-version": VERSION,
    }


def find(request, settings):
    """Tracking by reference: the number of the shipment and of its pieces, without labels. It
    counts as found when there is one shipment with all of its pieces."""
    for view in VIEWS:
        exchange = yield Step("GET", f"/tracking?{urlencode(_question(request, settings, view))}")
        if exchange.ok:
            found = _found(_read(exchange.body), request)
            if found:
                return found
        elif exchange.status != 404:
            return _unless_refused(exchange)
        elif "found" not in errors(exchange.body).lower():
            raise ValueError("not the answer of a search")
    return NOTHING


def _unless_refused(exchange):
    """What is wrong with the question says nothing of what was booked."""
    if exchange.status in (400, 422):
        raise ValueError(errors(exchange.body))
    return None


def _question(request, settings, view):
    day = date.fromisoformat(request.ship_date)
    return {
        "shipmentReference": request.reference[:REFERENCE_LENGTH],
        "shipmentReferenceType": "CU",
        "shipperAccountNumber": settings.account_number,
        "dateRangeFrom": (day - timedelta(DAYS_BEFORE)).isoformat(),
        "dateRangeTo": (day + timedelta(DAYS_AFTER)).isoformat(),
        "trackingView": view,
        "levelOfDetail": "all",
    }


def _found(answer, request):
    ours = request.reference[:REFERENCE_LENGTH]
    shipments = [one for one in answer["shipments"] if one.get("shipmentTrackingNumber")]
    shipments = [one for one in shipments if ours in _references(one, ours)]
    if not shipments:
        return None
    if len({one["shipmentTrackingNumber"] for one in shipments}) > 1:
        raise ValueError("several shipments have this reference")
    number = str(shipments[0]["shipmentTrackingNumber"])
    pieces = sorted(shipments[0].get("pieces") or (), key=lambda one: int(one.get("number") or 0))
    numbers = [one["trackingNumber"] for one in pieces if one.get("trackingNumber")]
    if not numbers and len(request.parcels) == 1:
        numbers = [number]
    if len(numbers) != len(request.parcels):
        raise ValueError(f"{len(numbers)} pieces instead of {len(request.parcels)}")
    return BookingAnswer(
        identifier=number,
        numbers=tuple(numbers),
        warnings=(
            "DHL Express gives a label once, with the booking, and its answer got lost; nor does"
            " its interface call a shipment off. Ask DHL's customer service for either.",
        ),
    )


def _references(shipment, default):
    """Those that DHL shows of a shipment; what was asked for, where it shows none."""
    return [one.get("value") for one in shipment.get("shipperReferences") or ()] or [default]


def _read(body):
    return json.loads(body, parse_float=Decimal)


def _number(holder, name):
    value = holder.get(name)
    return Decimal(str(value)) if value is not None else Decimal()
