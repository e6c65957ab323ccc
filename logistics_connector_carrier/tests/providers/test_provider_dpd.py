"""DPD: life cycles with all scans, pushed scans as form or object, local times."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.dpd.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, fuzz, keys, mapped, refusal, told, utc

NUMBER, UID = "05300000000017", "20260327-0000-8000-a005-300000000017"
BERLIN = ParseContext("Europe/Berlin")
PUSHED = (
    b"pushid=335165&pnr=05300000000017&depot=0627&status=delivery_carload"
    b"&statusdate=30032026080512&receiver=R%20Example"
)


def events(name, context=BERLIN):
    return parse(fixture(CODE, name), context).events


def cycle(name):
    message = json.loads(fixture(CODE, name))
    return message, message["parcellifecycleResponse"]["parcelLifeCycleData"]


def changed(name, **values):
    """The fixture with other values in its life cycle."""
    message, data = cycle(name)
    data.update(values)
    return json.dumps(message).encode()


def test_every_scan_at_its_instant_and_town():
    local = (None, "second", True)  # no offset: the connection's zone, said so
    assert [(e.raw_code, *told(e.occurred), e.place.city) for e in events("normal")] == [
        ("18", utc(2026, 3, 27, 14, 2, 11), *local, ""),
        ("15", utc(2026, 3, 27, 16, 40), *local, "Kassel"),
        ("05", utc(2026, 3, 27, 19, 15, 33), *local, "Kassel"),
        ("10", utc(2026, 3, 28, 22, 50, 9), *local, "Aschaffenburg"),
        ("02", utc(2026, 3, 30, 2, 30), *local, "Graz"),
        ("03", utc(2026, 3, 30, 6, 5, 12), *local, "Graz"),
        ("13", utc(2026, 3, 30, 10, 23, 23), *local, "Graz"),
    ]
    assert [mapped(CODE, e)[0] for e in events("normal")] == [
        "TRK_MANIFESTED",
        "PUP_PICKED_UP",
        "MOV_ARRIVED",
        "MOV_ARRIVED",
        "MOV_ARR_DEST",
        "DLV_OUT",
        "DLV_DELIVERED",
    ]


def test_delivery_in_full():
    message = parse(fixture(CODE, "normal"), BERLIN)
    delivered = message.events[-1]
    assert (message.message_type, message.external_id) == ("parcel_life_cycle", "")
    assert (delivered.issuer, delivered.shipment_key) == ("dpd", NUMBER)
    assert keys(delivered) == {("tracking", NUMBER, "dpd"), ("carrier_uid", UID, "dpd")}
    assert delivered.place == Place(city="Graz", country="AT")
    assert (delivered.raw_sub_code, delivered.raw_text) == ("068", "Paket zugestellt.")
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert delivered.pointer == "/parcellifecycleResponse/parcelLifeCycleData/scanInfo/scan/6"


def test_additional_codes_in_any_order_are_one_scan():
    message, data = cycle("normal")
    hub = data["scanInfo"]["scan"][3]["scanData"]
    assert events("normal")[3].raw_sub_code == "068+105"
    hub["additionalCodes"]["additionalCode"].reverse()
    again = parse(json.dumps(message).encode(), BERLIN).events[3]
    assert event_fingerprint(again) == event_fingerprint(events("normal")[3])


def test_an_answer_repeats_the_history_and_adds_nothing():
    earlier = {event_fingerprint(e) for e in events("in_transit")}
    later = {event_fingerprint(e) for e in events("normal")}
    assert len(earlier) == 4 and earlier < later


def test_attempt_shop_and_collection():
    assert [mapped(CODE, e)[0] for e in events("shop")] == [
        "DLV_OUT", "DLV_ATTEMPTED", "DLV_AVAILABLE", "DLV_DELIVERED"
    ]  # fmt: skip
    assert {e.place.country for e in events("shop")} == {"BE"}


def test_return_to_the_sender():
    stored, returned = events("return")
    assert (mapped(CODE, stored)[0], stored.raw_sub_code) == ("TRK_INFO", "011")
    assert mapped(CODE, returned) == ("RTN_INITIATED", "", "")


def test_push_as_object_and_as_form_is_one_event():
    message = parse(fixture(CODE, "push"), BERLIN)
    (pushed,) = message.events
    assert (message.message_type, message.external_id) == ("tracking_push", "335165")
    assert (pushed.raw_code, mapped(CODE, pushed)[0]) == ("delivery_carload", "DLV_OUT")
    assert told(pushed.occurred) == (utc(2026, 3, 30, 6, 5, 12), None, "second", True)
    assert pushed.place == Place(name="0627") and keys(pushed) == {("tracking", NUMBER, "dpd")}
    form = parse(PUSHED, BERLIN)
    assert form.external_id == "335165"
    assert event_fingerprint(form.events[0]) == event_fingerprint(pushed)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("start_order", "TRK_MANIFESTED"),
        ("delivery_customer", "DLV_DELIVERED"),
        ("Delivery_Shop", "DLV_AVAILABLE"),
        ("error_return", "RTN_INITIATED"),
        ("error_pickup", "PUP_FAILED"),
    ],
)
def test_pushed_statuses(status, code):
    (pushed,) = parse(PUSHED.replace(b"delivery_carload", status.encode()), BERLIN).events
    assert mapped(CODE, pushed)[0] == code


def test_a_neighbour_or_nobody_is_left_to_a_person():
    (pushed,) = parse(PUSHED.replace(b"delivery_carload", b"delivery_nab"), BERLIN).events
    assert mapped(CODE, pushed) is None


def test_two_parcels_in_a_file():
    first, second = events("two_shipments")
    assert (first.shipment_key, second.shipment_key) == (NUMBER, "05300000000048")
    assert told(second.occurred)[0] == utc(2026, 3, 30, 15)
    assert (mapped(CODE, second)[0], second.pointer) == ("DLV_AVAILABLE", "/1")
    cycles = b"[" + fixture(CODE, "shop") + b"," + fixture(CODE, "return") + b"]"
    assert len(parse(cycles, BERLIN).events) == 6


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, mapped(CODE, unknown)) == ("77", None)


def test_times_that_clocks_skipped_days_and_none():
    skipped, day, none, absent = events("missing_offset")
    assert told(skipped.occurred) == (utc(2026, 3, 29, 1, 30), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 28, 11), None, "day", True)
    assert (none.occurred, absent.occurred) == (None, None)
    assert told(events("missing_offset", NEW_YORK)[0].occurred)[0] == utc(2026, 3, 29, 6, 30)
    day_only = PUSHED.replace(b"30032026080512", b"30032026")
    assert told(parse(day_only, BERLIN).events[0].occurred) == (
        utc(2026, 3, 30, 10), None, "day", True
    )  # fmt: skip
    american = PUSHED.replace(b"30032026080512", b"03302026080512")
    assert parse(american, BERLIN).events[0].occurred is None


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.raw_sub_code, bare.occurred) == ("-", "", None)
    assert (bare.place, mapped(CODE, bare)) == (Place(), None)
    (pushed,) = parse(b"pnr=0530", BERLIN).events
    assert (pushed.raw_code, pushed.shipment_key, pushed.occurred) == ("-", "0530", None)


def test_a_number_that_is_not_known_is_no_trouble():
    unknown = b'{"parcellifecycleResponse": {"parcelLifeCycleData": null}}'
    assert parse(unknown, BERLIN).events == ()
    assert parse(changed("normal", scanInfo=None), BERLIN).events == ()
    assert parse(b"[]", BERLIN).events == ()


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/scanData/scanType: an object expected, found text."),
        (changed("normal", shipmentInfo={}), "/parcelLabelNumber: a value is needed here"),
        (changed("normal", scanInfo={"scan": {}}), "/scanInfo/scan: a list expected"),
        (b"{}", "/: neither a parcel life cycle nor a parcel number"),
        (b"pushid=1&status=start_order", "/: neither a parcel life cycle nor a parcel number"),
        (b"pnr=", "/pnr: a value is needed here"),
        (b"pnr=\xff\xfe", "/: parameters of the form"),
        (b"&".join([b"a=1"] * 101), "/: parameters of the form"),
        (b'"DELIVERED"', "/: an object expected, found text."),
        (b"<push/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw, BERLIN)


test_any_json = hostile.any_json(parse)


@fuzz
@given(st.binary(max_size=60))
def test_any_form(tail):
    try:
        parse(b"pnr=1&" + tail, BERLIN)
    except ParseError as error:
        assert str(error)


test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "shop", "push", "two_shipments"
)
