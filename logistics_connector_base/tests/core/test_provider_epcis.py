"""GS1 EPCIS 2.0: events of all types, and declarations that find the event they withdraw."""

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_base.core.corrections import (
    ACTIVE,
    RETRACTED,
    Statement,
    standing,
)
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_base.providers.epcis.parse import content_id, parse, word

FOLDER = Path(__file__).resolve().parents[2] / "providers" / "epcis"
DATA = Path(__file__).resolve().parents[2] / "data"
BERLIN = ParseContext(default_zone="Europe/Berlin")
ONE, TWO, THREE = "040123450000000016", "340123450000000024", "040123450000000030"
FIRST_ID = "urn:uuid:7f6d0c52-1111-4a51-bd6a-0bba13384501"


def fixture(name):
    return (FOLDER / "fixtures" / f"{name}.json").read_bytes()


def events(name):
    return parse(fixture(name), BERLIN).events


def keys(event):
    return {(ref.type, ref.value) for ref in event.references}


def statement(event):
    return Statement(
        event_fingerprint(event),
        event.issuer,
        event.source_id,
        event.revision,
        event.retracts,
        recorded_at=event.recorded.utc if event.recorded else None,
    )


def told(instant):
    return instant.utc, instant.offset_minutes, instant.assumed


def mapped(event):
    """The code of an event as ``logistics.event.mapping`` looks it up, None where it is unknown."""
    if event.code:
        return event.code
    table = {
        (row["raw_code"], row["raw_sub_code"]): row["code"] for row in rows("mapping.csv", FOLDER)
    }
    return table.get((event.raw_code, event.raw_sub_code)) or table.get((event.raw_code, ""))


def test_receipt_of_one_unit():
    (event,) = events("normal")
    assert (event.raw_code, event.raw_sub_code) == ("receiving", "in_progress")
    assert told(event.occurred) == (datetime(2026, 3, 11, 13, 22, 5, 123456, UTC), 60, False)
    assert event.recorded.utc == datetime(2026, 3, 11, 14, 30, tzinfo=UTC)
    assert keys(event) == {("sscc", ONE), ("order", "S00042"), ("customer", "S00042")}
    assert (event.shipment_key, event.source_id, event.revision) == (ONE, FIRST_ID, "")
    assert event.place.name == "GLN 4012345000016"


def test_a_declaration_withdraws_the_event_of_its_id():
    (event,), (declaration,) = events("normal"), events("declaration")
    assert (declaration.retracts, declaration.source_id) == (FIRST_ID, "")
    assert (declaration.raw_code, declaration.raw_sub_code) == (
        "error_declaration",
        "did_not_occur",
    )
    assert declaration.code == "TRK_INFO"
    assert declaration.recorded.utc == datetime(2026, 3, 11, 17, tzinfo=UTC)
    assert event_fingerprint(declaration) != event_fingerprint(event)
    verdicts = standing([statement(declaration), statement(event)])
    assert verdicts[event_fingerprint(event)] == RETRACTED


def test_incorrect_data_names_its_corrective_event_which_counts():
    declaration, corrective = events("declaration_with_corrective")
    assert declaration.raw_sub_code == "incorrect_data"
    assert corrective.source_id in declaration.raw_text
    verdicts = standing(map(statement, (*events("normal"), declaration, corrective)))
    assert verdicts[event_fingerprint(events("normal")[0])] == RETRACTED
    assert verdicts[event_fingerprint(corrective)] == ACTIVE


def test_without_id_the_content_is_the_identity_however_it_is_written():
    (event,), (declaration,) = events("no_id"), events("declaration_without_id")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", event.source_id)
    assert declaration.retracts == event.source_id
    other = json.loads(fixture("no_id"))["epcisBody"]["eventList"][0] | {"action": "ADD"}
    assert content_id(other) != event.source_id


def test_each_logistic_unit_is_an_event_and_one_declaration_takes_them_all():
    parts = events("two_shipments")
    assert [part.shipment_key for part in parts] == [ONE, TWO, THREE]
    assert [part.source_id for part in parts] == [f"{FIRST_ID} · {n}" for n in (ONE, TWO, THREE)]
    assert len({event_fingerprint(part) for part in parts}) == 3
    lean = json.loads(fixture("declaration"))
    lean["epcisBody"]["eventList"][0].pop("epcList")
    (declaration,) = parse(json.dumps(lean).encode(), BERLIN).events
    verdicts = standing(map(statement, (*parts, declaration)))
    assert list(verdicts.values()).count(RETRACTED) == 3


