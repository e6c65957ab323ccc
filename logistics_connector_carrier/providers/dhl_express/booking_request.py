# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""karrio's requests for DHL Express (2026.1.32), put right by what we were asked for. It sends no
reference and none of the options, cuts prices to whole units, gives each good the weight of one
piece, declares goods within the European Union, leaves out the terms that DHL wants at home, asks
for one picture of all labels, ships at midnight Greenwich time, and guesses telephone and invoice
numbers.

Facts: the OpenAPI document of ``booking``.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytz

from ...engine import transport
from . import accessorials

REFERENCE_LENGTH = 35
TEXT_LENGTH = 70
GOODS_LENGTH = 512
SIGNER_LENGTH = 35
EMAIL_LENGTH = 70
NOTICE_LENGTH = 50  # of an address that gets a notice
# DHL's own boxes and envelopes; karrio knows some codes that the document does not.
TYPE_CODES = frozenset(
    "1CE 2BC 2BP 2BX 3BX 4BX 5BX 6BX 7BX 8BX CE1 TBL TBS WB1 WB2 WB3 WB6 XPD".split()
)
EXPRESS_ENVELOPE = ("3", "XPD")  # karrio's code → the document's
REASONS = {
    "merchandise": "commercial_purpose_or_sale",
    "sample": "sample",
    "gift": "gift",
    "return_merchandise": "return",
}
INVOICES = {"merchandise": "commercial", "return_merchandise": "returns"}
DUTIES_PAID = "DD"
# An IOSS number has, after "IM", the country that gave it (ISO 3166-1 numeric).
IOSS_COUNTRIES = dict(
    zip(
        "040 056 100 191 196 203 208 233 246 250 276 300 348 372 380 428 440 442 470 528 616 620"
        " 642 703 705 724 752".split(),
        "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split(),
        strict=True,
    )
)
NOON = time(12)
# DHL takes no time that is past when it reads it.
SOON = timedelta(minutes=15)


def amend(data, request):
    """A booking."""
    shipment = data["shipment"]
    shipment["plannedShippingDateAndTime"] = planned(request)
    shipment["customerReferences"] = [_reference(request.reference)]
    for name, party in _parties(request):
        _details(shipment["customerDetails"][name], party)
    _services(shipment, request)
    if (place := accessorials.on_demand(request)) is not None:
        shipment["onDemandDelivery"] = place
    address = request.recipient.email
    if request.options.get("email_notification") and 0 < len(address) <= NOTICE_LENGTH:
        receiver = {"typeCode": "email", "receiverId": address}
        shipment["shipmentNotification"] = [receiver]
    _images(shipment, request)
    content = shipment["content"]
    content["packages"] = [
        _package(parcel, place) for place, parcel in enumerate(request.parcels, 1)
    ]
    content["description"] = _description(request)
    content["unitOfMeasurement"] = "metric"
    _customs(shipment, content, request)
    return data


def amend_rates(data, request):
    """A question for rates."""
    data["plannedShippingDateAndTime"] = planned(request)
    data["unitOfMeasurement"] = "metric"
    data["isCustomsDeclarable"] = _is_declared(request)
    for name, party in _parties(request):
        _address(data["customerDetails"][name], party)
    data["packages"] = [_box(parcel) for parcel in request.parcels]
    if _is_declared(request):
        value = {"typeCode": "declaredValue", "value": float(_value(request))}
        data["monetaryAmount"] = [{**value, "currency": _currency(request)}]
    _services(data, request)
    return data


def planned(request, now=None):
    """Noon of the ship date where the shipper is; today a little later than now, where it is past.

    :param datetime now: aware
    """
    zones = pytz.country_timezones.get(request.shipper.country)
    zone = ZoneInfo(zones[0]) if zones else UTC
    day = date.fromisoformat(request.ship_date)
    moment = datetime.combine(day, NOON, zone)
    soon = (now or datetime.now(UTC)).astimezone(zone) + SOON
    if soon > moment and soon.date() == day:
        moment = soon.replace(second=0, microsecond=0)
    offset = moment.strftime("%z")
    return f"{moment:%Y-%m-%dT%H:%M:%S} GMT{offset[:3]}:{offset[3:5]}"


def _parties(request):
    return (("shipperDetails", request.shipper), ("receiverDetails", request.recipient))


def _details(data, party):
    _address(data["postalAddress"], party)
    contact = data["contactInformation"]
    contact["companyName"] = party.company or party.name
    contact["fullName"] = party.name or party.company
    contact["phone"] = party.phone
    contact.pop("mobilePhone", None)
    if len(party.email) > EMAIL_LENGTH:
        contact.pop("email", None)
    numbers = []
    if party.tax_id:
        kind = "EIN" if party.country == "US" else "VAT"
        numbers.append(_number(kind, party.tax_id, party.country))
    if party.eori:
        numbers.append(_number("EOR", party.eori, party.eori[:2].upper()))
    if numbers:
        data["registrationNumbers"] = numbers


def _number(kind, number, country):
    return {"typeCode": kind, "number": number[:35], "issuerCountryCode": country}


def _address(data, party):
    for place in (1, 2, 3):
        data.pop(f"addressLine{place}", None)
    lines = [line for line in party.lines if line]
    data.update({f"addressLine{place}": line for place, line in enumerate(lines[:3], 1)})
    data["postalCode"] = party.zip  # wanted, and empty where there is none
    if len(party.state) < 2:
        data.pop("provinceCode", None)


