# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which threshold holds, and what a detector would have opened: against plain re-tellings."""

import random
from datetime import datetime, timedelta

import pytest
from odoo.addons.logistics_connector_base.core.detectors import (
    Looks,
    Override,
    Place,
    Spell,
    Subject,
    by_day,
    by_precision,
    choose,
    make_room,
    openings,
)

NOON = datetime(2026, 3, 20, 12)
HOUR = timedelta(hours=1)
AUSTRIA, GERMANY = 12, 57


def place(rng):
    return Place(
        rng.choice((None, AUSTRIA, GERMANY)), rng.choice(("", "1", "10", "1010", "80 331"))
    )


def override(rng, order):
    return Override(
        float(order),
        connection=rng.choice((None, 1, 2)),
        service=rng.choice(("", "express", "Express ", "economy")),
        origin=place(rng),
        destination=place(rng),
        order=order,
    )


def subject(rng):
    return Subject(
        rng.choice((None, 1, 2)), rng.choice(("", "EXPRESS", "economy")), place(rng), place(rng)
    )


class TestThresholds:
    def test_nothing_said_is_the_default(self):
        assert choose([], Subject(), 24.0) == 24.0
        assert choose([Override(1.0, connection=2)], Subject(connection=1), 24.0) == 24.0

    def test_the_more_things_said_the_sooner(self):
        both = Override(1.0, connection=1, service="express")
        one = Override(2.0, connection=1)
        assert choose([one, both], Subject(1, "Express"), 0.0) == 1.0
        assert choose([one, both], Subject(1, "economy"), 0.0) == 2.0

    def test_a_connection_before_a_service_before_a_lane(self):
        lane = Override(3.0, destination=Place(AUSTRIA))
        service, connection = Override(2.0, service="x"), Override(1.0, connection=1)
        found = by_precision([lane, service, connection])
        assert [o.value for o in found] == [1.0, 2.0, 3.0]

    def test_a_longer_postcode_goes_first_and_is_read_from_its_start(self):
        city = Override(1.0, destination=Place(AUSTRIA, "1010"))
        region = Override(2.0, destination=Place(AUSTRIA, "1"))
        vienna, graz = Place(AUSTRIA, "10 10"), Place(AUSTRIA, "8010")
        assert choose([region, city], Subject(destination=vienna), 0.0) == 1.0
        assert choose([region, city], Subject(destination=graz), 9.0) == 9.0

    @pytest.mark.parametrize("seed", range(200))
    def test_whatever_is_said_the_most_precise_that_fits_holds(self, seed):
        rng = random.Random(seed)
        overrides = [override(rng, order) for order in range(rng.randrange(8))]
        for _ in range(20):
            one = subject(rng)
            value = choose(rng.sample(overrides, len(overrides)), one, -1.0)
            fitting = [o for o in overrides if o.fits(one)]
            if not fitting:
                assert value == -1.0
                continue
            (chosen,) = [o for o in overrides if o.value == value]
            assert chosen in fitting
            assert chosen.precision() == max(o.precision() for o in fitting)
            # Adding what does not fit, or saying less, changes nothing.
            others = [o for o in overrides if not o.fits(one)]
            assert choose([*fitting, *others], one, -1.0) == value
            assert choose([*overrides, Override(-2.0, order=99)], one, -1.0) == value


class TestOpenings:
    @pytest.mark.parametrize("seed", range(300))
    def test_the_same_as_looking_each_time(self, seed):
        rng = random.Random(seed)
        step = timedelta(minutes=rng.choice((7, 60, 90)))
        looks = Looks(NOON - timedelta(hours=rng.randrange(1, 72)), NOON, step)
        spells = []
        for _ in range(rng.randrange(30)):
            since = NOON - timedelta(minutes=rng.randrange(-60, 5000))
            until = since + timedelta(minutes=rng.randrange(0, 600))
            spells.append(Spell(rng.choice("abc"), since, rng.choice((until, until, None))))
        expected, held = [], set()
        for moment in looks.moments():
            holds = {s.key for s in spells if s.since <= moment and not _over(s, moment)}
            expected += [(moment, key) for key in sorted(holds - held)]
            held = holds
        assert [(o.at, o.spell.key) for o in openings(spells, looks)] == expected

    def test_the_very_minute(self):
        looks = Looks(NOON - HOUR, NOON, HOUR)
        minute = timedelta(minutes=1)
        assert len(openings([Spell("a", NOON, None)], looks)) == 1
        assert openings([Spell("a", NOON + minute, None)], looks) == []
        assert openings([Spell("a", NOON - minute, NOON)], looks) == []

    def test_looks_end_now(self):
        looks = Looks(NOON - timedelta(minutes=150), NOON, HOUR)
        assert looks.moments() == [NOON - 2 * HOUR, NOON - HOUR, NOON]
        with pytest.raises(ValueError, match="forward"):
            Looks(NOON, NOON - HOUR, HOUR)


def _over(spell, moment):
    return spell.until is not None and spell.until <= moment


def test_days_are_counted_from_now():
    moments = [NOON, NOON - 23 * HOUR, NOON - 24 * HOUR, NOON - 24 * 29 * HOUR, NOON - 999 * HOUR]
    counts = by_day(moments, NOON)
    assert (len(counts), counts[-1], counts[-2], counts[0], sum(counts)) == (30, 2, 1, 1, 4)


def test_only_so_many_cases_stand_at_a_time():
    assert make_room([1, 2, 3], 8, 10) == ([1, 2], 1)
    assert make_room([1, 2, 3], 12, 10) == ([], 3)
    assert make_room([1, 2, 3], 12, 0) == ([1, 2, 3], 0)
    assert make_room([], 12, 10) == ([], 0)
