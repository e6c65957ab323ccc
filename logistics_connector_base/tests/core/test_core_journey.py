"""The journey: five steps for every state, and none that contradicts the state."""

import unittest

from odoo.addons.logistics_connector_base.core.journey import STEPS, journey, step_of
from odoo.addons.logistics_connector_base.core.taxonomy import STATES


def drawn(state, *reached):
    """The statuses by their first letters: done, current, todo, skipped, broken."""
    return "".join(step.status[0] for step in journey(state, reached))


class TestJourney(unittest.TestCase):
    def test_the_usual_way(self):
        self.assertEqual(drawn("draft"), "ctttt")
        self.assertEqual(drawn("booked"), "ctttt")
        self.assertEqual(drawn("picked_up"), "dcttt")
        self.assertEqual(drawn("in_transit"), "ddctt")
        self.assertEqual(drawn("out_for_delivery"), "dddct")
        self.assertEqual(drawn("delivered"), "ddddd")

    def test_a_step_shows_the_state_that_stands_in_it(self):
        names = {state: [step.state for step in journey(state)] for state in STATES}
        self.assertEqual(names["at_customs"][2], "at_customs")
        self.assertEqual(names["available_for_pickup"][3], "available_for_pickup")
        self.assertEqual(names["packed"][0], "packed")
        self.assertEqual(names["in_transit"], list(STEPS))

    def test_what_ended_early_shows_how_far_it_came(self):
        self.assertEqual(drawn("lost", "booked", "picked_up"), "ddssb")
        self.assertEqual(drawn("returned", *STEPS), "ddddb")
        self.assertEqual(drawn("returning", "out_for_delivery"), "ddddb")
        self.assertEqual(drawn("lost"), "ssssb")
        self.assertEqual(drawn("cancelled", "booked"), "dssss")

    def test_bad_states_are_broken_where_they_stand(self):
        self.assertEqual(drawn("tender_rejected"), "btttt")
        self.assertEqual(drawn("returning", "booked", "picked_up"), "ddssb")

    def test_every_state_has_five_steps_and_exactly_one_place(self):
        for state in STATES:
            with self.subTest(state):
                steps = journey(state, STEPS)
                self.assertEqual([step.key for step in steps], list(STEPS))
                self.assertEqual([s.state for s in steps if s.key == step_of(state)], [state])
