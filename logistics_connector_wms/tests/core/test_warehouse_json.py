"""Our own JSON for warehouses: what it says, what it refuses, and that nothing breaks it."""

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_wms.core.advice import Mark, Snapshot
from odoo.addons.logistics_connector_wms.providers.warehouse_json import parse

FOLDER = Path(parse.__file__).parent / "fixtures"
GOOD = sorted(path for path in FOLDER.glob("*.json") if path.stem != "broken")
BERLIN = ParseContext(default_zone="Europe/Berlin")


def read(name, **changes):
    value = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    value["advices"][0].update(changes)
    return parse.parse(json.dumps(value).encode(), BERLIN)


def test_a_ship_advice_with_lots_serials_and_packages():
    message = read("ship")
    advice, mark = message.statements
    assert (mark.stream, mark.number) == ("outbound", 118)
    assert (message.external_id, message.message_type) == ("msg-ship", "warehouse-advice")
    assert (advice.kind, advice.id, advice.order) == ("ship", "SC-4711", "WH/OUT/00012")
    assert advice.is_final is True
    assert advice.occurred.utc == datetime(2026, 3, 10, 13, 58, tzinfo=UTC)
    lamp, oil, drill = advice.lines
    assert (lamp.line, lamp.barcode, lamp.quantity) == (831, "4006381333931", Decimal(2))
    assert (oil.lot, oil.expires_on) == ("B2402", date(2027, 8, 31))
    assert drill.serials == ("DX-0191", "DX-0192")
    assert [package.tracking for package in advice.packages] == [
        "1Z999AA10123456784",
        "1Z999AA10123456793",
    ]
    (event,) = message.events
    assert (event.code, event.issuer, event.occurred) == (
        "WHS_SHIP_CONFIRMED",
        "harbour",
        advice.occurred,
    )
    assert [(one.type, one.value) for one in event.references] == [
        ("picking", "WH/OUT/00012"),
        ("sscc", "340123450000000018"),
    ]


def test_what_is_not_said_is_not_guessed():
    advice = read("ship_exceptions_only").statements[0]
    assert (advice.is_final, advice.number, advice.exceptions_only) == (None, None, True)
    advice = read("ship_short").statements[0]
    assert (advice.is_final, advice.number, advice.exceptions_only) == (False, 1, None)
    assert advice.lines[1].substitutes == "LAMP-03"


def test_tenths_stay_tenths():
    advice = read("adjustment", lines=[{"product": "X", "quantity": -0.1}]).statements[0]
    assert advice.lines[0].quantity == Decimal("-0.1")


def test_answers_and_progress_are_events_of_the_shipment():
    message = read("answers")
    assert [event.code for event in message.events] == ["ORD_RELEASE_ACK", "WHS_PICK_STARTED"]
    first, second, third = message.statements
    assert (first.answer, first.release_revision) == ("accepted", 1)
    assert (second.answer, second.text) == ("too_late", "It stands at the dock.")
    # Without a number of its own, the same answer is the same advice whenever it comes.
    assert read("answers").statements[0].id == first.id != third.id


def test_a_count_names_our_request():
    advice = read("count").statements[0]
    assert (advice.kind, advice.order, advice.lines[0].quantity) == (
        "count",
        "COUNT/0003",
        Decimal(46),
    )


def test_a_snapshot_names_its_moment_and_its_states():
    (snapshot,) = read("snapshot").statements
    assert isinstance(snapshot, Snapshot)
    assert snapshot.as_of.utc == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert (snapshot.is_complete, snapshot.part, snapshot.parts) == (True, 1, 1)
    assert (snapshot.lines[0].on_hand, snapshot.lines[0].damaged) == (Decimal(120), Decimal(2))
    assert snapshot.lines[1].receiving == Decimal(12)


def test_a_local_time_is_the_connections():
    advice = read("receipt", occurred_at="2026-07-01T09:00:00").statements[0]
    assert advice.occurred.utc == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert advice.occurred.assumed


def test_what_does_not_fit_is_refused_with_its_places():
    with pytest.raises(ParseError) as caught:
        parse.parse((FOLDER / "broken.json").read_bytes(), BERLIN)
    text = str(caught.value)
    assert "/advices/0" in text
    assert "“order” is missing" in text
    assert "/advices/0/occurred_at: a date (2026-03-01)" in text
    assert "/advices/0/lines/0/quantity: a number expected, found text" in text
    assert "“product” or “barcode” is needed" in text


def test_a_day_that_does_not_exist_is_refused():
    line = {"product": "X", "quantity": 1, "expires_on": "2026-02-30"}
    with pytest.raises(ParseError, match="no such day"):
        read("receipt", lines=[line])


def test_an_entry_of_the_feed_is_the_message_without_its_identity():
    value = json.loads((FOLDER / "ship.json").read_text(encoding="utf-8"))
    entry = {"recorded_at": "2026-03-10T14:00:00Z", "message": value}
    message = parse.parse(json.dumps(entry).encode(), BERLIN)
    assert message.external_id == ""
    assert message.statements[0].packages == read("ship").statements[0].packages


def test_a_snapshot_in_parts_says_of_how_many():
    with pytest.raises(ParseError, match="“part” needs “parts” beside it"):
        read("snapshot", part=1)


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["2026-02-30", "\n", "\ud800", "x" * 300, [], {}]),
)


@given(st.data())
def test_whatever_comes_is_read_or_refused_in_words(data):
    value = json.loads(data.draw(st.sampled_from(GOOD)).read_text(encoding="utf-8"))
    path = data.draw(st.sampled_from([path for path in places(value) if path]))
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(VALUES)
    try:
        message = parse.parse(json.dumps(changed).encode(), BERLIN)
    except ParseError as error:
        assert str(error)
    else:
        advices = [one for one in message.statements if not isinstance(one, Mark)]
        assert len(advices) == len(value["advices"])
