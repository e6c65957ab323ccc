# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""karrio's requests for FedEx (2026.1.32), put right by what we were asked for. It swaps street and
house number, calls centimetres inches, declares a value that costs a surcharge and that nobody
asked for, gives each good the weight of one piece, asks for a commercial invoice at home, and
guesses terms of sale and telephone numbers.

Facts: the OpenAPI documents of ``booking``.
"""

from decimal import Decimal
from math import ceil

from ...core.accessorials import shares_of
from . import accessorials

# CUSTOMER_REFERENCE: 30 characters for Ground, 40 for Express.
REFERENCE_LENGTH = 30
DESCRIPTION_LENGTH = 450
MOST_PIECES = 9999
OWN_BOX = "YOUR_PACKAGING"


def amend(data, request):
    """A booking."""
    shipment = data["requestedShipment"]
    _party(shipment["shipper"], request.shipper)
    _party(shipment["recipients"][0], request.recipient)
    account = {"responsibleParty": {"accountNumber": data["accountNumber"]}}
    shipment["shippingChargesPayment"] = {"paymentType": "SENDER", "payor": account}
    # In the account's own currency, as it will be billed.
    shipment["rateRequestType"] = ["ACCOUNT"]
    shipment.pop("preferredCurrency", None)
    _packages(shipment, request)
    for line in shipment["requestedPackageLineItems"]:
        others = [
            one
            for one in line.get("customerReferences") or ()
            if one["customerReferenceType"] != "CUSTOMER_REFERENCE"
        ]
        line["customerReferences"] = [_reference(request), *others]
        if not line.get("packageSpecialServices"):
            line.pop("packageSpecialServices", None)
    if request.customs is None:
        shipment.pop("customsClearanceDetail", None)
        shipment.pop("shippingDocumentSpecification", None)
    else:
        _customs(shipment["customsClearanceDetail"], request, account)
    accessorials.put(shipment, request)
    if request.is_return:
        accessorials.put_return(shipment)
    return data


def amend_rates(data, request):
    """A question for rates."""
    shipment = data["requestedShipment"]
    for name, party in (("shipper", request.shipper), ("recipient", request.recipient)):
        _address(shipment[name]["address"], party)
    shipment["rateRequestType"] = ["ACCOUNT", "LIST"]
    shipment.pop("preferredCurrency", None)
    _packages(shipment, request)
    goods = _goods(request)
    if goods and "customsClearanceDetail" in shipment:
        shipment["customsClearanceDetail"]["commodities"] = goods
    accessorials.put(shipment, request)
    return data


def _party(data, party):
    _address(data["address"], party)
    numbers = []
    if party.tax_id:
        kind = "FEDERAL" if party.country == "US" else "BUSINESS_NATIONAL"
        numbers.append({"number": party.tax_id[:18], "tinType": kind})
    if party.eori:
        numbers.append({"number": party.eori[:18], "tinType": "BUSINESS_UNION"})
    data.pop("tins", None)
    if numbers:
        data["tins"] = numbers


def _address(data, party):
    data["streetLines"] = [line for line in party.lines if line]
    data["residential"] = party.is_residential
    if party.country == "PR":  # to Odoo a country, to FedEx a state as well
        data.setdefault("stateOrProvinceCode", "PR")


def _packages(shipment, request):
    """Kilograms and centimetres; a value is declared where it was asked for."""
    lines = shipment["requestedPackageLineItems"]
    wanted = request.accessorials
    declared = wanted.declared_value or request.options.get("declared_value")
    shares = shares_of(str(declared or 0), request.parcels)
    shipment.pop("totalDeclaredValue", None)
    currency = wanted.currency if wanted.declared_value else request.options.get("currency")
    currency = currency or _currency(request)
    if declared and currency:
        shipment["totalDeclaredValue"] = _money(declared, currency)
    is_own_box = shipment.get("packagingType") == OWN_BOX
    for line, parcel, share in zip(lines, request.parcels, shares, strict=True):
        line["weight"] = {"units": "KG", "value": round(parcel.weight, 3)}
        sides = (parcel.length, parcel.width, parcel.height)
        line.pop("dimensions", None)
        if all(sides) and is_own_box:
            names = ("length", "width", "height")
            whole = {name: ceil(side) for name, side in zip(names, sides, strict=True)}
            line["dimensions"] = {**whole, "units": "CM"}
        line.pop("declaredValue", None)
        if declared and currency:
            line["declaredValue"] = _money(share, currency)
        if parcel.description:
            line["itemDescription"] = parcel.description[:50]


def _customs(data, request, account):
    customs = request.customs
    data["commodities"] = _goods(request)
    data["totalCustomsValue"] = _money(_value(request), _currency(request))
    data["isDocumentOnly"] = customs.content == "documents"
    data.pop("insuranceCharge", None)
    if customs.duties_paid_by == "sender":
        data["dutiesPayment"] = {"paymentType": "SENDER", "payor": account}
    elif customs.duties_paid_by == "recipient":
        data["dutiesPayment"] = {"paymentType": "RECIPIENT"}
    invoice = data["commercialInvoice"]
    invoice.pop("termsOfSale", None)
    if customs.incoterm:
        invoice["termsOfSale"] = customs.incoterm
    references = [_reference(request)]
    if customs.invoice:
        number = {"customerReferenceType": "INVOICE_NUMBER", "value": customs.invoice[:30]}
        references.insert(0, number)
    invoice["customerReferences"] = references
    if customs.ioss:
        # Ship v1 names no field for it: on the invoice the broker sees it.
        invoice["comments"] = [f"IOSS {customs.ioss}"]


def _goods(request):
    """What is inside, each line with the weight and value of all of its pieces."""
    return [
        {
            key: value
            for key, value in {
                "description": good.description[:DESCRIPTION_LENGTH],
                "name": good.description[:35],
                "partNumber": good.sku,
                "harmonizedCode": good.hs_code,
                "countryOfManufacture": good.origin,
                "quantity": good.quantity,
                "quantityUnits": "PCS",
                "numberOfPieces": min(good.quantity, MOST_PIECES),
                "unitPrice": _money(good.value, good.currency),
                "customsValue": _money(Decimal(good.value) * good.quantity, good.currency),
                "weight": {"units": "KG", "value": round(good.weight, 3)},
            }.items()
            if value
        }
        for parcel in request.parcels
        for good in parcel.goods
    ]


def _value(request):
    return sum(Decimal(good.value) * good.quantity for one in request.parcels for good in one.goods)


def _currency(request):
    return next((good.currency for one in request.parcels for good in one.goods), "")


def _money(amount, currency):
    return {"amount": float(amount), "currency": currency}


def _reference(request):
    value = request.reference[:REFERENCE_LENGTH]
    return {"customerReferenceType": "CUSTOMER_REFERENCE", "value": value}
