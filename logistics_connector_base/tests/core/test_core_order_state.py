"""The business state of an order (domain.md 1.3)."""

import pytest
from odoo.addons.logistics_connector_base.core.order_legs import BLOCKING, SHIPPED, Shipment
from odoo.addons.logistics_connector_base.core.order_lines import Line, Move
from odoo.addons.logistics_connector_base.core.order_state import OrderFacts, order_state
from odoo.addons.logistics_connector_base.core.taxonomy import STATES as SHIPMENT_STATES


def shipments(*states, **values):
    return tuple(Shipment(n, f"S{n}", state, **values) for n, state in enumerate(states, 1))


def line(ordered, *moves, number=1, **values):
    return Line(number, ordered, moves, **values)


def out(quantity, *numbers, state="done", **values):
    return Move(quantity, state, shipments=numbers, **values)


def waits(quantity, *numbers):
    return out(quantity, *numbers, state="open")


def back(quantity, state="done", refund=True):
    return Move(quantity, state, "back", refund)


def inside(quantity, *numbers, state="done"):
    return Move(quantity, state, "inside", shipments=numbers)


def state_of(*lines, parcels=(), unassigned=(), **values):
    return order_state(
        OrderFacts(lines=lines, shipments=parcels, unassigned=unassigned, **values)
    ).state


