"""Which of several offers a rule takes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core import choice
from odoo.addons.logistics_connector_carrier.core.booking import Charge
from odoo.addons.logistics_connector_carrier.core.choice import ENOUGH, Offer, Share, choose

FRIDAY = date(2026, 3, 20)
DAYS = st.none() | st.integers(0, 6).map(lambda days: FRIDAY + timedelta(days - 3))
COSTS = st.none() | st.decimals(0, 30, places=2)
SHARES = st.builds(
    lambda count, part: Share("lane", count, min(count, part)),
    st.sampled_from([0, ENOUGH - 1, ENOUGH, 200]),
    st.integers(0, 200),
)
# Few values, so that many offers are equal in part.
OFFERS = st.lists(
    st.builds(
        Offer,
        method=st.integers(0, 3),
        name=st.sampled_from(["UPS", "Bike"]),
        code=st.sampled_from(["03", "11"]),
        cost=COSTS,
        arrives=DAYS,
        share=SHARES,
        problem=st.sampled_from(["", "refused"]),
    ),
    max_size=8,
)
CALLS = {
    "policy": st.sampled_from(choice.POLICIES),
    "by": DAYS,
    "within": st.sampled_from([0, 10, 250]),
    "methods": st.sampled_from([(), (1,), (1, 3)]),
}


@settings(deadline=None)
@given(OFFERS, st.fixed_dictionaries(CALLS), st.randoms())
def test_the_choice_is_one_of_the_rows_whatever_order_they_come_in(offers, call, random):
    found = choose(offers, **call)
    shuffled = offers[:]
    random.shuffle(shuffled)
    assert choose(shuffled, **call) == found
    assert found.in_words(str)
    if found.offer is None:
        return
    assert found.offer in offers
    assert found.offer.cost is not None and found.offer.method
    assert not call["methods"] or found.offer.method in call["methods"]


@settings(deadline=None)
@given(OFFERS, st.fixed_dictionaries(CALLS))
def test_no_row_that_was_left_is_better(offers, call):
    taken = choose(offers, **call).offer
    if taken is None:
        return
    by, methods = call["by"], call["methods"]
    others = [one for one in offers if one.can_be_chosen]
    others = [one for one in others if not methods or one.method in methods]
    cheapest = min(one.cost for one in others)
    if call["policy"] == "cheapest":
        assert taken.cost == cheapest
    elif call["policy"] == "fastest":
        assert taken.arrives == min(one.arrives for one in others if one.arrives)
    elif call["policy"] == "promised":
        assert taken.arrives <= by
        early = [one.cost for one in others if one.arrives and one.arrives <= by]
        assert taken.cost == min(early)
    else:
        most = cheapest * (100 + call["within"]) / 100
        assert taken.cost <= most
        near = [one.share.percent for one in others if one.cost <= most and one.share.is_known]
        assert taken.share.percent == max(near)


@settings(deadline=None)
@given(OFFERS, st.randoms())
def test_the_list_is_the_same_whatever_order_they_come_in(offers, random):
    shuffled = offers[:]
    random.shuffle(shuffled)
    listed = choice.in_order(shuffled)
    assert [(one.cost, one.method) for one in listed] == [
        (one.cost, one.method) for one in choice.in_order(offers)
    ]
    unpriced = [one.cost is None for one in listed]
    assert unpriced == sorted(unpriced)


def offer(method, cost, day=None, share=None):
    return Offer(method, f"M{method}", cost=Decimal(cost), arrives=day, share=share or Share())


def test_the_reason_can_be_read():
    offers = [offer(1, "8.20", FRIDAY), offer(2, "7.10", FRIDAY + timedelta(3)), offer(3, "9")]
    assert choose(offers, "promised", by=FRIDAY).in_words(str) == (
        "cheapest of 1 that arrive by 2026-03-20: 8.20"
    )
    assert choose(offers, "promised", by=FRIDAY - timedelta(1)).in_words(str) == (
        "none of 3 arrives by 2026-03-19"
    )
    assert choose(offers, "promised").kind == "no_day"
    assert choose(offers[2:], "fastest").kind == "no_promise"
    assert choose(offers, "punctual", within=5).kind == "no_history"
    assert choose([], "cheapest").kind == "no_price"


def test_who_is_on_time_may_cost_a_little_more_and_not_a_lot():
    good, better = Share("lane", 100, 90), Share("lane", 100, 99)
    offers = [offer(1, "10", share=good), offer(2, "10.90", share=better)]
    assert choose(offers, "punctual", within=10).offer.method == 2
    assert choose(offers, "punctual", within=8.9).offer.method == 1
    # 29 deliveries without a fault prove less than 30 with some.
    few = Share("lane", ENOUGH - 1, ENOUGH - 1)
    assert choose(
        [offer(1, "10", share=good), offer(2, "9", share=few)], "punctual", within=50
    ) == (choose([offer(2, "9", share=few), offer(1, "10", share=good)], "punctual", within=50))
    assert choose([offer(2, "9", share=few)], "punctual").offer is None


@pytest.mark.parametrize(
    ("counts", "level", "percent"),
    [
        ({"lane": (30, 27), "countries": (90, 10), "service": (99, 1)}, "lane", 90),
        ({"lane": (29, 29), "countries": (40, 10), "service": (99, 1)}, "countries", 25),
        ({"lane": (2, 2), "countries": (3, 3), "service": (50, 25)}, "service", 50),
        ({"lane": (2, 2), "countries": (2, 2), "service": (12, 6)}, "service", None),
        ({}, "", None),
    ],
)
def test_a_lane_with_a_short_past_is_looked_at_more_widely(counts, level, percent):
    share = choice.share_of(counts)
    assert (share.level, share.percent) == (level, percent)


def test_working_days_pass_over_weekends():
    assert choice.after_working_days(FRIDAY, 0) == FRIDAY
    assert choice.after_working_days(FRIDAY, 1) == date(2026, 3, 23)
    assert choice.after_working_days(FRIDAY, 6) == date(2026, 3, 30)


def test_what_a_price_is_made_up_of_is_exact():
    charges = (
        Charge("", "Base", "0.10", "EUR", "base"),
        Charge("", "Tax", "0.30", "EUR", "tax"),
        Charge("375", "Fuel", "0.20", "EUR", "fuel"),
        Charge("", "Base", "0.20", "EUR", "base"),
    )
    assert choice.parts_of(charges) == {
        "base": Decimal("0.30"),
        "fuel": Decimal("0.20"),
        "tax": Decimal("0.30"),
    }
    assert list(choice.parts_of(charges)) == ["base", "fuel", "tax"]
