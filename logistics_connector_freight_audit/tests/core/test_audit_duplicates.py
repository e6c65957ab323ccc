"""What was billed before, whatever the order, and with the discount that is told beside it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.audit.duplicates import (
    discounts_again,
    doubles,
    standing,
)
from odoo.addons.logistics_connector_freight_audit.core.audit.facts import (
    Before,
    Billed,
    Expectation,
    Facts,
)
from odoo.addons.logistics_connector_freight_audit.core.audit.judge import audit

KEYS = st.sampled_from(["base_freight", "fuel", "residential", "discount", "void_credit", ""])
AMOUNTS = st.sampled_from([Decimal(n) for n in (-60, -40, 10, 40, 60, 100)])
NUMBERS = st.sampled_from(["", "1Z1", "1Z2"])


@st.composite
def charges(draw, kind, most=8):
    """Charges with ids of their own."""
    rows = draw(st.lists(st.tuples(KEYS, AMOUNTS, NUMBERS), max_size=most))
    if kind is Before:
        bills = draw(st.lists(st.sampled_from(["A", "B"]), min_size=len(rows), max_size=len(rows)))
        return [
            Before(100 + n, bill, *row)
            for n, (row, bill) in enumerate(zip(rows, bills, strict=True))
        ]
    return [
        Billed(n + 1, key, "base", net, tracking) for n, (key, net, tracking) in enumerate(rows)
    ]


def parcel(first, tracking="1Z1", bill=None):
    """List price 100, discount 40, fuel 6, as one bill tells them."""
    told = (("base_freight", "base", 100), ("discount", "base", -40), ("fuel", "fuel", 6))
    if bill:
        return [
            Before(first + n, bill, key, Decimal(net), tracking)
            for n, (key, _kind, net) in enumerate(told)
        ]
    return [
        Billed(first + n, key, kind, Decimal(net), tracking)
        for n, (key, kind, net) in enumerate(told)
    ]


@given(charges(Before))
def test_what_stands_is_what_is_left_of_the_sum(before):
    left = standing(before)
    assert sum(one.net for one in left) == sum(one.net for one in before)
    assert standing(left) == left


@given(charges(Billed), charges(Before), st.randoms())
def test_the_order_in_which_charges_are_read_does_not_matter(billed, before, random):
    mixed, earlier = list(billed), list(before)
    random.shuffle(mixed)
    random.shuffle(earlier)
    one = doubles(billed, standing(before))
    assert doubles(mixed, standing(earlier)) == one
    assert discounts_again(mixed, standing(earlier), one) == discounts_again(
        billed, standing(before), one
    )


@given(charges(Billed), charges(Before))
def test_a_double_is_a_charge_and_has_a_first(billed, before):
    left, mine = standing(before), {one.id: one for one in billed}
    for number, bill in doubles(billed, left).items():
        one = mine[number]
        assert one.net > 0
        assert one.key
        first = [
            each
            for each in ([o for o in left if o.bill == bill] if bill else billed)
            if each.id != number
        ]
        assert any((o.key, o.net, o.tracking) == (one.key, one.net, one.tracking) for o in first)


@given(charges(Billed), charges(Before))
def test_a_discount_is_taken_once_and_only_with_its_list_price(billed, before):
    left = standing(before)
    twice = doubles(billed, left)
    found = discounts_again(billed, left, twice)
    taken = [one.id for each in found.values() for one in each]
    assert len(taken) == len(set(taken))
    mine = {one.id: one for one in billed}
    for price, each in found.items():
        assert price in twice
        assert mine[price].key == "base_freight"
        assert all(one.net < 0 and one.tracking == mine[price].tracking for one in each)


def judged(billed, before, expected=66):
    known = Expectation({"base_freight": Decimal(expected - 6), "fuel": Decimal(6)}, "booked")
    return audit(billed, before, known, Facts())


def test_billed_again_with_its_discount_is_a_duplicate_of_the_net_amount():
    found = judged(parcel(1), parcel(100, bill="A"))
    assert found.verdict == "duplicate"
    assert {one.code for one in found.findings} == {"duplicate"}
    assert (found.over, found.billed) == (Decimal(66), Decimal(66))
    assert {number for one in found.findings for number in one.charges} == {1, 2, 3}


def test_twice_on_one_bill_the_first_one_is_paid():
    found = judged([*parcel(1), *parcel(11)], [])
    assert (found.verdict, found.over) == ("duplicate", Decimal(66))
    assert {number for one in found.findings for number in one.charges} == {11, 12, 13}


def test_two_parcels_that_cost_the_same_are_no_double():
    other = parcel(11, tracking="1Z2")
    known = Expectation({"base_freight": Decimal(120), "fuel": Decimal(12)}, "booked")
    found = audit([*parcel(1), *other], [], known, Facts())
    assert (found.verdict, found.findings) == ("clean", ())


def test_the_list_price_again_without_its_discount_is_over_by_all_of_it():
    price = [one for one in parcel(1) if one.key == "base_freight"]
    found = judged(price, parcel(100, bill="A"))
    assert (found.verdict, found.over) == ("duplicate", Decimal(100))


def test_a_discount_that_comes_again_is_nobody_s_fault():
    again = [one for one in parcel(1) if one.key == "discount"]
    found = judged(again, parcel(100, bill="A"))
    assert found.over == 0
