# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What DHL Parcel DE is asked for: karrio's order, put right by the published schema (see
``booking``) where karrio cuts texts off, guesses, or says more than was asked for."""

import re
from decimal import ROUND_DOWN, Decimal

from . import accessorials

# Product → its name, its procedure (the 11th and 12th character of its billing numbers), and
# karrio's name of it.
PRODUCTS = {
    "V01PAK": ("DHL Paket", "01", "dhl_parcel_de_paket"),
    "V62KP": ("DHL Kleinpaket", "62", "dhl_parcel_de_kleinpaket"),
    "V53WPAK": ("DHL Paket International", "53", "dhl_parcel_de_paket_international"),
    "V54EPAK": ("DHL Europaket", "54", "dhl_parcel_de_europaket"),
    "V66WPI": ("Warenpost International", "66", "dhl_parcel_de_warenpost_international"),
    "V07PAK": ("DHL Retoure", "07", "dhl_parcel_de_retoure"),
}
# Of a consignee that is no house: what says so → what DHL's schema knows beside it.
DROP_POINTS = {
    "lockerID": ("name", "lockerID", "postNumber", "city", "country", "postalCode"),
    "retailID": ("name", "retailID", "postNumber", "email", "city", "country", "postalCode"),
    "poBoxID": ("name1", "name2", "poBoxID", "email", "city", "country", "postalCode"),
}
LEAST_REFERENCE, MOST_REFERENCE = 8, 35
MOST_PHONE = 20
MOST_INVOICE, MOST_EXPORT_WORDS, MOST_ITEM_WORDS, MOST_HS_CODE = 35, 80, 256, 11


def amend(data, request):
    """karrio's order, put right.

    :raises ValueError: it cannot be, in words for people
    """
    if request.is_return:
        raise ValueError(
            "A return of its own is not booked with DHL Parcel DE from here. A return label comes"
            " with the parcel."
        )
    origins = _origins(data, request)
    for number, (shipment, parcel) in enumerate(
        zip(data["shipments"], request.parcels, strict=True)
    ):
        _amend_number(shipment)
        _amend_reference(shipment, request)
        shipment["shipDate"] = request.ship_date
        shipment["details"] = _details(parcel)
        shipment["shipper"] = _address(shipment["shipper"], request.shipper, "Sender", False)
        shipment["consignee"] = _consignee(shipment["consignee"], request)
        if "customs" in shipment:
            shipment["customs"] = _customs(shipment, parcel, request, origins)
        shipment["services"] = _services(shipment, request, number)
        if not shipment["services"]:
            del shipment["services"]
    return data


def _amend_number(shipment):
    """The number of a product that DHL does not have is left to DHL's words."""
    product = shipment.get("product")
    name, procedure, _service = PRODUCTS.get(product, ("", "", ""))
    number = shipment.get("billingNumber") or ""
    if name and not number:
        raise ValueError(f"There is no billing number of {name} ({product}) in DHL's access.")
    if name and number[10:12] != procedure:
        raise ValueError(f"“{number}” is no billing number of {name} ({product}).")


def _amend_reference(shipment, request):
    """DHL's reference has 8 characters and more; a shorter one is printed as cost center, which has
    no minimum."""
    if len(request.reference) >= LEAST_REFERENCE:
        shipment["refNo"] = request.reference[:MOST_REFERENCE]
    else:
        shipment.pop("refNo", None)
        shipment.setdefault("costCenter", request.reference)


def _details(parcel):
    """Whole grams and millimetres: DHL takes no fractions of a centimetre."""
    details = {"weight": {"uom": "g", "value": round(parcel.weight * 1000)}}
    if parcel.length and parcel.width and parcel.height:
        details["dim"] = {
            "uom": "mm",
            "length": round(parcel.length * 10),
            "width": round(parcel.width * 10),
            "height": round(parcel.height * 10),
        }
    return details


def _address(known, party, who, has_additional):
    """The whole first line as street, as DHL recommends it. karrio takes the number out of it, puts
    ten characters of the second line in its place, or drops that line. What is beyond the first
    line follows the name within Germany, and has fields of its own abroad."""
    street, *more = [line for line in party.lines if line] or [""]
    names = [one for one in (party.company or party.name, party.company and party.name) if one]
    if has_additional:
        extra = {
            f"additionalAddressInformation{number}": line for number, line in enumerate(more, 1)
        }
    else:
        names, extra = names + more, {}
    if len(names) > 3 or len(extra) > 2:
        raise ValueError(
            f"{who}: names and address lines are too many for DHL, which prints three lines above"
            " the street. Join or shorten them."
        )
    address = {f"name{number}": name for number, name in enumerate(names, 1)}
    address.update(extra)
    address["addressStreet"] = street
    for name in ("postalCode", "city", "state", "country", "email", "contactName"):
        if known.get(name):
            address[name] = known[name]
    for name in ("email", "contactName"):
        if len(address.get(name, "abc")) < 3:
            del address[name]
    return address


