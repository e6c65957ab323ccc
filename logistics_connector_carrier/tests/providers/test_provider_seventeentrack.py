"""17TRACK: numbers with the scans of all their carriers, offsets given and inferred."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.seventeentrack.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER, LOCAL = "RB000000017DE", "990000000000000017"
UPS_NUMBER = "1ZD9D2D30312345673"


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def changed(name, **values):
    """The fixture of a webhook with other values in its track_info."""
    body = json.loads(fixture(CODE, name))
    body["data"]["track_info"] |= values
    return parse(json.dumps(body).encode(), NEW_YORK).events


def scan(**values):
    """The one event of a number with this one scan."""
    (event,) = changed("not_found", tracking={"providers": [{"events": [values]}]})
    return event


def facts(name):
    return [(mapped(CODE, event), told(event.occurred)) for event in events(name)]


def test_the_way_with_two_carriers():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    assert (message.message_type, message.external_id) == ("TRACKING_UPDATED", "")
    assert facts("normal") == [
        (("MOV_DEPARTED", "", ""), (utc(2026, 3, 9, 21, 5), 60, "second", False)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 9, 16, 45), 60, "second", False)),
        (("TRK_MANIFESTED", "", ""), (utc(2026, 3, 9, 9, 12), 60, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 11, 10, 58, 40), 60, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 11, 7, 20), 60, "second", False)),
        (("CUS_RELEASED", "", ""), (utc(2026, 3, 10, 14, 10), 60, "second", False)),
        (("CUS_SUBMITTED", "", ""), (utc(2026, 3, 10, 8, 30), 60, "second", False)),
        (("MOV_ARR_DEST", "", ""), (utc(2026, 3, 10, 5), 60, "second", False)),
    ]
    delivered, released = message.events[3], message.events[5]
    assert (delivered.raw_code, delivered.raw_sub_code) == ("Delivered", "Delivered_Other")
    assert (delivered.raw_text, delivered.shipment_key) == ("Zugestellt", NUMBER)
    assert delivered.pointer == "/data/track_info/tracking/providers/1/events/0"
    assert delivered.place == Place(
        city="Zürich", zip="8001", country="CH", latitude=47.3769, longitude=8.5417
    )
    assert released.place == Place(name="Zürich-Mülligen", country="CH")
    assert keys(delivered) == {
        ("tracking", NUMBER, ""),
        ("tracking", LOCAL, ""),
        ("customer", "K-7", ""),
        ("customer", "S00042", ""),
        ("customer", "web", ""),
    }


def test_asked_for_it_is_the_same_scans_and_the_end_of_what_is_expected():
    message = parse(fixture(CODE, "in_transit"), NEW_YORK)
    *scans, expected = message.events
    pushed = [event_fingerprint(event) for event in events("normal")[:3]]
    assert [event_fingerprint(event) for event in scans] == pushed
    assert (message.message_type, message.external_id) == ("gettrackinfo", "")
    assert mapped(CODE, expected) == ("DLV_ETA", "", "estimated")
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 17), 60, "second", False)
    assert expected.recorded == expected.occurred == scans[0].occurred


def test_a_delivered_number_and_one_without_scan_expect_nothing():
    metrics = {"estimated_delivery_date": {"from": "2026-03-12", "to": None}}
    assert len(changed("normal", time_metrics=metrics)) == 8
    assert changed("not_found", time_metrics=metrics) == ()
    *_scans, expected = changed("unmapped", time_metrics=metrics)
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)


def test_trouble_and_the_way_back():
    assert facts("exception") == [
        (("RTN_DELIVERED", "", ""), (utc(2026, 3, 17, 19), -300, "second", False)),
        (("RTN_IN_TRANSIT", "", ""), (utc(2026, 3, 14, 14), -300, "second", False)),
        (("DLV_REFUSED", "consignee.refused", ""), (utc(2026, 3, 13, 16), -300, "second", False)),
        (("DLV_ATTEMPTED", "consignee.absent", ""), (utc(2026, 3, 12, 20), -300, "second", False)),
        (("EXC_DELAY", "", "estimated"), (utc(2026, 3, 11, 15), -300, "second", False)),
    ]


def test_two_numbers_in_one_answer_and_one_rejected():
    *first, second = events("two_shipments")
    assert [event.shipment_key for event in first] == [NUMBER] * 2
    assert keys(first[0]) == {("tracking", NUMBER, ""), ("order", "S00042", "")}
    assert mapped(CODE, second) == ("DLV_AVAILABLE", "", "")
    assert told(second.occurred) == (utc(2026, 3, 12, 16), -300, "second", False)
    assert keys(second) == {("tracking", UPS_NUMBER, "ups")}


def test_unknown_codes_are_kept_and_not_mapped():
    (event,) = events("unmapped")
    assert (event.raw_code, event.raw_sub_code) == ("Beamed", "Beamed_Up")
    assert mapped(CODE, event) is None
    assert told(event.occurred) == (utc(2026, 3, 12, 16), -300, "second", False)


def test_a_new_sub_status_falls_to_its_main_status():
    assert mapped(CODE, scan(sub_status="InTransit_TransportArrived"))[0] == "MOV_IN_TRANSIT"


def test_times_given_inferred_and_missing():
    assert [told(event.occurred) for event in events("missing_offset")] == [
        (utc(2026, 3, 12, 16), -300, "second", True),  # the offset is 17TRACK's guess
        (utc(2026, 3, 12, 15), -300, "second", False),
        (utc(2026, 3, 12, 13), None, "second", True),  # the connection's zone
        (utc(2026, 3, 12, 13), None, "second", False),
        (utc(2026, 3, 12, 11), None, "second", True),
        (utc(2026, 3, 12, 11), -300, "second", False),
        (utc(2026, 3, 11, 17), -300, "day", False),
        None,
    ]


def test_odd_times():
    day = {"time_iso": "2026-03-11", "time_utc": "2026-03-11T09:00:00Z"}
    assert told(scan(**day).occurred) == (utc(2026, 3, 11, 9), None, "second", False)
    naive = {"time_utc": "2026-03-11T09:00:00"}
    assert told(scan(**naive).occurred) == (utc(2026, 3, 11, 13), None, "second", True)
    raw = {"time_raw": {"date": "11/03/2026", "time": "10:00", "timezone": "+01:00"}}
    assert scan(**raw).occurred is None
    raw["time_raw"]["time"] = None
    known = scan(time_iso="2026-03-11T00:00:00+01:00", **raw)
    assert told(known.occurred) == (utc(2026, 3, 10, 23), 60, "second", False)


def test_scans_without_sub_status_have_their_stage_or_the_word_of_the_number():
    assert facts("no_sub_status") == [
        (None, (utc(2026, 3, 12, 19, 30), -300, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 12, 12), -300, "second", False)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 10, 15), -300, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 12, 19, 30), -300, "second", False)),
    ]
    unknown, *_scans, own = events("no_sub_status")
    assert (unknown.raw_code, own.place) == ("-", unknown.place)
    assert own.pointer == "/data/track_info/latest_status"


def test_a_number_without_scans():
    assert events("not_found") == events("stopped") == ()
    assert changed("not_found", latest_status={"status": "Expired"}) == ()
    (lost,) = changed(
        "not_found", latest_status={"status": "Exception", "sub_status": "Exception_Lost"}
    )
    assert (mapped(CODE, lost), lost.occurred) == (("EXC_LOST", "", ""), None)


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.shipment_key, bare.occurred, bare.place) == (UPS_NUMBER, None, Place())
    assert mapped(CODE, bare) == ("MOV_IN_TRANSIT", "", "")
    assert keys(bare) == {("tracking", UPS_NUMBER, "")}


def test_a_place_on_no_globe_is_left_out():
    for latitude in (91, "91", "north", "", None, True):
        place = scan(address={"coordinates": {"latitude": latitude, "longitude": 8}}).place
        assert (place.latitude, place.longitude) == (None, 8.0)


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (
            fixture(CODE, "hostile_types"),
            "/data/track_info/tracking/providers/0/events/0: an object expected, found text.",
        ),
        (b"{}", "/data: neither an event nor an answer with numbers."),
        (b'{"code": -18010002, "data": {"errors": []}}', "/data: neither an event nor"),
        (b'{"event": "TRACKING_UPDATED"}', "/data/number: a value is needed here"),
        (b'{"event": "TRACKING_UPDATED", "data": {"number": "1", "carrier": "x"}}', "whole number"),
        (b'{"data": {"accepted": {}}}', "/data/accepted: a list expected"),
        (b"[]", "/: an object expected, found a list."),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_item = hostile.any_json(parse, lambda value: {"event": "TRACKING_UPDATED", "data": value})
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "no_sub_status", "missing_offset", "in_transit"
)
