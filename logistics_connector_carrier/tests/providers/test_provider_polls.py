"""Asking carriers: the calls as their pages say, and the same scan told twice is one event."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_base.core.polling import pieces
from odoo.addons.logistics_connector_carrier.providers.dcsa import parse as dcsa
from odoo.addons.logistics_connector_carrier.providers.dcsa import poll as dcsa_poll
from odoo.addons.logistics_connector_carrier.providers.dpd import parse as dpd
from odoo.addons.logistics_connector_carrier.providers.dpd import poll as dpd_poll
from odoo.addons.logistics_connector_carrier.providers.fedex import parse as fedex
from odoo.addons.logistics_connector_carrier.providers.fedex import poll as fedex_poll
from odoo.addons.logistics_connector_carrier.providers.gls import parse as gls
from odoo.addons.logistics_connector_carrier.providers.gls import poll as gls_poll
from odoo.addons.logistics_connector_carrier.providers.laposte import parse as laposte
from odoo.addons.logistics_connector_carrier.providers.laposte import poll as laposte_poll
from odoo.addons.logistics_connector_carrier.providers.royalmail import parse as royalmail
from odoo.addons.logistics_connector_carrier.providers.royalmail import poll as royalmail_poll
from odoo.addons.logistics_connector_carrier.providers.sendcloud import parse as sendcloud
from odoo.addons.logistics_connector_carrier.providers.sendcloud import poll as sendcloud_poll
from odoo.addons.logistics_connector_carrier.providers.ups import parse as ups
from odoo.addons.logistics_connector_carrier.providers.ups import poll as ups_poll

from .common import JSON, NEW_YORK, fixture, fuzz, holds, told, utc

SINCE = datetime(2026, 3, 11, 10, tzinfo=UTC)
FEEDS = [dcsa_poll.FEED, sendcloud_poll.FEED]


def polled(provider, declared, name):
    """The events of an answer, as they come out of the inbox."""
    answer = fixture(provider.CODE, name)
    return [
        event
        for piece in pieces(answer, declared.elements)
        for event in provider.parse(piece, NEW_YORK).events
    ]


def webhook(provider, name):
    return provider.parse(fixture(provider.CODE, name), NEW_YORK).events


def prints(events):
    return {event_fingerprint(event) for event in events}


def test_ups_is_asked_for_one_number():
    ask = ups_poll.TRACKING.ask("https://onlinetools.ups.com/api/track/v1/details", ("1Z 1/2",))
    assert ask.url.endswith("/api/track/v1/details/1Z%201%2F2?locale=en_US&returnSignature=true")
    assert ask.method == "GET" and ask.headers["transId"] and ask.headers["transactionSrc"]
    assert ups_poll.TRACKING.most == 1


def test_a_scan_of_ups_by_both_ways_is_one_event():
    found = polled(ups, ups_poll.TRACKING, "tracked")
    sent = [*webhook(ups, "normal"), *webhook(ups, "in_transit")]
    assert prints(found) == prints(sent) and len(found) == 2
    assert prints(polled(ups, ups_poll.TRACKING, "tracked_moving")) == prints(sent[1:])
    assert [event.signed_by for event in found] == ["EXAMPLE", ""]
    (moving,) = polled(ups, ups_poll.TRACKING, "tracked_moving")
    assert told(moving.estimated_delivery) == (utc(2026, 3, 11, 16, 0), None, "day", True)


def test_signature_and_photo_of_ups_come_with_the_delivery():
    plain = polled(ups, ups_poll.TRACKING, "tracked")
    found = polled(ups, ups_poll.TRACKING, "tracked_signed")
    proofs = [event for event in found if event.documents]
    assert prints(found) - prints(proofs) == prints(plain), "the scans are the same"
    kinds = {event.documents[0].kind: event.documents[0] for event in proofs}
    assert set(kinds) == {"photo", "signature"}
    assert {document.mimetype for document in kinds.values()} == {"image/png"}
    assert kinds["photo"].content != kinds["signature"].content
    assert {event.code for event in proofs} == {"DOC_POD"}


@pytest.mark.parametrize("image", ["https://ups.example/photo", "%%%", "aGVsbG8=", 7, None, {}])
def test_a_picture_of_ups_that_cannot_be_seen_costs_no_scan(image):
    data = json.loads(fixture("ups", "tracked_signed"))
    delivery = data["trackResponse"]["shipment"][0]["package"][0]["deliveryInformation"]
    delivery["signature"]["image"] = delivery["deliveryPhoto"]["photo"] = image
    events = ups.parse(json.dumps(data).encode(), NEW_YORK).events
    assert prints(events) == prints(polled(ups, ups_poll.TRACKING, "tracked"))


def test_a_number_that_ups_does_not_know_holds_no_event():
    assert polled(ups, ups_poll.TRACKING, "tracked_unknown") == []


def test_the_proof_of_a_delivery_of_fedex_is_joined_to_its_result():
    proof = fedex_poll.TRACKING.proof
    (piece,) = pieces(fixture("fedex", "tracked"), fedex_poll.TRACKING.elements)[:1]
    number = proof.number(piece)
    assert number
    ask = proof.ask("https://apis.fedex.com/track/v1/trackingnumbers", number)
    assert ask.url == "https://apis.fedex.com/track/v1/trackingdocuments"
    asked = json.loads(ask.body)
    (row,) = asked["trackDocumentSpecification"]
    assert row["trackingNumberInfo"]["trackingNumber"] == number
    signed = json.loads(fixture("ups", "tracked_signed"))
    delivery = signed["trackResponse"]["shipment"][0]["package"][0]["deliveryInformation"]
    answer = {"output": {"documents": [delivery["signature"]["image"]]}}
    joined = proof.join(piece, json.dumps(answer).encode())
    before, after = (fedex.parse(body, NEW_YORK).events for body in (piece, joined))
    (document,) = [event for event in after if event.documents]
    assert prints(after) - prints([document]) == prints(before)
    assert document.code == "DOC_POD" and document.documents[0].kind == "signature"


@pytest.mark.parametrize("body", [b"{}", b"", b"[]", b'{"output": 3}', b'{"output": null}'])
def test_an_answer_without_a_proof_of_fedex_is_told_apart(body):
    (piece,) = pieces(fixture("fedex", "tracked"), fedex_poll.TRACKING.elements)[:1]
    with pytest.raises(ParseError):
        fedex_poll.TRACKING.proof.join(piece, body)
    none = b'{"output": {"documents": []}}'
    assert fedex_poll.TRACKING.proof.join(piece, none) == b""


@pytest.mark.parametrize("piece", [b"{}", b"[]", b"", b'{"trackResults": []}'])
def test_a_result_of_fedex_that_is_none_asks_for_no_proof(piece):
    with pytest.raises(ParseError):
        fedex_poll.TRACKING.proof.number(piece)


def test_fedex_is_asked_for_thirty_numbers():
    numbers = tuple(str(number) for number in range(30))
    ask = fedex_poll.TRACKING.ask("https://apis.fedex.com/track/v1/trackingnumbers", numbers)
    content = json.loads(ask.body)
    assert ask.method == "POST" and content["includeDetailedScans"] is True
    asked = [entry["trackingNumberInfo"]["trackingNumber"] for entry in content["trackingInfo"]]
    assert tuple(asked) == numbers and len(asked) <= fedex_poll.TRACKING.most


def test_a_scan_of_fedex_by_both_ways_is_one_event():
    assert prints(polled(fedex, fedex_poll.TRACKING, "tracked")) == prints(webhook(fedex, "normal"))
    pieces_of_it = pieces(fixture("fedex", "tracked"), fedex_poll.TRACKING.elements)
    # What changes with each request is in none of them.
    assert len(pieces_of_it) == 2 and not any(b"transactionId" in one for one in pieces_of_it)


@pytest.mark.parametrize(
    ("declared", "url"),
    [
        (laposte_poll.TRACKING, "https://api.laposte.fr/suivi/v2/idships/A%201%2F2?lang=fr_FR"),
        (royalmail_poll.TRACKING, "https://api.royalmail.net/mailpieces/v2/A%201%2F2/events"),
        (dpd_poll.TRACKING, "https://dpd.example/plc/en_US/A%201%2F2"),
    ],
)
def test_those_who_are_asked_for_one_number(declared, url):
    base = declared.urls.get("production", "https://dpd.example/plc/en_US")
    for start in (base, f"{base}/"):
        ask = declared.ask(start, ("A 1/2",))
        assert (ask.url, ask.method, ask.body) == (url, "GET", b"")
    # Neither has a system for tests, so nothing is filled in there.
    assert declared.most == 1 and "test" not in declared.urls


def test_royal_mails_terms_are_accepted_in_each_call():
    ask = royalmail_poll.TRACKING.ask("https://api.royalmail.net/mailpieces/v2", ("A",))
    assert ask.headers == {"X-Accept-RMG-Terms": "yes"}


def test_gls_is_asked_for_ten_numbers():
    base = gls_poll.TRACKING.urls["production"]
    ask = gls_poll.TRACKING.ask(base, ("1", "A,2/3"))
    assert ask.url == f"{base}/1,A%2C2%2F3?showEvents=true"
    assert (ask.method, gls_poll.TRACKING.most) == ("GET", 10)


@pytest.mark.parametrize(
    ("provider", "declared"),
    [
        (laposte, laposte_poll.TRACKING),
        (royalmail, royalmail_poll.TRACKING),
        (gls, gls_poll.TRACKING),
        (dpd, dpd_poll.TRACKING),
    ],
)
@pytest.mark.parametrize("name", ["normal", "in_transit", "two_shipments"])
def test_what_is_filed_of_an_answer_is_all_of_it(provider, declared, name):
    found, whole = polled(provider, declared, name), webhook(provider, name)
    assert prints(found) == prints(whole) and len(found) == len(whole)


def test_each_parcel_of_gls_is_a_message_and_one_that_is_unknown_holds_no_event():
    parcels = pieces(fixture("gls", "two_shipments"), gls_poll.TRACKING.elements)
    assert [len(gls.parse(parcel, NEW_YORK).events) for parcel in parcels] == [2, 0, 1]
    (status,) = polled(gls, gls_poll.TRACKING, "status_only")
    assert prints([status]) == prints(webhook(gls, "status_only"))


def test_sendclouds_parcels_are_snapshots():
    ask = sendcloud_poll.FEED.ask("https://panel.sendcloud.sc/api/v2/parcels", SINCE, "abc", 100)
    assert ask.url.endswith("?updated_after=2026-03-11T10%3A00%3A00Z&cursor=abc")
    page = sendcloud_poll.FEED.page(fixture("sendcloud", "parcels"), {})
    assert (page.cursor, page.count) == ("cj0xJnA9NDEyMzQ1Njc4", 2)
    assert page.latest == utc(2026, 3, 11, 15, 21, 2)
    delivered, moving = polled(sendcloud, sendcloud_poll.FEED, "parcels")
    (sent,) = webhook(sendcloud, "normal")
    assert delivered.is_snapshot and moving.is_snapshot and not sent.is_snapshot
    same = ("issuer", "shipment_key", "references", "raw_code", "raw_sub_code")
    for name in same:
        assert getattr(delivered, name) == getattr(sent, name), name
    assert told(delivered.occurred) == (utc(2026, 3, 11, 15, 21, 2), None, "second", False)


@pytest.mark.parametrize(
    ("text", "cursor"), [(None, ""), ("abc", "abc"), ("https://x.example/p?cursor=d%3D", "d=")]
)
def test_sendclouds_next_page(text, cursor):
    raw = json.dumps({"next": text, "parcels": []}).encode()
    assert sendcloud_poll.FEED.page(raw, {}).cursor == cursor


def test_dcsas_events():
    url = "https://api.carrier.example/v2/events?carrierBookingReference=B1"
    ask = dcsa_poll.FEED.ask(url, SINCE, "", 100)
    assert ask.url == (f"{url}&eventCreatedDateTime%3Agte=2026-03-11T10%3A00%3A00Z&limit=100")
    raw = fixture("dcsa", "normal")
    page = dcsa_poll.FEED.page(raw, {"Next-Page": "https://api.carrier.example/v2?cursor=z"})
    assert page.cursor == "z" and page.count == len(json.loads(raw)) and page.latest
    assert dcsa_poll.FEED.page(b"[]", {}).cursor == ""
    assert prints(polled(dcsa, dcsa_poll.FEED, "normal")) == prints(webhook(dcsa, "normal"))


def test_nobody_who_tests_asks_the_live_system():
    for declared in (ups_poll.TRACKING, fedex_poll.TRACKING, gls_poll.TRACKING):
        assert declared.urls["test"] != declared.urls["production"]


@fuzz
@given(JSON)
def test_hostile_answers(value):
    for provider in (ups, fedex, sendcloud, dcsa, gls):
        holds(provider.parse, value)
        holds(provider.parse, {"trackResponse": value})
        holds(provider.parse, {"trackResponse": {"shipment": [{"package": [value]}]}})
        holds(provider.parse, {"trackResults": value})
        holds(provider.parse, {"unitno": "1", "events": value, "status": value})
        holds(provider.parse, {"status": value, "id": value, "date_updated": value})
    for feed in FEEDS:
        for wrapped in (value, {"parcels": value, "next": value}, [value]):
            try:
                feed.page(json.dumps(wrapped).encode(), {})
            except ParseError as error:
                assert str(error)
