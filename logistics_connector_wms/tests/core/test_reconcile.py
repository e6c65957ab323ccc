"""Two sides of a stock: what a difference is."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core import reconcile
from odoo.addons.logistics_connector_wms.core.reconcile import (
    Flight,
    Tolerance,
    accuracy,
    judge,
    spend,
)

PRICE = Decimal(10)


def kind(theirs, ours, *flights, **more):
    flights = [Flight(Decimal(quantity), hours) for quantity, hours in flights]
    return judge(Decimal(theirs), Decimal(ours), PRICE, flights, **more).kind


def test_what_a_difference_is():
    assert kind(5, 5) == "match"
    assert kind(3, 5) == "variance"
    assert kind(3, 5, (-4, 1)) == "timing", "a delivery of four may have left in part"
    assert kind(3, 5, (4, 1)) == "variance", "a receipt explains more, not less"
    assert kind(0, 5, (-4, 1)) == "variance", "only four of the five are explained"
    assert kind(1, 5, (-4, 30)) == "lost", "it is exactly what should have been told long ago"
    assert kind(2, 5, (-4, 30)) == "timing"
    assert kind(3, 5, misses_messages=True) == "lost"


def test_a_tolerance_has_a_limit_of_value():
    few = Tolerance(quantity=Decimal(2))
    assert (kind(3, 5, tolerance=few), kind(2, 5, tolerance=few)) == ("match", "variance")
    share = Tolerance(percent=Decimal(2))
    assert (kind(98, 100, tolerance=share), kind(97, 100, tolerance=share)) == ("match", "variance")
    dear = Tolerance(quantity=Decimal(5), value=Decimal(30))
    assert (kind(2, 5, tolerance=dear), kind(1, 5, tolerance=dear)) == ("match", "variance")


def test_accuracy_by_count_and_by_value():
    lines = [("match", Decimal(90), Decimal(0)), ("variance", Decimal(10), Decimal(5))]
    assert accuracy(lines) == (0.5, 0.95)
    assert accuracy([]) == (1.0, 1.0)
    assert accuracy([("variance", Decimal(0), Decimal(0))]) == (0.0, 0.0)


quantities = st.integers(-20, 20).map(Decimal)
flights = st.lists(st.builds(Flight, quantities, st.floats(0, 100)), max_size=4)


@given(quantities, quantities, flights, st.booleans())
def test_what_is_explained_is_no_variance(theirs, ours, several, misses):
    verdict = judge(theirs, ours, PRICE, several, misses_messages=misses)
    assert verdict.kind in (
        reconcile.MATCH,
        reconcile.TIMING,
        reconcile.LOST,
        reconcile.VARIANCE,
    )
    assert (verdict.kind == reconcile.MATCH) == (theirs == ours)
    if verdict.explained == verdict.difference:
        assert verdict.kind != reconcile.VARIANCE
    # Whatever is explained is a part of the difference, and never turns it around.
    assert abs(verdict.difference - verdict.explained) <= abs(verdict.difference)
    assert verdict == judge(theirs, ours, PRICE, several[::-1], misses_messages=misses)


@given(quantities, st.lists(st.builds(Flight, quantities), min_size=1, max_size=4), st.data())
def test_a_late_confirmation_is_no_variance(ours, several, data):
    """Whatever part of what is on its way was worked already."""
    worked = sum(
        (data.draw(st.sampled_from([Decimal(0), one.quantity])) for one in several), Decimal(0)
    )
    assert judge(ours + worked, ours, PRICE, several).kind in (reconcile.MATCH, reconcile.TIMING)


@given(flights, quantities)
def test_what_explained_a_line_explains_no_other(several, difference):
    explained = judge(difference, Decimal(0), PRICE, several).explained
    left = spend(several, explained)
    total = sum((one.quantity for one in several), Decimal(0))
    assert sum((one.quantity for one in left), Decimal(0)) == total - explained
    # As much as went, and nothing of what goes the other way.
    for sign in (1, -1):
        had = sum(one.quantity * sign for one in several if one.quantity * sign > 0)
        has = sum(one.quantity * sign for one in left if one.quantity * sign > 0)
        assert had - has == max(explained * sign, 0)
