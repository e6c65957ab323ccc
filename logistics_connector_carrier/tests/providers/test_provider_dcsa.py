"""DCSA Track & Trace 2.2 and 3.0: three axes, estimates, revisions and retractions."""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParsedMessage, ParseError, Place
from odoo.addons.logistics_connector_base.core.corrections import (
    ACTIVE,
    RETRACTED,
    SUPERSEDED,
    Statement,
    standing,
)
from odoo.addons.logistics_connector_base.core.identity import event_fingerprint
from odoo.addons.logistics_connector_carrier.providers.dcsa.parse import CODE, parse
from odoo.addons.logistics_connector_carrier.providers.dcsa.words import REASONS

from .common import (
    JSON,
    NEW_YORK,
    fixture,
    fuzz,
    keys,
    mapped,
    paths,
    refusal,
    replaced,
    taxonomy,
    told,
    utc,
)


def events(name):
    return parse(fixture(CODE, name), NEW_YORK).events


def statement(event):
    return Statement(
        event_fingerprint(event),
        event.issuer,
        event.source_id,
        event.revision,
        event.retracts,
        recorded_at=event.recorded.utc if event.recorded else None,
    )


def test_three_kinds_of_events():
    loaded, departed, confirmed = events("normal")
    assert mapped(CODE, loaded) == ("MOV_LOADED_VESSEL", "", "")
    assert mapped(CODE, departed) == ("MOV_DEPARTED", "", "")
    assert mapped(CODE, confirmed) == ("TND_ACCEPTED", "", "")
    assert told(loaded.occurred) == (utc(2026, 3, 9, 14), 60, "second", False)
    assert keys(loaded) == {
        ("tracking", "ACMU4812095", ""),
        ("waybill", "ABC123123", ""),
        ("bol", "HHL71800001", ""),
        ("customer", "FWD-77", ""),
    }
    assert (loaded.place.city, loaded.place.country, loaded.place.zip) == ("Hamburg", "DE", "21129")
    assert (loaded.place.latitude, loaded.place.longitude) == (53.5331, 9.9361)
    assert confirmed.raw_text == "Space is confirmed"
    assert {event.classifier for event in events("normal")} == {"actual"}


def test_each_estimate_is_an_event_and_only_the_customers_place_is_the_delivery():
    first, second, planned = events("estimates")
    assert (first.classifier, planned.classifier) == ("estimated", "planned")
    assert first.estimated_delivery == first.occurred
    assert told(second.estimated_delivery)[0] == utc(2026, 3, 15, 7)
    assert told(second.recorded)[0] == utc(2026, 3, 10, 10)
    assert planned.estimated_delivery is None
    assert (first.raw_text, first.reason) == ("WEA: Bad weather", "external.weather")
    assert len({event_fingerprint(event) for event in (first, second, planned)}) == 3
    at_port = json.loads(fixture(CODE, "estimates"))
    at_port[0]["transportCall"]["facilityTypeCode"] = "POTE"
    assert parse(json.dumps(at_port).encode(), NEW_YORK).events[0].estimated_delivery is None


def test_version_3_with_codes_and_with_words():
    left, expected, dropped = events("v3")
    assert left.source_id == "SMDG:LCL:EXCO/evt-0001"
    assert left.revision == "2026-03-10T09:00:00+00:00"
    assert mapped(CODE, left)[0] == "MOV_DEPARTED"
    assert (expected.classifier, told(expected.estimated_delivery)[0]) == (
        "estimated", utc(2026, 3, 14, 9)
    )  # fmt: skip
    assert mapped(CODE, dropped)[0] == "DLV_DELIVERED"
    words, confirmed = events("v3_words")
    assert (words.raw_code, words.source_id) == (left.raw_code, left.source_id)
    assert event_fingerprint(words) == event_fingerprint(left)
    assert mapped(CODE, confirmed)[0] == "TND_ACCEPTED"


def test_the_latest_update_counts_and_a_retraction_takes_what_is_older():
    left, revised, retracted = events("v3")[0], events("v3_revision")[0], events("v3_retracted")[0]
    assert revised.revision == "2026-03-10T11:30:00+00:00"
    assert ("tracking", "ACMU9000015", "") in keys(revised)
    assert (retracted.retracts, retracted.references) == (left.source_id, ())
    prints = [event_fingerprint(event) for event in (left, revised, retracted)]
    assert len(set(prints)) == 3
    for order in permutations((left, revised)):
        verdicts = standing(map(statement, order))
        assert [verdicts[print_] for print_ in prints[:2]] == [SUPERSEDED, ACTIVE]
    for order in permutations((left, revised, retracted)):
        verdicts = standing(map(statement, order))
        assert [verdicts[print_] for print_ in prints] == [RETRACTED, RETRACTED, ACTIVE]


def test_a_retraction_without_time_takes_all_of_its_id():
    (bare,) = events("v3_retracted_bare")
    assert (bare.retracts, bare.source_id, bare.occurred) == ("evt-0001", "", None)


