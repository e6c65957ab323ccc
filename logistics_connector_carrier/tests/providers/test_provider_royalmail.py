"""Royal Mail: histories, summaries of the same events, delivery windows, signatures."""

import json

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.royalmail.parse import CODE, parse

from . import hostile
from .common import NEW_YORK, fixture, keys, mapped, refusal, told, utc

NUMBER, UID = "TT000000017GB", "0B0ABC0000000000000A1"
LONDON = ParseContext("Europe/London")


def events(name, context=LONDON):
    return parse(fixture(CODE, name), context).events


def changed(name, **values):
    """The fixture, of one piece, with other values in it."""
    message = json.loads(fixture(CODE, name))
    message["mailPieces"].update(values)
    return json.dumps(message).encode()


def test_every_event_at_its_instant_and_office():
    assert [(e.raw_code, *told(e.occurred), e.place.name) for e in events("normal")] == [
        ("EVKSP", utc(2026, 3, 30, 10, 12, 20), 60, "second", False, "Thorpe DO"),
        ("EVGPD", utc(2026, 3, 30, 6, 45), 60, "second", False, "Thorpe DO"),
        ("EVIMC", utc(2026, 3, 29, 2, 5), 60, "second", False, "Norwich MC"),
        ("EVDAV", utc(2026, 3, 28, 22, 40, 11), 0, "second", False, "Midlands Super Hub"),
        ("EVAIP", utc(2026, 3, 28, 16, 2, 45), 0, "second", False, ""),
    ]
    assert [mapped(CODE, e) for e in events("normal")] == [
        ("DLV_DELIVERED", "", ""),
        ("DLV_OUT", "", ""),
        ("MOV_ARRIVED", "", ""),
        ("MOV_ARRIVED", "", ""),
        ("TRK_MANIFESTED", "", ""),
    ]


def test_delivery_in_full():
    delivered = events("normal")[0]
    assert (delivered.issuer, delivered.shipment_key) == ("royalmail", NUMBER)
    assert keys(delivered) == {("carrier_uid", UID, "royalmail"), ("tracking", NUMBER, "royalmail")}
    assert delivered.place == Place(name="Thorpe DO")
    assert (delivered.raw_text, delivered.signed_by) == ("Delivered and Signed", "R EXAMPLE")
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert delivered.pointer == "/mailPieces/events/0"
    assert [e.signed_by for e in events("normal")[1:]] == [""] * 4


def test_an_answer_repeats_the_history_and_adds_nothing():
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    later = {event_fingerprint(e) for e in events("normal")}
    assert len(earlier) == 3 and earlier < later


def test_the_summary_tells_of_the_same_event():
    delivered, accepted = events("two_shipments")
    assert event_fingerprint(delivered) == event_fingerprint(events("normal")[0])
    assert (accepted.shipment_key, mapped(CODE, accepted)[0]) == ("TT000000041GB", "PUP_PICKED_UP")
    assert told(accepted.occurred) == (utc(2026, 3, 30, 15, 45), 60, "second", False)
    assert (delivered.pointer, accepted.pointer) == (
        "/mailPieces/0/summary", "/mailPieces/1/summary"
    )  # fmt: skip


def test_asked_by_the_2d_code_it_is_the_same_piece():
    asked = parse(changed("normal", mailPieceId=UID.lower()), LONDON).events[0]
    assert event_fingerprint(asked) == event_fingerprint(events("normal")[0])
    assert keys(asked) == keys(events("normal")[0])
    other = parse(changed("normal", mailPieceId="TT 000 000 999 GB"), LONDON).events[0]
    assert ("tracking", "TT000000999GB", "royalmail") in keys(other)


def test_the_expected_delivery_is_an_event_dated_by_the_newest():
    (estimate,) = [e for e in events("in_transit") if e.classifier == "estimated"]
    stated = (utc(2026, 3, 29, 2, 5), 60, "second", False)
    assert (estimate.raw_code, mapped(CODE, estimate)) == (
        "ESTIMATED_DELIVERY", ("DLV_ETA", "", "estimated")
    )  # fmt: skip
    assert told(estimate.occurred) == told(estimate.recorded) == stated
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 30, 12), 60, "second", False)
    assert not [e for e in events("normal") if e.classifier == "estimated"]
    # Nor without a summary: it was handed over.
    assert len(parse(changed("normal", summary=None), LONDON).events) == 5


