"""Pickups as plain values: there and back as JSON, and what is seen before the carrier refuses."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core import pickup as core
from odoo.addons.logistics_connector_carrier.core.booking import Party
from odoo.addons.logistics_connector_carrier.core.pickup_checks import (
    WORDS,
    PickupRules,
    house_of,
    problems,
)

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 16:00 in Berlin, a Monday
RULES = PickupRules(place_length=11, note_length=20, most_parcels=99, most_days=10)
ADDRESS = Party(
    name="Ada Byron",
    company="Amador Boats",
    lines=("Kaistraße 4", "Halle 2"),
    city="Hamburg",
    zip="20457",
    country="DE",
    phone="+49 40 555 0100",
)
GOOD = core.PickupRequest(
    reference="PU/00042",
    day="2026-11-24",
    ready="10:00",
    closing="17:00",
    zone="Europe/Berlin",
    address=ADDRESS,
    loads=(core.Load("P", "US", 3, 7.5),),
)

texts = st.text(max_size=12)
weights = st.floats(0, 1000, allow_nan=False).map(lambda one: round(one, 3))
parties = st.builds(
    Party, name=texts, lines=st.lists(texts, max_size=3).map(tuple), phone=texts, zip=texts
)
loads = st.builds(core.Load, texts, texts, st.integers(0, 200), weights)
clocks = st.times().map(lambda one: f"{one.hour:02}:{one.minute:02}")
requests = st.builds(
    core.PickupRequest,
    reference=texts,
    day=st.dates().map(str),
    ready=clocks,
    closing=clocks,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Toronto"]),
    address=parties,
    loads=st.lists(loads, max_size=3).map(tuple),
    place=texts,
)


def kinds(now=NOW, **changes):
    return [one.kind for one in problems(replace(GOOD, **changes), RULES, now)]


@given(requests)
def test_a_request_is_the_same_after_its_way_through_the_outbox(request):
    assert core.request_from(json.loads(core.as_json(request))) == request


@given(st.builds(core.PickupAnswer, texts, total=texts, warnings=st.lists(texts).map(tuple)))
def test_an_answer_is_the_same_after_its_way_through_the_outbox(answer):
    assert core.answer_from(json.loads(core.as_json(answer))) == answer


@given(requests)
def test_each_problem_has_a_sentence(request):
    for one in problems(request, RULES, NOW):
        assert one.kind in WORDS and "%(" not in one.text and one.text.startswith("Pickup")


@given(st.integers(-3, 15), clocks, clocks)
def test_nothing_is_ordered_for_a_time_that_cannot_be(days, ready, closing):
    day = (NOW.date() + timedelta(days=days)).isoformat()
    is_good = not kinds(day=day, ready=ready, closing=closing)
    start, end = (core.instant_of(day, one, "Europe/Berlin") for one in (ready, closing))
    hour = timedelta(hours=1)
    assert is_good == (0 <= days <= 10 and end - start >= hour and end - NOW >= hour)


def test_a_good_one_has_no_problem():
    assert kinds() == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"day": "2026-11-22"}, ["past"]),
        ({"day": "2026-12-24"}, ["far"]),
        ({"day": "soon"}, ["day"]),
        ({"zone": "Mars/Olympus"}, ["day"]),
        ({"ready": "17:00", "closing": "17:30"}, ["window"]),
        ({"ready": "18:00"}, ["hours"]),
        ({"day": "2026-11-23", "closing": "16:30"}, ["late"]),
        ({"place": "behind the second gate"}, ["place"]),
        ({"note": "x" * 21}, ["place"]),
        ({"loads": ()}, ["count"]),
        ({"loads": (core.Load("P", "US", 100, 7.5),)}, ["most"]),
        ({"loads": (core.Load("P", "US", 1, 0.0),)}, ["weight"]),
        ({"address": replace(ADDRESS, phone="")}, ["missing"]),
        ({"address": replace(ADDRESS, phone="12")}, ["phone"]),
        ({"address": replace(ADDRESS, lines=("x" * 36,))}, ["line"]),
        ({"address": replace(ADDRESS, lines=("a", "b", "c", "d"))}, ["lines"]),
        ({"address": replace(ADDRESS, country="US")}, ["missing"]),
    ],
)
def test_what_is_wrong_is_said(changes, found):
    assert kinds(**changes) == found


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Kaistraße 4", ("Kaistraße", "4")),
        ("Straße des 17. Juni 135", ("Straße des 17. Juni", "135")),
        ("Hafenweg 12a", ("Hafenweg", "12a")),
        ("Hafenweg, 12 - 14", ("Hafenweg", "12 - 14")),
        ("Am Kai", ("Am Kai", "")),
        ("4 Kaistraße", ("4 Kaistraße", "")),
    ],
)
def test_a_house_is_told_from_its_street(line, parts):
    assert house_of(line) == parts
    rules = PickupRules(needs_house=True)
    address = replace(ADDRESS, lines=(line,))
    found = [one.kind for one in problems(replace(GOOD, address=address), rules, NOW)]
    assert found == ([] if parts[1] else ["house"])


def test_the_day_is_that_of_the_warehouse():
    """At eleven at night in Berlin it is afternoon in Tacoma."""
    night = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    here = {"day": "2026-11-23", "closing": "17:00"}
    assert kinds(night, **here) == ["late"]
    assert kinds(night, **here, zone="America/Los_Angeles") == []


def test_one_line_carriers_take_the_lines_together():
    rules = PickupRules(street_length=20)
    address = replace(ADDRESS, lines=("Kaistraße 4", "Halle 2"))
    assert not problems(replace(GOOD, address=address), rules, NOW)
    address = replace(ADDRESS, lines=("Kaistraße 4", "Halle 22b"))
    (one,) = problems(replace(GOOD, address=address), rules, NOW)
    assert one.kind == "line" and "Kaistraße 4, Halle 22b" in one.text
