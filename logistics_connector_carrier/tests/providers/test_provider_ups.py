"""UPS Track Alert: GMT and local time side by side, codes with description codes, photos."""

import json
from dataclasses import replace

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.ups.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER = "1ZA1B2C30312345674"


def event(name, context=NEW_YORK):
    (parsed,) = parse(fixture(CODE, name), context).events
    return parsed


def changed(name, **values):
    return json.dumps(json.loads(fixture(CODE, name)) | values).encode()


def test_delivery_with_gmt_and_local_time():
    delivered = event("normal")
    assert told(delivered.occurred) == (utc(2026, 3, 11, 18, 22, 5), -240, "second", False)
    assert (delivered.raw_code, delivered.raw_sub_code) == ("D", "FS/011")
    assert delivered.raw_text == "Delivered"
    assert delivered.place == Place(city="MARIETTA", state="GA", zip="30062", country="US")
    assert delivered.issuer == "ups" and delivered.shipment_key == NUMBER
    assert keys(delivered) == {("tracking", NUMBER, "ups")}
    assert delivered.classifier == "actual" and delivered.estimated_delivery is None
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert mapped(CODE, delivered) == ("DLV_DELIVERED", "", "")


def test_scan_that_crosses_midnight_and_says_when_delivery_is_expected():
    departed = event("in_transit")
    assert told(departed.occurred) == (utc(2026, 3, 10, 2, 30, 40), -240, "second", False)
    # End of the window, at the receiver's place: the zone is ours, so it is marked.
    assert told(departed.estimated_delivery) == (utc(2026, 3, 11, 18, 0), None, "second", True)
    assert departed.shipment_key == NUMBER  # sent with a blank in front
    assert mapped(CODE, departed) == ("MOV_DEPARTED", "", "")


def test_delivery_that_was_made_is_not_expected():
    parsed = parse(changed("normal", scheduledDeliveryDate="20260312"), NEW_YORK).events[0]
    assert parsed.estimated_delivery is None


def test_delivery_expected_on_a_day():
    parsed = parse(changed("in_transit", deliveryEndTime=""), NEW_YORK).events[0]
    assert told(parsed.estimated_delivery) == (utc(2026, 3, 11, 16, 0), None, "day", True)


def test_local_time_alone_takes_the_zone_of_the_connection():
    assert told(event("missing_offset").occurred) == (
        utc(2026, 3, 10, 10, 15), None, "second", True
    )  # fmt: skip
    assert told(event("missing_offset", ParseContext("Europe/Berlin")).occurred) == (
        utc(2026, 3, 10, 5, 15), None, "second", True
    )  # fmt: skip
    assert told(event("missing_offset", ParseContext()).occurred) == (
        utc(2026, 3, 10, 6, 15), None, "second", True
    )  # fmt: skip


def test_local_time_with_offset_field():
    parsed = parse(changed("missing_offset", gmtOffset="+05.30"), NEW_YORK).events[0]
    assert told(parsed.occurred) == (utc(2026, 3, 10, 0, 45), 330, "second", False)


def test_gmt_alone_has_no_offset_but_the_one_told():
    raw = changed("normal", localActivityDate="", localActivityTime="")
    assert told(parse(raw, NEW_YORK).events[0].occurred) == (
        utc(2026, 3, 11, 18, 22, 5), None, "second", False
    )  # fmt: skip
    raw = changed("normal", localActivityTime="", gmtOffset="-04.00")
    assert parse(raw, NEW_YORK).events[0].occurred.offset_minutes == -240


def test_gmt_and_local_that_no_clock_shows_keep_the_instant():
    parsed = parse(changed("normal", localActivityTime="143000"), NEW_YORK).events[0]
    assert told(parsed.occurred) == (utc(2026, 3, 11, 18, 22, 5), None, "second", False)


def test_leading_zero_that_was_dropped():
    raw = changed("normal", gmtActivityTime="74700", localActivityTime="34700")
    assert told(parse(raw, NEW_YORK).events[0].occurred) == (
        utc(2026, 3, 11, 7, 47), -240, "second", False
    )  # fmt: skip


def test_only_days_are_known():
    raw = changed("normal", gmtActivityTime="", localActivityTime="")
    assert told(parse(raw, NEW_YORK).events[0].occurred) == (
        utc(2026, 3, 11, 16, 0), None, "day", True
    )  # fmt: skip
    raw = changed("normal", gmtActivityTime="", localActivityTime="", localActivityDate="")
    assert told(parse(raw, NEW_YORK).events[0].occurred) == (
        utc(2026, 3, 11, 12, 0), 0, "day", False
    )  # fmt: skip


@pytest.mark.parametrize("day", ["20261341", "11/03/2026", "yesterday", ""])
def test_time_that_cannot_be_read_is_no_time(day):
    parsed = parse(changed("missing_offset", localActivityDate=day), NEW_YORK).events[0]
    assert parsed.occurred is None  # kept, for a person to look at