INVOICED = {"invoiced": 5, "invoice_done": True}
# what it is about: lines, states of the shipments S1, S2 …, what is expected
TABLE = {
    "nothing has happened": ([line(5, waits(5))], [], "pending"),
    "no transfer was made": ([line(5)], [], "pending"),
    "a shipment that nobody knows of": ([line(5, waits(5, 1))], ["draft"], "pending"),
    "released": ([line(5, waits(5, 1))], ["released"], "in_progress"),
    "booked": ([line(5, waits(5, 1))], ["booked"], "in_progress"),
    "on its way": ([line(5, out(5, 1))], ["in_transit"], "in_progress"),
    "delivered": ([line(5, out(5, 1))], ["delivered"], "fulfilled"),
    "invoiced": ([line(5, out(5, 1), **INVOICED)], ["delivered"], "closed"),
    "invoiced before it arrived": (
        [line(5, out(5, 1), **INVOICED)], ["in_transit"], "in_progress",
    ),
    "the carrier has it, and nobody booked it": (
        [line(5, waits(5, 1))], ["delivered"], "in_progress",
    ),
    # split shipments
    "one of two parcels is there": (
        [line(5, out(5, 1, 2))], ["delivered", "in_transit"], "partial",
    ),
    "both parcels are there": ([line(5, out(5, 1, 2))], ["delivered", "delivered"], "fulfilled"),
    "one line left, the other waits": (
        [line(5, out(5, 1)), line(2, waits(2, 2), number=2)], ["in_transit", "booked"], "partial",
    ),
    "one line is there, the other on its way": (
        [line(5, out(5, 1)), line(2, out(2, 2), number=2)], ["delivered", "in_transit"], "partial",
    ),
    "a shipment among others is missing": (
        [line(5, out(3, 1), out(2))], ["delivered"], "partial",
    ),
    # back-orders
    "a back-order is open": ([line(5, out(3, 1), waits(2))], ["delivered"], "partial"),
    "a back-order is open, the first on its way": (
        [line(5, out(3, 1), waits(2))], ["in_transit"], "partial",
    ),
    "the back-order is there, too": (
        [line(5, out(3, 1), out(2, 2))], ["delivered", "delivered"], "fulfilled",
    ),
    "the back-order was cancelled": (
        [line(5, out(3, 1), out(2, state="cancelled"))], ["delivered"], "fulfilled",
    ),
    "no back-order was made": ([line(5, out(3, 1, planned=5))], ["delivered"], "fulfilled"),
    "no back-order, and invoiced": (
        [line(5, out(3, 1, planned=5), invoiced=3)], ["delivered"], "closed",
    ),
    "the cancelled one is sent after all": (
        [line(5, out(3, 1), out(2, state="cancelled"), waits(2))], ["delivered"], "partial",
    ),
    "every delivery was cancelled": ([line(5, out(5, state="cancelled"))], [], "pending"),
    "one line was called off": (
        [line(5, out(5, 1)), line(2, out(2, state="cancelled"), number=2)], ["delivered"],
        "fulfilled",
    ),
    # over-delivery
    "more than was ordered": ([line(5, out(7, 1))], ["delivered"], "fulfilled"),
    "the quantity was lowered later": ([line(3, out(5, 1))], ["delivered"], "fulfilled"),
    # returns
    "a return is under way": ([line(5, out(5, 1), back(2, "open"))], ["delivered"], "partial"),
    "a part came back, to be credited": (
        [line(5, out(5, 1), back(2), **INVOICED)], ["delivered"], "partial",
    ),
    "a part came back and was credited": (
        [line(5, out(5, 1), back(2), invoiced=3)], ["delivered"], "closed",
    ),
    "all came back, to be credited": (
        [line(5, out(5, 1), back(5), **INVOICED)], ["delivered"], "partial",
    ),
    "all came back and was credited": (
        [line(5, out(5, 1), back(5), invoiced=0)], ["delivered"], "closed",
    ),
    "came back for another one": (
        [line(5, out(5, 1), back(5, refund=False))], ["delivered"], "partial",
    ),
    "the other one was sent": (
        [line(5, out(5, 1), back(5, refund=False), out(5, 2))], ["delivered", "in_transit"],
        "partial",
    ),
    "the other one is there": (
        [line(5, out(5, 1), back(5, refund=False), out(5, 2))], ["delivered", "delivered"],
        "fulfilled",
    ),
    "refused, returned and credited": (
        [line(5, out(5, 1), back(5), invoiced=0)], ["returned"], "closed",
    ),
    "refused, returned and sent again": (
        [line(5, out(5, 1), back(5, refund=False), out(5, 2))], ["returned", "delivered"],
        "fulfilled",
    ),
    "bought back": ([line(-2, back(2, "open"))], [], "partial"),
    "bought back and here": ([line(-2, back(2))], [], "fulfilled"),
    # drop shipments
    "the vendor has not sent it": ([line(5)], [], "pending"),
    "the vendor's parcel is on its way": ([line(5, waits(5, 1))], ["in_transit"], "in_progress"),
    "the vendor's parcel is there": ([line(5, out(5, 1))], ["delivered"], "fulfilled"),
    # legs and steps
    "picked, not yet sent": ([line(5, inside(5), waits(5))], [], "in_progress"),
    "supplied from another warehouse, on the road": (
        [line(5, inside(5, 1), waits(5))], ["in_transit"], "in_progress",
    ),
    "only the supply arrived": (
        [line(5, inside(5, 1), waits(5))], ["delivered"], "in_progress",
    ),
    "supply and last leg arrived": (
        [line(5, inside(5, 1), out(5, 2))], ["delivered", "delivered"], "fulfilled",
    ),
    # nothing to ship
    "services only": ([], [], None),
    "a quantity of nothing": ([line(0)], [], None),
    # nobody tracks it
    "sent, and nobody tracks it": ([line(5, out(5))], [], "fulfilled"),
    "sent and invoiced, and nobody tracks it": ([line(5, out(5), **INVOICED)], [], "closed"),
    "delivered by hand": ([line(5, delivered_by_hand=5)], [], "fulfilled"),
    # trouble
    "lost": ([line(5, out(5, 1))], ["lost"], "blocked"),
    "lost, and another one is there": ([line(5, out(5, 1), out(5, 2))], ["lost", "delivered"],
        "fulfilled"),
    "rejected by the warehouse": ([line(5, waits(5, 1))], ["release_rejected"], "blocked"),
    "goes back to us": ([line(5, out(5, 1))], ["returning"], "blocked"),
    "goes back to us, and we expect it": (
        [line(5, out(5, 1), back(5, "open"))], ["returning"], "partial",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "states", "expected"), TABLE.values(), ids=TABLE)
