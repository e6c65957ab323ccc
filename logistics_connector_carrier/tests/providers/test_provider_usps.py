"""USPS: answer and notification of one content, minutes with three kinds of offset, returns."""

import json

import pytest
from hypothesis import given
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.usps.parse import CODE, parse

from . import hostile
from .common import JSON, NEW_YORK, fixture, fuzz, holds, keys, mapped, refusal, told, utc

NUMBER = "9400199990000000000012"


def events(name, context=NEW_YORK):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    return json.dumps(json.loads(fixture(CODE, name)) | values).encode()


def test_every_scan_is_an_event_at_its_minute():
    found = events("answer")
    assert [(e.raw_code, *told(e.occurred)) for e in found] == [
        ("01", utc(2026, 3, 11, 17, 58), -240, "second", False),
        ("OF", utc(2026, 3, 11, 13, 10), -240, "second", False),
        ("07", utc(2026, 3, 11, 12, 59), -240, "second", False),
        ("T1", utc(2026, 3, 10, 6, 13), -300, "second", False),
        ("03", utc(2026, 3, 9, 18, 10), -420, "second", False),
        ("GX", utc(2026, 3, 9, 15, 32), -420, "second", False),
    ]
    assert [mapped(CODE, e)[0] for e in found] == [
        "DLV_DELIVERED",
        "DLV_OUT",
        "MOV_ARR_DEST",
        "MOV_DEPARTED",
        "PUP_PICKED_UP",
        "TRK_MANIFESTED",
    ]


def test_delivery_in_full():
    delivered, *others = events("answer")
    assert delivered.issuer == "usps" and delivered.shipment_key == NUMBER
    assert keys(delivered) == {("tracking", NUMBER, "usps")}
    assert delivered.place == Place(city="SPRINGFIELD", state="FL", zip="32401")
    assert others[2].place == Place(city="OAKLAND MO DISTRIBUTION CENTER")
    assert delivered.signed_by == "R EXAMPLE"
    assert delivered.raw_text == "Delivered, Front Desk/Reception/Mail Room"
    assert delivered.pointer == "/trackingEvents/0"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert {e.classifier for e in events("answer")} == {"actual"}  # delivered: nothing is expected


def test_notification_and_answer_tell_of_the_same_events():
    told_by = [list(map(event_fingerprint, events(name))) for name in ("normal", "answer")]
    assert told_by[0] == told_by[1] and len(set(told_by[0])) == 6
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    assert len(earlier) == 3 and earlier < set(told_by[0])


def test_payload_that_is_no_text_is_read_as_well():
    payload = json.loads(json.loads(fixture(CODE, "normal"))["payload"])
    assert parse(changed("normal", payload=payload), NEW_YORK).events[0].raw_code == "01"


def test_estimate_is_the_end_of_the_predicted_window():
    *_scans, estimate = events("in_transit")
    stated = (utc(2026, 3, 10, 6, 13), -300, "second", False)
    assert (estimate.classifier, told(estimate.occurred), told(estimate.recorded)) == (
        "estimated", stated, stated
    )  # fmt: skip
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 11, 18, 45), None, "second", True)
    assert mapped(CODE, estimate) == ("DLV_ETA", "", "estimated")


@pytest.mark.parametrize(
    ("expectation", "instant"),
    [
        ({"predictedDeliveryDate": "2026-03-11"}, (utc(2026, 3, 11, 16), None, "day", True)),
        (
            {"predictedDeliveryDate": "2026-03-11", "predictedDeliveryWindowEndTime": "8:00pm"},
            (utc(2026, 3, 11, 16), None, "day", True),
        ),
        ({"expectedDeliveryDate": "2026-03-12"}, (utc(2026, 3, 12, 16), None, "day", True)),
        ({"predictedDeliveryDate": "soon"}, None),
    ],
)
def test_what_is_expected(expectation, instant):
    found = parse(changed("in_transit", deliveryDateExpectation=expectation), NEW_YORK).events
    assert [told(e.estimated_delivery) for e in found[3:]] == ([instant] if instant else [])


def test_trouble_has_its_reason():
    nobody, address = events("exception")
    assert mapped(CODE, nobody) == ("DLV_ATTEMPTED", "consignee.absent", "")
    assert mapped(CODE, address) == ("EXC_ADDRESS", "consignee.address", "")
    assert told(nobody.occurred) == (utc(2026, 3, 11, 16, 1), -240, "second", False)


def test_what_comes_back():
    returned, unclaimed = events("return")
    assert mapped(CODE, returned) == ("RTN_DELIVERED", "", "")
    assert told(returned.occurred) == (utc(2026, 3, 20, 17), -420, "second", False)
    assert mapped(CODE, unclaimed) == ("RTN_INITIATED", "", "")


def test_two_shipments_and_an_offset_that_only_the_difference_tells():
    ours, theirs, estimate = events("two_shipments")
    assert (ours.shipment_key, theirs.shipment_key) == (NUMBER, "9400199990000000000029")
    assert told(theirs.occurred) == (utc(2026, 3, 10, 12, 5), -600, "second", False)
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 14, 20), 0, "second", False)
    assert (ours.pointer, theirs.pointer) == ("/0/trackingEvents/0", "/1/trackingEvents/0")


def test_missing_offsets_and_times():
    arrived, day, bad_time, no_time, gmt_alone, odd_pair, estimate = events("missing_offset")
    assert told(arrived.occurred) == (utc(2026, 3, 10, 10, 15), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 10, 16), None, "day", True)
    assert bad_time.occurred is None and no_time.occurred is None
    assert told(gmt_alone.occurred) == (utc(2026, 3, 10, 11, 15, 31), None, "second", False)
    assert told(odd_pair.occurred) == (utc(2026, 3, 10, 10, 15), None, "second", True)
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    in_denver = events("missing_offset", ParseContext("America/Denver"))[0]
    assert told(in_denver.occurred) == (utc(2026, 3, 10, 12, 15), None, "second", True)


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert unknown.raw_code == "Q7" and mapped(CODE, unknown) is None
    assert told(unknown.occurred) == (utc(2026, 3, 10, 11, 15), -300, "second", False)


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.place) == ("TL", None, Place())
    assert keys(bare) == {("tracking", NUMBER, "usps")}
    assert parse(changed("bare", trackingEvents=[{}]), NEW_YORK).events[0].raw_code == "-"
    assert parse(changed("bare", trackingEvents=None), NEW_YORK).events == ()


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/trackingEvents: a list expected, found an object."),
        (b"{}", "/trackingNumber: a value is needed here, and there is none."),
        (b'{"error": {"code": "404"}}', "/trackingNumber: a value is needed"),
        (b'{"payload": "<xml/>"}', "/payload: the text in it cannot be read. The message is not"),
        (b'{"payload": "\\ud800"}', "/payload: the text in it is no JSON."),
        (b'{"payload": 7}', "/payload: an object expected, found a number."),
        (changed("bare", trackingEvents=[{"eventCode": ["01"]}]), "/eventCode: text expected"),
        (b'"01"', "/: an object expected, found text."),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


@fuzz
@given(JSON)
def test_any_json(value):
    holds(parse, value)
    holds(parse, {"payload": json.dumps(value)})


test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "answer", "in_transit", "two_shipments", "return", "normal"
)
