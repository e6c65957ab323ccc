# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Law 4: a shipment's state is a pure function of the set of its events."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.fold import (
    FoldEvent,
    ShipmentView,
    fold,
    sort_key,
)
from odoo.addons.logistics_connector_base.core.taxonomy import STATES, CodeRule, may_move

laws = settings(deadline=None, max_examples=100)

# One code for each state, named like it, and some that only raise or lower flags.
RULES = {state: CodeRule(state, state=state) for state in STATES} | {
    "hold": CodeRule("hold", flag_set=("on_hold",)),
    "release": CodeRule("release", flag_clear=("on_hold",)),
    "pod": CodeRule("pod", flag_set=("pod_received",)),
    "delay": CodeRule("delay", flag_set=("exception",), overlay=True),
    "partly": CodeRule("partly", state="delivered", flag_set=("partial",)),
    "wholly": CodeRule("wholly", state="delivered", flag_clear=("partial", "exception")),
    "info": CodeRule("info"),
}
CODES = [*RULES, "unmapped", ""]
MOVEMENT = [
    "picked_up",
    "in_transit",
    "at_customs",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
]

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
# Few instants, so that ties are common.
INSTANTS = st.integers(0, 6).map(lambda hours: START + timedelta(hours=hours))
EVENTS = st.builds(
    FoldEvent,
    fingerprint=st.integers(0, 30).map(str),
    code=st.sampled_from(CODES),
    classifier=st.sampled_from(["actual", "actual", "estimated", "planned"]),
    occurred_at=st.one_of(INSTANTS, INSTANTS, INSTANTS, st.none()),
    active=st.sampled_from([True, True, True, False]),
    estimated_delivery=st.none() | INSTANTS,
    recorded_at=st.none() | INSTANTS,
    precision=st.sampled_from(["second", "minute", "day"]),
)
HISTORIES = st.lists(EVENTS, max_size=15)
DISTINCT = st.lists(EVENTS, max_size=15, unique_by=lambda event: event.fingerprint)
MOVES = st.lists(
    st.builds(
        FoldEvent,
        fingerprint=st.integers(0, 1000).map(str),
        code=st.sampled_from(MOVEMENT),
        occurred_at=INSTANTS,
    ),
    max_size=12,
    unique_by=lambda event: event.fingerprint,
)


def at(hours, code, fingerprint=None, **values):
    """An actual event some hours after the start."""
    moment = START + timedelta(hours=hours)
    return FoldEvent(fingerprint or f"{code}@{hours}", code, occurred_at=moment, **values)


def state(*events):
    return fold(events, RULES).state


# -- the laws -------------------------------------------------------------------------------------


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(events, rng):
    shuffled = rng.sample(events, len(events))
    assert fold(shuffled, RULES) == fold(events, RULES)


@laws
@given(HISTORIES, st.randoms(use_true_random=False))
def test_copies_change_nothing(events, rng):
    again = rng.choices(events, k=5) if events else []
    assert fold(events + again, RULES) == fold(events, RULES)


@laws
@given(HISTORIES)
def test_what_is_not_active_is_as_if_it_had_never_been(events):
    active = [event for event in events if event.active]
    assert fold(events, RULES) == fold(active, RULES)


@laws
@given(DISTINCT, st.data())
def test_a_retraction_removes_exactly_what_its_event_did(events, data):
    if not events:
        return
    gone = data.draw(st.sampled_from(events))
    retracted = [replace(e, active=False) if e is gone else e for e in events]
    without = [event for event in events if event is not gone]
    assert fold(retracted, RULES) == fold(without, RULES)


@laws
@given(DISTINCT)
def test_plans_and_estimates_move_no_state(events):
    view = fold(events, RULES)
    facts = fold([event for event in events if event.classifier == "actual"], RULES)
    names = [
        "state",
        "picked_up_at",
        "delivered_at",
        "first_event_at",
        "last_event_at",
        "last_fingerprint",
        "last_code",
        "contradicted_by",
    ]
    for name in names:
        assert getattr(view, name) == getattr(facts, name), name


@laws
@given(DISTINCT)
def test_an_unmapped_code_is_history_without_effect(events):
    known = [event for event in events if event.code in RULES]
    view, without = fold(events, RULES), fold(known, RULES)
    for name in ("state", "flags", "picked_up_at", "delivered_at", "contradicted_by"):
        assert getattr(view, name) == getattr(without, name), name


@laws
@given(DISTINCT)
def test_an_event_without_a_usable_time_moves_nothing(events):
    timeless = [
        event
        for event in events
        if event.occurred_at is None and not event.estimated_delivery and not event.recorded_at
    ]
    assert fold(events, RULES) == fold([e for e in events if e not in timeless], RULES)


