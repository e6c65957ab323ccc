"""Shippo: tracks with their history; the latest status said twice; an estimate without a time."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.shippo.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "1ZC9C2C30312345679"


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def changed(name, **values):
    """The fixture of a webhook with other values in its track."""
    body = json.loads(fixture(CODE, name))
    body["data"] |= values
    return parse(json.dumps(body).encode(), NEW_YORK).events


def facts(name):
    return [(mapped(CODE, event), told(event.occurred)) for event in events(name)]


def test_the_way_to_the_door():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    assert (message.message_type, message.external_id) == ("track_updated", "")
    assert facts("normal") == [
        (("TRK_MANIFESTED", "", ""), (utc(2026, 3, 9, 15, 20), 0, "second", False)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 9, 23, 45, 10), 0, "second", False)),
        (("MOV_DEPARTED", "", ""), (utc(2026, 3, 10, 3, 5), 0, "second", False)),
        (("MOV_ARRIVED", "", ""), (utc(2026, 3, 11, 5, 40), 0, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 11, 13, 30), 0, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 11, 19, 58), 0, "second", False)),
    ]
    delivered = message.events[-1]
    assert (delivered.raw_code, delivered.raw_sub_code) == ("DELIVERED", "delivered")
    assert delivered.raw_text == "Your shipment has been delivered."
    assert delivered.place == Place(city="Tulsa", state="OK", zip="74112", country="US")
    assert (delivered.shipment_key, delivered.pointer) == (NUMBER, "/data/tracking_history/5")
    assert keys(delivered) == {
        ("carrier_uid", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", CODE),
        ("tracking", NUMBER, "ups"),
        ("customer", "Order 000123", ""),
    }


def test_asked_for_it_is_the_same_scans_and_an_estimate():
    message = parse(fixture(CODE, "in_transit"), NEW_YORK)
    *scans, expected = message.events
    pushed = [event_fingerprint(event) for event in events("normal")[:3]]
    assert [event_fingerprint(event) for event in scans] == pushed
    assert mapped(CODE, expected) == ("DLV_ETA", "", "estimated")
    assert (message.message_type, expected.classifier) == ("tracks", "estimated")
    # Midnight is a day, not a second.
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert expected.recorded == expected.occurred == scans[-1].occurred


def test_an_estimate_with_a_time_is_kept_with_it():
    *_scans, expected = changed("unmapped", eta="2026-03-12T18:15:00Z")
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 18, 15), 0, "second", False)


def test_the_latest_status_is_an_event_where_the_history_lacks_it():
    history = json.loads(fixture(CODE, "normal"))["data"]["tracking_history"]
    late = changed("normal", tracking_history=history[:-1])
    assert [event_fingerprint(event) for event in late] == [
        event_fingerprint(event) for event in events("normal")
    ]
    assert late[-1].pointer == "/data/tracking_status"
    placeless = changed("normal", tracking_status=history[-1] | {"location": None})
    assert len(placeless) == len(history)


def test_trouble_and_its_reasons():
    assert facts("exception") == [
        (("EXC_DELAY", "", "estimated"), (utc(2026, 3, 10, 12), 0, "second", False)),
        (("EXC_ADDRESS", "consignee.address", ""), (utc(2026, 3, 11, 9), 0, "second", False)),
        (("DLV_ATTEMPTED", "", ""), (utc(2026, 3, 11, 17), 0, "second", False)),
        (("EXC_LOST", "", ""), (utc(2026, 3, 20, 17), 0, "second", False)),
    ]
    assert events("exception")[-1].place == Place()


def test_back_to_the_sender():
    assert facts("return") == [
        (("RTN_INITIATED", "", ""), (utc(2026, 3, 13, 10), 0, "second", False))
    ]


def test_two_tracks_in_one_answer():
    *first, second = events("two_shipments")
    assert {event.shipment_key for event in first} == {NUMBER}
    assert mapped(CODE, second) == ("DLV_AVAILABLE", "", "")
    assert told(second.occurred) == (utc(2026, 3, 11, 16, 20), 0, "second", False)
    assert keys(second) == {("tracking", "9499907123456000000042", "usps")}


def test_unknown_codes_are_kept_and_not_mapped():
    (event,) = events("unmapped")
    assert (event.raw_code, event.raw_sub_code) == ("ORBIT", "beamed_up")
    assert mapped(CODE, event) is None
    assert told(event.occurred) == (utc(2026, 3, 10, 8), 0, "second", False)


def test_times_without_offset_are_read_in_the_connections_zone():
    *scans, expected = events("missing_offset")
    # tracking_status says the second scan again, three milliseconds off.
    assert [(mapped(CODE, scan)[0], told(scan.occurred)) for scan in scans] == [
        ("TRK_INFO", (utc(2026, 3, 9, 18, 39, 42, 589000), None, "second", True)),
        ("MOV_IN_TRANSIT", (utc(2026, 3, 10, 20, 44, 42, 589000), None, "second", True)),
        ("MOV_IN_TRANSIT", None),
    ]
    assert told(expected.estimated_delivery) == (
        utc(2026, 3, 12, 22, 49, 42, 566000), None, "second", True
    )  # fmt: skip


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.shipment_key, bare.occurred, bare.place) == (NUMBER, None, Place())
    assert mapped(CODE, bare) == ("TRK_MANIFESTED", "", "")
    assert keys(bare) == {("tracking", NUMBER, "")}
    assert changed("bare", tracking_status=None, eta="2026-03-12T00:00:00Z") == ()


def test_events_about_other_things_hold_none():
    message = parse(fixture(CODE, "transaction"), NEW_YORK)
    assert (message.events, message.message_type) == ((), "transaction_created")


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/data/tracking_history: a list expected, found an obj"),
        (b"{}", "/tracking_number: a value is needed here"),
        (b'{"event": "track_updated"}', "/data/tracking_number: a value is needed here"),
        (b'[{"tracking_number": "1"}, 7]', "/1: an object expected, found a number."),
        (b'{"tracking_number": "1", "tracking_status": "UNKNOWN"}', "/tracking_status: an object"),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_track = hostile.any_json(parse, lambda value: {"event": "track_updated", "data": value})
test_any_value_anywhere = hostile.any_value_anywhere(parse, CODE, "in_transit", "exception")
