"""Whose prices are not asked for at present. Each test has an account of its own."""

from datetime import datetime, timedelta

import pytest
from odoo.addons.logistics_connector_base.core.outcome import (
    DELIVERED,
    REJECTED,
    THROTTLED,
    TROUBLE,
    Outcome,
)
from odoo.addons.logistics_connector_carrier.engine import quiet

NOW = datetime(2026, 3, 20, 12, 0)
DOWN = Outcome(TROUBLE, status=503)


@pytest.fixture
def account(request):
    return "database", request.node.name


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def fail(account, times=quiet.RULES.limit, at=NOW):
    for _time in range(times):
        quiet.note(account, DOWN, at)


def test_it_is_left_alone_after_some_troubles(account):
    fail(account, quiet.RULES.limit - 1)
    assert quiet.until(account, NOW) is None
    fail(account, 1)
    assert quiet.until(account, NOW) == later(30)
    assert quiet.until(("database", "another"), NOW) is None


def test_after_the_pause_one_asks_for_all(account):
    fail(account)
    assert quiet.until(account, later(31)) is None
    assert quiet.until(account, later(32)) == later(61)
    quiet.note(account, DOWN, later(40))
    assert quiet.until(account, later(41)) == later(100)  # twice as long
    assert quiet.until(account, later(101)) is None
    quiet.note(account, Outcome(DELIVERED, status=200), later(102))
    assert quiet.until(account, later(103)) is None
    assert quiet.until(account, later(103)) is None


def test_a_refusal_is_an_answer(account):
    fail(account)
    quiet.note(account, Outcome(REJECTED, status=400), later(1))
    assert quiet.until(account, later(2)) is None


def test_our_own_no_proves_nothing(account):
    fail(account)
    quiet.note(account, Outcome(REJECTED, "no cash on delivery there"), later(1))
    assert quiet.until(account, later(2)) == later(30)


@pytest.mark.parametrize("pause", [7.0, None])
def test_who_asks_for_patience_gets_it_at_once(account, pause):
    quiet.note(account, Outcome(THROTTLED, status=429, pause=pause), NOW)
    end = later(pause or quiet.PATIENCE)
    assert quiet.until(account, NOW) == end
    assert quiet.until(account, end) is None
