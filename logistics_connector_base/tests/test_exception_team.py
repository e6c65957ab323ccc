"""Teams: whose desk a case lies on, and who may say so."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, tagged

from .desks import DeskCommon


@tagged("post_install", "-at_install")
class TestExceptionTeam(DeskCommon, TransactionCase):
    def filtered_ids(self, user, name):
        """What a user sees behind a filter of the exceptions' search view."""
        arch = self.env.ref("logistics_connector_base.view_logistics_exception_search").arch
        return self.behind_filter(arch, name, user)

    def test_my_teams_shows_members_and_leader_their_cases_only(self):
        leader = self.make_user("team_leader", self.USER)
        team = self.make_team("Night shift", self.worker, user_id=leader.id)
        theirs = self.report("k1")
        theirs.team_id = team
        other = self.report("k2")
        other.team_id = self.make_team("Others", self.other_worker)
        for user in (self.worker, leader):
            found = self.filtered_ids(user, "my_teams")
            self.assertIn(theirs, found)
            self.assertNotIn(other, found)

    def test_users_read_teams_and_managers_write_them(self):
        team = self.make_team("Night shift", self.worker)
        self.assertEqual(team.with_user(self.worker).name, "Night shift")
        with self.assertRaises(AccessError):
            team.with_user(self.worker).name = "Mine"
        with self.assertRaises(AccessError):
            self.env["logistics.team"].with_user(self.worker).create({"name": "Mine"})
        team.with_user(self.manager).member_ids = [(4, self.other_worker.id)]
        self.assertIn(self.other_worker, team.member_ids)

    def test_a_team_of_another_company_is_neither_seen_nor_given_a_case(self):
        stranger = self.make_user("team_stranger", self.USER, company=self.elsewhere)
        team = self.make_team("Elsewhere's desk", stranger, company_id=self.elsewhere.id)
        self.assertFalse(
            self.env["logistics.team"].with_user(self.worker).search([("id", "=", team.id)])
        )
        case = self.report("k1")
        with self.assertRaisesRegex(ValidationError, "works for Elsewhere"):
            case.team_id = team

    def test_members_belong_to_the_company_of_their_team(self):
        with self.assertRaisesRegex(ValidationError, "does not belong to Elsewhere"):
            self.make_team("Elsewhere's desk", self.worker, company_id=self.elsewhere.id)

    def test_a_team_counts_its_open_cases(self):
        team = self.make_team("Night shift", self.worker)
        cases = self.report("k1") | self.report("k2") | self.report("k3")
        cases.team_id = team
        cases[0].user_id = self.worker
        cases[1].action_resolve()
        self.assertEqual((team.open_count, team.unowned_count), (2, 1))
        found = self.env["logistics.exception"].search(team.action_view_open()["domain"])
        self.assertEqual(found, cases)
