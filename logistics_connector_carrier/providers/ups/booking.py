# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What UPS answers to rating (v2409), shipping (v2409) and voiding (v2409).

Shapes: https://developer.ups.com/tag/Shipping and /tag/Rating; Shipping.yaml and Rating.yaml of
github.com/UPS-API/api-documentation. UPS writes a list with one entry as the entry alone.
"""

import json
from decimal import Decimal

from ...core.booking import NOTHING, BookingAnswer, Charge, Document, Rate, Step
from ...core.checks import Rules
from . import accessorials

# Shipping.yaml: 35 characters a line and name, three lines, 30 of a city, 15 of a telephone number,
# 200 packages; 70 kg (150 lb) a package.
RULES = Rules(
    line_length=35,
    lines=3,
    name_length=35,
    city_length=30,
    phone_digits=(7, 15),
    most_parcels=200,
    most_kilograms=70.0,
    state_countries=frozenset({"US", "CA", "IE"}),
    offers=accessorials.OFFERS,
)
FUEL = "375"
# Appendix "Service Codes" of the Shipping API; the names differ by country of origin.
SERVICES = {
    "01": "Next Day Air",
    "02": "2nd Day Air",
    "03": "Ground",
    "07": "Express",
    "08": "Expedited",
    "11": "Standard",
    "12": "3 Day Select",
    "13": "Next Day Air Saver",
    "14": "Next Day Air Early",
    "54": "Express Plus",
    "59": "2nd Day Air A.M.",
    "65": "Saver",
    "70": "Access Point Economy",
}
# Label Recovery: no shipment with this reference and shipper number. Other refusals (our account,
# the shape of the question) say nothing about it.
NOT_FOUND = {"9801031"}
# Form of a label as UPS names it → as we do. GIF is what is printed 4x6 by desktop printers.
FORMATS = {"GIF": "GIF", "PNG": "PNG", "ZPL": "ZPL", "EPL": "EPL", "SPL": "SPL", "PDF": "PDF"}


def errors(body):
    """The texts of an answer that says no, with their codes, which UPS's support asks for."""
    response = json.loads(body).get("response") or {}
    texts = []
    for one in _list(response.get("errors")):
        code, text = one.get("code"), (one.get("message") or "").strip().rstrip(".")
        texts.append(f"{text} (UPS {code})" if code else text)
    return "; ".join(filter(None, texts))


def rates(body, request):
    """All services that UPS offers for the request, at the account's prices where it has some."""
    answer = json.loads(body)["RateResponse"]
    return tuple(_rate(one) for one in _list(answer["RatedShipment"]))


def _rate(rated):
    code = rated["Service"]["Code"]
    negotiated = rated.get("NegotiatedRateCharges") or {}
    source = negotiated or rated
    total = (
        source.get("TotalChargesWithTaxes")
        or source.get("TotalCharge")
        or source.get("TotalCharges")
        or rated["TotalCharges"]
    )
    charges = _charges(source)
    arrival = ((rated.get("TimeInTransit") or {}).get("ServiceSummary") or {}).get(
        "EstimatedArrival"
    ) or {}
    days = arrival.get("BusinessDaysInTransit") or (rated.get("GuaranteedDelivery") or {}).get(
        "BusinessDaysInTransit"
    )
    day = (arrival.get("Arrival") or {}).get("Date") or ""
    return Rate(
        service=code,
        name=(rated["Service"].get("Description") or "").strip(),
        total=_amount(total),
        currency=total["CurrencyCode"],
        charges=_completed(charges, total),
        days=int(days) if days else None,
        delivery_date=f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
    )


def booking(body, request):
    """The booking; numbers and labels stand in the order of the packages of the request."""
    results = json.loads(body)["ShipmentResponse"]["ShipmentResults"]
    packages = _list(results["PackageResults"])
    documents = []
    for index, package in enumerate(packages):
        if label := package.get("ShippingLabel"):
            kind = "return_label" if request.is_return else "label"
            documents.append(_document(kind, label, index))
        if receipt := package.get("ShippingReceipt"):
            documents.append(_document("receipt", receipt, index))
    form = (results.get("Form") or {}).get("Image")
    if form:
        documents.append(_document("invoice", form, None))
    negotiated = results.get("NegotiatedRateCharges") or {}
    public = results.get("ShipmentCharges") or {}
    source = negotiated or public
    total = (
        source.get("TotalChargesWithTaxes")
        or source.get("TotalCharge")
        or source.get("TotalCharges")
        or {}
    )
    alerts = _list((json.loads(body)["ShipmentResponse"].get("Response") or {}).get("Alert"))
    return BookingAnswer(
        identifier=results["ShipmentIdentificationNumber"],
        numbers=tuple(package["TrackingNumber"] for package in packages),
        documents=tuple(documents),
        charges=_completed(_charges(source), total) if total else (),
        total=_amount(total) if total else "",
        currency=total.get("CurrencyCode", ""),
        warnings=tuple(alert.get("Description", "") for alert in alerts),
    )


