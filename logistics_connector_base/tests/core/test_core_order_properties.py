"""What holds for the business state of every order, whatever happened to it."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.order_legs import BLOCKING, Shipment
from odoo.addons.logistics_connector_base.core.order_lines import Line, Move
from odoo.addons.logistics_connector_base.core.order_state import STATES, OrderFacts, order_state
from odoo.addons.logistics_connector_base.core.taxonomy import STATES as SHIPMENT_STATES

STATES_OF_SHIPMENTS = st.sampled_from(sorted(set(SHIPMENT_STATES) - {"cancelled"}))
SHIPMENTS = st.lists(
    st.tuples(STATES_OF_SHIPMENTS, st.booleans(), st.sampled_from("ABC"), st.sampled_from("ABC")),
    max_size=4,
)
MOVES = st.lists(
    st.builds(
        Move,
        quantity=st.integers(0, 9).map(float),
        state=st.sampled_from(["open", "done", "cancelled"]),
        direction=st.sampled_from(["out", "back", "inside"]),
        refund=st.booleans(),
        shipments=st.lists(st.integers(1, 4), max_size=2, unique=True).map(tuple),
    ),
    max_size=4,
)


@st.composite
def orders(draw):
    parcels = tuple(
        Shipment(n, f"S{n}", state, on_hold=hold, origin=origin, destination=destination)
        for n, (state, hold, origin, destination) in enumerate(draw(SHIPMENTS), 1)
    )
    lines = tuple(
        Line(n, float(draw(st.integers(-3, 9))), tuple(moves), invoice_done=draw(st.booleans()))
        for n, moves in enumerate(draw(st.lists(MOVES, max_size=3)), 1)
    )
    used = {number for each in lines for move in each.moves for number in move.shipments}
    return OrderFacts(
        cancelled=draw(st.booleans()),
        lines=lines,
        shipments=parcels,
        unassigned=tuple(s.id for s in parcels if s.id not in used),
        exceptions=draw(st.sampled_from([(), (("Late", 1),)])),
    )


@given(orders())
def test_every_order_has_a_state_and_only_a_blocked_one_reasons(facts):
    verdict = order_state(facts)
    assert verdict.state is None or verdict.state in STATES
    assert bool(verdict.reasons) == (verdict.state == "blocked")
    assert all(reason.text for reason in verdict.reasons)
    for standing in verdict.lines.values():
        assert min(standing.called_off, standing.to_ship, standing.returned) >= 0


@given(orders(), st.integers(0, 1000))
def test_the_order_in_which_things_are_known_does_not_matter(facts, seed):
    chance = random.Random(seed)

    def mixed(values):
        return tuple(chance.sample(values, len(values)))

    other = OrderFacts(
        cancelled=facts.cancelled,
        lines=mixed(
            tuple(
                Line(each.id, each.ordered, mixed(each.moves), invoice_done=each.invoice_done)
                for each in facts.lines
            )
        ),
        shipments=mixed(facts.shipments),
        unassigned=mixed(facts.unassigned),
        exceptions=facts.exceptions,
    )
    one, two = order_state(facts), order_state(other)
    assert (one.state, one.reasons, one.lines) == (two.state, two.reasons, two.lines)


@given(st.integers(1, 9), st.lists(st.integers(1, 9), min_size=1, max_size=4), st.booleans())
@settings(max_examples=200)
def test_delivering_more_never_goes_back(ordered, steps, tracked):
    ranks = {"pending": 0, "in_progress": 1, "partial": 2, "fulfilled": 3}
    seen = []
    for count in range(len(steps) + 1):
        sent = [
            Move(float(q), "done", shipments=(n,) if tracked else ())
            for n, q in enumerate(steps[:count], 1)
        ]
        rest = ordered - sum(steps[:count])
        moves = [*sent, *([Move(float(rest))] if rest > 0 else [])]
        parcels = [Shipment(n, f"S{n}", "delivered") for n in range(1, count + 1)]
        facts = OrderFacts(
            lines=(Line(1, ordered, tuple(moves)),), shipments=tuple(parcels) if tracked else ()
        )
        seen.append(ranks[order_state(facts).state])
    assert seen == sorted(seen)
    assert seen[-1] == (3 if sum(steps) >= ordered else 2)


@given(orders())
def test_the_last_exception_that_closes_unblocks_nothing_else(facts):
    with_trouble = OrderFacts(**{**_values(facts), "exceptions": (("Late", 1),)})
    without = OrderFacts(**{**_values(facts), "exceptions": ()})
    if not facts.cancelled:
        assert order_state(with_trouble).state == "blocked"
    assert {r.kind for r in order_state(without).reasons} <= {"hold"} | {
        f"state:{state}" for state in BLOCKING
    }


def _values(facts):
    names = ("cancelled", "lines", "shipments", "unassigned", "exceptions")
    return {name: getattr(facts, name) for name in names}
