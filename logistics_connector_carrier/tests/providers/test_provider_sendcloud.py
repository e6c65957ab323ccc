"""Sendcloud: one status of one parcel, counted from 1970; returns; actions that are no events."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.sendcloud.parse import CODE, parse

from . import hostile
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

NUMBER = "3SEXMP0012345"


def event(name):
    (parsed,) = parse(fixture(CODE, name), NEW_YORK).events
    return parsed


def changed(name, **values):
    return json.dumps(json.loads(fixture(CODE, name)) | values).encode()


def test_delivery_in_milliseconds():
    message = parse(fixture(CODE, "normal"), NEW_YORK)
    (delivered,) = message.events
    assert (message.message_type, message.external_id) == ("parcel_status_changed", "")
    assert told(delivered.occurred) == (utc(2026, 3, 11, 15, 20, 5), None, "second", False)
    assert told(delivered.recorded)[0] == utc(2026, 3, 11, 15, 21, 2, 943000)
    assert (delivered.raw_code, delivered.raw_sub_code) == ("11", "")
    assert delivered.raw_text == "Delivered"
    assert delivered.issuer == "sendcloud" and delivered.shipment_key == "412345678"
    assert keys(delivered) == {
        ("carrier_uid", "412345678", "sendcloud"),
        ("tracking", NUMBER, "postnl"),
        ("order", "S00042", ""),
    }
    assert delivered.place == Place()  # the address in the message is the receiver's
    assert mapped(CODE, delivered) == ("DLV_DELIVERED", "", "")


def test_seconds_and_own_reference():
    moving = event("seconds")
    assert told(moving.occurred) == (utc(2026, 3, 10, 8, 14), None, "second", False)
    assert ("customer", "WH/OUT/00042", "") in keys(moving)
    assert mapped(CODE, moving) == ("MOV_IN_TRANSIT", "", "")


def test_seconds_and_milliseconds_of_one_status_are_one_event():
    as_seconds = parse(changed("normal", carrier_status_change_timestamp=1773242405), NEW_YORK)
    as_text = parse(changed("normal", carrier_status_change_timestamp="1773242405000"), NEW_YORK)
    wanted = event_fingerprint(event("normal"))
    assert [event_fingerprint(m.events[0]) for m in (as_seconds, as_text)] == [wanted] * 2


def test_two_parcels_of_one_order():
    first, second = event("normal"), event("two_shipments")
    assert first.shipment_key != second.shipment_key
    assert keys(first) & keys(second) == {("order", "S00042", "")}
    assert ("tracking", "3SEXMP0012346", "ups") in keys(second)
    assert ("master_tracking", NUMBER, "ups") in keys(second)
    assert ("waybill", "AWB-9", "ups") in keys(second)


def test_status_of_sendcloud_itself_has_the_time_of_the_message():
    announced = event("missing_carrier_time")
    assert told(announced.occurred) == (
        utc(2026, 3, 9, 10, 12, 44, 120000), None, "second", False
    )  # fmt: skip
    assert keys(announced) == {("carrier_uid", "412345678", "sendcloud"), ("order", "S00042", "")}


def test_unknown_status_is_kept_and_not_mapped():
    assert event("unmapped").raw_code == "70707"
    assert mapped(CODE, event("unmapped")) is None


def test_nothing_optional():
    bare = event("bare")
    assert (bare.shipment_key, bare.raw_code, bare.occurred) == (NUMBER, "1000", None)
    assert keys(bare) == {("tracking", NUMBER, "")}


def test_delivered_return_is_no_delivery():
    returned = event("return")
    assert (returned.raw_code, returned.raw_sub_code) == ("11", "return")
    assert mapped(CODE, returned) == ("RTN_DELIVERED", "", "")


@pytest.mark.parametrize(
    ("name", "message_type"),
    [("integration", "integration_connected"), ("test_webhook", "test_webhook")],
)
def test_other_actions_hold_no_event(name, message_type):
    message = parse(fixture(CODE, name), NEW_YORK)
    assert (message.events, message.message_type) == ((), message_type)


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/parcel: an object expected, found a list."),
        (b"{}", "/action: a value is needed here"),
        (b'{"action": "parcel_status_changed"}', "/parcel: neither the id nor the tracking"),
        (changed("normal", timestamp="now"), "/timestamp: a whole number expected"),
        (changed("normal", timestamp=True), "/timestamp: a whole number expected"),
        (changed("normal", parcel={"id": 1}), "/parcel/status/id: a value is needed here"),
        (changed("normal", parcel={"id": 1, "is_return": "no", "status": {"id": 1}}), "/is_return"),
        (b"\xff", "UTF-8"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_parcel = hostile.any_json(
    parse, lambda value: {"action": "parcel_status_changed", "parcel": value}
)


@fuzz
@given(st.data())
def test_any_value_anywhere(data):
    value = json.loads(fixture(CODE, "two_shipments"))
    path = data.draw(st.sampled_from(sorted(paths(value), key=str)))
    holds(parse, replaced(value, path, data.draw(JSON)))
