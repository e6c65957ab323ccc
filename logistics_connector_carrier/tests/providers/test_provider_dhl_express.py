"""DHL Express: local times with a separate offset, service areas, pieces with their own list."""

import json
from datetime import date

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.dhl_express.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "9900112233"


def events(name, context=NEW_YORK):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture with other values in its first shipment."""
    message = json.loads(fixture(CODE, name))
    message["shipments"][0].update(values)
    return json.dumps(message).encode()


def test_every_checkpoint_is_an_event_at_its_instant():
    found = events("normal")
    assert [(e.raw_code, *told(e.occurred)) for e in found] == [
        ("PU", utc(2026, 3, 9, 11, 20, 3), 60, "second", False),
        ("DF", utc(2026, 3, 9, 19, 19, 58), 60, "second", False),
        ("IC", utc(2026, 3, 10, 9, 34, 59), -300, "second", False),
        ("CR", utc(2026, 3, 10, 9, 35, 46), -300, "second", False),
        ("WC", utc(2026, 3, 11, 12, 26, 21), -240, "second", False),
        ("OK", utc(2026, 3, 11, 14, 18, 20), -240, "second", False),
    ]
    assert [mapped(CODE, e)[0] for e in found] == [
        "PUP_PICKED_UP",
        "MOV_DEPARTED",
        "CUS_SUBMITTED",
        "CUS_RELEASED",
        "DLV_OUT",
        "DLV_DELIVERED",
    ]


def test_delivery_in_full():
    *others, delivered = events("normal")
    assert delivered.issuer == "dhl_express" and delivered.shipment_key == NUMBER
    assert keys(delivered) == {
        ("tracking", NUMBER, "dhl_express"),
        ("customer", "WH/OUT/00042", ""),
    }
    assert delivered.place == Place(name="BOS", city="Boston", country="US")
    assert others[2].place == Place(name="CVG", city="Cincinnati Hub", country="US")
    assert (delivered.signed_by, delivered.raw_text) == ("B EXAMPLE", "Delivered")
    assert delivered.ship_date == date(2026, 3, 9)
    assert delivered.pointer == "/shipments/0/events/5"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert {e.classifier for e in events("normal")} == {"actual"}  # delivered: nothing is expected


def test_asked_again_the_same_checkpoints_are_the_same_events():
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    assert len(earlier) == 2 and earlier < {event_fingerprint(e) for e in events("normal")}


def test_estimate_is_a_day_dated_by_the_newest_checkpoint():
    *_scans, estimate = events("in_transit")
    stated = (utc(2026, 3, 9, 19, 19, 58), 60, "second", False)
    assert (estimate.classifier, told(estimate.occurred), told(estimate.recorded)) == (
        "estimated", stated, stated
    )  # fmt: skip
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert mapped(CODE, estimate) == ("DLV_ETA", "", "estimated")


def test_trouble_has_its_reason():
    delay, nobody = events("exception")
    assert mapped(CODE, delay) == ("CUS_HELD", "customs.delay", "")
    assert delay.raw_text == "Clearance event: Waiting for a decision of customs"
    assert mapped(CODE, nobody) == ("DLV_ATTEMPTED", "consignee.absent", "")
    assert told(nobody.occurred) == (utc(2026, 3, 11, 13, 47, 26), -240, "second", False)


def test_two_shipments():
    ours, theirs = events("two_shipments")
    assert (ours.shipment_key, theirs.shipment_key) == (NUMBER, "9900445566")
    assert told(theirs.occurred) == (utc(2026, 3, 8, 23, 5), 540, "second", False)
    assert theirs.place == Place(name="BNE", city="Brisbane")
    assert keys(theirs) == {("tracking", "9900445566", "dhl_express")}
    assert theirs.ship_date is None


def test_checkpoints_of_pieces_are_events_of_the_pieces():
    picked_up, left_1, delivered_1, left_2, estimate = events("pieces")
    one, two = "JD014600000099000011", "JD014600000099000012"
    assert [e.shipment_key for e in (picked_up, left_1, delivered_1, left_2)] == [
        NUMBER, one, one, two
    ]  # fmt: skip
    assert keys(delivered_1) == {
        ("tracking", one, "dhl_express"),
        ("master_tracking", NUMBER, "dhl_express"),
    }
    assert delivered_1.pointer == "/shipments/0/pieces/0/events/1"
    assert mapped(CODE, delivered_1)[0] == "DLV_DELIVERED"
    assert estimate.classifier == "estimated"  # the second piece is still expected


def test_missing_offsets_and_times():
    arrived, picked_up, no_day, bad_time, estimate = events("missing_offset")
    assert told(arrived.occurred) == (utc(2026, 3, 10, 10, 15), None, "second", True)
    assert told(picked_up.occurred) == (utc(2026, 3, 9, 16), None, "day", True)
    assert no_day.occurred is None and bad_time.occurred is None
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    in_berlin = events("missing_offset", ParseContext("Europe/Berlin"))[0]
    assert told(in_berlin.occurred) == (utc(2026, 3, 10, 5, 15), None, "second", True)


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert unknown.raw_code == "ZQ" and mapped(CODE, unknown) is None


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.ship_date) == ("PL", None, None)
    assert keys(bare) == {("tracking", NUMBER, "dhl_express")} and bare.place == Place()
    assert parse(changed("bare", events=[{}]), NEW_YORK).events[0].raw_code == "-"


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (
            fixture(CODE, "hostile_types"),
            "/shipments/0/events/0/serviceArea: a list expected, found an object.",
        ),
        (b'{"status": 404, "title": "Not Found"}', "/shipments: the list of shipments is missing."),
        (b"[]", "/: an object expected, found a list."),
        (b'{"shipments": [{"events": []}]}', "/shipments/0/shipmentTrackingNumber: a value is"),
        (changed("pieces", pieces=[{}, {"events": [{}]}]), "/pieces/1/trackingNumber: a value is"),
        (b"", "empty"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "pieces", "exception", "two_shipments"
)
