# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Working time by a table equals working time as clocks of cases count it."""

import random
from datetime import datetime, timedelta

import pytest
from odoo.addons.logistics_connector_base.core.service_clock import Intervals
from odoo.addons.logistics_connector_base.core.working_table import (
    EPOCH,
    MICROSECOND,
    WorkingTable,
    microseconds,
)

START = datetime(2026, 1, 5)


def made_up(rng):
    """Intervals with gaps, some of them touching."""
    moment, found = START + timedelta(minutes=rng.randrange(600)), []
    for _ in range(rng.randrange(1, 40)):
        high = moment + timedelta(microseconds=rng.randrange(1, 9 * 3_600_000_000))
        found.append((moment, high))
        moment = high + timedelta(minutes=rng.choice((0, 0, 45, 900, 4000)))
    return found


def both(intervals):
    def fetch(start, end):
        for low, high in intervals:
            if high > start and low < end:
                yield max(low, start), min(high, end)

    return Intervals(fetch), WorkingTable.of(intervals)


@pytest.mark.parametrize("seed", range(60))
def test_it_equals_the_clocks_of_cases(seed):
    rng = random.Random(seed)
    intervals = made_up(rng)
    clock, table = both(intervals)
    moments = [START + timedelta(minutes=rng.randrange(-900, 40_000)) for _ in range(60)]
    moments += [moment for pair in intervals for moment in pair]
    for moment in moments:
        time = rng.choice((0, 1, 3_600_000_000, rng.randrange(200 * 3_600_000_000)))
        exact = rng.choice(intervals)
        if rng.random() < 0.3:  # to the very end of an interval
            time = clock.between(moment, exact[1]) // MICROSECOND
        expected = clock.after(moment, time * MICROSECOND)
        found = table.after(microseconds(moment), time)
        assert (found is None) == (expected is None), (moment, time)
        if found is not None:
            assert EPOCH + found * MICROSECOND == expected, (moment, time)


@pytest.mark.parametrize("seed", range(20))
def test_it_never_ends_before_the_calendar_does_and_never_goes_back(seed):
    """What is looked for by calendar time first is all there; the oldest one is due first."""
    rng = random.Random(seed)
    _clock, table = both(made_up(rng))
    time = rng.randrange(60 * 3_600_000_000)
    before = None
    for minutes in sorted(rng.randrange(-900, 40_000) for _ in range(80)):
        start = microseconds(START + timedelta(minutes=minutes))
        due = table.after(start, time)
        if due is None:
            before = None
            continue
        assert due >= start + time
        assert before is None or due >= before
        before = due


def test_without_working_time_nothing_is_ever_due():
    assert WorkingTable().after(0, 1) is None
    assert WorkingTable.of([(START, START)]).after(microseconds(START), 0) is None
