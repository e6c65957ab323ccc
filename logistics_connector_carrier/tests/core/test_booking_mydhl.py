"""DHL Express's raw answers, written by hand in their real shapes."""

import json
from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from odoo.addons.logistics_connector_carrier.core.booking import NOTHING, sum_of
from odoo.addons.logistics_connector_carrier.providers.dhl_express import booking as mydhl

from .booking_requests import REQUESTS

SINGLE, THREE = (REQUESTS["mydhl"][name] for name in ("single", "three"))
ACCOUNT = "963218754"


class Settings:
    account_number = ACCOUNT


def body(**data):
    return json.dumps(data).encode()


# -- errors --------------------------------------------------------------------------------------


def test_errors_of_each_shape():
    problem = {"instance": "/x", "title": "Bad request", "message": "Bad request", "status": "400"}
    assert mydhl.errors(body(**problem, detail="998: Too late. ")) == "998: Too late"
    details = ["#/content/packages/0/weight: not a number", "#/pickup: missing"]
    many = {"detail": "Multiple problems found", "additionalDetails": details}
    assert mydhl.errors(body(**problem, **many)) == "; ".join(["Multiple problems found", *details])
    assert mydhl.errors(body(**problem)) == "Bad request"
    assert mydhl.errors(body(title="Process failure")) == "Process failure"
    for fine in ({"shipmentTrackingNumber": "1", "message": "x"}, {"products": [], "title": "x"}):
        assert mydhl.errors(body(**fine)) == ""
    assert mydhl.errors(b"[]") == mydhl.errors(body(detail=7)) == ""


# -- rates ---------------------------------------------------------------------------------------


def of(kind, **values):
    return {"currencyType": kind, "priceCurrency": "EUR", **values}


def part(name, price, tax=None, **more):
    taxes = [{"priceType": "TAX", "typeCode": "VAT", "price": tax}] if tax else []
    return {"name": name, "price": price, "priceBreakdown": taxes, **more}


def product(total=20.0, parts=(), sums=(), **values):
    return {
        "productName": "EXPRESS WORLDWIDE",
        "productCode": "P",
        "totalPrice": [of("BILLC", price=total)],
        "totalPriceBreakdown": [of("BILLC", priceBreakdown=list(sums))],
        "detailedPriceBreakdown": [of("BILLC", breakdown=list(parts))],
        **values,
    }


def rate_of(*args, **values):
    (rate,) = mydhl.rates(body(products=[product(*args, **values)]), SINGLE)
    assert sum_of(rate.charges) == Decimal(rate.total)
    return rate


def said(rate):
    return [(one.kind, one.amount) for one in rate.charges]


FUEL = part("FUEL SURCHARGE", 2.38, 0.38, serviceCode="FF")


def test_taxes_stand_within_the_parts_and_are_told_apart():
    rate = rate_of(14.28, [part("EXPRESS DOMESTIC", 11.9, 1.9), FUEL])
    assert said(rate) == [("base", "10.0"), ("fuel", "2.00"), ("tax", "2.28")]
    assert rate.charges[0].name == "Express domestic"


def test_taxes_beside_the_parts_are_added():
    tax = {"typeCode": "STTXA", "price": 1.9}
    rate = rate_of(11.9, [part("EXPRESS", 10.0)], [tax, {"typeCode": "SPRQT", "price": 10.0}])
    assert said(rate) == [("base", "10.0"), ("tax", "1.9")]


def test_parts_that_do_not_add_up_give_way_to_the_total():
    tax = {"typeCode": "STTXA", "price": 1.9}
    odd = [part("EXPRESS", 55.0), part("SOMETHING", 8.0, serviceCode="XX")]
    assert said(rate_of(11.9, odd, [tax])) == [("base", "10.0"), ("tax", "1.9")]
    assert said(rate_of(60.0, [part("EXPRESS", 55.0)])) == [("base", "55.0"), ("other", "5.0")]
    assert said(rate_of(20.0)) == [("base", "20.0")]


