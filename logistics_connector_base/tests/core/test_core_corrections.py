"""Corrections: the standing of events is a function of the set, in whatever order they came."""

from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.corrections import (
    ACTIVE,
    QUARANTINED,
    RETRACTED,
    SUPERSEDED,
    Statement,
    standing,
)


def say(fingerprint, source_id="", revision="", **values):
    return Statement(fingerprint, issuer="acme", source_id=source_id, revision=revision, **values)


def test_an_event_of_its_own_counts():
    assert standing([say("a"), say("b")]) == {"a": ACTIVE, "b": ACTIVE}


def test_a_later_revision_replaces_the_earlier_in_any_order():
    events = [say("a", "e1", "9"), say("b", "e1", "10"), say("c", "e1", "2")]
    for order in permutations(events):
        assert standing(order) == {"a": SUPERSEDED, "b": ACTIVE, "c": SUPERSEDED}


def test_revisions_that_are_times_sort_as_text():
    old, new = say("a", "e1", "2026-01-01T10:00:00Z"), say("b", "e1", "2026-01-02T09:00:00Z")
    assert standing([new, old]) == {"a": SUPERSEDED, "b": ACTIVE}


def test_without_revisions_the_recording_time_decides():
    old = say("b", "e1", recorded_at=datetime(2026, 1, 1, tzinfo=UTC))
    new = say("a", "e1", recorded_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert standing([old, new]) == {"a": ACTIVE, "b": SUPERSEDED}


def test_a_retraction_takes_exactly_its_event_whichever_came_first():
    events = [say("a", "e1"), say("b", "e2"), say("x", "e3", retracts="e1")]
    for order in permutations(events):
        assert standing(order) == {"a": RETRACTED, "b": ACTIVE, "x": ACTIVE}


def test_a_correction_supersedes_its_event():
    assert standing([say("a", "e1"), say("b", "e2", corrects="e1")])["a"] == SUPERSEDED


def test_a_retraction_of_another_issuer_has_no_effect():
    foreign = Statement("x", issuer="other", source_id="e9", retracts="e1")
    assert standing([say("a", "e1"), foreign])["a"] == ACTIVE


def test_a_retraction_that_was_itself_revised_away_is_silent():
    events = [say("a", "e1"), say("x", "e3", "1", retracts="e1"), say("y", "e3", "2")]
    assert standing(events) == {"a": ACTIVE, "x": SUPERSEDED, "y": ACTIVE}


def test_an_implausible_time_is_set_aside_and_can_be_retracted():
    odd = say("a", "e1", implausible=True)
    assert standing([odd]) == {"a": QUARANTINED}
    assert standing([odd, say("x", "e2", retracts="e1")])["a"] == RETRACTED


def test_an_event_cannot_retract_itself():
    assert standing([say("a", "e1", retracts="e1")]) == {"a": ACTIVE}


statements = st.lists(
    st.builds(
        say,
        st.sampled_from("abcdefgh"),
        st.sampled_from(["", "e1", "e2", "e3"]),
        st.sampled_from(["", "1", "2"]),
        retracts=st.sampled_from(["", "e1", "e2"]),
        corrects=st.sampled_from(["", "e3"]),
        implausible=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda statement: statement.fingerprint,
)


@given(statements, st.randoms())
def test_order_and_repetition_change_nothing(events, random):
    shuffled = [*events, *events[:2]]
    random.shuffle(shuffled)
    assert standing(shuffled) == standing(events)
