"""EasyPost: trackers with all their scans; a "Z" that is not always believed; return labels."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.easypost.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "9499907123456000000011"
TRACKER = "trk_0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def changed(name, **values):
    """The fixture of an event with other values in its tracker."""
    body = json.loads(fixture(CODE, name))
    body["result"] |= values
    return parse(json.dumps(body).encode(), NEW_YORK).events


def facts(name):
    return [(mapped(CODE, event), told(event.occurred)) for event in events(name)]


def test_the_way_to_the_door():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    assert (message.message_type, message.external_id) == ("tracker.updated", "")
    assert facts("normal") == [
        # No place, so the "Z" may be a local time: believed, and marked.
        (("LBL_CREATED", "", ""), (utc(2026, 3, 9, 15, 2), None, "second", True)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 9, 23, 14), 0, "second", False)),
        (("MOV_DEPARTED", "", ""), (utc(2026, 3, 10, 4, 31), 0, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 11, 13, 10), 0, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 11, 18, 22), 0, "second", False)),
    ]
    delivered = message.events[-1]
    assert (delivered.raw_code, delivered.raw_sub_code) == ("delivered", "arrived_at_destination")
    assert delivered.raw_text == "Delivered, Front Door/Porch"
    assert delivered.place == Place(city="OMAHA", state="NE", zip="68107", country="US")
    assert delivered.pointer == "/result/tracking_details/4"
    assert [event.signed_by for event in message.events] == ["", "", "", "", "J EXAMPLE"]
    assert {event.shipment_key for event in message.events} == {TRACKER}
    assert keys(delivered) == {("carrier_uid", TRACKER, CODE), ("tracking", NUMBER, "usps")}


def test_asked_for_it_is_the_same_scans_with_their_offsets_and_an_estimate():
    message = parse(fixture(CODE, "in_transit"), NEW_YORK)
    assert message.message_type == "trackers"
    *scans, expected = message.events
    pushed = [event_fingerprint(event) for event in events("normal")[:3]]
    assert [event_fingerprint(event) for event in scans] == pushed
    assert [told(event.occurred)[1:] for event in scans] == [
        (None, "second", True), (-360, "second", False), (-360, "second", False),
    ]  # fmt: skip
    assert mapped(CODE, expected) == ("DLV_ETA", "", "estimated")
    assert expected.classifier == "estimated"
    # The receiver's 20:00 in the connection's zone.
    assert told(expected.estimated_delivery) == (utc(2026, 3, 13), None, "second", True)
    assert expected.recorded == expected.occurred == scans[-1].occurred


def test_what_is_expected_without_a_time_of_day_is_a_day():
    (expected,) = changed("no_scans", est_delivery_date="2026-03-12T00:00:00Z")
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert told(expected.recorded) == (utc(2026, 3, 9, 15, 2, 11), 0, "second", False)
    *_scans, exact = changed("unmapped", est_delivery_date="2026-03-12T21:30:00Z")
    assert told(exact.estimated_delivery) == (utc(2026, 3, 12, 21, 30), 0, "second", False)
    assert len(changed("normal", est_delivery_date="2026-03-14T00:00:00Z")) == 5  # it is delivered


def test_each_new_estimate_is_an_event_and_a_repeated_one_is_not():
    first, again, later = (
        event_fingerprint(changed("unmapped", est_delivery_date=text, updated_at=updated)[-1])
        for text, updated in (
            ("2026-03-12T00:00:00Z", "2026-03-10T08:00:00Z"),
            ("2026-03-12T00:00:00Z", "2026-03-10T09:00:00Z"),
            ("2026-03-13T00:00:00Z", "2026-03-10T09:00:00Z"),
        )
    )
    assert first == again != later


def test_trouble_and_its_reasons():
    assert facts("exception") == [
        (
            ("EXC_DELAY", "external.weather", "estimated"),
            (utc(2026, 3, 10, 8), 0, "second", False),
        ),
        (("EXC_MISROUTE", "carrier.missort", ""), (utc(2026, 3, 10, 12), 0, "second", False)),
        (("DLV_REFUSED", "consignee.refused", ""), (utc(2026, 3, 11, 17, 5), 0, "second", False)),
    ]


def test_back_to_the_sender():
    assert facts("return") == [
        (("RTN_INITIATED", "", ""), (utc(2026, 3, 12, 9, 30), 0, "second", False)),
        (("RTN_IN_TRANSIT", "", ""), (utc(2026, 3, 12, 21, 30), 0, "second", False)),
    ]


def test_delivery_of_a_return_label_is_no_delivery_to_the_customer():
    moving, back = events("return_label")
    assert (back.raw_code, mapped(CODE, back)) == ("return:delivered", ("RTN_DELIVERED", "", ""))
    assert mapped(CODE, moving) == ("RTN_IN_TRANSIT", "", "")


def test_two_trackers_in_one_answer():
    *first, second = events("two_shipments")
    assert {event.shipment_key for event in first} == {TRACKER}
    assert second.shipment_key == "trk_3a1b2c3d4e5f60718293a4b5c6d7e8f9"
    assert mapped(CODE, second) == ("DLV_AVAILABLE", "", "")
    assert told(second.occurred) == (utc(2026, 3, 11, 16), 0, "second", False)
    assert keys(second) == {
        ("carrier_uid", "trk_3a1b2c3d4e5f60718293a4b5c6d7e8f9", CODE),
        ("tracking", "1ZB7B2C30312345671", "ups"),
        ("tracking", "K2479825760", "ups"),
    }


def test_unknown_codes_are_kept_and_not_mapped():
    (event,) = events("unmapped")
    assert (event.raw_code, event.raw_sub_code) == ("teleported", "beamed_up")
    assert mapped(CODE, event) is None
    assert told(event.occurred) == (utc(2026, 3, 10, 8), 0, "second", False)


def test_time_without_offset_is_read_in_the_connections_zone():
    assert [told(event.occurred) for event in events("missing_offset")] == [
        (utc(2026, 3, 11, 12, 10), None, "second", True),
        (utc(2026, 3, 11, 16), None, "day", True),
        None,
        None,
    ]


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.shipment_key, bare.occurred, bare.place) == (NUMBER, None, Place())
    assert mapped(CODE, bare) == ("TRK_MANIFESTED", "", "")
    assert keys(bare) == {("tracking", NUMBER, "")}


def test_a_tracker_without_scans_says_nothing_until_its_status_does():
    assert parse(fixture(CODE, "no_scans"), NEW_YORK).message_type == "tracker.created"
    assert events("no_scans") == ()
    (lost,) = changed("no_scans", status="failure", status_detail="lost")
    assert (mapped(CODE, lost)[0], lost.occurred) == ("EXC_LOST", None)


def test_events_about_other_things_hold_none():
    message = parse(fixture(CODE, "batch"), NEW_YORK)
    assert (message.events, message.message_type) == ((), "batch.updated")


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/result/tracking_details: a list expected, found an obj"),
        (b"{}", "/: neither an event, nor a tracker"),
        (b'{"description": "tracker.updated"}', "/result/tracking_code: a value is needed here"),
        (b'{"trackers": [{}]}', "/trackers/0/tracking_code: a value is needed here"),
        (b'{"tracking_code": "1", "is_return": "no"}', "/is_return: true or false expected"),
        (b"[]", "/: an object expected, found a list."),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_tracker = hostile.any_json(
    parse, lambda value: {"description": "tracker.updated", "result": value}
)
test_any_value_anywhere = hostile.any_value_anywhere(parse, CODE, "in_transit", "return_label")
