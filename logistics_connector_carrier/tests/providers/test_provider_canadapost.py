"""Canada Post: details in XML, clocks with abbreviations of zones, what is no answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, Place
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.canadapost.clock import instant
from odoo.addons.logistics_connector_carrier.providers.canadapost.parse import (
    AT_THE_END,
    CODE,
    parse,
)

from .common import NEW_YORK, fixture, fuzz, holds_raw, keys, mapped, mapping, refusal, told, utc

PIN = "7023210000000017"


def xml(name):
    return fixture(CODE, name, "xml")


def events(name, context=NEW_YORK):
    return parse(xml(name), context).events


def changed(name, old, new):
    body = xml(name)
    assert old.encode() in body
    return body.replace(old.encode(), new.encode())


def test_every_scan_is_an_event_at_its_time():
    found = events("normal")
    assert [(e.raw_code, *told(e.occurred)) for e in found] == [
        ("20", utc(2026, 3, 11, 18, 22, 5), -240, "second", False),
        ("1496", utc(2026, 3, 11, 18, 22, 5), -240, "second", False),
        ("0174", utc(2026, 3, 11, 11, 58, 40), -240, "second", False),
        ("4600", utc(2026, 3, 11, 9, 12, 9), -240, "second", False),
        ("0100", utc(2026, 3, 11, 3, 40, 3), -360, "second", False),
        ("2300", utc(2026, 3, 6, 23, 30), -420, "second", False),
        ("3000", utc(2026, 3, 6, 17, 2, 11), -420, "second", False),
    ]
    assert [mapped(CODE, e)[0] for e in found] == [
        "TRK_INFO",
        "DLV_DELIVERED",
        "DLV_OUT",
        "MOV_ARR_DEST",
        "MOV_IN_TRANSIT",
        "PUP_PICKED_UP",
        "TRK_MANIFESTED",
    ]


def test_delivery_in_full():
    signed, delivered, *_road = events("normal")
    assert delivered.issuer == "canadapost" and delivered.shipment_key == PIN
    assert keys(delivered) == {
        ("tracking", PIN, "canadapost"),
        ("customer", "SO-1001", ""),
        ("customer", "PO-778", ""),
    }
    assert delivered.place == Place(city="MONTREAL", state="QC", country="CA")
    assert (signed.signed_by, delivered.signed_by) == ("R EXAMPLE", "")
    assert delivered.raw_text == "Item successfully delivered"
    assert delivered.pointer == "/tracking-detail/significant-events/occurrence[2]"
    assert (delivered.code, delivered.source_id, delivered.recorded) == ("", "", None)
    assert {e.classifier for e in events("normal")} == {"actual"}  # nothing is expected any more


def test_what_was_told_on_the_road_is_told_again():
    earlier = {event_fingerprint(e) for e in events("in_transit") if e.classifier == "actual"}
    assert len(earlier) == 3 and earlier < set(map(event_fingerprint, events("normal")))


def test_changed_day_is_what_is_expected():
    *_scans, estimate = events("in_transit")
    stated = (utc(2026, 3, 11, 3, 40, 3), -360, "second", False)
    assert (told(estimate.occurred), told(estimate.recorded)) == (stated, stated)
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16), None, "day", True)
    assert estimate.raw_text == "Weather conditions"
    assert mapped(CODE, estimate) == ("DLV_ETA", "", "estimated")


@pytest.mark.parametrize("written", ["soon", ""])
def test_day_that_cannot_be_read_leaves_the_promised_one(written):
    body = changed("in_transit", ">2026-03-12<", f">{written}<")
    estimate = parse(body, NEW_YORK).events[-1]
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 11, 16), None, "day", True)


def test_trouble_has_its_reason():
    card, address, late = events("exception")
    assert mapped(CODE, card) == ("DLV_ATTEMPTED", "", "")
    assert mapped(CODE, address) == ("EXC_ADDRESS", "consignee.address", "")
    assert mapped(CODE, late) == ("EXC_DELAY", "", "estimated")


def test_two_shipments():
    ours, theirs, estimate = events("two_shipments")
    assert (ours.shipment_key, theirs.shipment_key) == (PIN, "7023210000000024")
    assert keys(theirs) == {("tracking", "7023210000000024", "canadapost")}
    assert mapped(CODE, theirs) == ("CUS_SUBMITTED", "", "")
    assert estimate.shipment_key == theirs.shipment_key
    assert theirs.pointer == "/details/tracking-detail[2]/significant-events/occurrence[1]"


def test_missing_offsets_and_times():
    eastern, regina, halifax, abroad, day, bad_time, nothing, estimate = events(
        "missing_offset", ParseContext("Europe/Berlin")
    )
    assert told(eastern.occurred) == (utc(2026, 7, 10, 10, 15), None, "second", True)
    assert told(regina.occurred) == (utc(2026, 7, 10, 12, 15), -360, "second", False)
    assert told(halifax.occurred) == (utc(2026, 7, 10, 9, 15), None, "second", True)
    assert told(abroad.occurred) == (utc(2026, 7, 10, 4, 15), None, "second", True)
    assert abroad.place == Place(city="TEL AVIV")
    assert told(day.occurred) == (utc(2026, 7, 10, 16), None, "day", True)
    assert bad_time.occurred is None and nothing.occurred is None
    assert told(estimate.estimated_delivery) == (utc(2026, 7, 12, 10), None, "day", True)


@pytest.mark.parametrize(
    ("clock", "abbreviation", "province", "instant_"),
    [
        ("01:30:00", "EDT", "ON", (utc(2026, 11, 1, 5, 30), -240, "second", False)),
        ("01:30:00", "EST", "ON", (utc(2026, 11, 1, 6, 30), -300, "second", False)),  # once more
        ("01:30", "nst", "NL", (utc(2026, 11, 1, 5), -210, "minute", False)),
        ("01:30:00-06:00", "EST", "ON", (utc(2026, 11, 1, 7, 30), -360, "second", False)),
        ("01:30:00", "MST", "YT", (utc(2026, 11, 1, 8, 30), -420, "second", False)),
    ],
)
def test_both_hours_of_the_longest_day(clock, abbreviation, province, instant_):
    assert told(instant("2026-11-01", clock, abbreviation, province, "")) == instant_


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("abbreviation", ["EST", "LMT", ""])
def test_the_ends_of_time(day, abbreviation):
    for clock in ("00:00:00", "23:59:59", ""):
        found = instant(day, clock, abbreviation, "ON", "America/Toronto")
        assert found is None or found.utc.year in (1, 9999)


def test_unknown_code_is_kept_and_not_mapped():
    (unknown,) = events("unmapped")
    assert unknown.raw_code == "9876" and mapped(CODE, unknown) is None
    assert told(unknown.occurred) == (utc(2026, 3, 10, 10, 15), -240, "second", False)


def test_nothing_optional():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.occurred, bare.place) == ("0100", None, Place())
    assert keys(bare) == {("tracking", PIN, "canadapost")}
    no_code = changed("bare", "<event-identifier>0100</event-identifier>", "")
    assert parse(no_code, NEW_YORK).events[0].raw_code == "-"


def test_every_delivery_ends_what_is_expected():
    rows = {row["raw_code"] for row in mapping(CODE) if row["code"] == "DLV_DELIVERED"}
    assert rows == AT_THE_END - {"20", "2001"}


def test_no_history_yet_is_an_answer():
    assert events("no_history") == ()


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (xml("hostile_types"), "/tracking-detail/pin: text expected, found elements."),
        (xml("summary"), "/tracking-summary: an answer of Get Tracking Details is needed. The"),
        (b"<html/>", "/html: an answer of Get Tracking Details is needed."),
        (b'{"pin": 1}', "The message is not XML."),
        (b"", "The message is empty."),
        (b"<tracking-detail/>", "/tracking-detail/pin: a value is needed here, and there is none."),
        (changed("no_history", "004", "E002"), "/messages/message[1]: Canada Post answers E002: "),
        (changed("bare", "</pin>", "</pin><pin>1</pin>"), "/pin[2]: this stands here once more."),
        (
            changed("bare", "<tracking-detail", "<!DOCTYPE a []><tracking-detail"),
            "The XML has a document type, which is not read.",
        ),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


@fuzz
@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: f"<pin>{text}".encode()))
def test_any_bytes(raw):
    holds_raw(parse, raw)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@fuzz
@given(st.data())
def test_any_text_or_element_anywhere(data):
    name = data.draw(st.sampled_from(["normal", "in_transit", "two_shipments", "no_history"]))
    root = etree.fromstring(xml(name))
    nodes = list(root.iter("*"))
    node = data.draw(st.sampled_from(nodes))
    what = data.draw(st.sampled_from(["text", "tag", "move", "drop"]))
    if what == "text":
        node.text = data.draw(TEXT.filter(lambda t: "\ufffe" not in t and "\uffff" not in t))
    elif what == "tag":
        node.tag = data.draw(st.sampled_from(nodes)).tag
    elif what == "drop" and node is not root:
        node.getparent().remove(node)
    elif what == "move":
        other = data.draw(st.sampled_from(nodes))
        if node not in (*other.iterancestors(), other):
            other.append(node)
    holds_raw(parse, etree.tostring(root, encoding="utf-8"))