def _consignee(known, request):
    if (post_office := accessorials.consignee(request)) is not None:
        return post_office
    for drop_point, names in DROP_POINTS.items():
        if known.get(drop_point):
            return {name: known[name] for name in names if known.get(name)}
    party, is_abroad = request.recipient, _is_abroad(request)
    address = _address(known, party, "Recipient", is_abroad)
    # Within Germany telephone numbers may not be handed over (GDPR).
    if is_abroad and party.phone:
        phone = party.phone.strip()
        address["phone"] = phone if len(phone) <= MOST_PHONE else re.sub(r"[^\d+]", "", phone)
    if party.country == "US" and party.state:
        address["state"] = f"US-{party.state.removeprefix('US-')}"
    return address


def _services(shipment, request, number):
    services = dict(shipment.get("services") or {})
    # karrio says so of each shipment; DHL knows it of those abroad.
    if not _is_abroad(request) and "dhl_parcel_de_endorsement" not in request.options:
        services.pop("endorsement", None)
    if "cashOnDelivery" in services:
        raise ValueError("Cash on delivery is not booked with DHL Parcel DE from here.")
    if "additionalInsurance" in services:
        # The option is in euros, whatever the goods are priced in.
        services["additionalInsurance"] = {**services["additionalInsurance"], "currency": "EUR"}
    if "dhlRetoure" in services:
        services["dhlRetoure"] = _retoure(services["dhlRetoure"], shipment, request)
    services.update(accessorials.services(request, number))
    is_paid = request.customs is not None and request.customs.incoterm == "DDP"
    if is_paid and shipment.get("product") == "V53WPAK":
        services.setdefault("postalDeliveryDutyPaid", True)
    return services


def _retoure(known, shipment, request):
    number = known.get("billingNumber") or ""
    if number[10:12] != PRODUCTS["V07PAK"][1]:
        raise ValueError("There is no billing number of DHL Retoure in DHL's access.")
    retoure = {**known}
    if "dhl_parcel_de_dhl_retoure" not in request.options:
        retoure["returnAddress"] = shipment["shipper"]
    if len(retoure.get("refNo") or "") < 6:
        retoure.pop("refNo", None)
    return retoure


def _customs(shipment, parcel, request, origins):
    """Each parcel declares what is in it; karrio declares all goods for each parcel."""
    known = shipment["customs"]
    customs = {
        name: known[name]
        for name in (
            "exportType",
            "permitNo",
            "attestationNo",
            "hasElectronicExportNotification",
            "MRN",
            "shipperCustomsRef",
            "consigneeCustomsRef",
        )
        if known.get(name) not in (None, "")
    }
    if request.customs.invoice:
        customs["invoiceNo"] = request.customs.invoice[:MOST_INVOICE]
    words = "; ".join(dict.fromkeys(good.description for good in parcel.goods))
    customs["exportDescription"] = words[:MOST_EXPORT_WORDS]
    # Only Europaket has terms; karrio's default is that the sender pays the duties.
    if shipment.get("product") == "V54EPAK" and request.customs.incoterm in ("DAP", "DDP"):
        customs["shippingConditions"] = request.customs.incoterm
    for name, party in (
        ("shipperCustomsRef", request.shipper),
        ("consigneeCustomsRef", request.recipient),
    ):
        if party.eori:
            customs.setdefault(name, party.eori)
    currency = parcel.goods[0].currency
    charged = (known.get("postalCharges") or {}).get("value") or 0
    # What the recipient paid for the transport; required, and in the goods' currency.
    customs["postalCharges"] = {"currency": currency, "value": charged}
    customs["items"] = [_item(good, origins[good]) for good in parcel.goods]
    return customs


def _item(good, origin):
    grams = Decimal(str(good.weight)) * 1000 / good.quantity
    item = {
        "itemDescription": good.description[:MOST_ITEM_WORDS],
        "packagedQuantity": good.quantity,
        "itemValue": {"currency": good.currency, "value": float(good.value)},
        # Rounded down: goods may not weigh more than their parcel.
        "itemWeight": {
            "uom": "g",
            "value": max(1, int(grams.to_integral_value(rounding=ROUND_DOWN))),
        },
    }
    if origin:
        item["countryOfOrigin"] = origin
    if code := re.sub(r"\D", "", good.hs_code)[:MOST_HS_CODE]:
        item["hsCode"] = code
    return item


def _origins(data, request):
    """The goods' countries with three letters, as karrio has them: by the goods."""
    items = (data["shipments"][0].get("customs") or {}).get("items") or []
    goods = [good for parcel in request.parcels for good in parcel.goods]
    if not items:
        return {}
    return {good: item.get("countryOfOrigin", "") for good, item in zip(goods, items, strict=True)}


def _is_abroad(request):
    return request.shipper.country != request.recipient.country