def test_ids_of_two_carriers_do_not_meet():
    other = json.loads(fixture(CODE, "v3"))
    other["events"][0]["eventRouting"]["originatingParty"]["partyCode"] = "OTHR"
    assert (
        parse(json.dumps(other).encode(), NEW_YORK).events[0].source_id != "SMDG:LCL:EXCO/evt-0001"
    )


def test_an_empty_container_moves_nobodys_goods():
    (empty,) = events("empty_container")
    assert mapped(CODE, empty)[0] == "TRK_INFO"


def test_unknown_codes_times_and_bare_events():
    (odd,) = events("unmapped")
    assert (odd.raw_code, mapped(CODE, odd)) == ("EQUIPMENT.TUMB", None)
    skipped, none = events("missing_offset")
    assert told(skipped.occurred) == (utc(2026, 3, 29, 6, 30), None, "second", True)
    assert none.occurred is None
    (bare,) = events("bare")
    assert (bare.raw_code, bare.shipment_key, bare.references) == ("-", "e1", ())


def test_version_3_two_containers_at_their_place():
    first, second = events("v3_two_shipments")
    assert (first.shipment_key, second.shipment_key) == ("ACMU4812095", "ACMU9000015")
    assert mapped(CODE, first) == ("MOV_DISCHARGED", "", "")
    assert mapped(CODE, second) == ("CUS_HELD", "customs.inspection", "")
    assert told(second.occurred) == (utc(2026, 3, 12, 9, 30), 60, "second", False)
    assert first.place == Place(
        name="Example Quay",
        street="Kade 7",
        city="Rotterdam",
        zip="3199",
        country="NL",
        latitude=51.95,
        longitude=4.05,
    )


def test_version_3_unknown_code_times_without_offset_and_bare():
    (odd,) = events("v3_unmapped")
    assert (odd.raw_code, mapped(CODE, odd)) == ("EQUIPMENT.TUMB", None)
    local, day, none = events("v3_missing_offset")
    assert told(local.occurred) == (utc(2026, 3, 12, 12), None, "second", True)
    assert told(day.occurred) == (utc(2026, 3, 12, 16), None, "day", True)
    assert (none.occurred, mapped(CODE, none)[0]) == (None, "MOV_DEPARTED")
    (bare,) = events("v3_bare")
    assert (bare.raw_code, bare.shipment_key, bare.references) == ("-", "evt-0131", ())
    assert (bare.occurred, bare.place, bare.revision) == (None, Place(), "")


@pytest.mark.parametrize(
    ("code", "reason"),
    [("STR", "external.civil"), ("ENG", "carrier.mechanical"), ("cin", "customs.inspection")],
)
def test_delay_reasons(code, reason):
    message = json.loads(fixture(CODE, "estimates"))
    message[0]["delayReasonCode"] = code
    assert parse(json.dumps(message).encode(), NEW_YORK).events[0].reason == reason


def test_delay_reasons_are_of_the_taxonomy_and_doubtful_ones_stay_in_the_text():
    assert set(REASONS.values()) <= taxonomy("reason")
    message = json.loads(fixture(CODE, "estimates"))
    message[0]["delayReasonCode"] = "OTS"
    (first, *_others) = parse(json.dumps(message).encode(), NEW_YORK).events
    assert (first.reason, first.raw_text.partition(":")[0]) == ("", "OTS")


def test_two_containers():
    assert [event.shipment_key for event in events("two_shipments")] == [
        "ACMU4812095",
        "ACMU9000015",
    ]


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (fixture(CODE, "hostile_types"), "/0/transportCall: an object expected, found a list."),
        (b"{}", "/: neither a list of events nor an event"),
        (b"[{}]", "/0/eventID: a value is needed"),
        (b'"ACT"', "/: an object expected, found text."),
        (b'[{"eventID": "e", "isRetracted": "yes"}]', "/0/isRetracted: true or false expected"),
        (b"<xml/>", "not JSON"),
    ],
)
def test_what_is_not_understood_is_said_in_plain_words(raw, trouble):
    assert trouble in refusal(parse, raw)


def holds(value):
    """Unlike other carriers' events, a retraction may name nothing but an id."""
    try:
        message = parse(json.dumps(value).encode(), NEW_YORK)
    except ParseError as error:
        assert str(error)
        return
    assert isinstance(message, ParsedMessage)
    for event in message.events:
        assert event_fingerprint(event).startswith("v1:")
        assert event.raw_code and event.shipment_key


@fuzz
@given(JSON)
def test_any_json(value):
    holds(value)


@fuzz
@given(st.data())
def test_any_value_anywhere(data):
    value = json.loads(fixture(CODE, data.draw(st.sampled_from(["normal", "v3", "v3_retracted"]))))
    path = data.draw(st.sampled_from(sorted(paths(value), key=str)))
    holds(replaced(value, path, data.draw(JSON)))