def amend(data, request):
    """Our reference where UPS prints it and finds it again: on the first package within the US and
    Puerto Rico, else on the shipment (Shipping.yaml, ``ReferenceNumber``), beside the package's."""
    shipment = data["ShipmentRequest"]["Shipment"]
    reference = {"Value": request.reference[:35]}
    pair = (request.shipper.country, request.recipient.country)
    if pair in (("US", "US"), ("PR", "PR")):
        for package in shipment["Package"]:
            own = package.get("ReferenceNumber")
            package["ReferenceNumber"] = [reference, own] if own else [reference]
    else:
        shipment["ReferenceNumber"] = [reference]
    accessorials.put(shipment, request)
    if request.is_return:
        accessorials.put_return(shipment, request)
    return data


def amend_rates(data, request):
    """The price is that of what will be asked for."""
    accessorials.put(data["RateRequest"]["Shipment"], request, is_booking=False)
    return data


def headers_of(proxy):
    """What identifies us."""
    return {"Authorization": f"Bearer {proxy.get_token()}", "Content-Type": "application/json"}


def find(request, settings):
    """Label Recovery (v1) by reference: numbers and labels, without prices."""
    values = {
        "ReferenceNumber": {"Value": request.reference[:35]},
        "ShipperNumber": settings.account_number,
    }
    data = {
        "LabelRecoveryRequest": {
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "ZPL" if request.label == "ZPL" else "GIF"}
            },
            "ReferenceValues": values,
        }
    }
    exchange = yield Step("POST", "/api/labels/v1/recovery", {}, json.dumps(data).encode())
    if not exchange.ok:
        is_no = exchange.status == 400 and _codes(exchange.body) & NOT_FOUND
        return NOTHING if is_no else None
    answer = json.loads(exchange.body)["LabelRecoveryResponse"]
    results = _list(answer["LabelResults"])
    kind = "return_label" if request.is_return else "label"
    documents = []
    for index, one in enumerate(results):
        if image := one.get("LabelImage"):
            form = (image.get("LabelImageFormat") or {}).get("Code", "").upper()
            documents.append(Document(kind, form, image["GraphicImage"], index))
    return BookingAnswer(
        identifier=answer.get("ShipmentIdentificationNumber") or results[0]["TrackingNumber"],
        numbers=tuple(one["TrackingNumber"] for one in results),
        documents=tuple(documents),
    )


def is_void(body):
    """Whether UPS has called the shipment off."""
    status = json.loads(body)["VoidShipmentResponse"]["SummaryResult"]["Status"]
    return status["Code"] == "1"


def was_void(body):
    """190117: it was voided before."""
    return "190117" in _codes(body)


def _codes(body):
    return {one.get("code") for one in _list(json.loads(body)["response"]["errors"])}


def _document(kind, holder, parcel):
    form = (holder.get("ImageFormat") or {}).get("Code", "").upper()
    return Document(kind, FORMATS.get(form, form), holder["GraphicImage"], parcel)


def _charges(source):
    """The parts of a price, as far as UPS names them."""
    found = []
    if base := source.get("BaseServiceCharge"):
        found.append(_charge("", "Base", base, "base"))
    for one in _list(source.get("ItemizedCharges")):
        code = one.get("Code", "")
        name = (one.get("Description") or "").strip().capitalize()
        kind = "fuel" if code == FUEL else "accessorial"
        found.append(_charge(code, name or ("Fuel surcharge" if code == FUEL else code), one, kind))
    for one in _list(source.get("TaxCharges")):
        found.append(_charge(one.get("Type", ""), one.get("Type", "") or "Tax", one, "tax"))
    return tuple(one for one in found if Decimal(one.amount))


def _charge(code, name, money, kind):
    return Charge(code, name, _amount(money), money.get("CurrencyCode", ""), kind)


def _completed(charges, total):
    """What UPS does not itemise stands in a line of its own, so that the lines add up."""
    if not total:
        return charges
    currency = total["CurrencyCode"]
    charges = tuple(
        one if one.currency else Charge(one.code, one.name, one.amount, currency, one.kind)
        for one in charges
    )
    rest = Decimal(_amount(total)) - sum((Decimal(one.amount) for one in charges), Decimal())
    if not any(one.kind == "base" for one in charges):
        return (Charge("", "Base", str(rest), currency, "base"), *charges)
    if rest:
        charges += (Charge("", "Not itemised", str(rest), currency, "other"),)
    return charges


def _amount(money):
    value = Decimal(money["MonetaryValue"])
    return str(value)


def _list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