@laws
@given(MOVES, st.lists(INSTANTS, min_size=1, max_size=3))
def test_delivered_is_never_left_by_a_movement(moves, deliveries):
    delivered = [
        FoldEvent(f"d{number}", "delivered", occurred_at=moment)
        for number, moment in enumerate(deliveries)
    ]
    view = fold(moves + delivered, RULES)
    assert view.state == "delivered"
    assert view.delivered_at == min(deliveries)


@laws
@given(MOVES)
def test_a_late_scan_never_moves_back_but_by_the_named_steps(moves):
    """What the fold says after each further event of history is reached by an allowed step."""
    history = sorted(moves, key=lambda event: sort_key(event, RULES))
    before = "draft"
    for length in range(1, len(history) + 1):
        after = state(*history[:length])
        moved = may_move(before, history[length - 1].code)
        assert after == (history[length - 1].code if moved else before)
        before = after


@laws
@given(st.sets(st.sampled_from([s for s in STATES if s != "cancelled"]), min_size=1), st.randoms())
def test_on_one_day_the_furthest_state_is_shown(states, rng):
    # Events that know only the day stand at the same noon; fingerprints must not decide.
    ends = [name for name in states if STATES[name].terminal]
    if len(ends) > 1:
        states -= set(ends[1:])
    events = [
        FoldEvent(f"{rng.random()} {name}", name, occurred_at=START, precision="day")
        for name in states
    ]
    furthest = max(states, key=lambda name: STATES[name].rank)
    if "delivered" in states and furthest not in ("delivered", "returning", "returned"):
        furthest = "delivered"  # an end is an end
    if "returned" in states and STATES[furthest].rank > STATES["returned"].rank:
        furthest = "returned"
    assert state(*events) == furthest


@laws
@given(DISTINCT, INSTANTS)
def test_an_estimate_made_after_the_delivery_is_ignored(events, estimate):
    view = fold(events, RULES)
    late = FoldEvent(
        "late",
        "delay",
        classifier="estimated",
        estimated_delivery=estimate,
        recorded_at=START + timedelta(days=3),
    )
    again = fold([*events, late], RULES)
    if view.delivered_at:
        assert again == view
    else:
        assert again.estimated_delivery_at == estimate
        assert "exception" in again.flags


@laws
@given(DISTINCT)
def test_the_fold_is_total_and_speaks_of_its_events_only(events):
    view = fold(events, RULES)
    assert view.state in STATES
    moments = {event.occurred_at for event in events if event.active}
    for name in ("picked_up_at", "delivered_at", "first_event_at", "last_event_at"):
        assert getattr(view, name) is None or getattr(view, name) in moments
    assert view.first_event_at is None or view.first_event_at <= view.last_event_at


# -- scenarios ------------------------------------------------------------------------------------

SCENARIOS = {
    "nothing known": ("", "draft"),
    "a plain day": (
        "booked manifested picked_up in_transit out_for_delivery delivered",
        "delivered",
    ),
    "label before packing": ("booked packed", "booked"),
    "release refused, mended": ("release_rejected released", "released"),
    "next carrier": ("tendered tender_rejected tendered", "tendered"),
    "through customs": ("in_transit at_customs in_transit", "in_transit"),
    "attempted, back at the depot": (
        "out_for_delivery delivery_attempted in_transit",
        "in_transit",
    ),
    "attempted, out again": ("delivery_attempted out_for_delivery", "out_for_delivery"),
    "attempted, waits at the shop": (
        "delivery_attempted available_for_pickup",
        "available_for_pickup",
    ),
    "out for delivery, late scan": ("out_for_delivery in_transit", "out_for_delivery"),
    "sent out from the shop": ("available_for_pickup out_for_delivery", "out_for_delivery"),
    "delivered, late scan": ("delivered in_transit out_for_delivery", "delivered"),
    "delivered, comes back": ("delivered returning returned", "returned"),
    "delivered, straight back": ("delivered returned", "returned"),
    "delivered, cannot be lost": ("delivered lost", "delivered"),
    "refused, comes back": ("delivery_attempted returning in_transit", "returning"),
    "delivered to the shipper": ("returning delivered", "returning"),
    "lost and found": ("in_transit lost in_transit", "lost"),
    "lost, then handed over": ("in_transit lost delivered", "delivered"),
    "lost on the way back": ("returning lost", "lost"),
    "destroyed is final": ("destroyed delivered returned", "destroyed"),
    "cancelled": ("booked cancelled", "cancelled"),
    "cancelled is final": ("booked cancelled booked", "cancelled"),
    "cancelled too late": ("picked_up cancelled", "picked_up"),
    "returned is final": ("returned delivered lost", "returned"),
}


