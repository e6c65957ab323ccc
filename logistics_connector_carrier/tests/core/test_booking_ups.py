"""UPS's answers in the shapes that it publishes: entries alone or in lists, prices with and without
the account's own, what is missing, what is refused."""

import json
from types import SimpleNamespace

import pytest
from odoo.addons.logistics_connector_carrier.core.booking import NOTHING
from odoo.addons.logistics_connector_carrier.providers.ups import booking as ups

from .booking_requests import REQUESTS

UPS = REQUESTS["ups"]["single"]
GIF = "R0lGODlhAQABAAAAACw="


def money(value, currency="EUR"):
    return {"CurrencyCode": currency, "MonetaryValue": value}


def package(number, **more):
    label = {"ImageFormat": {"Code": "GIF"}, "GraphicImage": GIF}
    return {"TrackingNumber": number, "ShippingLabel": label, **more}


def shipped(packages, charges=None, **more):
    results = {
        "ShipmentIdentificationNumber": "1Z4F217A0300000012",
        "PackageResults": packages,
        **({"ShipmentCharges": charges} if charges else {}),
        **more,
    }
    response = {
        "ResponseStatus": {"Code": "1"},
        "Alert": {"Code": "120900", "Description": "As is"},
    }
    answer = {"Response": response, "ShipmentResults": results}
    return json.dumps({"ShipmentResponse": answer}).encode()


def refused(*codes):
    errors = [{"code": code, "message": f"No {code}."} for code in codes]
    return json.dumps({"response": {"errors": errors}}).encode()


def test_one_package_alone_and_two_in_a_list():
    one = ups.booking(shipped(package("1Z4F217A0300000012")), UPS)
    assert one.numbers == ("1Z4F217A0300000012",)
    assert one.warnings == ("As is",)
    two = ups.booking(shipped([package("1ZA"), package("1ZB")]), UPS)
    assert [label.parcel for label in two.labels] == [0, 1]


def test_the_accounts_own_price_goes_before_the_public_one_and_adds_up():
    public = {"BaseServiceCharge": money("52.55"), "TotalCharges": money("68.05")}
    negotiated = {
        "BaseServiceCharge": money("12.37"),
        "ItemizedCharges": {"Code": "375", **money("2.74")},
        "TaxCharges": {"Type": "TVA", "MonetaryValue": "3.02"},
        "TotalCharge": money("15.11"),
        "TotalChargesWithTaxes": money("18.13"),
    }
    body = shipped(package("1ZA"), public, NegotiatedRateCharges=negotiated)
    booked = ups.booking(body, UPS)
    assert (booked.total, booked.currency) == ("18.13", "EUR")
    found = [(one.kind, one.amount, one.currency) for one in booked.charges]
    assert found == [("base", "12.37", "EUR"), ("fuel", "2.74", "EUR"), ("tax", "3.02", "EUR")]


def test_what_is_not_itemised_is_the_base_or_a_line_of_its_own():
    only_total = {
        "ItemizedCharges": {"Code": "378", **money("7.77")},
        "TotalCharge": money("20.22"),
    }
    booked = ups.booking(shipped(package("1ZA"), NegotiatedRateCharges=only_total), UPS)
    assert [(one.kind, one.amount) for one in booked.charges] == [
        ("base", "12.45"),
        ("accessorial", "7.77"),
    ]
    rest = {"BaseServiceCharge": money("10.00"), "TotalCharges": money("11.50")}
    booked = ups.booking(shipped(package("1ZA"), rest), UPS)
    assert [(one.kind, one.amount) for one in booked.charges] == [
        ("base", "10.00"),
        ("other", "1.50"),
    ]


def test_no_price_and_no_label_is_a_booking_all_the_same():
    booked = ups.booking(shipped({"TrackingNumber": "1ZA"}), UPS)
    assert (booked.total, booked.charges, booked.labels) == ("", (), ())


def test_the_words_of_a_refusal_carry_their_codes():
    assert (
        ups.errors(refused("120100", "120206")) == "No 120100 (UPS 120100); No 120206 (UPS 120206)"
    )
    assert ups.errors(b'{"ShipmentResponse": {}}') == ""
    assert ups.was_void(refused("190117")) and not ups.was_void(refused("190102"))


def find(status, body):
    steps = ups.find(UPS, SimpleNamespace(account_number="4F217A"))
    step = next(steps)
    assert json.loads(step.body)["LabelRecoveryRequest"]["ReferenceValues"] == {
        "ReferenceNumber": {"Value": UPS.reference},
        "ShipperNumber": "4F217A",
    }
    with pytest.raises(StopIteration) as end:
        steps.send(SimpleNamespace(ok=status == 200, status=status, body=body))
    return end.value.value


def test_only_a_clear_no_means_that_nothing_was_booked():
    assert find(400, refused("9801031")) is NOTHING
    assert find(400, refused("300008")) is None
    assert find(400, refused("9801031", "300008")) is NOTHING
    labels = {"TrackingNumber": "1ZA", "LabelImage": {"GraphicImage": GIF}}
    found = {"LabelRecoveryResponse": {"LabelResults": labels}}
    answer = find(200, json.dumps(found).encode())
    assert (answer.identifier, answer.numbers) == ("1ZA", ("1ZA",))


def test_our_reference_stands_where_ups_finds_it():
    data = {"ShipmentRequest": {"Shipment": {"Package": [{"ReferenceNumber": {"Value": "P1"}}]}}}
    amended = ups.amend(data, UPS)["ShipmentRequest"]["Shipment"]
    assert amended["Package"][0]["ReferenceNumber"] == [{"Value": UPS.reference}, {"Value": "P1"}]
    assert "ReferenceNumber" not in amended
    data = {"ShipmentRequest": {"Shipment": {"Package": [{}]}}}
    abroad = ups.amend(data, REQUESTS["ups"]["abroad"])["ShipmentRequest"]["Shipment"]
    assert abroad["ReferenceNumber"] == [{"Value": REQUESTS["ups"]["abroad"].reference}]
