"""GLS: Track And Trace V1 with events or status alone, MyGLS with its own dates and proofs."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.gls.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER, MYGLS_NUMBER = "20000000011", "51000000017"
BERLIN = ParseContext("Europe/Berlin")


def events(name, context=BERLIN):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture with other values at its top, or in its first parcel."""
    message = json.loads(fixture(CODE, name))
    (message["parcels"][0] if "parcels" in message else message).update(values)
    return json.dumps(message).encode()


def test_every_event_at_its_instant_and_place():
    assert [(e.raw_code, *told(e.occurred), e.place.city) for e in events("normal")] == [
        ("DELIVD.NORMAL", utc(2026, 3, 30, 8, 12), 120, "second", False, "Aalen"),
        ("OUTDEL.NORMAL", utc(2026, 3, 30, 4, 52, 37), 120, "second", False, "Aalen"),
        ("INBOUD.NORMAL", utc(2026, 3, 30, 4, 52, 36), 120, "second", False, "Aalen"),
        ("OUTBOD.NORMAL", utc(2026, 3, 28, 21, 5, 10), 60, "second", False, "Neuenstein"),
        ("INTIAL.NORMAL", utc(2026, 3, 27, 16, 20), 60, "second", False, "Kassel"),
        ("INTIAL.PREADVICE", utc(2026, 3, 27, 10, 5, 47), 60, "second", False, ""),
    ]
    assert [mapped(CODE, e)[0] for e in events("normal")] == [
        "DLV_DELIVERED",
        "DLV_OUT",
        "MOV_ARRIVED",
        "MOV_DEPARTED",
        "PUP_PICKED_UP",
        "TRK_MANIFESTED",
    ]


def test_delivery_in_full():
    message = parse(fixture(CODE, "normal"), BERLIN)
    delivered = message.events[0]
    assert message.message_type == "track_and_trace_v1"
    assert (delivered.issuer, delivered.shipment_key) == ("gls", NUMBER)
    # Asked by the number with its check digit: both are numbers of this parcel.
    assert keys(delivered) == {("tracking", NUMBER, "gls"), ("tracking", "200000000119", "gls")}
    assert delivered.place == Place(city="Aalen", zip="73430", country="DE")
    assert delivered.raw_text == "The parcel has been delivered."
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert (delivered.classifier, delivered.pointer) == ("actual", "/parcels/0/events/0")


def test_an_answer_repeats_the_history_and_adds_nothing():
    earlier = {event_fingerprint(e) for e in events("in_transit")}
    later = {event_fingerprint(e) for e in events("normal")}
    assert len(earlier) == 3 and earlier < later


def test_parcelshop_waits_and_is_collected():
    collected, waiting, provided = events("parcelshop")
    assert [mapped(CODE, e)[0] for e in (collected, waiting, provided)] == [
        "DLV_DELIVERED", "DLV_AVAILABLE", "TRK_INFO"
    ]  # fmt: skip
    assert waiting.place == Place(city="Aarhus", zip="8000", country="DK")


def test_the_status_stands_in_for_events_that_are_not_given():
    (failed,) = events("status_only")
    assert mapped(CODE, failed) == ("DLV_ATTEMPTED", "", "")
    assert told(failed.occurred) == (utc(2026, 3, 12, 13, 15), 60, "second", False)
    assert parse(b'{"parcels": [{"unitno": "2"}]}', BERLIN).events == ()


def test_two_parcels_and_one_that_is_not_known():
    *first, second = events("two_shipments")
    assert {e.shipment_key for e in first} == {NUMBER}
    assert (second.shipment_key, mapped(CODE, second)[0]) == ("00TSTB2Y", "DLV_OUT")
    assert told(second.occurred) == (utc(2026, 3, 30, 6), 60, "second", False)
    assert second.pointer == "/parcels/2/events/0"


