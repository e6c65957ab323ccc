"""Where accessorials stand in each carrier's request, in the cases that its country, service or
product decides."""

from dataclasses import replace

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core.accessorials import WHAT, Accessorials, found
from odoo.addons.logistics_connector_carrier.providers.canadapost import accessorials as canadapost
from odoo.addons.logistics_connector_carrier.providers.dhl_parcel_de import accessorials as dhl
from odoo.addons.logistics_connector_carrier.providers.fedex import accessorials as fedex
from odoo.addons.logistics_connector_carrier.providers.ups import accessorials as ups

from tests.simulators.carriers import SERVERS

from .booking_requests import CANADAPOST, DHL_PARCEL_DE, FEDEX, HAVEN, UPS, three_of
from .test_booking_contract import account, client_of

COD = Accessorials(cod="90.00", currency="USD")


def kinds(request, offers):
    return [kind for _place, kind, _values in found(request, offers)]


def test_ups_collects_cheques_in_america_and_cash_in_europe():
    shipment = {"Package": [{}]}
    ups.put(shipment, replace(UPS, accessorials=replace(COD, cod_kind="secured")))
    options = shipment["Package"][0]["PackageServiceOptions"]
    money = {"CurrencyCode": "USD", "MonetaryValue": "90.00"}
    assert options["COD"] == {"CODFundsCode": "8", "CODAmount": money}
    cash = replace(UPS, accessorials=replace(COD, cod_kind="cash"))
    assert kinds(cash, ups.OFFERS) == ["cod_kind"]
    shipment = {"Package": [{}]}
    europe = replace(cash, shipper=HAVEN, recipient=HAVEN)
    assert kinds(europe, ups.OFFERS) == []
    ups.put(shipment, europe)
    assert shipment["ShipmentServiceOptions"]["COD"]["CODFundsCode"] == "1"
    assert "PackageServiceOptions" not in shipment["Package"][0]


def test_ups_names_a_signature_by_other_codes_abroad():
    for recipient, holder, code in ((UPS.recipient, "Package", "3"), (HAVEN, "Shipment", "2")):
        shipment = {"Package": [{}]}
        wanted = Accessorials(signature="adult")
        ups.put(shipment, replace(UPS, recipient=recipient, accessorials=wanted))
        places = {
            "Package": shipment["Package"][0].get("PackageServiceOptions"),
            "Shipment": shipment.get("ShipmentServiceOptions"),
        }
        assert places.pop(holder)["DeliveryConfirmation"] == {"DCISType": code}
        assert list(places.values()) == [None]


def test_a_return_of_ups_is_shipped_by_our_account():
    shipment = {
        "Shipper": {"Name": "Customer", "ShipperNumber": "4F217A"},
        "ShipTo": {"Name": "We", "Residential": "Y"},
        "ShipFrom": {"Name": "Customer"},
        "Package": [{}],
    }
    ups.put_return(shipment, UPS)
    assert shipment["Shipper"] == {"Name": "We", "ShipperNumber": "4F217A"}
    assert shipment["ReturnService"] == {"Code": "9"}
    assert shipment["Package"] == [{"Description": "Pumps"}]


@pytest.mark.parametrize(("service", "is_by_package"), [("FEDEX_GROUND", True), ("FEDEX_2_DAY", 0)])
def test_fedex_collects_by_package_with_ground_only(service, is_by_package):
    request = replace(three_of(FEDEX), service=service, accessorials=COD)
    shipment = {"requestedPackageLineItems": [{}, {}, {}]}
    fedex.put(shipment, request)
    services = shipment["shipmentSpecialServices"]
    assert services["specialServiceTypes"] == ["COD"]
    amounts = [
        one["packageSpecialServices"]["packageCODDetail"]["codCollectionAmount"]["amount"]
        for one in shipment["requestedPackageLineItems"]
        if one
    ]
    assert amounts == ([30.0, 30.0, 30.0] if is_by_package else [])
    assert ("shipmentCODDetail" in services) is not bool(is_by_package)


def test_fedex_keeps_what_stands_there_already():
    shipment = {
        "shipmentSpecialServices": {"specialServiceTypes": ["SATURDAY_DELIVERY"]},
        "requestedPackageLineItems": [{"packageSpecialServices": None}],
    }
    wanted = Accessorials(saturday=True, signature="none")
    fedex.put(shipment, replace(FEDEX, accessorials=wanted))
    services = shipment["shipmentSpecialServices"]
    assert services["specialServiceTypes"] == ["SATURDAY_DELIVERY"]
    (line,) = shipment["requestedPackageLineItems"]
    assert line["packageSpecialServices"] == {
        "specialServiceTypes": ["SIGNATURE_OPTION"],
        "signatureOptionType": "NO_SIGNATURE_REQUIRED",
    }


def test_dhl_parcel_de_says_what_the_product_does_not_have():
    wanted = Accessorials(insurance="3000", currency="EUR")
    assert kinds(replace(DHL_PARCEL_DE, accessorials=wanted), dhl.OFFERS) == []
    small = replace(DHL_PARCEL_DE, service="V62KP", accessorials=wanted)
    assert kinds(small, dhl.OFFERS) == ["not_offered"]
    dear = replace(wanted, insurance="25000.01")
    assert kinds(replace(DHL_PARCEL_DE, accessorials=dear), dhl.OFFERS) == ["too_much"]
    dollars = replace(wanted, currency="USD")
    assert kinds(replace(DHL_PARCEL_DE, accessorials=dollars), dhl.OFFERS) == ["only_currency"]


def test_dhl_parcel_de_collects_for_a_known_bank_account_only():
    request = replace(DHL_PARCEL_DE, accessorials=replace(COD, currency="EUR"))
    with SERVERS["dhl_parcel_de"]() as server, client_of(server) as client:
        ours = account(server, **{"config.cod_account_reference": ""})
        said = ours.book(request, client)
        assert said.outcome.kind == outcomes.REJECTED and "bank account" in said.words
        assert not server.bookings


@pytest.mark.parametrize(("state", "code"), [("ON", "PA19"), ("QC", "PA18"), ("AB", "PA18")])
def test_canada_post_knows_when_one_is_of_age(state, code):
    recipient = replace(CANADAPOST.recipient, state=state)
    wanted = Accessorials(signature="adult")
    request = replace(CANADAPOST, recipient=recipient, accessorials=wanted)
    assert [one[0] for one in canadapost.options(request, 0)] == ["SO", code]


def test_canada_post_collects_at_a_post_office():
    request = replace(CANADAPOST, accessorials=replace(COD, currency="CAD"))
    assert canadapost.options(request, 0) == [("COD", "90.00", "false", ""), ("HFP", "", "", "")]


def test_every_name_has_words():
    names = set(Accessorials.__dataclass_fields__)
    told = {name.split("_")[0] if "signature" in name else name for name in WHAT}
    assert names - told == {"cod_kind", "currency"}
    assert kinds(replace(UPS, accessorials=Accessorials(signature="x")), ups.OFFERS) == [
        "signature"
    ]
