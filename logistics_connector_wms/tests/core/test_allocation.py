"""What was said, laid on what was asked for."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core import allocation
from odoo.addons.logistics_connector_wms.core.allocation import Rules, Said, Wanted, allocate

LAMP, OIL, DRILL = 1, 2, 3
ORDER = [
    Wanted(10, LAMP, Decimal(5), frozenset({10}), Decimal(5)),
    Wanted(11, OIL, Decimal(2), frozenset({11}), Decimal(2)),
]


def told(*lines, rules=None):
    said = [
        Said(key, product, Decimal(quantity), **more)
        for key, (product, quantity, more) in enumerate(lines)
    ]
    return allocate(ORDER, said, rules or Rules())


def parts(plan):
    return [(part.said, part.wanted, part.quantity) for part in plan.parts]


def troubles(plan):
    return [(trouble.said, trouble.code, trouble.excess) for trouble in plan.troubles]


def test_all_of_it():
    plan = told((LAMP, 5, {}), (OIL, 2, {"line": 11}))
    assert parts(plan) == [(1, 11, 2), (0, 10, 5)]
    assert plan.open == {10: 0, 11: 0}
    assert not plan.troubles


def test_short_leaves_the_rest_open():
    plan = told((LAMP, 3, {}), (OIL, 0, {}))
    assert parts(plan) == [(0, 10, 3)]
    assert plan.open == {10: 2, 11: 2}


def test_too_much_is_not_believed_by_half():
    plan = told((LAMP, 6, {}), (OIL, 2, {}))
    assert troubles(plan) == [(0, "over", 1)]
    assert parts(plan) == [(1, 11, 2)]
    assert plan.open[10] == 5


def test_a_tolerance_is_measured_by_what_was_asked_for_first():
    rules = Rules("tolerate", Decimal(20))
    assert parts(told((LAMP, 6, {}), rules=rules)) == [(0, 10, 6)]
    assert troubles(told((LAMP, 7, {}), rules=rules)) == [(0, "over", 2)]
    # Two lines that are a little too much each are too much together.
    plan = told((LAMP, 6, {}), (LAMP, 1, {}), rules=rules)
    assert troubles(plan) == [(1, "over", 1)]


def test_whoever_accepts_more_is_told():
    plan = told((LAMP, 9, {}), rules=Rules("accept"))
    assert (parts(plan), plan.over) == ([(0, 10, 9)], [0])
    plan = told((LAMP, 9, {"is_accepted": True}))
    assert (parts(plan), plan.over) == ([(0, 10, 9)], [0])


def test_what_cannot_be_true():
    plan = told(
        (LAMP, -1, {}),
        (DRILL, 1, {}),
        (LAMP, 1, {"line": 11}),
        (LAMP, 1, {"line": 99}),
        rules=Rules("accept", substitutes=True),
    )
    assert sorted(troubles(plan)) == [
        (0, "negative", 0),
        (1, "not_ordered", 1),
        (2, "wrong_product", 0),
        (3, "no_line", 0),
    ]
    assert not plan.parts


def test_goods_that_nobody_ordered_get_a_move_of_their_own_when_a_person_says_so():
    plan = told((DRILL, 1, {"is_accepted": True}))
    assert parts(plan) == [(0, None, 1)]


def test_a_substitute_takes_the_place_of_what_was_ordered():
    line = (DRILL, 2, {"substitutes": OIL})
    assert troubles(told(line)) == [(0, "substitute", 0)]
    plan = told(line, rules=Rules(substitutes=True))
    assert [(part.wanted, part.replaces, part.quantity) for part in plan.parts] == [(None, 11, 2)]
    assert (plan.open[11], plan.replaced) == (0, [0])
    # More of it than was ordered is too much, whatever it is.
    plan = told((DRILL, 3, {"substitutes": OIL}), rules=Rules(substitutes=True))
    assert troubles(plan) == [(0, "over", 1)]


def test_exceptions_only_means_that_the_rest_left_in_full():
    said = allocation.in_full(ORDER, [Said(0, LAMP, Decimal(4), 10)], 1)
    assert [(one.product, one.quantity) for one in said] == [(LAMP, 4), (OIL, 2)]
    assert allocation.in_full(ORDER, [Said(0, DRILL, Decimal(1), substitutes=OIL)], 1)[1:] == [
        Said(1, LAMP, Decimal(5), 10)
    ]


quantities = st.integers(0, 6).map(Decimal)
orders = st.lists(st.tuples(st.integers(1, 3), quantities), max_size=5).map(
    lambda rows: [
        Wanted(key, product, quantity, frozenset({key}), quantity)
        for key, (product, quantity) in enumerate(rows, 10)
    ]
)
advices = st.lists(st.tuples(st.integers(1, 4), quantities), max_size=6).map(
    lambda rows: [Said(key, product, quantity) for key, (product, quantity) in enumerate(rows)]
)


@given(orders, advices, st.sampled_from(["refuse", "tolerate", "accept"]))
def test_every_line_is_booked_whole_or_not_at_all(wanted, said, over):
    plan = allocate(wanted, said, Rules(over, Decimal(50)))
    refused = {trouble.said for trouble in plan.troubles}
    for line in said:
        booked = sum(part.quantity for part in plan.parts if part.said == line.key)
        assert booked == (0 if line.key in refused else line.quantity)
    for one in wanted:
        booked = sum(part.quantity for part in plan.parts if part.wanted == one.key)
        assert plan.open[one.key] == one.quantity - booked
        assert over != "refuse" or plan.open[one.key] >= 0


@given(orders, advices, st.randoms())
def test_what_is_within_the_order_is_booked_in_any_order(wanted, said, random):
    """Of each product, whatever the order in which the lines stand."""

    def booked(lines):
        plan = allocate(wanted, lines, Rules("accept"))
        found = {}
        for part in plan.parts:
            found[part.said] = found.get(part.said, 0) + part.quantity
        return found, {key: quantity for key, quantity in plan.open.items() if quantity > 0}

    mixed = list(said)
    random.shuffle(mixed)
    assert booked(said)[0] == booked(mixed)[0]
    assert sum(booked(said)[1].values()) == sum(booked(mixed)[1].values())


@given(orders, advices)
def test_one_advice_or_several_end_in_the_same_stock(wanted, said):
    """A partner may tell of one order line by line: nothing is booked that would not be at once."""
    at_once = allocate(wanted, said, Rules("accept"))
    left = {one.key: one for one in wanted}
    for line in said:
        plan = allocate(left.values(), [line], Rules("accept"))
        left = {
            key: Wanted(key, one.product, plan.open[key], one.lines, one.asked)
            for key, one in left.items()
        }
    total = sum(at_once.open.values())
    assert sum(one.quantity for one in left.values()) == total


def test_what_was_told_of_what_is_open():
    """Five were asked for and four released, of which one has left; the oil was not released."""
    closed = Wanted(9, LAMP, Decimal(0), frozenset({9}), Decimal(1), True)
    rest = Wanted(10, LAMP, Decimal(4), frozenset({9, 10}), Decimal(5))
    oil = Wanted(11, OIL, Decimal(2), frozenset({11}), Decimal(2))
    found = allocation.released([oil, rest, closed], {9: Decimal(4)}, {9: Decimal(1)})
    assert [(one.key, one.quantity) for one in found] == [(10, 3)]
    assert allocation.released([closed, rest], {9: Decimal(1)}, {9: Decimal(1)}) == []
