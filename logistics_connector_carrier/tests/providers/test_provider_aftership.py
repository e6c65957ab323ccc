"""AfterShip: trackings with their checkpoints, in the shapes of all versions."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.aftership.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "00340999123456789012"


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def changed(name, **values):
    """The fixture of a webhook with other values in its tracking."""
    body = json.loads(fixture(CODE, name))
    body["msg"] |= values
    return parse(json.dumps(body).encode(), NEW_YORK).events


def facts(name):
    return [(mapped(CODE, event), told(event.occurred)) for event in events(name)]


def test_the_way_through_customs_to_the_door():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    assert message.message_type == "tracking_update"
    assert message.external_id == "0f1e2d3c-4b5a-4678-9abc-000000000001"
    assert facts("normal") == [
        (("TRK_MANIFESTED", "", ""), (utc(2026, 3, 9, 14, 12), None, "second", True)),
        (("PUP_PICKED_UP", "", ""), (utc(2026, 3, 9, 16, 45), 60, "second", False)),
        (("MOV_DEPARTED", "", ""), (utc(2026, 3, 9, 21, 5), 60, "second", False)),
        (("CUS_SUBMITTED", "", ""), (utc(2026, 3, 10, 8, 30), 60, "second", False)),
        (("CUS_RELEASED", "", ""), (utc(2026, 3, 10, 14, 10), 60, "second", False)),
        (("DLV_OUT", "", ""), (utc(2026, 3, 11, 7, 20), 60, "second", False)),
        (("DLV_DELIVERED", "", ""), (utc(2026, 3, 11, 10, 58, 40), 60, "second", False)),
    ]
    delivered = message.events[-1]
    assert (delivered.raw_code, delivered.raw_sub_code) == ("Delivered", "Delivered_003")
    assert delivered.raw_text == "Delivered and signed"
    assert delivered.place == Place(
        city="Zürich", zip="8001", country="CH", latitude=47.3769, longitude=8.5417
    )
    assert [event.signed_by for event in message.events] == [""] * 6 + ["R. Muster"]
    assert (delivered.shipment_key, delivered.pointer) == (NUMBER, "/msg/checkpoints/6")
    assert keys(delivered) == {
        ("tracking", NUMBER, "dhl"),
        ("order", "S00042", ""),
        ("customer", "5550001112223", ""),
    }


def test_asked_for_it_is_the_same_scans_and_the_end_of_what_is_expected():
    message = parse(fixture(CODE, "in_transit"), NEW_YORK)
    *scans, expected = message.events
    pushed = [event_fingerprint(event) for event in events("normal")[:3]]
    assert [event_fingerprint(event) for event in scans] == pushed
    assert mapped(CODE, expected) == ("DLV_ETA", "", "estimated")
    assert (message.message_type, message.external_id) == ("trackings", "")
    assert told(expected.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert expected.recorded == expected.occurred == scans[-1].occurred


@pytest.mark.parametrize(
    "wrap", [lambda tracking: {"tracking": tracking}, lambda tracking: tracking]
)
def test_older_answers_of_the_api(wrap):
    body = json.loads(fixture(CODE, "in_transit"))
    body["data"] = wrap(body["data"])
    found = parse(json.dumps(body).encode(), NEW_YORK).events
    assert list(map(event_fingerprint, found)) == list(map(event_fingerprint, events("in_transit")))


def test_older_webhooks_tell_the_same_delivery():
    (delivered,) = events("legacy")
    assert event_fingerprint(delivered) == event_fingerprint(events("normal")[-1])
    assert (delivered.place.country, delivered.place.latitude) == ("CH", None)
    assert delivered.signed_by == "R. Muster"


def test_a_revised_estimate_is_dated_by_its_own_message():
    *_scans, expected = events("edd_revise")
    assert (expected.raw_code, expected.classifier) == ("ESTIMATED_DELIVERY", "estimated")
    assert told(expected.recorded) == (utc(2026, 3, 10, 12), None, "second", False)
    # The receiver's 18:00 in the connection's zone.
    assert told(expected.estimated_delivery) == (utc(2026, 3, 13, 22), None, "second", True)


def test_estimates_in_their_order():
    courier = {"estimated_delivery_date": "2026-03-13", "estimated_delivery_date_max": None}
    own = {"estimated_delivery_date": "2026-03-14"}
    both = changed(
        "unmapped", courier_estimated_delivery_date=courier, aftership_estimated_delivery_date=own
    )
    assert told(both[-1].estimated_delivery)[0] == utc(2026, 3, 13, 16)
    alone = changed("unmapped", aftership_estimated_delivery_date=own)
    assert told(alone[-1].estimated_delivery)[0] == utc(2026, 3, 14, 16)
    assert len(changed("normal", aftership_estimated_delivery_date=own)) == 7  # it is delivered
    assert changed("pending_time", aftership_estimated_delivery_date=own) == ()  # nothing dates it


def test_trouble_and_its_reasons():
    assert facts("exception") == [
        (
            ("EXC_DELAY", "external.weather", "estimated"),
            (utc(2026, 3, 10, 11), -300, "second", False),
        ),
        (("CUS_INFO_REQ", "customs.docs", ""), (utc(2026, 3, 10, 17), -300, "second", False)),
        (
            ("DLV_ATTEMPTED", "consignee.absent", ""),
            (utc(2026, 3, 11, 21, 40), -300, "second", False),
        ),
        (
            ("DLV_REFUSED", "consignee.refused", ""),
            (utc(2026, 3, 12, 15, 5), -300, "second", False),
        ),
    ]


def test_back_to_the_sender():
    assert facts("return") == [
        (("RTN_IN_TRANSIT", "", ""), (utc(2026, 3, 13, 14), -300, "second", False)),
        (("RTN_DELIVERED", "", ""), (utc(2026, 3, 16, 19, 30), -300, "second", False)),
    ]


def test_two_trackings_in_one_answer():
    *first, second = events("two_shipments")
    assert {event.shipment_key for event in first} == {NUMBER}
    assert mapped(CODE, second) == ("DLV_AVAILABLE", "", "")
    assert told(second.occurred) == (utc(2026, 3, 11, 12), 60, "second", False)
    assert ("tracking", "3SAFTR000000017", "postnl") in keys(second)


def test_unknown_codes_are_kept_and_not_mapped():
    (event,) = events("unmapped")
    assert (event.raw_code, event.raw_sub_code) == ("Beamed", "Beamed_001")
    assert mapped(CODE, event) is None
    assert told(event.occurred) == (utc(2026, 3, 10, 7), 60, "second", False)


def test_a_new_subtag_falls_to_its_tag():
    checkpoint = {"tag": "InTransit", "subtag": "InTransit_099"}
    (event,) = changed("unmapped", checkpoints=[checkpoint])
    assert mapped(CODE, event) == ("MOV_IN_TRANSIT", "", "")


def test_time_without_offset_is_read_in_the_connections_zone():
    assert [told(event.occurred) for event in events("missing_offset")] == [
        (utc(2026, 3, 10, 12, 15), None, "second", True),
        (utc(2026, 3, 10, 16), None, "day", True),
        None,
        None,
    ]


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.shipment_key, bare.occurred, bare.place) == (NUMBER, None, Place())
    assert mapped(CODE, bare) == ("MOV_IN_TRANSIT", "", "")
    assert keys(bare) == {("tracking", NUMBER, "")}


def test_a_tracking_without_checkpoints_says_what_its_status_says():
    assert events("pending_time") == ()
    (by_hand,) = changed(
        "pending_time",
        tag="Delivered",
        subtag="Delivered_001",
        shipment_delivery_date="2026-03-11T09:00:00+01:00",
    )
    assert mapped(CODE, by_hand) == ("DLV_DELIVERED", "", "")
    assert told(by_hand.occurred) == (utc(2026, 3, 11, 8), 60, "second", False)
    (lost,) = changed("pending_time", tag="Exception", subtag="Exception_013")
    assert (mapped(CODE, lost)[0], lost.occurred) == ("EXC_LOST", None)


def test_a_country_that_is_none_is_left_out():
    for text in ("XQZ", "GERMANY", "D", "SUN"):  # SUN: the Soviet Union, now several
        (event,) = changed("unmapped", checkpoints=[{"tag": "InTransit", "country_region": text}])
        assert event.place.country == ""


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/msg/checkpoints/0: an object expected, found text."),
        (b"{}", "/data: neither an event nor an answer of the API."),
        (b'{"event": "tracking_update"}', "/msg/tracking_number: a value is needed here"),
        (b'{"event": "edd_revise", "ts": "now"}', "/ts: a whole number expected"),
        (b'{"data": {"trackings": {}}}', "/data/trackings: a list expected"),
        (b"[]", "/: an object expected, found a list."),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_tracking = hostile.any_json(
    parse, lambda value: {"event": "tracking_update", "msg": value}
)
test_any_value_anywhere = hostile.any_value_anywhere(parse, CODE, "edd_revise", "two_shipments")