def _services(data, request):
    """Options, by DHL's codes."""
    known = transport.load("karrio.providers.mydhl.units").ShippingOption.__members__
    services = []
    for name, wanted in sorted(request.options.items()):
        option = known.get(name)
        code = getattr(option.value, "code", "") if option else ""
        # karrio takes the notification by e-mail for the verbal one (JA).
        if not wanted or len(code) != 2 or name == "email_notification":
            continue
        service = {"serviceCode": code}
        if option.value.type is float:
            currency = request.options.get("currency") or _currency(request)
            if not currency:
                raise ValueError(f"The currency of {name} is not known: the goods have no prices.")
            service |= {"value": float(wanted), "currency": currency}
        services.append(service)
    ours = accessorials.services(request)
    codes = {one["serviceCode"] for one in ours}
    services = [one for one in services if one["serviceCode"] not in codes] + ours
    if request.customs and request.customs.duties_paid_by == "sender":
        account = data["accounts"][0]["number"]
        data["accounts"] = [data["accounts"][0], {"typeCode": "duties-taxes", "number": account}]
        if {"serviceCode": DUTIES_PAID} not in services:
            services.append({"serviceCode": DUTIES_PAID})
    if services:
        data["valueAddedServices"] = services


def _images(shipment, request):
    """A label for each package, which says for which one it is."""
    images = shipment["outputImageProperties"]
    images["splitTransportAndWaybillDocLabels"] = True
    images["splitDocumentsByPages"] = True
    images["allDocumentsInOneImage"] = False
    link = {"typeCode": "linkLabelsByPieces", "isRequested": True}
    shipment["getAdditionalInformation"] = [link]
    if _is_declared(request):
        images["splitInvoiceAndReceipt"] = True
        kind = INVOICES.get(request.customs.content, "proforma")
        invoice = {"typeCode": "invoice", "templateName": "COMMERCIAL_INVOICE_P_10"}
        images["imageOptions"].append({**invoice, "isRequested": True, "invoiceType": kind})


def _package(parcel, place):
    package = {
        **_box(parcel),
        "referenceNumber": place,
        "customerReferences": [_reference(parcel.key)],
    }
    if parcel.description.strip():
        package["description"] = parcel.description.strip()[:TEXT_LENGTH]
    return package


def _box(parcel):
    box = {"weight": round(parcel.weight, 3)}
    sides = (parcel.length, parcel.width, parcel.height)
    if all(sides):
        names = ("length", "width", "height")
        box["dimensions"] = {name: round(s, 3) for name, s in zip(names, sides, strict=True)}
    if parcel.packaging:
        units = transport.load("karrio.providers.mydhl.units")
        code = units.PackagingType.map(parcel.packaging).value or parcel.packaging
        code = EXPRESS_ENVELOPE[1] if code == EXPRESS_ENVELOPE[0] else code
        if code in TYPE_CODES:
            box["typeCode"] = code
    return box


def _description(request):
    texts = dict.fromkeys(
        [one.description for one in request.parcels]
        + [good.description for one in request.parcels for good in one.goods]
    )
    text = ", ".join(text.strip() for text in texts if text.strip())
    return text[:TEXT_LENGTH].strip() or "Goods"


def _customs(shipment, content, request):
    for name in ("exportDeclaration", "declaredValue", "declaredValueCurrency"):
        content.pop(name, None)
    content["isCustomsDeclarable"] = _is_declared(request)
    customs = request.customs
    pays = customs.duties_paid_by if customs else ""
    terms = "DDP" if pays == "sender" else "DAP"
    # Wanted at home as well, where nothing depends on it.
    content["incoterm"] = customs.incoterm if customs and customs.incoterm else terms
    if not _is_declared(request):
        return
    content["declaredValue"] = float(_value(request))
    content["declaredValueCurrency"] = _currency(request)
    goods = [good for one in request.parcels for good in one.goods]
    reason = REASONS.get(customs.content, "permanent")
    invoice = {
        "number": (customs.invoice or request.order or request.reference)[:REFERENCE_LENGTH],
        "date": customs.invoice_date or request.ship_date,
    }
    if customs.signer:
        invoice["signatureName"] = customs.signer[:SIGNER_LENGTH]
    content["exportDeclaration"] = {
        "lineItems": [_line(good, place, reason) for place, good in enumerate(goods, 1)],
        "invoice": invoice,
        "exportReasonType": reason,
        "shipmentType": "personal" if customs.content == "gift" else "commercial",
    }
    if customs.ioss:
        country = IOSS_COUNTRIES.get(customs.ioss[2:5], request.recipient.country)
        numbers = shipment["customerDetails"]["shipperDetails"].setdefault(
            "registrationNumbers", []
        )
        numbers.append(_number("SDT", customs.ioss, country))


def _line(good, place, reason):
    line = {
        "number": place,
        "description": good.description[:GOODS_LENGTH],
        "price": float(Decimal(good.value).quantize(Decimal("0.001"))),
        "quantity": {"value": good.quantity, "unitOfMeasurement": "PCS"},
        "exportReasonType": reason,
        "manufacturerCountry": good.origin,
        # Of all pieces; one of net and gross is wanted.
        "weight": {"netValue": round(good.weight, 3)},
    }
    if good.hs_code:
        line["commodityCodes"] = [{"typeCode": "outbound", "value": good.hs_code[:18]}]
    return line


def _is_declared(request):
    return request.customs is not None and request.customs.content != "documents"


def _value(request):
    return sum(Decimal(good.value) * good.quantity for one in request.parcels for good in one.goods)


def _currency(request):
    return next((good.currency for one in request.parcels for good in one.goods), "")


def _reference(text):
    return {"typeCode": "CU", "value": text[:REFERENCE_LENGTH]}
