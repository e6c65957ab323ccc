# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which rule holds for a case, and whose turn it is."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.desk import (
    Case,
    Condition,
    first_fitting,
    in_order,
    least_loaded,
    round_robin,
    weight,
)

laws = settings(deadline=None, max_examples=200)
people = st.sets(st.integers(1, 50), min_size=1, max_size=8)
small = st.integers(0, 2)
cases = st.builds(
    Case,
    type_id=st.integers(1, 3),
    group=st.sampled_from(["", "delivery", "billing"]),
    connection_id=small,
    company_id=st.integers(1, 2),
    warehouse_id=small,
    team_id=small,
    rank=st.integers(0, 4),
)
conditions = st.builds(
    Condition,
    id=st.integers(1, 10**6),
    sequence=st.integers(1, 3),
    type_ids=st.frozensets(st.integers(1, 3), max_size=2),
    group=st.sampled_from(["", "delivery", "billing"]),
    connection_id=small,
    company_id=small,
    warehouse_id=small,
    team_id=small,
    min_rank=st.integers(0, 4),
)


def test_what_is_empty_asks_for_nothing():
    assert Condition(1).fits(Case()) and Condition(1).fits(Case(5, "x", 1, 2, 3, 4, 4))


def test_each_condition_can_refuse():
    case = Case(1, "delivery", 2, 3, 4, 5, 2)
    assert Condition(1, 10, frozenset({1, 9}), "delivery", 2, 3, 4, 5, 2).fits(case)
    for refusing in (
        Condition(1, type_ids=frozenset({9})),
        Condition(1, group="billing"),
        Condition(1, connection_id=9),
        Condition(1, company_id=9),
        Condition(1, warehouse_id=9),
        Condition(1, team_id=9),
        Condition(1, min_rank=3),
    ):
        assert not refusing.fits(case), refusing


def test_the_sequence_comes_first_then_who_asks_more_then_the_older_one():
    broad = Condition(1, 10)
    narrow = Condition(2, 10, connection_id=7)
    narrower = Condition(3, 10, connection_id=7, warehouse_id=8)
    grave = Condition(4, 10, connection_id=7, min_rank=4)
    first = Condition(5, 5)
    twin = Condition(6, 10)
    order = in_order([twin, broad, narrow, narrower, grave, first])
    assert [condition.id for condition in order] == [5, 3, 4, 2, 1, 6]


@laws
@given(st.lists(conditions, max_size=6, unique_by=lambda one: one.id), cases, st.randoms())
def test_the_order_in_which_rules_are_read_does_not_matter(rules, case, random):
    shuffled = list(rules)
    random.shuffle(shuffled)
    found = first_fitting(in_order(rules), case)
    assert found == first_fitting(in_order(shuffled), case)
    assert (found is None) == (not any(rule.fits(case) for rule in rules))
    if found:
        assert all(rule.sequence >= found.sequence for rule in rules if rule.fits(case))


@laws
@given(people, st.integers(0, 10**6), st.integers(0, 60))
def test_round_robin_is_fair(members, turn, count):
    given_ = round_robin(list(members), turn, count)
    got = Counter(given_)
    assert len(given_) == count and set(given_) <= members
    assert max(got[m] for m in members) - min(got[m] for m in members) <= 1


@laws
@given(people, st.integers(0, 100), st.lists(st.integers(0, 9), max_size=6))
def test_round_robin_in_portions_is_round_robin_in_one(members, turn, portions):
    pieces, at = [], turn
    for portion in portions:
        pieces += round_robin(sorted(members, reverse=True), at, portion)
        at += portion
    assert pieces == round_robin(list(members), turn, sum(portions))


@laws
@given(
    people,
    st.dictionaries(st.integers(1, 50), st.integers(0, 100)),
    st.lists(st.integers(1, 16), max_size=40),
)
def test_least_loaded_never_gives_to_a_busier_one(members, loads, weights):
    given_ = least_loaded(list(members), loads, weights)
    assert len(given_) == len(weights)
    now = {member: loads.get(member, 0) for member in members}
    heaviest_first = sorted(range(len(weights)), key=lambda index: -weights[index])
    for index in heaviest_first:
        assert now[given_[index]] == min(now.values())
        now[given_[index]] += weights[index]


@laws
@given(people, st.lists(st.integers(1, 16), max_size=20), st.randoms())
def test_dealing_depends_on_nothing_but_what_is_given(members, weights, random):
    shuffled = list(members)
    random.shuffle(shuffled)
    assert least_loaded(shuffled, {}, weights) == least_loaded(sorted(members), {}, weights)
    assert round_robin(shuffled, 3, 9) == round_robin(sorted(members), 3, 9)


def test_nobody_is_there():
    assert round_robin([], 5, 3) == [] and least_loaded([], {}, [1, 2]) == []


def test_a_graver_case_weighs_more():
    assert [weight(rank) for rank in range(5)] == [1, 2, 4, 8, 16]
