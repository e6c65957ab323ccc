"""Desks in a real browser, with the least rights that the work needs."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .desks import DeskCommon
from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestDeskTours(DeskCommon, TourCommon):
    def late_case(self, team, name):
        """A case that was opened two days ago."""
        trouble = self.trouble(name, name=name, team_id=team.id, shipment_id=self.shipment.id)
        case = self.env["logistics.exception"]._report([trouble])
        case.first_seen_at = fields.Datetime.now() - timedelta(days=2)
        return case

    def test_a_member_works_what_is_late_and_asks_the_warehouse(self):
        self.make_policy(around_the_clock=True, sequence=1)
        worker = self.make_user("tour_worker", self.USER)
        team = self.make_team("Night shift", worker)
        case = self.late_case(team, "Desk tour late")
        other = self.late_case(self.make_team("Others"), "Desk tour other")
        self.assertTrue(case.is_resolve_late and other.is_resolve_late)
        self._tour("/odoo/logistics-exceptions", "logistics_desk", "tour_worker")
        self.assertEqual((case.state, case.waiting_for), ("waiting", "warehouse"))
        self.assertEqual(case.user_id, worker)
        self.assertTrue(case.responded_at)
        self.assertIn("count again", " ".join(map(str, case.message_ids.mapped("body"))))

    def test_a_manager_makes_a_rule_and_sees_what_it_takes(self):
        self.make_team("Night shift", self.worker)
        self.late_case(self.make_team("Others"), "Desk tour other")
        self._tour("/odoo/logistics-assignment-rules", "logistics_desk_rule", "desk_manager")
        rule = self.env["logistics.assignment.rule"].search([("name", "like", "Grave ones%")])
        self.assertEqual(
            (rule.method, rule.type_group, rule.sequence), ("round_robin", "delivery", 1)
        )
        self.assertEqual(self.report("next").user_id, self.worker)
