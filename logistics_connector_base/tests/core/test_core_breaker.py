# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The circuit breaker: when nothing is sent, and when one message is tried."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    Breaker,
    Rules,
    failed,
    probe,
    succeeded,
)

laws = settings(deadline=None, max_examples=200)
NOW = datetime(2026, 3, 10, 12)
RULES = Rules(limit=3, pause=30, longest=100)
rules = st.builds(
    Rules, limit=st.integers(0, 3), pause=st.integers(1, 100), longest=st.integers(1, 200)
)
# What happens, after how many seconds; a "call" asks whether it may be sent.
stories = st.lists(
    st.tuples(st.sampled_from(["call", "failed", "succeeded"]), st.integers(0, 200)),
    min_size=10,
    max_size=60,
)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def opened(rules=RULES):
    breaker = Breaker()
    for _time in range(rules.limit):
        breaker = failed(breaker, rules, NOW)
    return breaker


def tell(story, rules):
    """Every breaker on the way: ``(what, now, before, after)``; None: it may not be sent."""
    breaker, now = Breaker(), NOW
    for what, seconds in story:
        now += timedelta(seconds=seconds)
        if what == "call" and seconds > 100 and breaker.probe_at:
            now = max(now, breaker.probe_at)  # chance alone meets few probes
        before = breaker
        after = {"call": probe, "failed": failed, "succeeded": succeeded}[what](before, rules, now)
        yield what, now, before, after
        breaker = after or breaker


def test_it_opens_after_its_limit_and_waits():
    breaker = failed(failed(Breaker(), RULES, NOW), RULES, NOW)
    assert (breaker.state, breaker.failures) == (CLOSED, 2)
    assert probe(breaker, RULES, NOW) is breaker
    breaker = failed(breaker, RULES, NOW)
    assert (breaker.state, breaker.opened_at, breaker.probe_at) == (OPEN, NOW, at(30))
    assert probe(breaker, RULES, at(29)) is None
    trying = probe(breaker, RULES, at(30))
    assert (trying.state, trying.probe_at) == (HALF_OPEN, at(60))
    assert probe(trying, RULES, at(31)) is None, "one at a time"
    assert probe(trying, RULES, at(60)).state == HALF_OPEN, "its process died"


def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest():
    breaker, now, pauses = opened(), NOW, []
    for _time in range(4):
        now = breaker.probe_at
        breaker = failed(probe(breaker, RULES, now), RULES, now)
        pauses.append((breaker.probe_at - now).total_seconds())
    assert pauses == [60, 100, 100, 100]
    assert breaker.opened_at == NOW, "the outage is as old as it is"


def test_a_straggler_changes_nothing_but_the_count():
    """Its call was under way when the breaker opened."""
    breaker = opened()
    later = failed(breaker, RULES, at(20))
    assert (later.state, later.probe_at, later.failures) == (OPEN, at(30), 4)


def test_success_closes_it_from_every_state():
    for breaker in (opened(), probe(opened(), RULES, at(30)), failed(Breaker(), RULES, NOW)):
        assert succeeded(breaker, RULES, at(40)) == Breaker()


def test_without_a_limit_it_never_opens():
    rules, breaker = Rules(limit=0), Breaker()
    for _time in range(100):
        breaker = failed(breaker, rules, NOW)
    assert breaker.state == CLOSED


@laws
@given(stories, rules)
def test_it_opens_only_after_as_many_troubles_in_a_row(story, rules):
    in_a_row = 0
    for what, _now, before, after in tell(story, rules):
        in_a_row = {"failed": in_a_row + 1, "succeeded": 0}.get(what, in_a_row)
        if after and before.state == CLOSED and after.state != CLOSED:
            assert what == "failed" and rules.limit and in_a_row >= rules.limit
        if what == "succeeded":
            assert after == Breaker()
        if after:
            assert after.failures == in_a_row


@laws
@given(stories, rules)
def test_at_most_one_message_is_tried_in_each_pause(story, rules):
    tried = None
    for what, now, before, after in tell(story, rules):
        if what == "succeeded":
            tried = None
        if what == "call" and before.state != CLOSED and after is not None:
            assert after.state == HALF_OPEN
            assert tried is None or now - tried >= timedelta(seconds=rules.pause)
            assert now >= before.probe_at
            tried = now


@laws
@given(stories, rules)
def test_no_pause_is_above_the_longest(story, rules):
    most = max(rules.longest, rules.pause)
    for _what, now, _before, after in tell(story, rules):
        if after and after.state != CLOSED:
            assert rules.pause <= after.pause <= most
            assert after.probe_at - now <= timedelta(seconds=most)


@laws
@given(stories, rules)
def test_however_it_stands_it_can_be_tried_again_one_day(story, rules):
    breaker = Breaker()
    for _what, _now, before, after in tell(story, rules):
        breaker = after or before
    assert probe(breaker, rules, at(2000 * 60)) is not None
