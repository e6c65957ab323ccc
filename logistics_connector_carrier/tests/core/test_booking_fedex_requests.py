"""What FedEx is asked for, after karrio's request is put right."""

from dataclasses import replace

import pytest
from odoo.addons.logistics_connector_carrier.engine import catalogue, karrio_requests, transport
from odoo.addons.logistics_connector_carrier.providers.fedex import booking as fedex

from .booking_requests import REQUESTS, SHOP

SINGLE, THREE, ABROAD = (REQUESTS["fedex"][name] for name in ("single", "three", "abroad"))
ACCOUNT = "740561073"


def made(request, act="ShipmentRequest"):
    """What is sent to FedEx."""
    about = catalogue.metadata("fedex")
    settings = about.Settings(
        api_key="key", secret_key="secret", account_number=ACCOUNT, account_country_code="US"
    )
    mapper = about.Mapper(settings)
    model = getattr(transport.load("karrio.core.models"), act)
    if act == "ShipmentRequest":
        values, make = karrio_requests.shipment(request), mapper.create_shipment_request
        amend = fedex.amend
    else:
        values, make = karrio_requests.rate(request), mapper.create_rate_request
        amend = fedex.amend_rates
    asked = make(transport.load("karrio.lib").to_object(model, values)).serialize()
    return amend(asked, request)["requestedShipment"]


def test_a_street_keeps_its_order():
    recipient = made(ABROAD)["recipients"][0]["address"]
    assert recipient["streetLines"] == ["Havenkade 12"]
    shipper = replace(SINGLE.shipper, lines=("Gate B", "480 Harbor Way", "", "Dock 7"))
    for act, name in (("ShipmentRequest", "shipper"), ("RateRequest", "shipper")):
        shipment = made(replace(SINGLE, shipper=shipper), act)
        assert shipment[name]["address"]["streetLines"] == ["Gate B", "480 Harbor Way", "Dock 7"]


@pytest.mark.parametrize("act", ["ShipmentRequest", "RateRequest"])
def test_centimetres_are_called_so_and_no_box_gets_smaller(act):
    (box,) = SINGLE.parcels
    box = replace(box, length=40.2, height=0.4)
    (line,) = made(replace(SINGLE, parcels=(box,)), act)["requestedPackageLineItems"]
    assert line["dimensions"] == {"length": 41, "width": 30, "height": 1, "units": "CM"}
    assert line["weight"] == {"units": "KG", "value": 4.9}


@pytest.mark.parametrize("act", ["ShipmentRequest", "RateRequest"])
def test_a_value_is_declared_where_it_was_asked_for_only(act):
    shipment = made(THREE, act)
    assert "totalDeclaredValue" not in shipment
    assert not [one for one in shipment["requestedPackageLineItems"] if "declaredValue" in one]
    shipment = made(replace(THREE, options={"declared_value": 100}), act)
    shares = [one["declaredValue"]["amount"] for one in shipment["requestedPackageLineItems"]]
    assert shares == [33.34, 33.33, 33.33]
    assert shipment["totalDeclaredValue"] == {"amount": 100.0, "currency": "USD"}


def test_prices_are_asked_for_in_the_accounts_currency():
    assert made(SINGLE)["rateRequestType"] == ["ACCOUNT"]
    assert made(SINGLE, "RateRequest")["rateRequestType"] == ["ACCOUNT", "LIST"]
    for act in ("ShipmentRequest", "RateRequest"):
        assert "preferredCurrency" not in made(SINGLE, act)


def test_our_reference_is_on_each_package():
    for line in made(THREE)["requestedPackageLineItems"]:
        assert line["customerReferences"] == [
            {"customerReferenceType": "CUSTOMER_REFERENCE", "value": THREE.reference}
        ]


@pytest.mark.parametrize("act", ["ShipmentRequest", "RateRequest"])
def test_customs_is_told_the_weight_and_value_of_all_pieces(act):
    pump, hose = made(ABROAD, act)["customsClearanceDetail"]["commodities"]
    assert pump["weight"] == {"units": "KG", "value": 3.2}
    assert (pump["quantity"], pump["customsValue"]["amount"]) == (2, 83.0)
    assert pump["unitPrice"] == {"amount": 41.5, "currency": "USD"}
    assert (hose["weight"]["value"], hose["customsValue"]["amount"]) == (1.5, 49.5)
    assert (hose["harmonizedCode"], hose["countryOfManufacture"]) == ("391739", "CN")


def test_terms_and_payer_of_duties_are_ours():
    customs = made(ABROAD)["customsClearanceDetail"]
    assert customs["commercialInvoice"]["termsOfSale"] == "DAP"
    assert customs["dutiesPayment"] == {"paymentType": "RECIPIENT"}
    assert customs["totalCustomsValue"] == {"amount": 132.5, "currency": "USD"}
    ours = replace(ABROAD.customs, incoterm="", duties_paid_by="sender", ioss="IM3720000224")
    customs = made(replace(ABROAD, customs=ours))["customsClearanceDetail"]
    assert "termsOfSale" not in customs["commercialInvoice"]
    assert customs["commercialInvoice"]["comments"] == ["IOSS IM3720000224"]
    payor = {"responsibleParty": {"accountNumber": {"value": ACCOUNT}}}
    assert customs["dutiesPayment"] == {"paymentType": "SENDER", "payor": payor}


def test_at_home_and_within_the_union_there_are_no_customs_papers():
    hamburg = replace(ABROAD.recipient, country="DE", zip="20457", city="Hamburg")
    union = replace(ABROAD, shipper=hamburg, customs=None)
    for request in (SINGLE, union):
        shipment = made(request)
        assert "customsClearanceDetail" not in shipment
        assert "shippingDocumentSpecification" not in shipment


def test_tax_numbers_stand_in_a_list_with_their_type():
    shipper = replace(ABROAD.shipper, tax_id="91-1234567")
    recipient = replace(ABROAD.recipient, tax_id="NL004495445B01", eori="NL004495445")
    shipment = made(replace(ABROAD, shipper=shipper, recipient=recipient))
    assert shipment["shipper"]["tins"] == [{"number": "91-1234567", "tinType": "FEDERAL"}]
    assert [one["tinType"] for one in shipment["recipients"][0]["tins"]] == [
        "BUSINESS_NATIONAL",
        "BUSINESS_UNION",
    ]
    assert "tins" not in made(ABROAD)["shipper"]


def test_puerto_rico_is_a_state_as_well():
    recipient = replace(SHOP, country="PR", state="", zip="00901", city="San Juan")
    address = made(replace(ABROAD, recipient=recipient))["recipients"][0]["address"]
    assert address["stateOrProvinceCode"] == "PR"


def test_options_and_returns_reach_fedex():
    asked = {"saturday_delivery": True, "fedex_pickup_type": "USE_SCHEDULED_PICKUP"}
    shipment = made(replace(SINGLE, options=asked, is_return=True))
    services = shipment["shipmentSpecialServices"]
    assert services["specialServiceTypes"] == ["SATURDAY_DELIVERY", "RETURN_SHIPMENT"]
    assert services["returnShipmentDetail"] == {"returnType": "PRINT_RETURN_LABEL"}
    assert shipment["pickupType"] == "USE_SCHEDULED_PICKUP"