@pytest.mark.parametrize(("codes", "expected"), SCENARIOS.values(), ids=SCENARIOS.keys())
def test_scenario(codes, expected):
    events = [at(hour, code) for hour, code in enumerate(codes.split())]
    random.Random(1).shuffle(events)
    assert state(*events) == expected


def test_a_late_pick_up_refutes_a_cancellation_that_happened_after_it():
    assert state(at(2, "cancelled"), at(1, "picked_up")) == "picked_up"


def test_nothing_known_gives_an_empty_view():
    assert fold([], RULES) == ShipmentView()


def test_the_newest_record_wins_among_copies_that_differ():
    older = at(1, "delay", "x", recorded_at=START, estimated_delivery=START + timedelta(days=1))
    newer = replace(
        older,
        recorded_at=START + timedelta(hours=1),
        estimated_delivery=START + timedelta(days=2),
    )
    for events in ([older, newer], [newer, older]):
        assert fold(events, RULES).estimated_delivery_at == newer.estimated_delivery


def test_the_order_of_history():
    history = [
        at(0, "delivered"),
        at(1, "booked", classifier="planned"),
        at(1, "booked", classifier="estimated"),
        at(1, "unmapped"),
        at(1, "picked_up", "a"),
        at(1, "picked_up", "b"),
        at(1, "delivered"),
    ]
    shuffled = random.Random(2).sample(history, len(history))
    assert sorted(shuffled, key=lambda event: sort_key(event, RULES)) == history


# -- dates ----------------------------------------------------------------------------------------


def test_the_pick_up_is_the_pick_up_event_even_after_a_first_scan():
    view = fold([at(1, "in_transit"), at(2, "picked_up"), at(3, "picked_up", "p2")], RULES)
    assert view.picked_up_at == START + timedelta(hours=2)


def test_without_a_pick_up_event_the_first_proof_counts():
    view = fold([at(0, "booked"), at(1, "at_customs"), at(2, "in_transit")], RULES)
    assert view.picked_up_at == START + timedelta(hours=2)


def test_papers_prove_no_pick_up():
    assert fold([at(0, "booked"), at(1, "at_customs")], RULES).picked_up_at is None


def test_delivered_at_is_the_first_delivery_and_stays_when_goods_come_back():
    events = [at(1, "delivered"), at(2, "delivered"), at(3, "returning"), at(4, "returned")]
    assert fold(events, RULES).delivered_at == START + timedelta(hours=1)


def test_a_delivery_that_the_state_refuses_gives_no_date():
    assert fold([at(1, "returning"), at(2, "delivered")], RULES).delivered_at is None


def test_first_and_last_are_facts():
    events = [
        at(3, "info"),
        at(1, "booked"),
        at(0, "delay", classifier="estimated"),
        at(9, "delivered", classifier="planned"),
    ]
    view = fold(events, RULES)
    assert view.first_event_at == START + timedelta(hours=1)
    assert view.last_event_at == START + timedelta(hours=3)
    assert (view.last_code, view.last_fingerprint) == ("info", "info@3")


# -- estimates ------------------------------------------------------------------------------------


def estimate(made, due, fingerprint=None, **values):
    """An estimate made some hours after the start (None: undated), due some days after it."""
    return FoldEvent(
        fingerprint or f"{made}>{due}",
        "info",
        classifier="estimated",
        # the very time that is estimated, as DCSA has it: it must not count as the time of making
        occurred_at=START + timedelta(days=due),
        recorded_at=None if made is None else START + timedelta(hours=made),
        estimated_delivery=START + timedelta(days=due),
        **values,
    )


def eta(*events):
    found = fold(events, RULES).estimated_delivery_at
    return found and (found - START).days


def test_the_newest_estimate_counts_not_the_latest_date():
    assert eta(estimate(1, 5), estimate(2, 3)) == 3


def test_an_estimate_may_return_to_an_earlier_value():
    assert eta(estimate(1, 5, "a"), estimate(2, 6, "b"), estimate(3, 5, "c")) == 5


def test_an_undated_estimate_gives_way_and_the_later_of_two_is_shown():
    assert eta(estimate(None, 9), estimate(1, 4)) == 4
    assert eta(estimate(None, 9), estimate(None, 4)) == 9


def test_a_scan_may_carry_an_estimate():
    scan = at(5, "in_transit", estimated_delivery=START + timedelta(days=7))
    assert eta(estimate(1, 5), scan) == 7
    assert eta(estimate(6, 5), scan) == 5


def test_a_plan_is_no_estimate():
    assert eta(replace(estimate(1, 5), classifier="planned")) is None


def test_the_last_estimate_before_the_delivery_is_kept():
    assert eta(estimate(1, 5), at(10, "delivered"), estimate(11, 9)) == 5


