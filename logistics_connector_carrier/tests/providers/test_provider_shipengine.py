"""ShipEngine (ShipStation API): trackings with their scans, times given twice."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.shipengine.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "9400100000000000000017"
UPS_NUMBER = "1ZD9D2D30312345673"


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def changed(name, **values):
    """The fixture of a webhook with other values in its tracking."""
    body = json.loads(fixture(CODE, name))
    body["data"] |= values
    return parse(json.dumps(body).encode(), NEW_YORK).events


def facts(name):
    return [(mapped(CODE, event), told(event.occurred)) for event in events(name)]


def test_the_way_to_the_door_newest_first():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    assert (message.message_type, message.external_id) == ("TRACK_EVENT_V2", "")
    assert facts("normal") == [
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 12, 18, 21), -300, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 12, 12, 10), -300, "second", False)),
        (("EXC_DELAY", "", "estimated"), (utc(2026, 3, 12, 2), -300, "second", False)),
        (("MOV_ARRIVED", "", ""), (utc(2026, 3, 11, 8, 45), -300, "second", False)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 9, 22, 5), -240, "second", False)),
        (("TRK_MANIFESTED", "", ""), (utc(2026, 3, 9, 14), -240, "second", False)),
    ]
    delivered, _out, _late, arrived, *_rest = message.events
    assert (delivered.raw_code, delivered.raw_sub_code) == ("DE", "DELIVERED")
    assert delivered.raw_text == "Delivered, Left with Individual"
    assert delivered.place == Place(
        city="AUSTIN", state="TX", zip="78701", latitude=30.2672, longitude=-97.7431
    )
    assert arrived.place == Place(name="DALLAS TX DISTRIBUTION CENTER")
    assert [event.signed_by for event in message.events] == ["J MUSTER"] + [""] * 5
    assert (delivered.shipment_key, delivered.pointer) == (NUMBER, "/data/events/0")
    assert keys(delivered) == {("tracking", NUMBER, "usps")}


def test_asked_for_it_is_the_same_scans_and_the_day_expected():
    message = parse(fixture(CODE, "in_transit"), NEW_YORK)
    *scans, expected = message.events
    pushed = [event_fingerprint(event) for event in events("normal")[3:]]
    assert [event_fingerprint(event) for event in scans] == pushed
    assert (message.message_type, message.external_id) == ("tracking", "")
    assert mapped(CODE, expected) == ("DLV_ETA", "", "estimated")
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert expected.recorded == expected.occurred == scans[0].occurred


def test_a_delivered_parcel_and_one_without_scan_expect_nothing():
    when = "2026-03-12T20:00:00Z"
    assert len(changed("normal", estimated_delivery_date=when)) == 6
    assert changed("no_scans", estimated_delivery_date=when) == ()
    *_scans, expected = changed("collect", estimated_delivery_date=when)
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 20), 0, "second", False)


def test_the_wall_clock_tells_the_offset():
    assert [told(event.occurred) for event in events("offsets")] == [
        (utc(2026, 3, 11, 9), -300, "second", False),  # local with a "Z" that is none
        (utc(2026, 3, 11, 6), None, "second", False),  # the same twice
        (utc(2026, 3, 11, 5), -300, "second", False),  # its real offset
        (utc(2026, 3, 11, 3), None, "second", False),  # a distance that is no offset
    ]
    first, _second, third, _fourth = events("offsets")
    assert keys(first) == {("tracking", "794600000017", "fedex")}
    assert third.place.zip == "37501"


def test_time_without_utc_is_read_in_the_connections_zone():
    assert [told(event.occurred) for event in events("missing_offset")] == [
        (utc(2026, 3, 10, 12, 15), None, "second", True),
        (utc(2026, 3, 10, 12, 15), None, "second", True),
        (utc(2026, 3, 10, 12, 15), None, "second", False),
        None,
        (utc(2026, 3, 10, 16), None, "day", True),
    ]


def test_a_day_on_the_wall_clock_tells_no_offset():
    scan = {
        "status_code": "IT",
        "occurred_at": "2026-03-10T12:15:00Z",
        "carrier_occurred_at": "2026-03-10",
    }
    (event,) = changed("collect", events=[scan])
    assert told(event.occurred) == (utc(2026, 3, 10, 12, 15), None, "second", False)
    scan |= {"carrier_occurred_at": "2026-03-10T12:15:00+02:00"}
    (event,) = changed("collect", events=[scan])  # they contradict each other: UTC counts
    assert told(event.occurred) == (utc(2026, 3, 10, 12, 15), None, "second", False)


def test_scans_without_status_leave_the_word_to_the_tracking():
    assert facts("no_status") == [
        (None, (utc(2026, 3, 12, 19, 30), -300, "second", False)),
        (None, (utc(2026, 3, 12, 12), -300, "second", False)),
        (("TRK_MANIFESTED", "", ""), (utc(2026, 3, 10, 15), -300, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 12, 19, 30), -300, "second", False)),
    ]
    carrier, *_scans, own = events("no_status")
    assert (carrier.raw_code, carrier.raw_sub_code) == ("ups:D", "")
    assert (own.place, own.signed_by, own.pointer) == (carrier.place, "MUSTER", "/data")


def test_a_tracking_without_scans_says_what_its_status_says():
    assert events("no_scans") == ()
    (delivered,) = changed(
        "no_scans", status_code="DE", actual_delivery_date="2026-03-12T18:21:00Z"
    )
    assert mapped(CODE, delivered) == ("DLV_DELIVERED", "", "")
    assert told(delivered.occurred) == (utc(2026, 3, 12, 18, 21), 0, "second", False)
    (lost,) = changed("no_scans", status_code="EX", status_detail_code="PARCEL_LOST")
    assert (mapped(CODE, lost), lost.occurred) == (("EXC_LOST", "", ""), None)


def test_trouble_and_its_reasons():
    assert facts("exception") == [
        (("DLV_REFUSED", "consignee.refused", ""), (utc(2026, 3, 13, 16), -300, "second", False)),
        (("DLV_ATTEMPTED", "", ""), (utc(2026, 3, 12, 20), -300, "second", False)),
        (("EXC_ADDRESS", "consignee.address", ""), (utc(2026, 3, 12, 13), -300, "second", False)),
        (("CUS_HELD", "", ""), (utc(2026, 3, 11, 15), -300, "second", False)),
    ]


def test_delivered_in_ways_that_a_person_asks_about():
    for detail, expected in {
        "DELIVERED_DAMAGED": ("DLV_DELIVERED", "carrier.damage", ""),
        "DELIVERED_IN_PART": ("DLV_PARTIAL", "", ""),
        "DELIVERED_TO_NEIGHBOUR": ("DLV_DELIVERED", "", ""),
        "CUSTOMER_TO_COLLECT_FROM_CARRIER": ("DLV_AVAILABLE", "", ""),
    }.items():
        scan = {"status_code": "DE", "status_detail_code": detail}
        (event,) = changed("collect", events=[scan])
        assert mapped(CODE, event) == expected, detail


def test_back_to_the_sender_and_into_a_locker():
    assert facts("return") == [
        (("RTN_INITIATED", "", ""), (utc(2026, 3, 16, 16), -300, "second", False))
    ]
    assert facts("collect") == [
        (("DLV_AVAILABLE", "", ""), (utc(2026, 3, 12, 16), -300, "second", False))
    ]


def test_two_trackings_in_one_answer():
    *first, second = events("two_shipments")
    assert {event.shipment_key for event in first} == {NUMBER}
    assert keys(second) == {("tracking", UPS_NUMBER, "ups")}
    assert mapped(CODE, second) == ("MOV_IN_TRANSIT", "", "")
    assert told(second.occurred) == (utc(2026, 3, 12, 12), -300, "second", False)
    assert second.pointer == "/1/events/0"


def test_unknown_codes_are_kept_and_not_mapped():
    (event,) = events("unmapped")
    assert (event.raw_code, event.raw_sub_code) == ("ZZ", "BEAMED_UP")
    assert mapped(CODE, event) is None
    assert told(event.occurred) == (utc(2026, 3, 12, 16), -300, "second", False)


def test_a_new_detail_falls_to_its_status():
    (event,) = changed("unmapped", events=[{"status_code": "EX", "status_detail_code": "BEAMED"}])
    assert mapped(CODE, event) == ("EXC_OTHER", "", "")


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.shipment_key, bare.occurred, bare.place) == (UPS_NUMBER, None, Place())
    assert mapped(CODE, bare) == ("MOV_IN_TRANSIT", "", "")
    assert keys(bare) == {("tracking", UPS_NUMBER, "")}
    (nothing,) = changed("collect", events=[{}], status_code=None)
    assert nothing.raw_code == "-"


def test_other_resources_hold_no_event():
    message = parse(fixture(CODE, "batch"), NEW_YORK)
    assert (message.message_type, message.events) == ("BATCH_PROCESSED_V2", ())


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/data/events/0: an object expected, found text."),
        (b"{}", "/tracking_number: a value is needed here"),
        (b'{"resource_type": "API_TRACK"}', "/data/tracking_number: a value is needed here"),
        (b'{"tracking_number": "1", "events": {}}', "/events: a list expected"),
        (b"7", "/: an object expected, found a number."),
        (b"[[]]", "/0: an object expected, found a list."),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_tracking = hostile.any_json(
    parse, lambda value: {"resource_type": "API_TRACK", "data": value}
)
test_any_value_anywhere = hostile.any_value_anywhere(parse, CODE, "no_status", "in_transit")
