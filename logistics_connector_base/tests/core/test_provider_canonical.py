"""Our canonical JSON: what its schema says, and what a partner reads where it does not fit."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from odoo.addons.logistics_connector_base.core.canonical import (
    CLASSIFIERS,
    REFERENCE_TYPES,
    ParseContext,
    ParsedMessage,
    ParseError,
    Place,
)
from odoo.addons.logistics_connector_base.core.corrections import Statement, standing
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_base.providers.canonical.parse import (
    CODE,
    SCHEMA_PATH,
    message_identity,
    parse,
)

FIXTURES = Path(__file__).resolve().parents[2] / "providers" / CODE / "fixtures"
NEW_YORK = ParseContext(default_zone="America/New_York")
NUMBER = "1ZA1B2C30312345674"

fuzz = settings(deadline=None, database=None, max_examples=200)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def fixture(name):
    return (FIXTURES / f"{name}.json").read_bytes()


def events(name, context=NEW_YORK):
    return parse(fixture(name), context).events


def message(*changes, **values):
    """One message with one event for each dict of changes to an ordinary one."""
    event = {
        "code": "PUP_PICKED_UP",
        "occurred_at": "2026-03-09T18:05:00Z",
        "shipment": {"references": [{"type": "waybill", "value": "123-45678901"}]},
    }
    made = [{k: v for k, v in (event | change).items() if v != "gone"} for change in changes]
    return json.dumps({"id": "m", "issuer": "acme3pl", "events": made} | values).encode()


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def told(instant):
    if instant is None:
        return None
    return (instant.utc, instant.offset_minutes, instant.precision, instant.assumed)


def trouble(raw):
    with pytest.raises(ParseError) as failure:
        parse(raw, NEW_YORK)
    return str(failure.value)


def test_schema_is_valid_and_says_what_the_code_says():
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    defs = schema["$defs"]
    references = defs["shipment"]["properties"]["references"]["items"]["properties"]
    assert set(references["type"]["enum"]) == set(REFERENCE_TYPES)
    assert set(defs["event"]["properties"]["classifier"]["enum"]) == set(CLASSIFIERS)


def test_event_with_everything():
    parsed = parse(fixture("normal"), NEW_YORK)
    assert (parsed.external_id, parsed.revision) == ("msg-0001", "1")
    assert parsed.message_type == "canonical-events"
    (event,) = parsed.events
    assert told(event.occurred) == (utc(2026, 3, 11, 14, 57, 13), -240, "second", False)
    assert told(event.recorded) == (utc(2026, 3, 11, 15, 0, 2, 250000), 0, "second", False)
    assert (event.code, event.raw_code, event.raw_sub_code) == ("DLV_DELIVERED", "POD-OK", "DOCK")
    assert (event.reason, event.raw_text) == ("normal", "Delivered at dock 4")
    assert (event.issuer, event.shipment_key) == ("acme3pl", NUMBER)
    assert (event.source_id, event.revision) == ("evt-1", "1")
    assert {(r.type, r.value, r.issuer) for r in event.references} == {
        ("tracking", NUMBER, "ups"),
        ("order", "S00042", ""),
    }
    assert event.place == Place(
        "Dock 4", "1 Example Road", "Marietta", "GA", "30062", "US", 33.95, -84.55
    )
    assert (event.stop_sequence, event.signed_by) == (2, "J. Example")
    assert event.ship_date == date(2026, 3, 9)
    (document,) = event.documents
    assert (document.kind, document.filename, document.mimetype) == ("pod", "pod.png", "image/png")
    assert document.content.startswith(b"\x89PNG")
    assert event.pointer == "/events/0" and event.classifier == "actual"


def test_nothing_optional():
    (event,) = events("bare")
    assert (event.code, event.raw_code, event.source_id) == ("PUP_PICKED_UP", "PUP_PICKED_UP", "")
    assert event.shipment_key == "123-45678901" and event.place == Place()
    assert event.documents == () and event.stop_sequence is None and event.ship_date is None


def test_unknown_code_is_kept():
    (event,) = events("unmapped")
    assert (event.code, event.raw_code, event.raw_sub_code) == ("", "ZZ9", "A")


def test_shipments_of_one_message():
    packed, passed_on, estimate = events("two_shipments")
    assert (packed.shipment_key, told(packed.occurred)) == (
        "WH/OUT/00042", (utc(2026, 3, 9, 8, 30), 0, "minute", False)
    )  # fmt: skip
    assert estimate.shipment_key == "load-7"
    assert told(estimate.estimated_delivery) == (utc(2026, 3, 12, 16, 0), None, "day", True)
    # The estimate has a field of its own: the event's time dates it.
    assert told(estimate.recorded) == told(estimate.occurred)
    assert told(estimate.occurred) == (utc(2026, 3, 10, 5, 0), 60, "second", False)
    # A carrier's scan, passed on without an identity of its own, is the carrier's scan.
    assert (passed_on.issuer, passed_on.raw_code) == ("ups", "I")


def test_times_without_offset():
    assumed, named_zone, day, in_utc = events("missing_offset")
    assert told(assumed.occurred) == (utc(2026, 3, 11, 14, 57, 13), None, "second", True)
    assert told(named_zone.occurred) == (utc(2026, 7, 1, 8, 57, 13), 120, "second", False)
    assert told(day.occurred) == (utc(2026, 3, 11, 16, 0), None, "day", True)
    assert told(in_utc.occurred) == (utc(2026, 3, 11, 10, 57), 0, "minute", False)


def test_planned_event_keeps_its_own_record():
    (event,) = parse(
        message({"classifier": "planned", "estimated_delivery_at": "2026-03-12"}), NEW_YORK
    ).events
    assert (event.classifier, event.recorded) == ("planned", None)


def test_withdrawal_and_correction():
    correction, withdrawal = events("correction")
    assert (correction.corrects, correction.source_id, correction.revision) == (
        "evt-1", "evt-30", "2"
    )  # fmt: skip
    assert (withdrawal.retracts, withdrawal.code) == ("evt-9", "TRK_INFO")
    assert told(withdrawal.occurred)[0] == utc(2026, 3, 12, 8, 0)
    # The withdrawn event is withdrawn whichever came first.
    (wrong,) = parse(message({"id": "evt-9"}), NEW_YORK).events
    statements = [
        Statement(event_fingerprint(e), e.issuer, e.source_id, e.revision, e.retracts, e.corrects)
        for e in (withdrawal, wrong)
    ]
    assert standing(statements)[event_fingerprint(wrong)] == "retracted"


@pytest.mark.parametrize("revision", ["3", 3, 3.0])
def test_revision_is_one_however_it_is_written(revision):
    raw = message({"id": "e", "revision": revision}, revision=revision)
    assert parse(raw, NEW_YORK).revision == parse(raw, NEW_YORK).events[0].revision == "3"
    assert message_identity(raw) == ("m", "3")


def test_identity_of_what_cannot_be_read():
    for raw in (b"", b"[]", b'{"id": ["m"]}', b'{"id": null}'):
        assert message_identity(raw) == ("", "")


def test_carriers_number_is_the_key_before_our_names():
    references = [
        {"type": "picking", "value": "WH/OUT/00042"},
        {"type": "sscc", "value": "340434161094042557"},
        {"type": "tracking", "value": NUMBER},
    ]
    (event,) = parse(message({"shipment": {"references": references}}), NEW_YORK).events
    assert event.shipment_key == NUMBER


def test_extensions_are_ignored_and_other_fields_refused():
    assert parse(message({"x-truck": {"a": [1]}}, **{"x_y": 1}), NEW_YORK).events
    assert trouble(message({"ocurred_at": "2026-03-09"})) == (
        "/events/0: “ocurred_at” is no field of this format."
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"code": "gone"}, "/events/0: “code” or “raw_code” is needed."),
        ({"occurred_at": "gone"}, "/events/0: “occurred_at” is missing."),
        ({"occurred_at": "09.03.2026"}, "/events/0/occurred_at: a date (2026-03-01) or a date and"),
        ({"occurred_at": "2026-02-30"}, "/events/0/occurred_at: '2026-02-30' is not an ISO 8601"),
        ({"occurred_at": 1773242405}, "/events/0/occurred_at: text expected, found a number."),
        ({"time_zone": "Mars/Olympus"}, "/events/0/time_zone: 'Mars/Olympus' is not a known"),
        ({"code": "delivered"}, "/events/0/code: a code of the taxonomy such as DLV_DELIVERED"),
        ({"reason": "Nobody home"}, "/events/0/reason: a reason of the taxonomy"),
        ({"classifier": "maybe"}, "/events/0/classifier: one of planned, estimated, actual"),
        ({"revision": 2}, "/events/0: “revision” needs “id” beside it."),
        ({"revision": True, "id": "e"}, "/revision: text or a whole number expected, found true"),
        ({"retracts": "e"}, "“retracts” stands alone"),
        ({"shipment": {"references": []}}, "/events/0/shipment/references: the list is empty."),
        (
            {"shipment": {"references": [{"type": "number", "value": "1"}]}},
            "/events/0/shipment/references/0/type: one of shipment, carrier_uid",
        ),
        (
            {"shipment": {"references": [{"type": "order", "value": "\u0000"}]}},
            "/events/0/shipment/references/0/value: a value is needed here",
        ),
        ({"raw_code": "\u0000", "code": "gone"}, "/events/0/raw_code: a value is needed here"),
        ({"place": {"country": "Spain"}}, "/events/0/place/country: a country code of two letters"),
        ({"place": {"latitude": 1}}, "/events/0/place: “latitude” needs “longitude” beside it."),
        ({"place": {"latitude": 91, "longitude": 0}}, "latitude: the number is greater than 90."),
        ({"stop_sequence": 0}, "/events/0/stop_sequence: the number is smaller than 1."),
        ({"signed_by": "x" * 201}, "signed_by: the text is longer than 200 characters."),
        (
            {"documents": [{"filename": "a.pdf", "content_base64": "no base64!"}]},
            "/events/0/documents/0/content_base64: a file in base64 expected",
        ),
        ({"documents": [{"filename": "../a", "content_base64": "AA=="}]}, "filename: the text has"),
        ({"shipment": {"references": [], "ship_date": "2026-3-9"}}, "ship_date: a date"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(change, text):
    assert text in trouble(message(change))


def test_ship_date_that_is_no_day():
    shipment = {"references": [{"type": "order", "value": "1"}], "ship_date": "2026-02-30"}
    assert "/events/0/shipment/ship_date: there is no such day." in trouble(
        message({"shipment": shipment})
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"issuer": "ACME 3PL"}, "/issuer: lower case letters"),
        ({"version": "2.0"}, "/version: “1.0” expected."),
        ({"events": []}, "/events: the list is empty."),
        ({"events": [{}] * 1001}, "/events: the list has more than 1000 entries."),
        ({"id": " "}, "/id: the text has not the form"),
        ({"sent_at": None}, "/sent_at: text expected, found nothing."),
    ],
)
def test_message_that_does_not_fit(values, text):
    assert text in trouble(message({}, **values))


def test_the_first_five_troubles_are_told_and_no_more():
    text = trouble(fixture("hostile_types"))
    assert text.startswith("/events/0: “surprise” is no field of this format. /events/0/code:")
    assert text.endswith("There is more.") and text.count(": ") == 5
    assert len(trouble(message(*[{"code": 1}] * 900))) < 1000


def test_wrong_zone_of_the_connection_is_not_blamed_on_the_message():
    with pytest.raises(ParseError, match="time zone of the connection"):
        parse(fixture("bare"), ParseContext("Mars/Olympus"))


def holds(value):
    raw = json.dumps(value).encode()
    message_identity(raw)
    try:
        parsed = parse(raw, NEW_YORK)
    except ParseError as error:
        assert str(error)
        return
    assert isinstance(parsed, ParsedMessage)
    for event in parsed.events:
        assert event_fingerprint(event).startswith("v1:")
        assert event.raw_code and event.shipment_key and event.references


@fuzz
@given(JSON)
def test_any_json(value):
    holds(value)


def _paths(value, path=()):
    yield path
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in steps:
            yield from _paths(item, (*path, step))


def _replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


@fuzz
@given(st.data())
def test_any_value_anywhere(data):
    name = data.draw(st.sampled_from(["normal", "two_shipments", "correction", "missing_offset"]))
    value = json.loads(fixture(name))
    path = data.draw(st.sampled_from(sorted(_paths(value), key=str)))
    holds(_replaced(value, path, data.draw(JSON)))


def test_every_fixture_names_its_source():
    sources = (FIXTURES / "SOURCES.md").read_text("utf-8")
    for path in FIXTURES.glob("*.json"):
        assert f"`{path.name}`" in sources