def test_a_price_with_little_said():
    bare = {"productCode": "P", "totalPrice": [of("BILLC", price=7)]}
    (rate,) = mydhl.rates(body(products=[bare]), SINGLE)
    assert (rate.total, rate.currency, rate.name, rate.days) == ("7", "EUR", "", None)
    when = {"estimatedDeliveryDateAndTime": "2026-11-26T23:59:00", "totalTransitDays": "2"}
    rate = rate_of(deliveryCapabilities=when)
    assert (rate.days, rate.delivery_date) == (2, "2026-11-26")


def test_what_is_billed_comes_before_other_currencies():
    public = {"currencyType": "PULCL", "priceCurrency": "USD", "price": 30.0}
    base = of("BASEC", price=9.0)
    rate = rate_of(totalPrice=[base, public, of("BILLC", price=20.0)])
    assert (rate.total, rate.currency) == ("20.0", "EUR")
    rate = rate_of(totalPrice=[base, public, of("BILLC", price=0)])
    assert (rate.total, rate.currency) == ("30.0", "USD")
    assert rate_of(totalPrice=[base]).total == "9.0"


def test_a_product_without_a_price_is_no_offer():
    for prices in ([], [of("BILLC", price=0)], [{"currencyType": "BILLC", "price": 5}], None):
        assert mydhl.rates(body(products=[product(totalPrice=prices)]), SINGLE) == ()
    with pytest.raises(KeyError):
        mydhl.rates(body(), SINGLE)


# -- bookings ------------------------------------------------------------------------------------


def paper(content="TEFCRUw=", kind="label", form="PDF", **more):
    return {"typeCode": kind, "imageFormat": form, "content": content, **more}


def booked(*papers, request=SINGLE, count=1, **values):
    packages = [
        {"referenceNumber": place, "trackingNumber": f"JD01460000000000000{place}"}
        for place in range(count, 0, -1)
    ]
    data = {"shipmentTrackingNumber": "1912345678", "packages": packages, **values}
    return mydhl.booking(body(**data, documents=list(papers)), request)


def test_numbers_stand_in_the_order_of_the_packages():
    answer = booked(count=3, request=THREE)
    assert answer.identifier == "1912345678"
    assert [number[-1] for number in answer.numbers] == ["1", "2", "3"]
    assert (answer.total, answer.charges, answer.currency) == ("", (), "")


def test_a_label_says_for_which_package_it_is():
    papers = [paper(f"{n}", packageReferenceNumber=n) for n in (3, 1, 2)]
    answer = booked(*papers, count=3, request=THREE)
    assert [(one.parcel, one.content) for one in answer.labels] == [(0, "1"), (1, "2"), (2, "3")]


def test_labels_that_say_nothing_stand_in_order_or_are_for_all():
    papers = [paper("1"), paper("2"), paper("3")]
    answer = booked(*papers, count=3, request=THREE)
    assert [one.parcel for one in answer.labels] == [0, 1, 2]
    answer = booked(paper("all"), count=3, request=THREE)
    assert [one.parcel for one in answer.labels] == [None]
    assert booked(paper("one")).labels[0].parcel == 0


def test_other_papers_and_a_return():
    papers = (paper(form="ZPL"), paper(kind="invoice"), paper(kind="shipmentReceipt"))
    answer = booked(*papers, paper(kind="waybillDoc"), warnings=["Phone is odd"])
    kinds = {"label", "invoice", "receipt", "other"}
    assert {one.kind for one in answer.documents} == kinds
    assert answer.labels[0].format == "ZPL" and answer.warnings == ("Phone is odd",)
    answer = booked(paper(), request=replace(SINGLE, is_return=True))
    assert [one.kind for one in answer.documents] == ["return_label"]


def test_the_price_of_a_booking():
    parts = [{"name": "EXPRESS WORLDWIDE", "price": 20.5}, {**FUEL, "typeCode": "FF"}]
    parts[1].pop("priceBreakdown")
    charges = [
        {**of("PULCL", price=99.0), "priceCurrency": "USD"},
        of("BILLC", price=23.5, serviceBreakdown=parts),
    ]
    answer = booked(paper(), shipmentCharges=charges)
    assert (answer.total, answer.currency) == ("23.5", "EUR")
    assert said(answer) == [("base", "20.5"), ("fuel", "2.38"), ("other", "0.62")]
    assert sum_of(answer.charges) == Decimal(answer.total)