def test_a_quarantined_estimate_is_none():
    assert eta(replace(estimate(1, 5), active=False)) is None


# -- flags ----------------------------------------------------------------------------------------


def flags(*events):
    return set(fold(events, RULES).flags)


def test_flags_are_raised_and_lowered_in_the_order_of_history():
    assert flags(at(2, "release"), at(1, "hold")) == set()
    assert flags(at(1, "release"), at(2, "hold")) == {"on_hold"}
    assert flags(at(1, "partly"), at(2, "wholly")) == set()
    assert flags(at(1, "partly"), at(2, "pod")) == {"partial", "pod_received"}


def test_at_one_instant_trouble_is_shown():
    assert flags(at(1, "release", "a"), at(1, "hold", "b")) == {"on_hold"}
    assert flags(at(1, "release", "b"), at(1, "hold", "a")) == {"on_hold"}


def test_a_finished_shipment_is_not_on_hold():
    assert flags(at(1, "hold"), at(2, "cancelled")) == set()
    assert flags(at(1, "delivered"), at(2, "hold"), at(3, "pod")) == {"pod_received"}


def test_an_announced_delay_raises_its_flag_when_it_is_announced():
    delay = replace(estimate(1, 5), code="delay")
    assert flags(delay) == {"exception"}
    # It was announced before the delivery that ends it, though it names a later day.
    assert flags(delay, at(10, "wholly")) == set()


def test_a_fact_counts_when_it_happened_not_when_it_was_written_down():
    late_record = at(1, "hold", recorded_at=START + timedelta(hours=9))
    assert flags(late_record, at(2, "release")) == set()


def test_at_the_instant_of_delivery_the_fact_wins():
    delay = replace(estimate(10, 5), code="delay")
    assert flags(delay, at(10, "wholly")) == set()
    assert eta(delay, at(10, "wholly")) == 5  # the last promise is kept, to be measured by


def test_a_plan_raises_no_flag():
    assert flags(at(1, "hold", classifier="planned")) == set()


# -- contradictions -------------------------------------------------------------------------------


def contradicted_by(*events):
    return fold(events, RULES).contradicted_by


def test_moving_after_the_end_is_shown():
    assert contradicted_by(at(1, "cancelled"), at(2, "picked_up")) == "picked_up@2"
    assert contradicted_by(at(1, "destroyed"), at(2, "delivered")) == "delivered@2"
    assert contradicted_by(at(1, "delivered"), at(2, "in_transit")) == "in_transit@2"


def test_what_has_not_ended_is_contradicted_by_nothing():
    assert contradicted_by(at(1, "out_for_delivery"), at(2, "in_transit")) == ""
    assert contradicted_by(at(1, "returning"), at(2, "delivered")) == ""


def test_a_scan_from_before_the_end_contradicts_nothing():
    assert contradicted_by(at(1, "delivered"), at(1, "lost")) == ""
    assert contradicted_by(at(2, "delivered"), at(1, "in_transit")) == ""
    assert contradicted_by(at(1, "delivered"), at(1, "in_transit")) == ""
    assert contradicted_by(at(1, "delivered"), at(2, "delivered"), at(3, "pod")) == ""


def test_an_allowed_step_settles_it():
    events = [at(1, "delivered"), at(2, "in_transit"), at(3, "returning")]
    assert contradicted_by(*events) == ""


def test_a_day_contradicts_nothing_on_that_day():
    delivered = at(0, "delivered", precision="day")
    assert contradicted_by(delivered, at(6, "out_for_delivery")) == ""
    assert contradicted_by(delivered, at(24, "out_for_delivery")) == "out_for_delivery@24"


def test_a_window_goes_with_its_estimate():
    """The newest estimate counts with its own window, never with another one's."""

    def estimate(number, recorded, ends, begins=None):
        return FoldEvent(
            f"e{number}",
            "eta",
            classifier="estimated",
            recorded_at=START + timedelta(hours=recorded),
            estimated_delivery=START + timedelta(hours=ends),
            estimated_from=begins and START + timedelta(hours=begins),
        )

    window, later = estimate(1, 1, 50, 48), estimate(2, 2, 60)
    view = fold([window], RULES)
    assert view.estimated_delivery_from_at == START + timedelta(hours=48)
    for events in ([window, later], [later, window]):
        view = fold(events, RULES)
        assert view.estimated_delivery_at == START + timedelta(hours=60)
        assert view.estimated_delivery_from_at is None
    # Of two that say the same end at the same time, the one that says more.
    same = estimate(3, 1, 50)
    for events in ([window, same], [same, window]):
        assert fold(events, RULES).estimated_delivery_from_at == START + timedelta(hours=48)