def test_state(lines, states, expected):
    assert state_of(*lines, parcels=shipments(*states)) == expected


def leg(number, state, origin, destination):
    return Shipment(number, f"S{number}", state, origin=origin, destination=destination)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("delivered", "booked", "booked"), "in_progress"),
        (("delivered", "delivered", "in_transit"), "in_progress"),
        (("delivered", "delivered", "delivered"), "fulfilled"),
        # The carrier of the first leg said nothing any more; the last one handed it over.
        (("in_transit", "delivered", "delivered"), "fulfilled"),
    ],
)
def test_only_the_last_leg_fulfils(states, expected):
    first, second, third = states
    legs = (
        leg(1, first, "Rotterdam", "Duisburg"),
        leg(2, second, "Duisburg", "Basel"),
        leg(3, third, "Basel", "Ada"),
    )
    assert state_of(line(5, out(5, 1, 2, 3)), parcels=legs) == expected


def test_legs_that_go_round_in_a_circle_are_all_asked():
    legs = (
        leg(1, "delivered", "A", "B"),
        leg(2, "in_transit", "B", "C"),
        leg(3, "booked", "C", "A"),
    )
    assert state_of(line(5, out(5, 1, 2, 3)), parcels=legs) == "partial"


def test_shipments_of_the_order_alone_carry_its_lines():
    on_the_way, there = shipments("in_transit"), shipments("delivered")
    for lines in ([line(5)], [], [line(5, out(5))]):
        assert state_of(*lines, parcels=on_the_way, unassigned=(1,)) == "in_progress"
        assert state_of(*lines, parcels=there, unassigned=(1,)) == "fulfilled"
    both = shipments("delivered", "in_transit")
    assert state_of(line(5, out(5, 1)), parcels=both, unassigned=(2,)) == "partial"


def test_a_partial_delivery_is_no_delivery():
    assert state_of(line(5, out(5, 1)), parcels=shipments("delivered", partial=True)) == "partial"


def test_closed_needs_the_freight_and_the_services_settled():
    there = line(5, out(5, 1), **INVOICED)
    owed = shipments("delivered", freight_open=True)
    assert state_of(there, parcels=owed) == "fulfilled"
    there_free = shipments("delivered")
    assert state_of(there, parcels=there_free, other_lines_invoiced=False) == "fulfilled"
    assert state_of(there, parcels=there_free) == "closed"


def test_a_blocked_order_names_every_cause():
    verdict = order_state(
        OrderFacts(
            lines=(line(5, out(5, 1), waits(1, 2)),),
            shipments=(Shipment(1, "S1", "lost"), Shipment(2, "S2", "booked", on_hold=True)),
            exceptions=(("Address wrong", 7),),
        )
    )
    assert verdict.state == "blocked"
    assert [(reason.kind, reason.text, reason.id) for reason in verdict.reasons] == [
        ("exception", "Address wrong", 7),
        ("hold", "S2", 2),
        ("state:lost", "S1", 1),
    ]


def test_a_cancelled_order_is_cancelled_whatever_is_said():
    facts = OrderFacts(cancelled=True, exceptions=(("Late", 1),), shipments=shipments("lost"))
    assert order_state(facts).state == "cancelled"


def test_what_came_otherwise_or_came_back_blocks_no_more():
    lost_and_sent_again = line(5, out(5, 1, state="cancelled"), out(5, 2))
    assert state_of(lost_and_sent_again, parcels=shipments("lost", "delivered")) == "fulfilled"


def test_the_quantities_say_why_it_is_partial():
    facts = OrderFacts(
        lines=(line(10, out(6, 1), back(1, "open"), back(2), waits(3)),),
        shipments=shipments("delivered"),
    )
    verdict = order_state(facts)
    shown = verdict.lines[1]
    assert verdict.return_under_way
    assert (shown.shipped, shown.delivered, shown.returned, shown.coming_back, shown.to_ship) == (
        6, 6, 2, 1, 4,
    )  # fmt: skip


def test_the_sets_use_states_that_exist():
    assert set(SHIPMENT_STATES) >= SHIPPED | BLOCKING