def test_all_types_of_events():
    packing, shipping, transforming, installing, arriving = events("all_types")
    assert (packing.raw_code, keys(packing) & {("sscc", ONE)}) == ("packing", {("sscc", ONE)})
    assert {("picking", "WH-OUT-00042"), ("bol", "40123451234567894")} <= keys(shipping)
    assert (transforming.raw_code, transforming.references) == ("transforming", ())
    assert transforming.shipment_key == "urn:epc:id:sgtin:4012345.011111.987"
    assert {("sscc", ONE), ("waybill", "4012345CONS7")} == keys(installing)
    assert (arriving.place.latitude, arriving.place.longitude) == (53.5461, 9.9661)


def test_documents_lists_and_single_events():
    wanted = event_fingerprint(events("normal")[0])
    for name in ("query", "single"):
        (event,) = events(name)
        assert event_fingerprint(event) == wanted
    first, second = events("list")
    assert event_fingerprint(first) == wanted
    assert (second.raw_code, second.raw_sub_code) == ("departing", "in_transit")


SITE = "GLN 4012345000016"
RECEIPT = "2026-03-11T13:22:05.123456Z/60"


@pytest.mark.parametrize(
    ("name", "part", "code", "instant", "place"),
    [
        ("normal", 0, "DLV_DELIVERED", RECEIPT, SITE),
        ("two_shipments", 2, "MOV_DEPARTED", RECEIPT, SITE),
        ("no_id", 0, "DLV_DELIVERED", "2026-03-11T14:22:05Z/60", SITE),
        ("declaration", 0, "TRK_INFO", RECEIPT, SITE),
        ("unmapped", 0, None, RECEIPT, SITE),
        ("missing_offset", 0, "DLV_DELIVERED", "2026-03-29T00:30:00Z/120", SITE),
        ("missing_offset", 1, "DLV_DELIVERED", "2026-03-10T09:00:00Z/None", SITE),
        ("missing_offset", 2, "DLV_DELIVERED", None, SITE),
        ("bare", 0, None, "2026-03-11T14:22:05Z/0", ""),
    ],
)
def test_code_instant_and_place_of_each_fixture(name, part, code, instant, place):
    event = events(name)[part]
    when = event.occurred
    shown = when and f"{when.utc.replace(tzinfo=None).isoformat()}Z/{when.offset_minutes}"
    assert (mapped(event), shown, event.place.name) == (code, instant, place)
    assert (event.reason, event.classifier) == ("", "actual")  # EPCIS has no reasons of delays


@pytest.mark.parametrize(
    "text",
    [
        "shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
    ],
)
def test_words_of_the_vocabulary(text):
    assert word(text) == "shipping"


def test_times_against_the_standard():
    skipped, nowhere, none = events("missing_offset")
    assert told(skipped.occurred) == (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 120, False)
    assert told(nowhere.occurred) == (datetime(2026, 3, 10, 9, tzinfo=UTC), None, True)
    assert none.occurred is None


def test_nothing_optional_and_unknown_words_are_kept():
    (bare,) = events("bare")
    assert (bare.raw_code, bare.references) == ("ObjectEvent", ())
    assert bare.shipment_key == bare.source_id
    (odd,) = events("unmapped")
    assert odd.raw_code == "https://acme.example.com/steps/juggling"


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture("hostile_types"), "/epcisBody/eventList/0/epcList: a list expected"),
        (b"{}", "/: neither an EPCIS event nor a document"),
        (b'{"epcisBody": {}}', "/epcisBody: the list of events is missing"),
        (b'[{"type": "QuantityEvent"}]', "/0: an EPCIS event expected, found “QuantityEvent”"),
        (b'"x"', "/: an object expected"),
        (b"<epcis/>", "/: this is XML. Of EPCIS, JSON and JSON-LD are read"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><x/>", "/: this is XML."),
        (b"epcis", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    with pytest.raises(ParseError) as failure:
        parse(raw, BERLIN)
    assert trouble in str(failure.value)


def rows(name, folder=DATA):
    with (folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_mapping_is_whole():
    mapping, codes = (
        rows("mapping.csv", FOLDER),
        {r["code"] for r in rows("logistics.event.code.csv")},
    )
    assert len({(row["raw_code"], row["raw_sub_code"]) for row in mapping}) == len(mapping)
    for row in mapping:
        assert row["code"] in codes and row["provider"] == "epcis" and row["note"], row
        assert re.fullmatch(r"mapping_epcis_[a-z_]+", row["id"]), row


def test_fixtures_name_their_source():
    sources = (FOLDER / "fixtures" / "SOURCES.md").read_text("utf-8")
    for path in (FOLDER / "fixtures").glob("*.json"):
        assert f"`{path.name}`" in sources


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(json.loads(fixture("normal"))["epcisBody"]["eventList"][0])), JSON)
def test_any_value_anywhere(field, value):
    event = json.loads(fixture("single")) | {field: value}
    try:
        message = parse(json.dumps(event).encode(), BERLIN)
    except ParseError as error:
        assert str(error)
        return
    for parsed in message.events:
        assert event_fingerprint(parsed).startswith("v1:") and parsed.raw_code and parsed.source_id
