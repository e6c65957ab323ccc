"""Corrections: the standing of events is a function of the set, in whatever order they came."""

from datetime import UTC, datetime
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.corrections import (
    ACTIVE,
    DISMISSED,
    DISPUTED,
    QUARANTINED,
    RETRACTED,
    SUPERSEDED,
    Statement,
    Verdict,
    judge,
    names_of,
    part_of,
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


def at(day, hour=0):
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def test_a_revision_that_withdraws_takes_all_that_is_older():
    """DCSA: isRetracted discards this and all earlier events with that id."""
    events = [say("a", "e1", "1"), say("b", "e1", "2"), say("x", "e1", "3", retracts="e1")]
    for order in permutations(events):
        assert judge(order) == {
            "a": Verdict(RETRACTED, "x"),
            "b": Verdict(RETRACTED, "x"),
            "x": Verdict(ACTIVE),
        }


def test_a_later_revision_that_does_not_withdraw_brings_the_event_back():
    events = [say("a", "e1", "1"), say("x", "e1", "2", retracts="e1"), say("b", "e1", "3")]
    for order in permutations(events):
        assert standing(order) == {"a": SUPERSEDED, "x": SUPERSEDED, "b": ACTIVE}


def test_a_revision_that_its_source_recorded_after_the_withdrawal_counts():
    old, new = say("a", "e1", "1", recorded_at=at(1)), say("b", "e1", "2", recorded_at=at(5))
    withdrawal = say("x", retracts="e1", recorded_at=at(3))
    for order in permutations([old, new, withdrawal]):
        assert standing(order) == {"a": RETRACTED, "b": ACTIVE, "x": ACTIVE}
    # Nobody says when: then the withdrawal takes all.
    assert standing([old, new, say("x", retracts="e1")])["b"] == RETRACTED


def test_the_withdrawal_of_a_withdrawal_brings_nothing_back():
    events = [say("a", "e1"), say("x", "w1", retracts="e1"), say("y", "w2", retracts="w1")]
    for order in permutations(events):
        assert standing(order) == {"a": RETRACTED, "x": RETRACTED, "y": ACTIVE}


def test_withdrawn_twice_is_withdrawn_once_and_the_first_is_named():
    first = say("y", retracts="e1", recorded_at=at(2), source_id="w1")
    again = say("x", retracts="e1", recorded_at=at(3), source_id="w2")
    for order in permutations([say("a", "e1"), first, again]):
        assert judge(order)["a"] == Verdict(RETRACTED, "y")


def test_the_parts_of_an_event_stand_beside_each_other_and_fall_together():
    one, two = say("a", part_of("e1", "SSCC1")), say("b", part_of("e1", "SSCC2"))
    document = say("d", part_of(part_of("e1", "SSCC1"), "document"))
    assert set(standing([one, two, document]).values()) == {ACTIVE}
    whole = say("x", retracts="e1")
    assert standing([one, two, document, whole])["d"] == RETRACTED
    partly = standing([one, two, document, say("y", retracts=part_of("e1", "SSCC1"))])
    assert partly == {"a": RETRACTED, "b": ACTIVE, "d": RETRACTED, "y": ACTIVE}
    assert list(names_of(document.source_id)) == ["e1", "e1 · SSCC1", "e1 · SSCC1 · document"]


def test_a_new_revision_takes_the_parts_that_it_does_not_repeat():
    old, document = say("a", "e1", "1"), say("d", part_of("e1", "document"), "1")
    new = say("b", "e1", "2")
    assert judge([old, document, new]) == {
        "a": Verdict(SUPERSEDED, "b"),
        "d": Verdict(SUPERSEDED, "b"),
        "b": Verdict(ACTIVE),
    }


def test_a_repetition_that_was_recorded_later_does_not_take_the_parts():
    document = say("d", part_of("e1", "document"), recorded_at=at(2))
    assert standing([say("a", "e1", recorded_at=at(1)), document])["a"] == ACTIVE


def test_what_waits_for_a_person_overrules_nothing():
    stands = say("a", "e1", "1")
    odd = say("b", "e1", "2", implausible=True)
    assert standing([stands, odd]) == {"a": ACTIVE, "b": QUARANTINED}
    contender = say("c", "e1", "1", disputed=True)
    assert standing([stands, contender]) == {"a": ACTIVE, "c": DISPUTED}
    disputed_withdrawal = say("x", "e9", retracts="e1", disputed=True)
    assert standing([stands, disputed_withdrawal])["a"] == ACTIVE


def test_decisions_about_a_conflict():
    first, new = say("a", "e1"), say("b", "e1")
    keep = [first, say("b", "e1", dismissed=True)]
    assert standing(keep) == {"a": ACTIVE, "b": DISMISSED}
    take = [say("a", "e1", dismissed=True), new]
    assert standing(take) == {"a": DISMISSED, "b": ACTIVE}
    both = [first, say("b", "e1", apart=True)]
    assert standing(both) == {"a": ACTIVE, "b": ACTIVE}
    # Both are the partner's event: withdrawn, both go; revised, both are replaced.
    assert standing([*both, say("x", retracts="e1")]) == {
        "a": RETRACTED, "b": RETRACTED, "x": ACTIVE
    }  # fmt: skip
    assert standing([*both, say("c", "e1", "2")])["b"] == SUPERSEDED


def test_revisions_are_compared_as_instants_whatever_their_offset():
    early = say("a", "e1", "2026-03-29T01:30:00+01:00")  # 00:30 UTC
    late = say("b", "e1", "2026-03-29T00:45:00Z")
    assert standing([early, late]) == {"a": SUPERSEDED, "b": ACTIVE}


statements = st.lists(
    st.builds(
        say,
        st.sampled_from("abcdefgh"),
        st.sampled_from(["", "e1", "e2", "e3", "e1 · a", "e1 · b"]),
        st.sampled_from(["", "1", "2"]),
        retracts=st.sampled_from(["", "e1", "e2"]),
        corrects=st.sampled_from(["", "e3"]),
        recorded_at=st.sampled_from([None, at(1), at(2)]),
        implausible=st.booleans(),
        disputed=st.booleans(),
        dismissed=st.booleans(),
        apart=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda statement: statement.fingerprint,
)


@given(statements, st.randoms())
def test_order_and_repetition_change_nothing(events, random):
    shuffled = [*events, *events[:2]]
    random.shuffle(shuffled)
    assert judge(shuffled) == judge(events)


@given(statements)
def test_each_event_has_a_verdict_and_who_overrules_is_among_them(events):
    verdicts = judge(events)
    by_print = {event.fingerprint: event for event in events}
    assert verdicts.keys() == by_print.keys()
    for fingerprint, verdict in verdicts.items():
        overruled = verdict.standing in (SUPERSEDED, RETRACTED)
        assert bool(verdict.by) == overruled
        assert not verdict.by or not by_print[verdict.by].is_waiting
        assert verdict.by != fingerprint


@given(statements)
def test_what_waits_leaves_the_others_as_they_are(events):
    """Conflicts and implausible times change nothing until a person lets them."""
    verdicts = judge(events)
    rest = judge([event for event in events if not event.is_waiting])
    assert {key: verdicts[key] for key in rest} == rest


@given(statements, st.sampled_from(["e1", "e2"]))
def test_a_second_withdrawal_changes_no_standing(events, target):
    once = [*events, say("w1", retracts=target)]
    twice = [*once, say("w2", retracts=target)]
    first, second = standing(once), standing(twice)
    assert {key: second[key] for key in first} == first