def test_no_booking_is_read_into_an_answer_without_one():
    assert mydhl.booking(body(detail="Data is fine", status="201"), SINGLE) is None
    assert mydhl.booking(body(), SINGLE) is None


# -- searches ------------------------------------------------------------------------------------


class Exchange:
    def __init__(self, content, status=200):
        self.body, self.status, self.ok = content, status, status == 200


MISSING = Exchange(body(detail="No Shipments Found for ReferenceID | X", status="404"), 404)


def seen(number="1912345678", count=1, reference=SINGLE.reference, **values):
    pieces = [
        {"number": place, "trackingNumber": f"JD{number}{place}"} for place in range(count, 0, -1)
    ]
    references = [{"value": reference, "typeCode": "CU"}] if reference else []
    return {
        "shipmentTrackingNumber": number,
        "shipperReferences": references,
        "pieces": pieces,
        **values,
    }


def tracked(*shipments):
    return Exchange(body(shipments=list(shipments)))


def search(*exchanges, request=SINGLE):
    """What comes of a search that is answered so, and the questions."""
    steps, asked = mydhl.find(request, Settings), []
    try:
        step = next(steps)
        for exchange in exchanges:
            assert step.method == "GET" and step.body is None
            query = parse_qs(urlsplit(step.path).query)
            asked.append({name: one for name, (one,) in query.items()})
            step = steps.send(exchange)
    except StopIteration as end:
        return end.value, asked
    raise AssertionError("it asks on")


def test_a_search_asks_by_account_reference_and_days():
    answer, (asked,) = search(tracked(seen()))
    assert (answer.identifier, answer.numbers) == ("1912345678", ("JD19123456781",))
    assert answer.warnings and not answer.documents
    assert asked == {
        "shipmentReference": SINGLE.reference,
        "shipmentReferenceType": "CU",
        "shipperAccountNumber": ACCOUNT,
        "dateRangeFrom": "2026-11-23",
        "dateRangeTo": "2026-12-08",
        "trackingView": "advance-shipment",
        "levelOfDetail": "all",
    }


def test_what_was_scanned_is_looked_for_as_well():
    answer, asked = search(MISSING, tracked(seen()))
    assert answer.identifier == "1912345678"
    assert [one["trackingView"] for one in asked] == ["advance-shipment", "all-checkpoints"]
    assert search(MISSING, MISSING)[0] is NOTHING
    assert search(tracked(), tracked())[0] is NOTHING


def test_what_is_of_another_is_not_ours():
    other = seen("1900000001", reference="WH/OUT/00062-11")
    assert search(tracked(other, seen()))[0].identifier == "1912345678"
    assert search(tracked(other), MISSING)[0] is NOTHING
    assert search(tracked(seen(reference="")))[0].identifier == "1912345678"
    assert search(tracked(seen(pieces=[])))[0].numbers == ("1912345678",)


def test_some_of_several_pieces_are_not_the_shipment():
    request = replace(THREE, reference=SINGLE.reference)
    for count in (0, 2):
        with pytest.raises(ValueError, match=f"{count} pieces instead of 3"):
            search(tracked(seen(count=count)), request=request)
    answer, _asked = search(tracked(seen(count=3)), request=request)
    assert [number[-1] for number in answer.numbers] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "exchange",
    [
        tracked(seen(), seen("1900000002")),
        Exchange(body(detail="Missing mandatory parameters: shipperAccountNumber"), 400),
        Exchange(body(detail="Multiple problems found"), 422),
        Exchange(body(), 404),
        Exchange(b"", 404),
        Exchange(b"<html>", 404),
        Exchange(b"<html>"),
    ],
)
def test_an_unclear_search_is_no_answer(exchange):
    with pytest.raises(ValueError):
        search(exchange)
    with pytest.raises((KeyError, TypeError)):
        search(Exchange(body(status="fine")))


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_answer_in_trouble_ends_the_search(status):
    answer, asked = search(Exchange(b"", status))
    assert answer is None and len(asked) == 1
