"""Appointments at docks: whatever comes, in whatever order, is one appointment."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import Instant, ParseContext, ParseError
from odoo.addons.logistics_connector_wms.core.appointment import STATES, Telling, fold
from odoo.addons.logistics_connector_wms.providers.warehouse_json import parse

FIXTURE = Path(parse.__file__).parent / "fixtures" / "appointment.json"
START = datetime(2026, 3, 10, 6, tzinfo=UTC)


def at(hours):
    return Instant(START + timedelta(hours=hours))


def told(state, hour, **more):
    """A telling of the hour in which it happened; its window begins at the hour ``starts``."""
    starts = more.pop("starts", None)
    window = {} if starts is None else {"starts": at(starts), "ends": at(starts + 1)}
    values = {"id": "A1", "direction": "in", "occurred": at(hour), "told": at(hour), **window}
    return Telling(state=state, **{**values, **more})


HOURS = st.integers(0, 6)
WORDS = st.sampled_from(["", "D1", "D2"])


@st.composite
def tellings(draw):
    return told(
        draw(st.sampled_from(STATES)),
        draw(HOURS),
        told=at(draw(HOURS)),
        revision=draw(st.sampled_from(["", "1", "2", "10"])),
        starts=draw(st.none() | HOURS),
        door=draw(WORDS),
        carrier=draw(WORDS),
        orders=draw(st.sampled_from([(), ("IN/1",), ("IN/2", "IN/1")])),
    )


@given(st.lists(tellings(), min_size=1, max_size=8), st.data())
def test_order_and_repetition_change_nothing(said, data):
    again = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said)))))
    assert fold(again) == fold(said)


@given(st.lists(tellings(), min_size=1, max_size=8), tellings())
def test_what_is_older_changes_no_fact_that_a_newer_one_says(said, more):
    newest = max([*said, more], key=Telling.rank)
    found = fold([*said, more])
    for name in ("door", "carrier", "orders"):
        if getattr(newest, name):
            assert getattr(found, name) == getattr(newest, name)
    if newest.starts:
        assert found.starts == newest.starts.utc
    if newest.state in ("cancelled", "no_show"):
        assert found.state == newest.state


def test_the_life_of_an_appointment():
    life = [
        told("set", 0, starts=4, door="D1", carrier="Amador", orders=("IN/1",)),
        told("set", 1, starts=5),
        told("arrived", 5.25),
        told("docked", 5.5, door="D7"),
        told("finished", 6.5),
        told("left", 7),
    ]
    for count, state in enumerate(("set", "set", "arrived", "docked", "finished", "left"), 1):
        assert fold(life[:count]).state == state
    found = fold(life)
    assert (found.starts, found.ends) == (at(5).utc, at(6).utc)
    assert (found.door, found.carrier, found.orders) == ("D7", "Amador", ("IN/1",))
    assert found.stay == 105


def test_a_truck_that_was_turned_away_is_expected_again():
    life = [told("set", 0, starts=4), told("arrived", 4), told("cancelled", 5)]
    assert fold(life).state == "cancelled"
    assert fold(life).times == {"cancelled": at(5).utc}
    again = fold([*life, told("set", 6, starts=20)])
    assert (again.state, again.times, again.starts) == ("set", {}, at(20).utc)


def test_a_truck_that_comes_after_all():
    missed = [told("set", 0, starts=4), told("no_show", 6)]
    assert fold(missed).state == "no_show"
    assert fold([*missed, told("arrived", 7)]).state == "arrived"


def test_a_new_door_does_not_send_a_truck_away():
    found = fold([told("set", 0, starts=4), told("arrived", 4), told("set", 5, door="D9")])
    assert (found.state, found.door) == ("arrived", "D9")


def test_the_revision_goes_before_the_time():
    first = told("set", 9, starts=4, revision="2")
    late = told("set", 10, starts=8, revision="1")
    assert fold([first, late]).starts == at(4).utc
    assert fold([first, replace(late, revision="10")]).starts == at(8).utc


def test_a_truck_cannot_leave_before_it_came():
    assert fold([told("arrived", 5), told("left", 4)]).stay is None
    assert fold([told("left", 4)]).stay is None


def test_of_nothing_nothing_is_known():
    with pytest.raises(ValueError, match="nothing was told"):
        fold([])


def test_the_same_moment_in_another_zone_is_the_same_telling():
    one = told("arrived", 5)
    other = replace(one, occurred=Instant(one.occurred.utc, 120), pointer="/advices/7")
    assert one.digest == other.digest
    assert one.digest != replace(one, door="D2").digest
    assert one.identity == replace(one, door="D2").identity


# -- the wire ----------------------------------------------------------------------------------


def read(number=0, **changes):
    value = json.loads(FIXTURE.read_text(encoding="utf-8"))
    advice = value["advices"][number]
    value["advices"] = [{name: v for name, v in {**advice, **changes}.items() if v is not None}]
    return parse.parse(json.dumps(value).encode(), ParseContext(default_zone="Europe/Berlin"))


def test_an_appointment_is_read():
    telling, mark = read().statements
    assert (mark.stream, mark.number) == ("docks", 12)
    assert (telling.id, telling.revision, telling.state) == ("APT-310", "1", "set")
    assert telling.starts.utc == datetime(2026, 3, 12, 7, tzinfo=UTC)
    assert telling.ends.utc == datetime(2026, 3, 12, 8, tzinfo=UTC)
    assert (telling.door, telling.carrier) == ("D4", "Amador Haulage")
    assert telling.orders == ("WH/IN/00007", "WH/IN/00008")
    assert telling.told == telling.occurred


def test_what_a_supplier_brings_has_no_shipment_here():
    assert read().events == ()


def test_a_truck_that_fetches_is_in_the_history_of_its_shipments():
    (event,) = read(1).events
    assert (event.code, event.classifier) == ("PUP_ARRIVED", "actual")
    assert [(one.type, one.value) for one in event.references] == [("picking", "WH/OUT/00012")]
    window = {"from": "2026-03-10T14:00:00+01:00", "to": "2026-03-10T15:00:00+01:00"}
    (planned,) = read(1, state="set", window=window).events
    assert (planned.code, planned.classifier) == ("PUP_APPT_SET", "planned")
    assert planned.occurred.utc == datetime(2026, 3, 10, 13, tzinfo=UTC)
    (withdrawn,) = read(1, state="cancelled", revision=5).events
    assert withdrawn.retracts == planned.source_id
    assert read(1, state="left").events == ()
    (missed,) = read(1, state="no_show").events
    assert missed.code == "PUP_FAILED"


def test_two_windows_of_one_appointment_are_two_facts_under_one_number():
    window = {"from": "2026-03-10T14:00:00+01:00", "to": "2026-03-10T15:00:00+01:00"}
    one, other = (
        read(1, state="set", window=window, revision=number).events[0] for number in (1, 3)
    )
    assert one.source_id == other.source_id
    assert one.raw_sub_code != other.raw_sub_code


def test_a_local_time_is_the_connections():
    window = {"from": "2026-07-01T08:00", "to": "2026-07-01T09:00"}
    telling = read(window=window).statements[0]
    assert telling.starts.utc == datetime(2026, 7, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"window": None}, "“window” is missing"),
        ({"state": "delayed"}, "/advices/0/state"),
        ({"direction": None}, "“direction” is missing"),
        ({"window": {"from": "2026-03-12", "to": "2026-03-12"}}, "a date and time"),
        (
            {"window": {"from": "2026-03-12T09:00Z", "to": "2026-03-12T08:00Z"}},
            "ends before it begins",
        ),
        ({"occurred_at": "2026-02-30T08:00Z"}, "2026-02-30"),
    ],
)
def test_what_does_not_fit_is_refused(changes, words):
    with pytest.raises(ParseError, match=words):
        read(**changes)


def test_what_was_right_in_1_0_is_right_in_1_1():
    for path in sorted(FIXTURE.parent.glob("*.json")):
        if path.stem != "broken":
            parse.FORMAT.check(json.loads(path.read_text(encoding="utf-8")))