def test_mygls_counts_in_utc_and_says_the_offset():
    *scans, _proof = events("mygls")
    assert [(e.raw_code, *told(e.occurred), e.place.city) for e in scans] == [
        ("5", utc(2026, 3, 30, 9, 15), 180, "second", False, "Cluj"),
        ("4", utc(2026, 3, 30, 5), 180, "second", False, "Cluj"),
        ("12", utc(2026, 3, 28, 12, 40), 120, "second", False, "Cluj"),
        ("3", utc(2026, 3, 28, 4, 10), 120, "second", False, "Cluj"),
        ("1", utc(2026, 3, 27, 15), 120, "second", False, "Sibiu"),
        ("51", utc(2026, 3, 27, 8, 30), 120, "second", False, ""),
    ]
    assert [mapped(CODE, e)[:2] for e in scans] == [
        ("DLV_DELIVERED", ""),
        ("DLV_OUT", ""),
        ("DLV_ATTEMPTED", "consignee.absent"),
        ("MOV_ARRIVED", ""),
        ("PUP_PICKED_UP", ""),
        ("TRK_MANIFESTED", ""),
    ]
    assert keys(scans[0]) == {("tracking", MYGLS_NUMBER, "gls"), ("customer", "WH/OUT/00042", "")}
    assert scans[0].place == Place(name="RO40", city="Cluj")
    assert scans[0].raw_text == "The parcel has been delivered.: POPESCU"


def test_mygls_proof_of_delivery_as_bytes_or_base64():
    *_scans, proof = events("mygls")
    assert (proof.code, proof.raw_code, proof.pointer) == ("DOC_POD", "POD", "/POD")
    assert told(proof.occurred)[0] == utc(2026, 3, 30, 9, 15)
    (document,) = proof.documents
    assert (document.kind, document.mimetype) == ("pod", "application/pdf")
    base64 = changed("mygls", POD="JVBERi0xLjQgZXhhbXBsZSwgbm8gcmVhbCBwcm9vZg==")
    again = parse(base64, BERLIN).events[-1]
    assert event_fingerprint(again) == event_fingerprint(proof)


def test_mygls_damaged_and_returned_without_offset():
    returned, damaged = events("mygls_problem")
    assert [mapped(CODE, e)[0] for e in (returned, damaged)] == ["RTN_INITIATED", "EXC_DAMAGE"]
    # The count is UTC by itself: nothing is assumed.
    assert told(damaged.occurred) == (utc(2026, 3, 11, 3, 30), None, "second", False)


def test_mygls_number_that_does_not_exist_is_no_trouble():
    error = {"ErrorCode": 9, "ErrorDescription": "Parcel number not exists"}
    answer = {"ParcelStatusList": [], "GetParcelStatusErrors": [error]}
    assert parse(json.dumps(answer).encode(), BERLIN).events == ()
    assert parse(b'{"ParcelStatusList": []}', BERLIN).events == ()


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, mapped(CODE, unknown)) == ("NOTDEL.PENGUIN", None)


def test_times_without_offset_take_the_zone_of_the_connection():
    out, day, none, absent = events("missing_offset")
    assert told(out.occurred) == (utc(2026, 3, 30, 4, 52, 37), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 29, 10), None, "day", True)
    assert (none.occurred, absent.occurred) == (None, None)
    assert told(events("missing_offset", NEW_YORK)[0].occurred)[0] == utc(2026, 3, 30, 10, 52, 37)
    day_only = changed("mygls", ParcelStatusList=[{"StatusCode": 5, "StatusDate": "2026-03-30"}])
    assert told(parse(day_only, BERLIN).events[0].occurred) == (
        utc(2026, 3, 30, 10), None, "day", True
    )  # fmt: skip


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.place) == ("-", None, Place())
    assert (bare.shipment_key, mapped(CODE, bare)) == (NUMBER, None)
    (mygls,) = parse(b'{"ParcelNumber": 5, "ParcelStatusList": [{}]}', BERLIN).events
    assert (mygls.raw_code, mygls.shipment_key, mygls.occurred) == ("-", "5", None)


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/parcels/0/events/0/eventDateTime: text expected"),
        (changed("normal", events={}), "/parcels/0/events: a list expected, found an object."),
        (changed("normal", unitno=None, requested=None), "/parcels/0/unitno: a value is needed"),
        (changed("mygls", POD=[1, "2"]), "/POD: a file as a list of bytes expected"),
        (changed("mygls", ParcelNumber=None), "/ParcelNumber: a value is needed here"),
        (b'{"fault": {"faultstring": "Invalid token"}}', "/: neither parcels nor a list"),
        (b'{"GetParcelStatusErrors": [{"ErrorCode": 26}]}', "/GetParcelStatusErrors/0: MyGLS"),
        (b'"DELIVD"', "/: an object expected, found text."),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw, BERLIN)


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "status_only", "two_shipments", "mygls"
)