def test_unknown_code_is_kept_and_not_mapped():
    unknown = event("unmapped")
    assert (unknown.raw_code, unknown.raw_sub_code) == ("Q", "Z9/777")
    assert mapped(CODE, unknown) is None


def test_two_packages():
    first, second = parse(fixture(CODE, "two_shipments"), NEW_YORK).events
    assert (first.shipment_key, second.shipment_key) == (NUMBER, "1ZA1B2C30398765432")
    assert told(first.occurred) == (utc(2026, 3, 9, 13, 0), -240, "second", False)
    assert told(second.occurred) == (utc(2026, 3, 9, 14, 5), 60, "second", False)
    assert (first.pointer, second.pointer) == ("/0", "/1")
    assert [mapped(CODE, one)[0] for one in (first, second)] == ["PUP_PICKED_UP"] * 2


def test_nothing_optional():
    bare = event("bare")
    assert (bare.raw_code, bare.raw_sub_code, bare.occurred) == ("I", "", None)
    assert bare.place == Place() and bare.estimated_delivery is None
    assert mapped(CODE, bare) == ("MOV_IN_TRANSIT", "", "")


def test_updated_delivery_is_an_estimate_dated_by_its_making():
    update = event("update")
    made = (utc(2026, 3, 10, 16, 0), -240, "second", False)
    assert (update.classifier, told(update.occurred), told(update.recorded)) == (
        "estimated", made, made
    )  # fmt: skip
    assert told(update.estimated_delivery) == (utc(2026, 3, 12, 23, 0), None, "second", True)
    assert mapped(CODE, update) == ("DLV_ETA", "", "estimated")


def test_delivery_photo_is_an_event_of_its_own():
    scan, proof = parse(fixture(CODE, "delivery_photo"), NEW_YORK).events
    assert scan.signed_by == "R. EXAMPLE"
    # UPS repeats the delivery when the photo is ready: the same scan, a new document.
    assert event_fingerprint(scan) == event_fingerprint(event("normal"))
    assert event_fingerprint(proof) != event_fingerprint(scan)
    assert (proof.code, proof.raw_code, proof.pointer) == ("DOC_POD", "POD", "/deliveryPhoto")
    assert proof.occurred == scan.occurred
    (photo,) = proof.documents
    assert (photo.kind, photo.mimetype) == ("photo", "image/jpeg")
    assert photo.content.startswith(b"\xff\xd8\xff") and photo.filename.endswith(".jpg")


def test_description_code_tells_what_the_code_does_not():
    status = {"type": "X", "code": "RZ", "description": "", "descriptionCode": "012"}
    held = parse(changed("normal", activityStatus=status), NEW_YORK).events[0]
    released = replace(held, raw_sub_code="RZ/014")
    assert mapped(CODE, held)[0] == "CUS_HELD"
    assert mapped(CODE, released)[0] == "CUS_RELEASED"
    assert mapped(CODE, replace(held, raw_sub_code="ZZ/999"))[0] == "EXC_OTHER"
    number = parse(changed("normal", activityStatus=status | {"descriptionCode": 12}), NEW_YORK)
    assert number.events[0].raw_sub_code == "RZ/012"


@pytest.mark.parametrize(
    ("sub_code", "code"), [("OT/021", "DLV_OUT"), ("YP/071", "MOV_IN_TRANSIT"), ("OT", "DLV_OUT")]
)
def test_delivery_information_is_not_always_a_delivery(sub_code, code):
    assert mapped(CODE, replace(event("normal"), raw_sub_code=sub_code))[0] == code


def test_same_scan_by_another_channel_is_one_event():
    """The Track API has the town in another case, no postal code, and its own words."""
    polled = replace(
        event("normal"),
        raw_text="DELIVERED ",
        place=Place(city="Marietta", state="GA", country="US"),
        estimated_delivery=None,
        references=(),
    )
    assert event_fingerprint(polled) == event_fingerprint(event("normal"))


def test_alternate_number_is_a_reference_too():
    parsed = parse(changed("normal", alternateTrackingNumber="1r1234567890 1234"), NEW_YORK)
    assert ("tracking", "1R12345678901234", "ups") in keys(parsed.events[0])


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/activityStatus: an object expected, found a list."),
        (b"{}", "/trackingNumber: a value is needed here, and there is none."),
        (b'"D"', "/: an object expected, found text."),
        (b'[{"trackingNumber": null}]', "/0/trackingNumber: a value is needed"),
        (b'{"trackingNumber": "1Z"}', "/activityStatus: neither the type nor a code"),
        (b'{"trackingNumber": 1.5}', "/trackingNumber: text expected, found a number."),
        (changed("normal", gmtActivityDate=["2026"]), "/gmtActivityDate: text expected"),
        (changed("normal", deliveryPhoto="no base64!"), "/deliveryPhoto: a file in base64"),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


def test_wrong_zone_of_the_connection_is_not_blamed_on_the_message():
    with pytest.raises(ParseError, match="time zone of the connection"):
        parse(fixture(CODE, "normal"), ParseContext("Mars/Olympus"))


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(parse, CODE, "normal", "two_shipments")
