"""What a replay changes, and which fact took the place of which."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.replay_difference import (
    REREAD,
    Row,
    difference,
    digest,
    joined,
    patched,
)
from odoo.addons.logistics_connector_base.core.rereading import Reading, groups, pairs

values = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text("ab", max_size=2))
snapshots = st.dictionaries(
    st.tuples(st.sampled_from(("event", "shipment")), st.sampled_from("abcd")),
    st.dictionaries(st.sampled_from(("code", "place", "standing")), values),
    max_size=8,
)


@given(snapshots)
def test_nothing_changed_is_no_row(snapshot):
    assert difference(snapshot, dict(snapshot)) == []


@given(snapshots, snapshots)
def test_the_difference_leads_from_one_to_the_other(before, after):
    rows = difference(before, after)
    assert patched(before, rows) == after
    assert {(row.kind, row.key) for row in rows} == {
        subject
        for subject in {*before, *after}
        if (subject in before, before.get(subject)) != (subject in after, after.get(subject))
    }
    assert all(row.fields or row.before is None or row.after is None for row in rows)


@given(snapshots, snapshots, st.randoms())
def test_the_digest_knows_what_differs_and_no_order(before, after, rng):
    rows = difference(before, after)
    mixed = list(rows)
    rng.shuffle(mixed)
    assert digest(mixed) == digest(rows)
    if rows:
        assert digest(rows[1:]) != digest(rows)


def test_what_did_not_change_is_not_in_the_digest():
    one = Row("shipment", "7", "changed", {"state": "a", "eta": 1}, {"state": "b", "eta": 1})
    other = Row("shipment", "7", "changed", {"state": "a", "eta": 2}, {"state": "b", "eta": 2})
    assert one.digest == other.digest
    assert one.digest != one._replace(after={"state": "c", "eta": 1}).digest


def test_read_otherwise_is_one_row():
    before = {("event", "old"): {"at": 10, "read_as": ""}, ("event", "x"): {"at": 1, "read_as": ""}}
    after = {
        ("event", "old"): {"at": 10, "read_as": "new"},
        ("event", "new"): {"at": 9, "read_as": ""},
        ("event", "x"): {"at": 2, "read_as": ""},
    }
    rows = joined(difference(before, after))
    assert [(row.change, row.key, row.instead_of) for row in rows] == [
        (REREAD, "new", "old"),
        ("changed", "x", ""),
    ]
    assert (rows[0].before["at"], rows[0].after["at"]) == (10, 9)


def test_read_as_a_fact_that_was_known_stays_a_row():
    before = {("event", "old"): {"read_as": ""}, ("event", "known"): {"read_as": ""}}
    after = {("event", "old"): {"read_as": "known"}, ("event", "known"): {"read_as": ""}}
    assert [row.key for row in joined(difference(before, after))] == ["old"]


# -- pairs -----------------------------------------------------------------------------------------

NOON = datetime(2026, 3, 10, 12)
readings = st.lists(
    st.builds(
        Reading,
        fingerprint=st.sampled_from("abcdefgh"),
        issuer=st.just("ups"),
        shipment_key=st.sampled_from(("1Z1", "1Z2")),
        raw_code=st.sampled_from(("OT", "DL")),
        source_id=st.sampled_from(("", "e1", "e2")),
        occurred=st.one_of(st.none(), st.integers(0, 3).map(lambda h: NOON + timedelta(hours=h))),
    ),
    max_size=6,
    unique_by=lambda reading: reading.fingerprint,
)


@given(readings, readings, st.randoms())
def test_pairs_are_one_to_one_and_know_no_order(old, new, rng):
    found = pairs(old, new)
    both = {r.fingerprint for r in old} & {r.fingerprint for r in new}
    assert len(set(found.values())) == len(found)
    assert set(found) <= {r.fingerprint for r in old} - both
    assert set(found.values()) <= {r.fingerprint for r in new} - both
    rng.shuffle(old)
    rng.shuffle(new)
    assert pairs(old, new) == found
    assert pairs(old, old) == {}


def scan(print_, hour, code="OT", **values):
    return Reading(print_, "ups", "1Z1", code, occurred=NOON + timedelta(hours=hour), **values)


def test_another_time_zone_pairs_each_scan_with_itself():
    old = [scan("a", 0), scan("b", 2), scan("c", 3, "DL")]
    new = [scan("A", -1), scan("B", 1), scan("C", 2, "DL")]
    random.shuffle(old)
    assert pairs(old, new) == {"a": "A", "b": "B", "c": "C"}


def test_the_partners_id_is_stronger_than_the_code():
    old = [scan("a", 0, source_id="e1"), scan("b", 1, source_id="e2")]
    new = [scan("A", 5, source_id="e2"), scan("B", 6, source_id="e1")]
    assert pairs(old, new) == {"a": "B", "b": "A"}


def test_a_corrected_code_is_found_by_its_time():
    assert pairs([scan("a", 0, "O7")], [scan("A", 0, "OT")]) == {"a": "A"}
    assert pairs([scan("a", 0, "O7")], [scan("A", 1, "OT")]) == {}


# -- groups ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 6)), max_size=15), st.randoms())
def test_who_shares_something_is_in_one_group(members, rng):
    found = groups(members)
    for one, subject in members:
        for other, same in members:
            if subject == same:
                assert found[one] == found[other]
    assert all(leader <= message and found[leader] == leader for message, leader in found.items())
    rng.shuffle(members)
    assert groups(members) == found


def test_strangers_are_apart():
    assert groups([(1, "a"), (2, "b"), (3, "b"), (4, "c")]) == {1: 1, 2: 2, 3: 2, 4: 4}
