# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Guessing costs time; who has proved himself is not held up."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.failure_meter import FailureMeter


def fail(meter, key, times, now=0.0):
    for _time in range(times):
        meter.failed(key, now)


def test_after_the_burst_one_has_to_wait():
    meter = FailureMeter(per_second=2.0, burst=10.0)
    fail(meter, "a", 9)
    assert meter.pause("a", 0.0) == 0.0
    fail(meter, "a", 1)
    assert meter.pause("a", 0.0) == 0.5
    assert meter.pause("a", 0.6) == 0.0
    assert meter.pause("b", 0.0) == 0.0


def test_a_success_makes_good():
    meter = FailureMeter(burst=3.0)
    fail(meter, "a", 3)
    meter.succeeded("a", 1.0)
    assert meter.pause("a", 1.0) == 0.0


def test_nobody_locks_out_a_partner_who_has_proved_himself():
    meter = FailureMeter(burst=3.0, trust=600.0)
    meter.succeeded("a", 0.0)
    fail(meter, "a", 1000, 1.0)
    assert meter.pause("a", 599.0) == 0.0
    fail(meter, "a", 1000, 599.9)
    assert meter.pause("a", 600.0) > 0.0


def test_what_is_remembered_is_bounded():
    meter = FailureMeter(size=100)
    for number in range(1000):
        meter.failed(number, 0.0)
        meter.succeeded(-number, 0.0)
    assert len(meter._failures) <= 100 and len(meter._trusted) <= 100


@given(st.lists(st.floats(0, 5), max_size=200))
def test_tries_are_bounded_by_burst_and_rate(pauses):
    """However it is done, within any time only so many failures are tried."""
    meter = FailureMeter(per_second=2.0, burst=10.0)
    now, tried = 0.0, 0
    for pause in pauses:
        now += pause / 10
        if meter.pause("a", now) == 0.0:
            meter.failed("a", now)
            tried += 1
    assert tried <= 10 + 2.0 * now + 1e-6
