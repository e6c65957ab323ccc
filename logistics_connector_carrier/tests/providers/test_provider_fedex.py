"""FedEx: full history in each payload, two shipments under one number, offsets, proofs."""

import base64
import json
from datetime import date

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.fold import FoldEvent, fold
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.fedex.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "771234500012"
UID = "2461110000~771234500012~FDEG"
OLDER_UID = "2460330000~771234500012~FDEG"


def events(name, context=NEW_YORK):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture with other values in its first shipment."""
    message = json.loads(fixture(CODE, name))
    message["output"]["completeTrackResults"][0]["trackResults"][0].update(values)
    return json.dumps(message).encode()


def test_every_scan_is_an_event_at_its_instant():
    assert [(e.raw_code, *told(e.occurred)) for e in events("normal")] == [
        ("DL", utc(2026, 3, 11, 14, 57, 13), -240, "second", False),
        ("OD", utc(2026, 3, 11, 11, 2), -240, "second", False),
        ("DP", utc(2026, 3, 11, 4, 41), -300, "second", False),
        ("AR", utc(2026, 3, 10, 21, 20), -360, "second", False),
        ("PU", utc(2026, 3, 10, 0, 5), -360, "second", False),
        ("OC", utc(2026, 3, 9, 14, 12, 45), -300, "second", False),
    ]
    assert [mapped(CODE, e)[0] for e in events("normal")] == [
        "DLV_DELIVERED",
        "DLV_OUT",
        "MOV_DEPARTED",
        "MOV_ARRIVED",
        "PUP_PICKED_UP",
        "TRK_MANIFESTED",
    ]


def test_delivery_scan_in_full():
    delivered = events("normal")[0]
    assert delivered.issuer == "fedex" and delivered.shipment_key == UID
    assert keys(delivered) == {
        ("carrier_uid", UID, "fedex"),
        ("tracking", NUMBER, "fedex"),
        ("customer", "WH/OUT/00042", ""),
        ("customer", "PO-7781", ""),
    }
    assert delivered.place == Place(city="Marietta", state="GA", zip="30062", country="US")
    assert delivered.signed_by == "J.EXAMPLE"
    assert delivered.ship_date == date(2026, 3, 9)
    assert delivered.raw_text == "Delivered" and delivered.raw_sub_code == ""
    assert delivered.pointer == "/output/completeTrackResults/0/trackResults/0/scanEvents/0"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert [e.signed_by for e in events("normal")[1:]] == [""] * 5


def test_history_repeated_in_a_later_payload_adds_nothing():
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    later = {event_fingerprint(e) for e in events("normal")}
    assert len(earlier) == 4 and earlier < later


def test_two_shipments_under_one_number():
    (ours, *theirs) = events("two_shipments")
    assert {ours.shipment_key, theirs[0].shipment_key} == {UID, OLDER_UID}
    assert [told(e.occurred) for e in theirs] == [
        (utc(2025, 11, 20, 11, 0), 60, "second", False),
        (utc(2025, 11, 17, 16, 30), 0, "second", False),
    ]
    assert (ours.ship_date, theirs[0].ship_date) == (date(2026, 3, 9), date(2025, 11, 17))
    assert ("tracking", NUMBER, "fedex") in keys(ours) & keys(theirs[0])
    assert ("carrier_uid", OLDER_UID, "fedex") not in keys(ours)


def test_estimate_is_an_event_dated_by_the_newest_scan():
    (estimate,) = [e for e in events("in_transit") if e.classifier == "estimated"]
    stated = (utc(2026, 3, 11, 4, 41), -300, "second", False)
    assert (estimate.raw_code, mapped(CODE, estimate)) == (
        "ESTIMATED_DELIVERY", ("DLV_ETA", "", "estimated")
    )  # fmt: skip
    assert told(estimate.recorded) == told(estimate.occurred) == stated
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 11, 17, 0), -240, "second", False)


def test_new_estimate_without_a_new_scan_is_a_new_event_and_wins():
    window = {"window": {"ends": "2026-03-12T18:00:00-04:00"}}
    messages = [
        events("in_transit"),
        parse(changed("in_transit", estimatedDeliveryTimeWindow=window), NEW_YORK).events,
    ]
    facts = [
        FoldEvent(
            event_fingerprint(e),
            classifier=e.classifier,
            occurred_at=e.occurred.utc,
            recorded_at=e.recorded.utc if e.recorded else None,
            estimated_delivery=e.estimated_delivery.utc if e.estimated_delivery else None,
        )
        for message in messages
        for e in message
    ]
    assert len({fact.fingerprint for fact in facts}) == 6
    assert fold(facts, {}).estimated_delivery_at == utc(2026, 3, 12, 22, 0)


def test_delivered_shipment_expects_nothing():
    assert all(e.classifier == "actual" for e in events("normal"))


def test_delivery_that_later_scans_refute_does_not_end_the_expectation():
    scans = json.loads(fixture(CODE, "normal"))
    scans = scans["output"]["completeTrackResults"][0]["trackResults"][0]["scanEvents"]
    wrong = [scans[0] | {"date": "2026-03-09T19:00:00-06:00"}, *scans[1:]]
    found = parse(changed("in_transit", scanEvents=wrong), NEW_YORK).events
    assert [e.raw_code for e in found if e.classifier == "estimated"] == ["ESTIMATED_DELIVERY"]


def test_estimate_of_a_day_is_a_day():
    delivery_exception, estimate = events("exception")
    assert (delivery_exception.raw_code, delivery_exception.raw_sub_code) == ("DE", "08")
    assert delivery_exception.raw_text == (
        "Delivery exception: Customer not available or business closed"
    )
    assert mapped(CODE, delivery_exception) == ("EXC_OTHER", "", "")
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16, 0), -240, "day", False)


def test_missing_offsets_and_times():
    departed, announced, no_time, bad_time, estimate = events("missing_offset")
    assert told(departed.occurred) == (utc(2026, 3, 11, 3, 41), None, "second", True)
    assert told(announced.occurred) == (utc(2026, 3, 9, 16, 0), None, "day", True)
    assert no_time.occurred is None and bad_time.occurred is None
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 11, 17, 0), None, "second", True)
    in_denver = events("missing_offset", ParseContext("America/Denver"))[0]
    assert told(in_denver.occurred) == (utc(2026, 3, 11, 5, 41), None, "second", True)


def test_blank_before_the_offset_as_in_fedex_mock_messages():
    scans = [{"date": "2026-03-11T10:57:13 -0500", "eventType": "DL"}]
    found = parse(changed("unmapped", scanEvents=scans), NEW_YORK).events[0]
    assert told(found.occurred) == (utc(2026, 3, 11, 15, 57, 13), -300, "second", False)


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, unknown.raw_sub_code) == ("ZQ", "F42")
    assert mapped(CODE, unknown) is None


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.ship_date) == ("PU", None, None)
    assert bare.shipment_key == NUMBER and keys(bare) == {("tracking", NUMBER, "fedex")}
    assert bare.place == Place()


def test_scan_without_event_type():
    scans = [{"derivedStatusCode": "it"}, {"eventDescription": "?"}]
    found = parse(changed("unmapped", scanEvents=scans), NEW_YORK).events
    assert [e.raw_code for e in found] == ["IT", "-"]


def test_proofs_are_events_of_their_own_wherever_they_lie():
    scan, signature, photo = events("proof")
    assert event_fingerprint(scan) == event_fingerprint(events("normal")[0])
    assert {e.code for e in (signature, photo)} == {"DOC_POD"} and scan.code == ""
    assert [e.documents[0].kind for e in (signature, photo)] == ["signature", "photo"]
    assert signature.documents[0].content.startswith(b"\x89PNG")  # sent as base64
    assert photo.documents[0].content.startswith(b"\xff\xd8\xff")  # sent as Java's signed bytes
    assert signature.occurred == photo.occurred == scan.occurred
    assert len({event_fingerprint(e) for e in (scan, signature, photo)}) == 3
    assert signature.pointer.endswith("/signatureProofOfDelivery/image")


def test_proof_without_the_delivery_scan_takes_the_time_of_delivery():
    raw = changed("proof", scanEvents=[], pictureProofOfDelivery=None)
    (proof,) = [e for e in parse(raw, NEW_YORK).events if e.documents]
    assert told(proof.occurred) == (utc(2026, 3, 11, 14, 57, 13), -240, "second", False)


def test_long_text_is_no_proof():
    text = base64.b64encode(b"just some text that is long enough to be an image").decode()
    found = parse(changed("unmapped", note=text, numbers=list(range(100))), NEW_YORK).events
    assert len(found) == 1


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (
            fixture(CODE, "hostile_types"),
            "/output/completeTrackResults/0/trackResults/0/scanEvents: a list expected, "
            "found an object.",
        ),
        (b"{}", "/output/completeTrackResults: the list of tracked numbers is missing."),
        (b'{"output": []}', "/output: an object expected, found a list."),
        (
            b'{"output": {"completeTrackResults": [{"trackResults": [{}]}]}}',
            "/output/completeTrackResults/0/trackResults/0/trackingNumberInfo/trackingNumber: "
            "a tracking number is needed here.",
        ),
        (changed("bare", dateAndTimes=[3]), "/dateAndTimes/0: an object expected"),
        (b"", "empty"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


def test_number_that_fedex_does_not_know_holds_no_event():
    raw = changed("bare", scanEvents=None, error={"code": "TRACKING.TRACKINGNUMBER.NOTFOUND"})
    assert parse(raw, NEW_YORK).events == ()


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "proof", "exception", "two_shipments"
)
