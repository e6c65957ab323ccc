# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What UPS offers beside the transport, and where it stands in a request (Shipping and Rating
v2409). karrio asks for a signature by the shipment's codes at the package, where they mean
something else, and neither declares values nor knows Access Points.

Facts: Shipping.yaml of github.com/UPS-API/api-documentation (PackageServiceOptions,
ShipmentServiceOptions, AlternateDeliveryAddress, ReturnService) and the appendix of the Shipping
API on where signatures and C.O.D. belong to the package.
"""

from decimal import Decimal

from ...core.accessorials import Offers, shares_of

# Signatures and C.O.D. belong to the package there, elsewhere to the shipment.
BY_PACKAGE = {("US", "US"), ("US", "PR"), ("PR", "US"), ("PR", "PR"), ("CA", "CA")}
COD_BY_PACKAGE = BY_PACKAGE | {("CA", "US")}
PACKAGE_SIGNATURES = {"any": "2", "adult": "3"}
SHIPMENT_SIGNATURES = {"any": "1", "adult": "2"}
# Of a package: any cheque or money order; cashier's cheque or money order. Never cash.
PACKAGE_FUNDS = {"any": "0", "secured": "8"}
SHIPMENT_FUNDS = {"any": "9", "cash": "1"}
HOLD_AT_ACCESS_POINT, PRINT_RETURN_LABEL, LOCATION_NOTICE = "01", "9", "012"
NAME_LENGTH, DESCRIPTION_LENGTH = 35, 50


def more(request):
    """Yields the kind of payment that UPS does not take between these countries."""
    wanted = request.accessorials
    if wanted.cod and (wanted.cod_kind or "any") not in _funds(request):
        yield "accessorials.cod_kind", "cod_kind", {}


# Insurance is sold by another company of the group; UPS itself is liable for a declared value.
OFFERS = Offers(
    kinds=frozenset(
        {"declared_value", "cod", "saturday", "hold_at", "signature_any", "signature_adult"}
    ),
    returns=frozenset({"alone"}),
    apart=(("cod", "signature_any"), ("cod", "signature_adult"), ("cod", "hold_at")),
    cod_kinds=frozenset({"cash", "secured"}),
    hold_id=r"U\d{8}",
    hold_needs=("email", "location.name", "location.lines", "location.city", "location.country"),
    more=more,
)


def put(shipment, request, is_booking=True):
    """Into karrio's ``Shipment``, of a booking or of a question for rates."""
    wanted = request.accessorials
    pair = _pair(request)
    packages = shipment["Package"]
    packages = packages if isinstance(packages, list) else [packages]
    if wanted.declared_value:
        for package, share in zip(packages, _shares(wanted.declared_value, request), strict=True):
            _options(package)["DeclaredValue"] = _money(share, wanted.currency)
    if wanted.signature:
        if pair in BY_PACKAGE:
            for package in packages:
                kind = PACKAGE_SIGNATURES[wanted.signature]
                _options(package)["DeliveryConfirmation"] = {"DCISType": kind}
        else:
            kind = SHIPMENT_SIGNATURES[wanted.signature]
            _services(shipment)["DeliveryConfirmation"] = {"DCISType": kind}
    if wanted.cod:
        _cod(shipment, packages, request)
    if wanted.saturday:
        _services(shipment)["SaturdayDeliveryIndicator"] = "Y"
    if wanted.hold_at is not None:
        _hold(shipment, request, is_booking)


def put_return(shipment, request):
    """The shipper is whose account it is: we, who receive it; the customer is where it comes
    from."""
    ours = {key: value for key, value in shipment["ShipTo"].items() if key != "Residential"}
    ours["ShipperNumber"] = shipment["Shipper"]["ShipperNumber"]
    shipment["Shipper"] = ours
    shipment["ReturnService"] = {"Code": PRINT_RETURN_LABEL}
    for package, parcel in zip(shipment["Package"], request.parcels, strict=True):
        goods = ", ".join(good.description for good in parcel.goods)
        text = parcel.description or goods or request.reference
        package.setdefault("Description", text[:DESCRIPTION_LENGTH])


def _cod(shipment, packages, request):
    wanted = request.accessorials
    code = _funds(request)[wanted.cod_kind or "any"]
    if _pair(request) not in COD_BY_PACKAGE:
        amount = _money(wanted.cod, wanted.currency)
        _services(shipment)["COD"] = {"CODFundsCode": code, "CODAmount": amount}
        return
    for package, share in zip(packages, _shares(wanted.cod, request), strict=True):
        amount = _money(share, wanted.currency)
        _options(package)["COD"] = {"CODFundsCode": code, "CODAmount": amount}


def _hold(shipment, request, is_booking):
    location = request.accessorials.hold_at
    address = {
        "AddressLine": list(location.lines),
        "City": location.city,
        "StateProvinceCode": location.state,
        "PostalCode": location.zip,
        "CountryCode": location.country,
    }
    shipment["ShipmentIndicationType"] = [{"Code": HOLD_AT_ACCESS_POINT}]
    shipment["AlternateDeliveryAddress"] = {
        "Name": location.name[:NAME_LENGTH],
        "AttentionName": (request.recipient.name or request.recipient.company)[:NAME_LENGTH],
        "UPSAccessPointID": location.id,
        "Address": {name: value for name, value in address.items() if value},
    }
    if is_booking:
        notice = {"EMail": {"EMailAddress": [request.recipient.email]}}
        notice["NotificationCode"] = LOCATION_NOTICE
        services = _services(shipment)
        services["Notification"] = [*services.get("Notification", ()), notice]


def _funds(request):
    return PACKAGE_FUNDS if _pair(request) in COD_BY_PACKAGE else SHIPMENT_FUNDS


def _pair(request):
    return request.shipper.country, request.recipient.country


def _shares(amount, request):
    return shares_of(amount, request.parcels)


def _options(package):
    return package.setdefault("PackageServiceOptions", {})


def _services(shipment):
    return shipment.setdefault("ShipmentServiceOptions", {})


def _money(amount, currency):
    return {"CurrencyCode": currency, "MonetaryValue": f"{Decimal(amount):.2f}"}
