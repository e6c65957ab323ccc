"""DHL Unified: push and answer of one shape, divisions of many habits, subscriptions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.dhl.parse import CODE, handshake, parse

from .common import (
    JSON,
    NEW_YORK,
    fixture,
    fuzz,
    holds,
    keys,
    mapped,
    paths,
    refusal,
    replaced,
    told,
    utc,
)

NUMBER = "00349999900000012345"
SUBSCRIPTION = (
    "https://api-eu.dhl.com/tracking/push/v1/subscription/5b0c9a51-0000-4000-8000-1f2e3d4c5b6a"
)


def events(name, context=NEW_YORK):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture with other values in its first shipment."""
    message = json.loads(fixture(CODE, name))
    message["shipments"][0].update(values)
    return json.dumps(message).encode()


def test_every_scan_is_an_event_at_its_instant():
    found = events("normal")
    assert [(e.raw_code, e.raw_sub_code, *told(e.occurred)) for e in found] == [
        ("delivered", "parcel-de/ZU", utc(2026, 3, 11, 13, 22), 60, "second", False),
        ("transit", "parcel-de/PO", utc(2026, 3, 11, 7, 5), 60, "second", False),
        ("transit", "parcel-de/EE", utc(2026, 3, 11, 2, 40), 60, "second", False),
        ("transit", "parcel-de/AA", utc(2026, 3, 10, 20, 15), 60, "second", False),
        ("transit", "parcel-de/ES", utc(2026, 3, 10, 16, 30), 60, "second", False),
        ("pre-transit", "parcel-de/VA", utc(2026, 3, 9, 10, 2), 60, "second", False),
    ]
    assert [mapped(CODE, e) for e in found] == [
        ("DLV_DELIVERED", "", ""),
        ("DLV_OUT", "", ""),
        ("MOV_ARRIVED", "", ""),
        ("MOV_DEPARTED", "", ""),
        ("PUP_PICKED_UP", "", ""),
        ("TRK_MANIFESTED", "", ""),
    ]


def test_delivery_scan_in_full():
    delivered, *others = events("normal")
    assert delivered.issuer == "dhl" and delivered.shipment_key == NUMBER
    assert keys(delivered) == {("tracking", NUMBER, "dhl"), ("customer", "WH/OUT/00042", "")}
    assert delivered.place == Place(city="Musterhausen", zip="04999", country="DE")
    assert delivered.signed_by == "Ida Beispiel"
    assert delivered.raw_text == "The shipment has been successfully delivered"
    assert delivered.pointer == "/shipments/0/events/0"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert {e.signed_by for e in others} == {""}
    assert {e.classifier for e in events("normal")} == {"actual"}
    assert others[1].raw_text == "The shipment has arrived at the parcel center: Sorted by machine"


def test_push_and_answer_tell_of_the_same_events():
    pushed, asked = (list(map(event_fingerprint, events(name))) for name in ("normal", "answer"))
    assert pushed == asked and len(set(pushed)) == 6
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    assert len(earlier) == 3 and earlier < set(pushed)


def test_another_language_is_the_same_event():
    event = {
        "timestamp": "2026-03-10T09:30:00Z", "statusCode": "transit", "status": "Abgefahren",
        "location": {"address": {"addressLocality": "Venlo"}},
    }  # fmt: skip
    told_in_german = parse(changed("two_shipments", status=event), NEW_YORK).events[0]
    assert event_fingerprint(told_in_german) == event_fingerprint(events("two_shipments")[0])
    assert told_in_german.raw_text == "Abgefahren"


def test_estimate_is_dated_by_the_newest_scan():
    *_scans, estimate = events("in_transit")
    stated = (utc(2026, 3, 10, 20, 15), 60, "second", False)
    assert (estimate.classifier, told(estimate.occurred)) == ("estimated", stated)
    assert told(estimate.recorded) == stated
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 11, 14, 0), 60, "second", False)
    assert mapped(CODE, estimate) == ("DLV_ETA", "", "estimated")
    day = parse(changed("in_transit", estimatedDeliveryTimeFrame=None), NEW_YORK).events[-1]
    assert told(day.estimated_delivery) == (utc(2026, 3, 11, 11, 0), 60, "day", False)


def test_two_shipments_of_two_divisions():
    freight, freight_estimate, express = events("two_shipments")
    assert [e.shipment_key for e in (freight, express)] == ["FRT0007788", "EX00099001"]
    assert told(freight.occurred) == (utc(2026, 3, 10, 9, 30), 0, "second", False)
    assert told(express.occurred) == (utc(2026, 3, 10, 15, 0), -300, "second", False)
    assert keys(freight) == {("tracking", "FRT0007788", "dhl"), ("waybill", "HAWB-00815", "dhl")}
    assert freight.place == Place(city="Venlo", zip="5999", country="NL")
    assert express.place.street == "1 Example Street"
    assert (express.raw_code, express.raw_sub_code) == ("failure", "express/DELIVERY_ATTEMPTED")
    assert mapped(CODE, freight) == ("MOV_IN_TRANSIT", "", "")
    assert mapped(CODE, express) == ("EXC_OTHER", "", "")  # the word of all divisions decides
    assert told(freight_estimate.estimated_delivery) == (utc(2026, 3, 12, 12), 0, "day", False)


