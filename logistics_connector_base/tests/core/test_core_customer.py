"""What customers are told: stages that give nothing away, times that promise nothing, a way that
fits on a telephone, colours that can be read."""

import pathlib
import random
import re
import unittest
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.logistics_connector_base.core import customer
from odoo.addons.logistics_connector_base.core.taxonomy import STATES

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
STYLE = pathlib.Path(customer.__file__).parents[1] / "static/customer/customer.css"


def expected(stage, **days):
    times = {name: NOW + timedelta(days=day) for name, day in days.items()}
    return customer.expectation(stage, NOW, **times).kind


class TestStages(unittest.TestCase):
    def test_every_state_has_a_stage(self):
        for state in STATES:
            self.assertIn(customer.stage(state), customer.STAGES)
        self.assertEqual(customer.stage("delivered", is_partial=True), customer.PARTLY)

    def test_what_only_we_know_has_no_stage_of_its_own(self):
        for state in ("release_rejected", "tender_rejected"):
            self.assertEqual(customer.stage(state), customer.stage("draft"))
        self.assertEqual(customer.stage("lost"), customer.stage("destroyed"))

    def test_states_of_stages(self):
        self.assertEqual(customer.states_of(customer.PROBLEM), ("lost", "destroyed"))
        self.assertEqual(customer.states_of(customer.DELIVERED), ("delivered",))


class TestExpectation(unittest.TestCase):
    def test_nothing_is_promised_that_nobody_said(self):
        self.assertEqual(expected("shipped"), "")
        self.assertEqual(expected("shipped", promised_at=1), "planned")
        self.assertEqual(expected("shipped", promised_at=-1), "was_planned")
        self.assertEqual(expected("shipped", promised_at=5, estimated_at=1), "expected")
        self.assertEqual(expected("shipped", promised_at=5, estimated_at=-1), "was_expected")

    def test_what_ended_is_not_expected(self):
        for stage in (customer.RETURNED, customer.CANCELLED, customer.PROBLEM):
            self.assertEqual(expected(stage, promised_at=1, estimated_at=1), "")
        self.assertEqual(expected("delivered", promised_at=1, delivered_at=-1), "delivered")

    def test_a_day_ends_at_midnight_of_the_place_also_when_the_clocks_change(self):
        madrid = ZoneInfo("Europe/Madrid")
        noon = datetime(2026, 3, 29, 12, 0, tzinfo=madrid)
        for now, kind in (
            (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "expected"),  # 23:59 in summer time
            (datetime(2026, 3, 29, 22, 1, tzinfo=UTC), "was_expected"),
        ):
            found = customer.expectation("shipped", now.astimezone(madrid), estimated_at=noon)
            self.assertEqual(found.kind, kind)

    def test_a_delay_is_another_day(self):
        later = NOW + timedelta(hours=3)
        self.assertFalse(customer.is_delayed("shipped", later, NOW))
        self.assertTrue(customer.is_delayed("shipped", NOW + timedelta(days=1), NOW))
        self.assertFalse(customer.is_delayed("delivered", NOW + timedelta(days=1), NOW))
        self.assertFalse(customer.is_delayed("shipped", None, NOW))


def way(origin, visited, destination, state="in_transit"):
    return " ".join(
        f"{stop.label}:{stop.status[0]}"
        for stop in customer.way(origin, visited.split(), destination, state)
    )


class TestWay(unittest.TestCase):
    def test_from_here_to_there(self):
        self.assertEqual(way("Madrid", "", "Utrecht", "booked"), "Madrid:h Utrecht:t")
        self.assertEqual(way("Madrid", "Madrid Paris", "Utrecht"), "Madrid:d Paris:h Utrecht:t")
        self.assertEqual(way("Madrid", "Paris Utrecht", "Utrecht"), "Madrid:d Paris:d Utrecht:h")
        self.assertEqual(
            way("Madrid", "Paris Utrecht", "Utrecht", "delivered"), "Madrid:d Paris:d Utrecht:d"
        )
        self.assertEqual(way("", "Paris Lille", ""), "Paris:d Lille:h")
        self.assertEqual(way("", "", ""), "")

    def test_any_way_has_one_place_at_most_and_fits(self):
        chance = random.Random(7)
        towns = ["", "A", "B", "C", "D", "E", "F", "Llanfairpwllgwyngyllgogerych"]
        for _try in range(500):
            visited = chance.choices(towns, k=chance.randrange(12))
            state = chance.choice(list(STATES))
            stops = customer.way(chance.choice(towns), visited, chance.choice(towns), state)
            self.assertLessEqual(len(stops), customer.MOST_STOPS)
            letters = "".join(stop.status[0] for stop in stops)
            self.assertRegex(letters, r"\Ad*h?t*\Z")
            for dot in customer.drawing(stops):
                self.assertTrue(0 <= dot.x <= customer.WIDTH)
                self.assertLessEqual(len(dot.label), customer.LONGEST)


class TestStyle(unittest.TestCase):
    def test_every_colour_of_words_can_be_read_by_day_and_night(self):
        css = STYLE.read_text()
        self.assertLess(len(css), 10 * 1024)
        light, dark = (dict(re.findall(r"--(\w+):(#\w+)", rule)) for rule in _schemes(css))
        for scheme in (light, dark):
            for ink in ("ink", "soft", "go", "bad", "warn"):
                for back in ("back", "card"):
                    self.assertGreaterEqual(_contrast(scheme[ink], scheme[back]), 4.5, ink)


def _schemes(css):
    return re.findall(r"\.lc(?:-page)?\{(--ink[^}]*)\}", css)


def _contrast(one, other):
    """The ratio of WCAG 2.2."""
    a, b = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def _luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