def test_missort_nobody_in_and_another_day():
    asked, waiting, absent, missort, estimate = events("exception")
    assert mapped(CODE, asked) == ("DLV_RESCHEDULED", "consignee.reschedule", "estimated")
    assert mapped(CODE, waiting) == ("DLV_AVAILABLE", "consignee.absent", "")
    assert mapped(CODE, absent) == ("DLV_ATTEMPTED", "consignee.absent", "")
    assert mapped(CODE, missort) == ("EXC_MISROUTE", "carrier.missort", "")
    assert told(missort.occurred) == (utc(2026, 3, 10, 6, 10), 0, "second", False)
    # A clock time beside the date.
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 13, 12), 0, "second", False)
    assert told(estimate.occurred)[0] == utc(2026, 3, 11, 18, 20)


def test_refused_and_back_at_the_sender():
    back, refused = events("return")
    assert mapped(CODE, back) == ("RTN_DELIVERED", "", "")
    assert mapped(CODE, refused) == ("DLV_REFUSED", "consignee.refused", "")
    assert told(back.occurred) == (utc(2026, 3, 18, 9), 0, "second", False)


def test_signature_is_a_proof_of_delivery():
    (proof,) = events("signature")
    assert (proof.code, proof.raw_code, proof.signed_by) == ("DOC_POD", "POD", "R EXAMPLE")
    assert (proof.shipment_key, proof.pointer) == (NUMBER, "/mailPieces/signature/image")
    assert told(proof.occurred) == (utc(2026, 3, 30, 10, 12, 20), 60, "second", False)
    (image,) = proof.documents
    assert (image.kind, image.mimetype) == ("signature", "image/png")
    assert image.content.startswith(b"\x89PNG") and image.filename.endswith(".png")


def test_a_drawn_signature_is_kept_and_never_shown():
    (drawn,) = events("signature_svg")[0].documents
    assert drawn.content.startswith(b"<svg") and drawn.filename.endswith(".svg")
    assert drawn.mimetype == "application/octet-stream"


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert (unknown.raw_code, mapped(CODE, unknown)) == ("EVZZZ", None)


def test_times_without_offset_take_the_zone_of_the_connection():
    out, day, none, absent, estimate = events("missing_offset")
    assert told(out.occurred) == (utc(2026, 3, 30, 6, 45), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 29, 11), None, "day", True)
    assert (none.occurred, absent.occurred) == (None, None)
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 30, 11), None, "day", True)
    assert told(events("missing_offset", NEW_YORK)[0].occurred)[0] == utc(2026, 3, 30, 11, 45)


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.place) == ("-", None, Place())
    assert bare.shipment_key == NUMBER and mapped(CODE, bare) is None


def test_a_number_that_is_not_recognised_is_no_trouble():
    error = {"errorCode": "E1142", "errorDescription": "not recognised"}
    answer = {"httpCode": "404", "httpMessage": "Not Found", "errors": [error]}
    assert parse(json.dumps(answer).encode(), LONDON).events == ()
    assert parse(b'{"mailPieces": []}', LONDON).events == ()


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/mailPieces/summary: an object expected, found a list."),
        (b"{}", "/mailPieces: the mail pieces are missing."),
        (b'{"errors": [{"errorCode": "E0010"}]}', "Royal Mail says: E0010."),
        (b'{"mailPieces": [{}]}', "/mailPieces/0/mailPieceId: a value is needed here"),
        (changed("normal", events={}), "/mailPieces/events: a list expected"),
        (changed("in_transit", estimatedDelivery=[]), "/mailPieces/estimatedDelivery: an object"),
        (b'{"mailPieces": "none"}', "/mailPieces: an object expected, found text."),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw, LONDON)


test_any_json = hostile.any_json(parse)
test_any_value_anywhere = hostile.any_value_anywhere(
    parse, CODE, "normal", "in_transit", "signature", "two_shipments"
)