def test_a_scan_of_some_pieces_is_an_event_of_each():
    one, two, left, picked_up = events("pieces")
    assert [e.shipment_key for e in (one, two)] == ["JD0199990000000001", "JD0199990000000002"]
    assert keys(one) == {
        ("tracking", "JD0199990000000001", "dhl"),
        ("master_tracking", "9900112233", "dhl"),
    }
    assert {mapped(CODE, e)[0] for e in (one, two)} == {"DLV_DELIVERED"}
    for whole in (left, picked_up):
        assert keys(whole) == {("tracking", "9900112233", "dhl")}
        assert whole.shipment_key == "9900112233"
    assert len({event_fingerprint(e) for e in (one, two, left, picked_up)}) == 4


def test_what_comes_back():
    returned, attempted = events("return")
    assert mapped(CODE, returned) == ("RTN_DELIVERED", "", "")
    assert told(returned.occurred) == (utc(2026, 3, 16, 9), 60, "second", False)
    assert mapped(CODE, attempted) == ("DLV_ATTEMPTED", "", "")
    same, started = events("returning")
    assert event_fingerprint(same) == event_fingerprint(attempted)
    assert mapped(CODE, started) == ("RTN_INITIATED", "", "")
    assert started.occurred == same.occurred


def test_missing_offsets_and_times():
    processed, handed_over, bad_time, no_time, estimate = events("missing_offset")
    assert told(processed.occurred) == (utc(2026, 3, 10, 10, 15), None, "second", True)
    assert told(handed_over.occurred) == (utc(2026, 3, 9, 16), None, "day", True)
    assert bad_time.occurred is None and no_time.occurred is None
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    in_berlin = events("missing_offset", ParseContext("Europe/Berlin"))[0]
    assert told(in_berlin.occurred) == (utc(2026, 3, 10, 5, 15), None, "second", True)
    assert mapped(CODE, no_time) == ("TRK_INFO", "", "")


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, unknown.raw_sub_code) == ("levitating", "parcel-de/XQ")
    assert mapped(CODE, unknown) is None


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.raw_sub_code, bare.occurred) == ("transit", "", None)
    assert keys(bare) == {("tracking", NUMBER, "dhl")} and bare.place == Place()
    assert parse(b'{"shipments": []}', NEW_YORK).events == ()


def test_subscription_is_confirmed_with_the_secret_and_our_key():
    call_back = handshake(fixture(CODE, "validate")).call_back
    assert (call_back.method, call_back.url, call_back.body) == ("POST", SUBSCRIPTION, b"")
    assert call_back.headers == (("DHL-API-Hook-Secret", "k9-example-hook-secret"),)
    assert call_back.identified and call_back.is_theirs()


def test_nobody_but_dhl_gets_our_key():
    message = json.loads(fixture(CODE, "validate"))
    for url in ("https://dhl.com.evil.example/x", "https://evil.example/api-eu.dhl.com"):
        call_back = handshake(json.dumps(message | {"self": url}).encode()).call_back
        assert not call_back.is_theirs()


def test_what_is_said_of_the_subscription_is_history():
    assert handshake(fixture(CODE, "ready")).said == "DHL says of the subscription: ready"
    assert "Shipment not found" in handshake(fixture(CODE, "failure")).said


@pytest.mark.parametrize(
    "message",
    [
        json.loads(fixture(CODE, "normal")), json.loads(fixture(CODE, "answer")), [], {},
        {"scope": 7}, {"scope": "subscription.validate"},
        {"scope": "subscription.validate", "self": SUBSCRIPTION, "secret": "a\r\nX: y"},
        {"scope": "subscription.validate", "self": SUBSCRIPTION, "secret": ["s"]},
    ],
)  # fmt: skip
def test_what_is_no_handshake(message):
    assert handshake(json.dumps(message).encode()) is None


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/shipments/0/events: a list expected, found an object."),
        (b"{}", "/shipments: the list of shipments is missing."),
        (b"[]", "/: an object expected, found a list."),
        (b'{"shipments": [{}]}', "/shipments/0/id: a value is needed here"),
        (changed("bare", returnFlag="yes"), "/shipments/0/returnFlag: true or false expected"),
        (changed("normal", status={"timestamp": 1.5}), "/status/timestamp: text expected"),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


@fuzz
@given(JSON)
def test_any_json(value):
    holds(parse, value)
    handshake(json.dumps(value).encode())


@fuzz
@given(st.data())
def test_any_value_anywhere(data):
    name = data.draw(st.sampled_from(["normal", "pieces", "return", "in_transit", "validate"]))
    value = json.loads(fixture(CODE, name))
    path = data.draw(st.sampled_from(sorted(paths(value), key=str)))
    hostile = replaced(value, path, data.draw(JSON))
    holds(parse, hostile)
    handshake(json.dumps(hostile).encode())
