# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How often a carrier is asked about a shipment, and when no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.poll_interval import (
    CANCELLED,
    DELIVERED,
    FORGOTTEN,
    PACE,
    SILENT,
    Facts,
    Rules,
    decide,
    feed_pause,
    pause,
)

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = Rules()
STATES = [*PACE, "booked", "delivered", "returned", "lost", "cancelled"]
FACTS = Facts("1", "in_transit", NOW - 2 * DAY, asked_at=NOW - HOUR, news_at=NOW - 3 * HOUR)

laws = settings(deadline=None, max_examples=200)
moments = st.integers(0, 10**7).map(lambda seconds: NOW - timedelta(seconds=seconds))
facts = st.builds(
    Facts,
    key=st.text(max_size=5),
    state=st.sampled_from(STATES),
    begun_at=moments,
    asked_at=st.none() | moments,
    news_at=st.none() | moments,
    heard_at=st.none() | moments,
    over_at=st.none() | moments,
    promised_at=st.none() | moments,
    in_trouble=st.booleans(),
    quiet=st.integers(0, 10**6),
    unknown=st.integers(0, 100),
)


@laws
@given(facts, st.floats(60, 5000), st.floats(5000, 10**6))
def test_pauses_keep_the_bounds(known, shortest, longest):
    rules = Rules(shortest, longest)
    assert shortest <= pause(known, rules, NOW) <= longest
    assert pause(known, rules, NOW) == pause(known, rules, NOW)


@laws
@given(facts)
def test_it_is_asked_again_or_ended(known):
    decision = decide(known, RULES, NOW)
    assert (decision.at is None) != (decision.ended is None)
    if decision.at and known.asked_at:
        assert timedelta(0) < decision.at - known.asked_at <= timedelta(seconds=RULES.longest)


def seconds(**values):
    return pause(replace(FACTS, **values), RULES, NOW)


def test_what_changes_soon_is_asked_about_soon():
    asked = [
        seconds(state=state) for state in ("out_for_delivery", "delivery_attempted", "in_transit")
    ]
    assert asked == sorted(asked) and asked[-1] < seconds(state="booked")
    assert seconds(in_trouble=True) < seconds()
    assert seconds(promised_at=NOW + HOUR) < seconds()
    assert seconds(promised_at=NOW - DAY) < seconds()


def test_behind_a_webhook_seldom_and_a_silent_one_more():
    assert seconds(heard_at=NOW - HOUR) > seconds(heard_at=NOW - 20 * HOUR)
    assert seconds(heard_at=NOW - 20 * HOUR) > seconds(heard_at=NOW - 3 * DAY) == seconds()


def test_each_poll_without_news_makes_the_next_one_later():
    pauses = [seconds(quiet=quiet) for quiet in range(8)]
    assert pauses == sorted(pauses) and pauses[0] < pauses[3]
    assert seconds(quiet=10**9) <= RULES.longest


def test_never_all_at_once():
    pauses = {seconds(key=str(key)) for key in range(50)}
    assert len(pauses) == 50 and max(pauses) <= 1.25 * min(pauses)


def test_who_was_never_asked_about_is_asked_soon():
    decision = decide(replace(FACTS, asked_at=None, begun_at=NOW), RULES, NOW)
    assert timedelta(0) <= decision.at - NOW <= timedelta(seconds=RULES.shortest)


def ended(**values):
    return decide(replace(FACTS, **values), RULES, NOW).ended


def test_ends():
    over = {"state": "delivered", "begun_at": NOW - 9 * DAY}
    assert ended(state="cancelled") == CANCELLED
    assert ended(**over, over_at=NOW - 4 * DAY, news_at=NOW - 4 * DAY) == DELIVERED
    assert ended(**over, over_at=NOW - 2 * DAY, news_at=NOW - 2 * DAY) is None
    assert ended(begun_at=NOW - 31 * DAY, news_at=NOW - 31 * DAY) == SILENT
    assert ended(begun_at=NOW - 31 * DAY, news_at=None) == SILENT
    assert ended(unknown=3) == FORGOTTEN
    # Who has not told of it yet may do so still.
    assert ended(unknown=30, news_at=None) is None


def test_late_news_or_a_persons_wish_revive():
    over = {"state": "delivered", "over_at": NOW - 20 * DAY, "begun_at": NOW - 25 * DAY}
    assert ended(**over, news_at=NOW - 20 * DAY) == DELIVERED
    assert ended(**over, news_at=NOW - HOUR) is None
    assert ended(**{**over, "begun_at": NOW - HOUR}) is None
    assert ended(begun_at=NOW - HOUR, news_at=NOW - 60 * DAY) is None


@laws
@given(st.floats(60, 5000), st.floats(5000, 10**6), st.integers(0, 10**6), st.floats(0, 1))
def test_a_feed_rests_longer_when_it_brings_nothing(shortest, longest, quiet, chance):
    rest = feed_pause(shortest, longest, quiet, chance)
    assert 0.9 * shortest <= rest <= longest
    assert rest <= feed_pause(shortest, longest, quiet + 1, chance)
