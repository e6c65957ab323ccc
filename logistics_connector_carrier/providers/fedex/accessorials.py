# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What FedEx offers beside the transport, and where it stands in a request (Ship and Rate v1).
karrio names no location to hold at, asks for cash only, and for C.O.D. of the shipment with Ground,
which has it of the package; its signature lacks the service type without which FedEx refuses it.

Facts: the OpenAPI documents "Ship API" and "Rates and Transit Times API"
(ShipmentSpecialServices, PackageSpecialServices, ReturnShipmentDetail).
"""

from ...core.accessorials import Offers, shares_of

# Insurance is not sold: FedEx is liable for a declared value, which the packages share.
OFFERS = Offers(
    kinds=frozenset(
        {
            "declared_value",
            "cod",
            "saturday",
            "hold_at",
            "signature_none",
            "signature_any",
            "signature_adult",
        }
    ),
    returns=frozenset({"alone"}),
    cod_kinds=frozenset({"cash", "secured"}),
    hold_id=r"[A-Z0-9]{4,6}",
)
SIGNATURES = {"none": "NO_SIGNATURE_REQUIRED", "any": "DIRECT", "adult": "ADULT"}
COLLECTIONS = {"any": "ANY", "cash": "CASH", "secured": "GUARANTEED_FUNDS"}
# C.O.D. of Ground is collected by package.
GROUND = ("FEDEX_GROUND", "GROUND_HOME_DELIVERY")
PRINT_RETURN_LABEL = "PRINT_RETURN_LABEL"


def put(shipment, request):
    """Into karrio's ``requestedShipment``, of a booking or of a question for rates. Values that are
    declared stand beside the packages' weights (``booking_request``)."""
    wanted = request.accessorials
    lines = shipment["requestedPackageLineItems"]
    if wanted.signature:
        for line in lines:
            kind = {"signatureOptionType": SIGNATURES[wanted.signature]}
            _add(_of_package(line), "SIGNATURE_OPTION", **kind)
    if wanted.cod:
        _cod(shipment, lines, request)
    if wanted.saturday:
        _add(_of_shipment(shipment), "SATURDAY_DELIVERY")
    if wanted.hold_at is not None:
        detail = {"holdAtLocationDetail": _location(request)}
        _add(_of_shipment(shipment), "HOLD_AT_LOCATION", **detail)


def put_return(shipment):
    """A label that the customer prints; the payer's account says who pays, we."""
    detail = {"returnShipmentDetail": {"returnType": PRINT_RETURN_LABEL}}
    _add(_of_shipment(shipment), "RETURN_SHIPMENT", **detail)
    customs = shipment.get("customsClearanceDetail")
    if customs:
        # Why it comes back, which customs asks of returns from abroad.
        customs["customsOption"] = {"type": "COURTESY_RETURN_LABEL"}


def _cod(shipment, lines, request):
    wanted = request.accessorials
    if (request.service or shipment.get("serviceType")) in GROUND:
        _add(_of_shipment(shipment), "COD")
        for line, share in zip(lines, shares_of(wanted.cod, request.parcels), strict=True):
            money = {"codCollectionAmount": _money(share, wanted.currency)}
            _add(_of_package(line), "COD", packageCODDetail=money)
        return
    detail = {
        "codCollectionType": COLLECTIONS[wanted.cod_kind or "any"],
        "codCollectionAmount": _money(wanted.cod, wanted.currency),
    }
    _add(_of_shipment(shipment), "COD", shipmentCODDetail=detail)


def _location(request):
    location = request.accessorials.hold_at
    detail = {"locationId": location.id}
    if location.lines and location.city and location.country:
        address = {
            "streetLines": list(location.lines),
            "city": location.city,
            "stateOrProvinceCode": location.state,
            "postalCode": location.zip,
            "countryCode": location.country,
        }
        contact = {"companyName": location.name[:35], "phoneNumber": location.phone}
        detail["locationContactAndAddress"] = {
            "address": {name: value for name, value in address.items() if value},
            "contact": {name: value for name, value in contact.items() if value},
        }
    return detail


def _of_shipment(shipment):
    return _filled(shipment, "shipmentSpecialServices")


def _of_package(line):
    return _filled(line, "packageSpecialServices")


def _filled(holder, name):
    holder[name] = holder.get(name) or {}
    return holder[name]


def _add(services, kind, **details):
    kinds = services.get("specialServiceTypes") or ()
    services["specialServiceTypes"] = [*dict.fromkeys([*kinds, kind])]
    services.update(details)


def _money(amount, currency):
    return {"amount": float(amount), "currency": currency}
