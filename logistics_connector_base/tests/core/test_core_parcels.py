"""Several parcels under one shipment: none arrives for another."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.fold import FoldEvent, ShipmentView, fold
from odoo.addons.logistics_connector_base.core.parcels import fold_parcels
from odoo.addons.logistics_connector_base.core.taxonomy import CodeRule

START = datetime(2026, 3, 9, 12, tzinfo=UTC)
RULES = {
    "PUP": CodeRule("PUP", "picked_up"),
    "MOV": CodeRule("MOV", "in_transit"),
    "OUT": CodeRule("OUT", "out_for_delivery", flag_clear=("exception", "on_hold")),
    "DLV": CodeRule("DLV", "delivered", flag_clear=("exception", "on_hold", "partial")),
    "RTN": CodeRule("RTN", "returned"),
    "LOST": CodeRule("LOST", "lost", flag_set=("exception",)),
    "VOID": CodeRule("VOID", "cancelled"),
    "BAD": CodeRule("BAD", flag_set=("exception",)),
}


def view(*facts, parcels=("A", "B")):
    """The view of ``(parcel or "", code, hours[, estimate hours])``."""
    events, parcel_of = [], {}
    for number, (parcel, code, hours, *estimate) in enumerate(facts):
        fingerprint = f"{number:03}"
        events.append(
            FoldEvent(
                fingerprint,
                code,
                occurred_at=START + timedelta(hours=hours),
                estimated_delivery=START + timedelta(hours=estimate[0]) if estimate else None,
            )
        )
        if parcel:
            parcel_of[fingerprint] = parcel
    return fold_parcels(events, RULES, parcels, parcel_of)


def hours(moment):
    return None if moment is None else (moment - START) / timedelta(hours=1)


def test_one_parcel_that_arrived_is_not_the_shipment():
    seen = view(("A", "PUP", 1), ("B", "PUP", 2), ("A", "DLV", 9), ("B", "MOV", 5))
    assert (seen.state, seen.delivered_at) == ("in_transit", None)
    assert seen.flags == {"partial"}
    assert hours(seen.picked_up_at) == 1


def test_it_is_delivered_with_the_last_parcel():
    seen = view(("A", "DLV", 9), ("B", "MOV", 5), ("B", "DLV", 30))
    assert (seen.state, hours(seen.delivered_at), seen.flags) == ("delivered", 30, frozenset())


def test_a_parcel_of_which_nothing_was_heard_is_waited_for():
    assert view(("A", "DLV", 9)).state == "draft"
    assert view(("A", "DLV", 9), ("", "PUP", 1)).state == "picked_up"


def test_what_is_said_of_no_parcel_is_said_of_all():
    seen = view(("A", "MOV", 5), ("", "DLV", 9))
    assert (seen.state, hours(seen.delivered_at)) == ("delivered", 9)


def test_a_lost_parcel_does_not_hide_that_the_other_arrived():
    seen = view(("A", "DLV", 9), ("B", "LOST", 30))
    assert (seen.state, hours(seen.delivered_at)) == ("delivered", 9)
    assert seen.flags == {"partial", "exception"}


def test_trouble_with_one_parcel_is_not_cleared_by_the_other():
    seen = view(("A", "BAD", 3), ("B", "OUT", 9))
    assert "exception" in seen.flags
    assert "exception" not in view(("A", "BAD", 3), ("A", "OUT", 9), ("B", "OUT", 9)).flags


def test_a_parcel_that_was_called_off_is_not_waited_for():
    assert view(("A", "VOID", 1), ("B", "DLV", 9)).state == "delivered"
    assert view(("A", "VOID", 1), ("B", "VOID", 2)).state == "cancelled"


def test_it_is_expected_with_the_last_parcel_that_is_on_its_way():
    seen = view(("A", "MOV", 1, 40), ("B", "MOV", 2, 30))
    assert hours(seen.estimated_delivery_at) == 40
    seen = view(("A", "MOV", 1, 40), ("B", "MOV", 2, 30), ("A", "DLV", 20))
    assert hours(seen.estimated_delivery_at) == 30


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["", "A", "B", "C"]), st.sampled_from(sorted(RULES)), st.integers(0, 60)
    ),
    max_size=12,
)


@given(FACTS)
def test_with_one_parcel_or_none_it_is_the_fold(facts):
    events = [
        FoldEvent(str(number), code, occurred_at=START + timedelta(hours=hour))
        for number, (_parcel, code, hour) in enumerate(facts)
    ]
    for parcels in ((), ("A",)):
        assert fold_parcels(events, RULES, parcels, {}) == fold(events, RULES)
    # Nor does it matter how many there are, while nothing is said of any of them.
    assert fold_parcels(events, RULES, ("A", "B", "C"), {}) == fold(events, RULES)


@given(FACTS, st.randoms(use_true_random=False))
def test_neither_the_order_of_events_nor_that_of_parcels_matters(facts, rng):
    events = [
        FoldEvent(str(number), code, occurred_at=START + timedelta(hours=hour))
        for number, (_parcel, code, hour) in enumerate(facts)
    ]
    parcel_of = {str(number): fact[0] for number, fact in enumerate(facts) if fact[0]}
    parcels = ["A", "B", "C"]
    expected = fold_parcels(events, RULES, parcels, parcel_of)
    rng.shuffle(events)
    rng.shuffle(parcels)
    assert fold_parcels(events, RULES, parcels, parcel_of) == expected


@given(FACTS)
def test_a_shipment_is_never_further_than_each_of_its_parcels(facts):
    seen = view(*facts, parcels=("A", "B", "C"))
    assert isinstance(seen, ShipmentView)
    own = [view(*(f for f in facts if f[0] in ("", parcel)), parcels=()) for parcel in "ABC"]
    assert seen.state in {parcel.state for parcel in own}
    if seen.state == "delivered":
        ends = ("delivered", "returned", "lost", "cancelled")
        assert all(parcel.state in ends for parcel in own)
