"""La Poste Suivi v2: whole histories, letters by the day, the expected day, numbers not known."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.laposte.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "6A01234567891"
PARIS = ParseContext("Europe/Paris")


def events(name, context=PARIS):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture, a single answer, with other values in its shipment."""
    message = json.loads(fixture(CODE, name))
    message["shipment"].update(values)
    return json.dumps(message).encode()


def test_every_event_at_its_instant():
    assert [(e.raw_code, *told(e.occurred)) for e in events("normal")] == [
        ("DI1", utc(2026, 3, 31, 8, 17, 33), 120, "second", False),
        ("MD2", utc(2026, 3, 31, 5, 2), 120, "second", False),
        ("PB2", utc(2026, 3, 30, 14, 0), 120, "second", False),
        ("PB1", utc(2026, 3, 30, 4, 20), 120, "second", False),
        ("ET1", utc(2026, 3, 29, 3, 40), 120, "second", False),
        ("ET1", utc(2026, 3, 28, 22, 31, 12), 60, "second", False),
        ("PC1", utc(2026, 3, 27, 17, 12, 9), 60, "second", False),
        ("DR1", utc(2026, 3, 27, 10, 5, 47), 60, "second", False),
    ]
    assert [mapped(CODE, e) for e in events("normal")] == [
        ("DLV_DELIVERED", "", ""),
        ("DLV_OUT", "", ""),
        ("TRK_INFO", "", ""),
        ("EXC_OTHER", "", ""),
        ("MOV_IN_TRANSIT", "", ""),
        ("MOV_IN_TRANSIT", "", ""),
        ("PUP_PICKED_UP", "", ""),
        ("TRK_MANIFESTED", "", ""),
    ]


def test_delivery_in_full():
    delivered = events("normal")[0]
    assert (delivered.issuer, delivered.shipment_key) == ("laposte", NUMBER)
    assert keys(delivered) == {("tracking", NUMBER, "laposte")}
    assert (delivered.raw_sub_code, delivered.raw_text) == ("", "Votre colis est livré.")
    assert delivered.place == Place() and delivered.classifier == "actual"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert delivered.pointer == "/shipment/event/0"


def test_the_expected_day_is_an_event_dated_by_the_newest():
    (estimate,) = [e for e in events("in_transit") if e.classifier == "estimated"]
    stated = (utc(2026, 3, 29, 3, 40), 120, "second", False)
    assert (estimate.raw_code, mapped(CODE, estimate)) == (
        "ESTIMATED_DELIVERY", ("DLV_ETA", "", "estimated")
    )  # fmt: skip
    assert told(estimate.occurred) == told(estimate.recorded) == stated
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 31, 10), 120, "day", False)
    assert not [e for e in events("normal") if e.classifier == "estimated"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-31T00:00:00+02:00", (utc(2026, 3, 31, 10), 120, "day", False)),
        ("2026-03-31T00:00:00Z", (utc(2026, 3, 31, 12), 0, "day", False)),
        ("2026-03-31", (utc(2026, 3, 31, 10), None, "day", True)),
        ("2026-03-31T17:30:00+02:00", (utc(2026, 3, 31, 15, 30), 120, "second", False)),
    ],
)
def test_the_expected_day_in_other_spellings(written, expected):
    message = json.loads(fixture(CODE, "in_transit"))
    message[0]["shipment"]["estimDate"] = written
    estimate = parse(json.dumps(message).encode(), PARIS).events[-1]
    assert told(estimate.estimated_delivery) == expected


def test_an_answer_repeats_the_history_and_adds_nothing():
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    later = {event_fingerprint(e) for e in events("normal")}
    assert len(earlier) == 4 and earlier < later


def test_letters_know_the_day_only():
    waiting, absent, posted = events("letter")
    assert told(waiting.occurred) == (utc(2026, 3, 12, 11), 60, "day", False)
    assert [mapped(CODE, e)[0] for e in (waiting, absent, posted)] == [
        "DLV_AVAILABLE", "EXC_OTHER", "PUP_PICKED_UP"
    ]  # fmt: skip
    # A parcel scanned at midnight was scanned at midnight.
    parcel = parse(changed("letter", holder=4), PARIS).events[0]
    assert told(parcel.occurred) == (utc(2026, 3, 11, 23), 60, "second", False)


def test_countries_by_their_part_in_the_journey():
    assert [(e.raw_code, mapped(CODE, e)[0], e.place.country) for e in events("customs")] == [
        ("ET3", "MOV_IN_TRANSIT", "JP"),
        ("DO2", "CUS_RELEASED", ""),
        ("DO3", "CUS_HELD", ""),
        ("DO1", "CUS_SUBMITTED", ""),
        ("ET4", "MOV_IN_TRANSIT", ""),
        ("ET2", "MOV_IN_TRANSIT", "FR"),
        ("PC2", "PUP_PICKED_UP", "FR"),
    ]
    assert told(events("customs")[0].occurred) == (utc(2026, 3, 14, 0, 15), 540, "second", False)


def test_back_at_the_sender():
    assert [mapped(CODE, e)[0] for e in events("return")] == [
        "RTN_DELIVERED", "RTN_INITIATED", "EXC_OTHER", "TRK_INFO"
    ]  # fmt: skip


def test_two_parcels_and_one_that_is_not_known():
    first, second = events("two_shipments")
    assert (first.shipment_key, second.shipment_key) == (NUMBER, "XY012345678FR")
    assert (mapped(CODE, first)[0], mapped(CODE, second)[0]) == ("PUP_PICKED_UP", "DLV_OUT")
    assert told(second.occurred) == (utc(2026, 3, 28, 7, 5), 60, "second", False)
    assert (first.pointer, second.pointer) == ("/0/shipment/event/0", "/2/shipment/event/0")
    assert parse(b'{"returnCode": 404, "idShip": "6A0"}', PARIS).events == ()
    assert parse(b"[]", PARIS).events == ()


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, mapped(CODE, unknown)) == ("ZZ9", None)


def test_times_without_offset_take_the_zone_of_the_connection():
    out, day, none, absent, estimate = events("missing_offset")
    assert told(out.occurred) == (utc(2026, 3, 31, 5, 2), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 30, 10), None, "day", True)
    assert (none.occurred, absent.occurred) == (None, None)
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 31, 10), None, "day", True)
    assert told(events("missing_offset", NEW_YORK)[0].occurred)[0] == utc(2026, 3, 31, 11, 2)


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.raw_text, bare.occurred) == ("-", "", None)
    assert bare.shipment_key == NUMBER and mapped(CODE, bare) is None
    assert parse(b'{"shipment": {"idShip": "6a0 1"}}', PARIS).events == ()


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/shipment/event: a list expected, found an object."),
        (changed("normal", isFinal="no"), "/shipment/isFinal: true or false expected"),
        (changed("normal", holder={"n": 4}), "/shipment/holder: text expected"),
        (changed("normal", idShip=""), "/shipment/idShip: a value is needed here"),
        (b'{"code": "UNAUTHORIZED", "message": "no key"}', "/shipment: an answer of La Poste"),
        (b'[{"returnCode": 200}]', "/0/shipment: an answer of La Poste"),
        (b'"DI1"', "/: an object expected, found text."),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw, PARIS)


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "in_transit", "letter", "two_shipments"
)
