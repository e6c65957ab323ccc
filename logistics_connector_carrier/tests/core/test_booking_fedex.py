"""FedEx's raw answers, written by hand in their real shapes."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from odoo.addons.logistics_connector_carrier.core.booking import sum_of
from odoo.addons.logistics_connector_carrier.providers.fedex import booking as fedex

from .booking_requests import REQUESTS

SINGLE, THREE, ABROAD = (REQUESTS["fedex"][name] for name in ("single", "three", "abroad"))
ACCOUNT = "740561073"


class Settings:
    account_number = ACCOUNT


def body(output=None, **more):
    data = {"transactionId": "1", **more}
    return json.dumps(data if output is None else {**data, "output": output}).encode()


# -- errors --------------------------------------------------------------------------------------


def test_errors_of_each_shape():
    two = [{"code": "A.B", "message": "Wrong."}, {"message": "Also wrong"}, {"code": "C"}]
    assert fedex.errors(body(errors=two)) == "Wrong (FedEx A.B); Also wrong; No reason (FedEx C)"
    assert fedex.errors(body()) == fedex.errors(body({"alerts": []})) == ""
    kept = {"cancelledShipment": False, "message": "It is on its way."}
    assert fedex.errors(body(kept)) == "It is on its way."
    kept["alerts"] = [{"code": "X", "alertType": "WARNING", "message": "Tendered."}]
    assert fedex.errors(body(kept)) == "Tendered (FedEx X)"
    assert fedex.errors(body({"cancelledShipment": True, "message": "Done"})) == ""


# -- rates ---------------------------------------------------------------------------------------


def rated(kind="ACCOUNT", **values):
    return {
        "rateType": kind,
        "totalDiscounts": 0.0,
        "totalBaseCharge": 20.1,
        "totalNetCharge": 22.3,
        "shipmentRateDetail": {
            "surCharges": [{"type": "FUEL", "description": "Fuel", "amount": 2.2}],
            "currency": "USD",
        },
        "currency": "USD",
        **values,
    }


def rates_of(*details, request=SINGLE, **offer):
    offer = {"serviceType": "FEDEX_GROUND", "ratedShipmentDetails": list(details), **offer}
    (rate,) = fedex.rates(body({"rateReplyDetails": [offer]}), request)
    assert sum_of(rate.charges) == Decimal(rate.total)
    return rate


def test_the_accounts_price_comes_before_the_list():
    dear = rated("LIST", totalBaseCharge=90, totalNetCharge=92.2)
    assert rates_of(dear, rated()).total == "22.3"
    assert rates_of(dear).total == "92.2"
    assert rates_of(rated("SOMETHING_NEW")).total == "22.3"


def test_a_price_in_full():
    detail = {
        "surCharges": [
            {"type": "FUEL", "description": "Fuel Surcharge", "amount": 2.20},
            {"type": "RESIDENTIAL_DELIVERY", "amount": 5.55},
        ],
        "taxes": [{"type": "GST", "description": "GST", "amount": 1.07}],
        "currency": "CAD",
    }
    rate = rates_of(
        rated(
            totalDiscounts=3.3,
            totalNetCharge=26.62,
            shipmentRateDetail=detail,
            currency="CAD",
        ),
        serviceName="FedEx Ground®",
        operationalDetail={"transitTime": "FIVE_DAYS", "commitDate": "2026-11-30T17:00:00"},
    )
    assert [(one.kind, one.amount) for one in rate.charges] == [
        ("base", "20.1"),
        ("base", "-3.3"),
        ("fuel", "2.2"),
        ("accessorial", "5.55"),
        ("tax", "1.07"),
        ("other", "1.00"),
    ]
    assert (rate.total, rate.currency, rate.days) == ("26.62", "CAD", 5)
    assert (rate.name, rate.delivery_date) == ("FedEx Ground®", "2026-11-30")


def test_a_price_with_little_said():
    bare = {"rateType": "ACCOUNT", "totalNetCharge": 7, "currency": "USD"}
    rate = rates_of(bare)
    assert (rate.total, rate.days, rate.delivery_date, rate.name) == ("7", None, "", "")
    when = {"commit": {"dateDetail": {"dayFormat": "2026-11-28T10:30:00"}}}
    rate = rates_of(rated(), operationalDetail={"transitTime": "UNKNOWN"}, **when)
    assert (rate.days, rate.delivery_date) == (None, "2026-11-28")


def test_duties_count_for_who_pays_them():
    duties = rated(totalDutiesAndTaxes=8.8, totalNetChargeWithDutiesAndTaxes=31.1)
    assert rates_of(duties, request=ABROAD).total == "22.3"
    ours = replace(ABROAD, customs=replace(ABROAD.customs, duties_paid_by="sender"))
    rate = rates_of(duties, request=ours)
    assert rate.total == "31.1"
    assert [one.amount for one in rate.charges if one.kind == "tax"] == ["8.8"]


# -- bookings ------------------------------------------------------------------------------------


def piece(place, **values):
    document = {"contentType": "LABEL", "docType": "PDF", "encodedLabel": f"TEFCRUw{place}"}
    return {
        "packageSequenceNumber": place,
        "trackingNumber": f"79400000000{place}",
        "packageDocuments": [document],
        **values,
    }


def booked(*pieces, request=SINGLE, alerts=(), **values):
    shipment = {
        "masterTrackingNumber": "794000000001",
        "pieceResponses": list(pieces) or [piece(1)],
        **values,
    }
    output = {"transactionShipments": [shipment], "alerts": list(alerts)}
    return fedex.booking(body(output), request)


def test_pieces_in_whatever_order():
    answer = booked(piece(3), piece(1), piece(2), request=THREE)
    assert answer.numbers == ("794000000001", "794000000002", "794000000003")
    assert [(one.parcel, one.content) for one in answer.labels] == [
        (0, "TEFCRUw1"),
        (1, "TEFCRUw2"),
        (2, "TEFCRUw3"),
    ]
    assert (answer.total, answer.charges, answer.currency) == ("", (), "")


def test_a_piece_that_failed_is_not_booked():
    answer = booked(piece(1), piece(2, successful=False), request=THREE)
    assert answer.numbers == ("794000000001",)


def test_of_several_prices_that_which_is_billed():
    def price(kind, net):
        return {
            "rateType": kind,
            "totalBaseCharge": 30.3,
            "totalFreightDiscounts": 10.1,
            "surcharges": [{"surchargeType": "FUEL", "amount": "2.50"}],
            "totalNetCharge": net,
            "currency": "USD",
        }

    def answer_with(actual):
        rating = {
            "actualRateType": actual,
            "shipmentRateDetails": [
                price("PAYOR_LIST_SHIPMENT", 99.9),
                price("PAYOR_ACCOUNT_SHIPMENT", 22.7),
            ],
        }
        return booked(completedShipmentDetail={"shipmentRating": rating})

    for actual in ("PAYOR_ACCOUNT_SHIPMENT", None):
        answer = answer_with(actual)
        assert (answer.total, answer.currency) == ("22.7", "USD")
        assert sum_of(answer.charges) == Decimal("22.7")
    assert answer_with("PAYOR_LIST_SHIPMENT").total == "99.9"


def test_papers_and_warnings():
    note = {"code": "SHIP.RECIPIENT", "alertType": "NOTE", "message": "Mismatch."}
    invoice = {"contentType": "COMMERCIAL_INVOICE", "docType": "PDF", "encodedLabel": "SU5W"}
    far = {"contentType": "CERTIFICATE_OF_ORIGIN", "url": "https://www.fedex.com/document/v2/1"}
    answer = booked(alerts=[note, note], shipmentDocuments=[invoice, far])
    assert [one.kind for one in answer.documents] == ["label", "invoice"]
    assert answer.warnings == (
        "Mismatch (FedEx SHIP.RECIPIENT)",
        "FedEx keeps a document at its own site: CERTIFICATE_OF_ORIGIN",
    )


def test_a_label_of_a_return_and_one_for_a_label_printer():
    documents = [{"contentType": "LABEL", "docType": "ZPLII", "encodedLabel": "XlhB"}]
    answer = booked(piece(1, packageDocuments=documents), request=replace(SINGLE, is_return=True))
    (label,) = answer.documents
    assert (label.kind, label.format) == ("return_label", "ZPL")


@pytest.mark.parametrize("output", [{"jobId": "89a"}, {"transactionShipments": []}, {}])
def test_no_booking_is_read_into_an_answer_without_one(output):
    with pytest.raises((KeyError, ValueError)):
        fedex.booking(body(output), SINGLE)


def test_a_void_is_a_clear_yes_only():
    assert fedex.is_void(body({"cancelledShipment": True}))
    for output in ({"cancelledShipment": False}, {"cancelledShipment": "true"}, {}):
        assert not fedex.is_void(body(output))


# -- searches ------------------------------------------------------------------------------------


class Exchange:
    def __init__(self, content, status=200):
        self.body, self.status, self.ok = content, status, status == 200


MISSING = {"error": {"code": "TRACKING.REFERENCENUMBER.NOTFOUND", "message": "Not found."}}


def seen(place, reference=SINGLE.reference, status="IN", kind="SHIPPER_REFERENCE"):
    return {
        "trackingNumberInfo": {"trackingNumber": f"79400000000{place}"},
        "additionalTrackingInfo": {"packageIdentifiers": [{"type": kind, "values": [reference]}]},
        "packageDetails": {"sequenceNumber": str(place)},
        "latestStatusDetail": {"code": status},
    }


def tracked(*results, **more):
    return Exchange(body({"completeTrackResults": [{"trackResults": list(results)}]}, **more))


def search(*exchanges, request=SINGLE):
    """What comes of a search that is answered so, and the questions."""
    steps, asked = fedex.find(request, Settings), []
    try:
        step = next(steps)
        for exchange in exchanges:
            asked.append(json.loads(step.body)["referencesInformation"])
            step = steps.send(exchange)
    except StopIteration as end:
        return end.value, asked
    raise AssertionError("it asks on")


def test_a_search_asks_by_account_reference_and_days():
    answer, (asked,) = search(tracked(seen(1)))
    assert answer.numbers == ("794000000001",) and not answer.documents and answer.warnings
    assert asked["value"] == SINGLE.reference and asked["accountNumber"] == ACCOUNT
    assert asked["shipDateBegin"] == "2026-11-23"
    assert asked["shipDateEnd"] == asked["shipDateEndDate"] == "2026-12-08"


def test_both_names_of_the_reference_are_tried():
    answer, asked = search(tracked(MISSING), tracked(MISSING))
    assert answer is None
    assert [one["type"] for one in asked] == ["CUSTOMER_REFERENCE", "SHIPPER_REFERENCE"]
    assert search(tracked(MISSING), tracked(seen(1)))[0].identifier == "794000000001"
    not_found = Exchange(body(errors=[MISSING["error"]]), 400)
    assert search(not_found, not_found)[0] is None


def test_what_is_called_off_or_of_another_is_not_ours():
    others = (seen(2, status="CA"), seen(3, reference="WH/OUT/00042-11"))
    assert search(tracked(seen(1), *others))[0].numbers == ("794000000001",)
    bare = {"trackingNumberInfo": {"trackingNumber": "794000000009"}}
    assert search(tracked(bare))[0].numbers == ("794000000009",)


@pytest.mark.parametrize(
    "exchange",
    [
        tracked({"error": {"code": "TRACKING.DATA.NOTUNIQUE"}}),
        tracked(seen(1), seen(2)),
        Exchange(body(errors=[{"code": "TRACKING.REFERENCEDATA.INCOMPLETE"}]), 400),
        Exchange(body()),
        Exchange(b"<html>", 400),
    ],
)
def test_an_unclear_search_is_no_answer(exchange):
    with pytest.raises(ValueError):
        search(exchange)


def test_some_of_several_packages_are_not_the_shipment():
    request = replace(THREE, reference=SINGLE.reference)
    with pytest.raises(ValueError, match="2 packages instead of 3"):
        search(tracked(seen(1), seen(2)), request=request)
    answer, _asked = search(tracked(seen(3), seen(1), seen(2)), request=request)
    assert answer.numbers == ("794000000001", "794000000002", "794000000003")


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_answer_in_trouble_ends_the_search(status):
    answer, asked = search(Exchange(b"", status))
    assert answer is None and len(asked) == 1
