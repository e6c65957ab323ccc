"""What DHL Express is asked for, after karrio's request is put right."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from odoo.addons.logistics_connector_carrier.core.checks import problems
from odoo.addons.logistics_connector_carrier.engine import catalogue, karrio_requests, transport
from odoo.addons.logistics_connector_carrier.providers.dhl_express import booking as mydhl
from odoo.addons.logistics_connector_carrier.providers.dhl_express.booking_request import planned

from .booking_requests import HAVEN, REQUESTS, YARD

SINGLE, THREE, ABROAD = (REQUESTS["mydhl"][name] for name in ("single", "three", "abroad"))
ACCOUNT = "963218754"
BOTH = pytest.mark.parametrize("act", ["ShipmentRequest", "RateRequest"])


def made(request, act="ShipmentRequest"):
    """What is sent to DHL."""
    about = catalogue.metadata("mydhl")
    settings = about.Settings(
        username="user", password="secret", account_number=ACCOUNT, account_country_code="DE"
    )
    mapper = about.Mapper(settings)
    model = getattr(transport.load("karrio.core.models"), act)
    to_object = transport.load("karrio.lib").to_object
    if act == "ShipmentRequest":
        asked = mapper.create_shipment_request(to_object(model, karrio_requests.shipment(request)))
        return mydhl.amend(asked.serialize(), request)["shipment"]
    asked = mapper.create_rate_request(to_object(model, karrio_requests.rate(request)))
    return mydhl.amend_rates(asked.serialize(), request)


def with_customs(**changes):
    return replace(ABROAD, customs=replace(ABROAD.customs, **changes))


def test_our_reference_is_the_shipments_and_each_package_has_its_own():
    shipment = made(THREE)
    assert shipment["customerReferences"] == [{"typeCode": "CU", "value": THREE.reference}]
    packages = shipment["content"]["packages"]
    assert [one["referenceNumber"] for one in packages] == [1, 2, 3]
    assert [one["customerReferences"][0]["value"] for one in packages] == [
        parcel.key for parcel in THREE.parcels
    ]


def test_each_package_gets_a_label_that_says_so():
    shipment = made(THREE)
    images = shipment["outputImageProperties"]
    assert images["splitDocumentsByPages"] and not images["allDocumentsInOneImage"]
    link = {"typeCode": "linkLabelsByPieces", "isRequested": True}
    assert shipment["getAdditionalInformation"] == [link]
    assert [one["typeCode"] for one in images["imageOptions"]] == ["label"]
    options = made(ABROAD)["outputImageProperties"]["imageOptions"]
    assert [one.get("invoiceType") for one in options] == [None, "commercial"]


def test_the_time_is_noon_where_the_shipper_is():
    early = datetime(2026, 11, 20, tzinfo=UTC)
    assert planned(SINGLE, early) == "2026-11-24T12:00:00 GMT+01:00"
    summer = replace(SINGLE, ship_date="2026-07-01")
    assert planned(summer, early) == "2026-07-01T12:00:00 GMT+02:00"
    assert planned(replace(SINGLE, shipper=YARD), early).endswith("GMT-05:00")
    nowhere = replace(SINGLE, shipper=replace(YARD, country="XK"))
    assert planned(nowhere, early) == "2026-11-24T12:00:00 GMT+00:00"


def test_a_time_that_is_past_today_is_soon():
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert planned(SINGLE, morning) == "2026-11-24T12:00:00 GMT+01:00"
    afternoon = datetime(2026, 11, 24, 13, 7, 42, tzinfo=UTC)
    assert planned(SINGLE, afternoon) == "2026-11-24T14:22:00 GMT+01:00"
    # A day that is past stays so: DHL says no, and a person sees it.
    next_day = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
    assert planned(SINGLE, next_day) == "2026-11-24T12:00:00 GMT+01:00"
    assert planned(SINGLE, datetime(2026, 11, 24, 22, 50, tzinfo=UTC)).startswith("2026-11-24T12")


@BOTH
def test_no_box_is_cut_and_codes_are_dhls(act):
    def packages(**changes):
        box = replace(SINGLE.parcels[0], **changes)
        shipment = made(replace(SINGLE, parcels=(box,)), act)
        return (shipment.get("content") or shipment)["packages"]

    (box,) = packages(length=40.5, height=0.4)
    assert box["dimensions"] == {"length": 40.5, "width": 30.0, "height": 0.4}
    assert box["weight"] == 4.9 and "typeCode" not in box
    assert "dimensions" not in packages(length=0.0)[0]
    codes = {"3": "XPD", "2BP": "2BP", "XPD": "XPD", "JJ": None, "mydhl_no_such": None}
    for packaging, code in codes.items():
        assert packages(packaging=packaging)[0].get("typeCode") == code


@BOTH
def test_three_lines_of_an_address_reach_dhl(act):
    shipper = replace(YARD, lines=("Gate B", "480 Harbor Way", "", "Dock 7"), state="")
    data = made(replace(SINGLE, shipper=shipper), act)["customerDetails"]["shipperDetails"]
    address = data.get("postalAddress") or data
    lines = [address[f"addressLine{place}"] for place in (1, 2, 3)]
    assert lines == ["Gate B", "480 Harbor Way", "Dock 7"]
    assert "provinceCode" not in address and address["postalCode"] == "98421"


def test_people_are_called_by_their_names():
    shipment = made(SINGLE)
    contact = shipment["customerDetails"]["receiverDetails"]["contactInformation"]
    assert contact["companyName"] == contact["fullName"] == "Ruth Amador"
    assert contact["phone"] == "+49 3641 555 019" and "mobilePhone" not in contact
    silent = replace(SINGLE, recipient=replace(SINGLE.recipient, phone=""))
    assert problems(silent, mydhl.RULES), "karrio would send 0000000000"


def test_at_home_there_are_terms_but_nothing_to_declare():
    content = made(SINGLE)["content"]
    assert content["incoterm"] == "DAP" and content["isCustomsDeclarable"] is False
    assert "exportDeclaration" not in content and "declaredValue" not in content


@BOTH
def test_within_the_union_nothing_is_declared(act):
    union = made(replace(SINGLE, service="U", recipient=HAVEN), act)
    assert (union.get("content") or union)["isCustomsDeclarable"] is False
    assert "monetaryAmount" not in union
    papers = made(with_customs(content="documents"), act)
    assert (papers.get("content") or papers)["isCustomsDeclarable"] is False


def test_customs_is_told_full_prices_and_the_weight_of_all_pieces():
    content = made(ABROAD)["content"]
    pump, hose = content["exportDeclaration"]["lineItems"]
    assert (pump["price"], pump["quantity"]["value"]) == (41.5, 2)
    assert (pump["weight"], hose["weight"]) == ({"netValue": 3.2}, {"netValue": 1.5})
    assert pump["commodityCodes"] == [{"typeCode": "outbound", "value": "841370"}]
    assert (hose["price"], hose["manufacturerCountry"]) == (9.9, "CN")
    assert (content["declaredValue"], content["declaredValueCurrency"]) == (132.5, "EUR")


def test_a_value_is_told_with_a_question_for_rates():
    value = {"typeCode": "declaredValue", "value": 132.5, "currency": "EUR"}
    assert made(ABROAD, "RateRequest")["monetaryAmount"] == [value]


def test_the_invoice_and_its_reason_are_ours():
    declaration = made(ABROAD)["content"]["exportDeclaration"]
    assert declaration["invoice"] == {
        "number": "INV/2026/00019",
        "date": "2026-11-24",
        "signatureName": "I. Kalder",
    }
    assert declaration["exportReasonType"] == "commercial_purpose_or_sale"
    shipment = made(with_customs(content="gift", invoice="", invoice_date="", signer=""))
    declaration = shipment["content"]["exportDeclaration"]
    assert declaration["invoice"] == {"number": "S00062", "date": "2026-11-24"}
    assert (declaration["exportReasonType"], declaration["shipmentType"]) == ("gift", "personal")
    sample = made(with_customs(content="sample"))["content"]["exportDeclaration"]
    assert sample["lineItems"][0]["exportReasonType"] == "sample"


def test_who_pays_duties():
    shipment = made(with_customs(duties_paid_by="sender", incoterm=""))
    assert shipment["content"]["incoterm"] == "DDP"
    assert shipment["accounts"] == [
        {"typeCode": "shipper", "number": ACCOUNT},
        {"typeCode": "duties-taxes", "number": ACCOUNT},
    ]
    assert shipment["valueAddedServices"] == [{"serviceCode": "DD"}]
    shipment = made(ABROAD)
    assert shipment["content"]["incoterm"] == "DAP" and len(shipment["accounts"]) == 1
    assert "valueAddedServices" not in shipment


def test_tax_numbers_reach_dhl():
    shipper = replace(ABROAD.shipper, tax_id="DE811569869")
    request = replace(with_customs(ioss="IM2760000011"), shipper=shipper)
    numbers = made(request)["customerDetails"]["shipperDetails"]["registrationNumbers"]
    assert [(one["typeCode"], one["number"], one["issuerCountryCode"]) for one in numbers] == [
        ("VAT", "DE811569869", "DE"),
        ("EOR", "DE7711223344556", "DE"),
        ("SDT", "IM2760000011", "DE"),
    ]
    american = replace(ABROAD, recipient=replace(YARD, tax_id="91-1234567"))
    (number,) = made(american)["customerDetails"]["receiverDetails"]["registrationNumbers"]
    assert (number["typeCode"], number["issuerCountryCode"]) == ("EIN", "US")


@BOTH
def test_options_are_sent_by_dhls_codes(act):
    asked = {"saturday_delivery": True, "insurance": 250, "no_such_thing": True}
    shipment = made(replace(ABROAD, options=asked), act)
    assert sorted(shipment["valueAddedServices"], key=str) == sorted(
        [
            {"serviceCode": "II", "value": 250.0, "currency": "EUR"},
            {"serviceCode": shipment_code("saturday_delivery")},
        ],
        key=str,
    )
    off = made(replace(ABROAD, options={"saturday_delivery": False}), act)
    assert "valueAddedServices" not in off


def shipment_code(name):
    return transport.load("karrio.providers.mydhl.units").ShippingOption[name].value.code


def test_a_notice_by_e_mail_costs_nothing():
    shipment = made(replace(SINGLE, options={"email_notification": True}))
    assert shipment["shipmentNotification"] == [
        {"typeCode": "email", "receiverId": "ruth@amador.example"}
    ]
    assert "valueAddedServices" not in shipment
    far = replace(SINGLE.recipient, email=f"{'r' * 40}@amador.example")
    shipment = made(replace(SINGLE, recipient=far, options={"email_notification": True}))
    assert "shipmentNotification" not in shipment


def test_a_value_without_a_currency_is_refused():
    bare = replace(SINGLE, parcels=(replace(SINGLE.parcels[0], goods=()),))
    with pytest.raises(ValueError, match="currency of insurance"):
        made(replace(bare, options={"insurance": 250}))
    shipment = made(replace(bare, options={"insurance": 250, "currency": "CHF"}))
    assert shipment["valueAddedServices"][0]["currency"] == "CHF"
    assert shipment["content"]["description"] == "Pumps"
