"""Assignment rules: whose desk a case comes to when it opens, as people with the least rights."""

from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, tagged

from .desks import DeskCommon


@tagged("post_install", "-at_install")
class TestAssignment(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["logistics.assignment.rule"].search([]).active = False
        cls.third = cls.make_user("desk_third", cls.USER)
        cls.members = cls.worker | cls.other_worker | cls.third
        cls.team = cls.make_team("Night shift", *cls.members)

    def make_rule(self, name="Rule", team=None, **values):
        return self.env["logistics.assignment.rule"].create(
            {"name": name, "team_id": (team or self.team).id, **values}
        )

    def many(self, count, prefix="m", **values):
        troubles = [self.trouble(f"{prefix}{number}", **values) for number in range(count)]
        return self.env["logistics.exception"]._report(troubles)

    def test_who_is_archived_leaves_open_cases_to_the_others(self):
        team = self.make_team("Transport", self.worker, self.other_worker)
        self.make_rule(team=team, method="least_loaded", sequence=1)
        mine, started, closed = (self.report(key) for key in ("mine", "started", "closed"))
        (mine | started | closed).user_id = self.worker
        started.with_user(self.worker).action_start()
        closed.with_user(self.worker).action_resolve()
        self.worker.active = False
        self.assertEqual((mine | started).user_id, self.other_worker)
        self.assertEqual(
            mine.mapped("state") + started.mapped("state"), ["assigned", "in_progress"]
        )
        self.assertEqual(closed.user_id, self.worker, "history stays")
        self.other_worker.active = False
        self.assertFalse((mine | started).user_id)
        self.assertEqual((mine.state, mine.team_id), ("new", team))

    def test_in_turn_is_fair_within_one_report_and_over_several(self):
        self.make_rule(method="round_robin")
        cases = self.many(7)
        self.assertEqual(sorted(Counter(case.user_id for case in cases).values()), [2, 2, 3])
        cases |= self.report("one") | self.report("two")
        self.assertEqual(set(Counter(case.user_id for case in cases).values()), {3})
        self.assertEqual(set(cases.mapped("state")), {"assigned"})
        self.assertEqual(cases.team_id, self.team)

    def test_who_has_least_gets_it_and_grave_cases_weigh_more(self):
        heavy = self.report("heavy", severity="critical")
        heavy.user_id = self.worker
        (self.report("light", severity="info")).user_id = self.other_worker
        self.make_rule(method="least_loaded")
        self.assertEqual(self.report("next").user_id, self.third)
        cases = self.many(12, severity="info")
        self.assertFalse(cases.filtered(lambda case: case.user_id == self.worker))

    def test_a_closed_case_is_no_load(self):
        heavy = self.report("heavy", severity="critical")
        heavy.user_id = self.worker
        heavy.action_resolve()
        others = self.report("a") | self.report("b")
        others[0].user_id, others[1].user_id = self.other_worker, self.third
        self.make_rule(method="least_loaded")
        self.assertEqual(self.report("next").user_id, self.worker)

    def test_who_may_not_see_a_case_is_not_given_it(self):
        warehouse = self.env["stock.warehouse"].search([], limit=1)
        shipments = self.env["logistics.shipment"].create(
            [{"warehouse_id": warehouse.id}, {"warehouse_id": False}]
        )
        self.env["logistics.scope"].create(
            {
                "name": "One warehouse",
                "user_ids": [(6, 0, (self.worker | self.third).ids)],
                "warehouse_ids": [(6, 0, warehouse.ids)],
            }
        )
        self.make_rule(method="round_robin")
        inside = self.many(6, "in", shipment_id=shipments[0].id)
        self.assertEqual(set(Counter(case.user_id for case in inside).values()), {2})
        outside = self.many(3, "out", shipment_id=shipments[1].id)
        self.assertEqual(outside.user_id, self.other_worker)
        self.other_worker.active = False
        nobodys = self.report("alone", shipment_id=shipments[1].id)
        self.assertFalse(nobodys.user_id)
        self.assertEqual((nobodys.team_id, nobodys.state), (self.team, "new"))

    def test_whoever_is_not_there_is_passed_over(self):
        stranger = self.make_user("desk_stranger", self.USER, company=self.elsewhere)
        clerk = self.make_user("desk_clerk", "base.group_user")
        self.team.member_ids = [(4, stranger.id), (4, clerk.id)]
        self.other_worker.active = False
        now = fields.Datetime.now()
        resource = self.env["resource.resource"].create({"name": "T", "user_id": self.third.id})
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )
        self.make_rule(method="round_robin")
        self.assertEqual(self.many(4).user_id, self.worker)
        leave.date_to = now - timedelta(hours=1)
        self.assertEqual(self.many(4, "later").user_id, self.worker | self.third)

    def test_where_nobody_is_there_the_case_lies_on_the_desk(self):
        self.members.active = False
        self.make_rule(method="round_robin")
        case = self.report("k1")
        self.assertEqual((case.team_id, case.user_id.id, case.state), (self.team, False, "new"))

    def test_a_named_person_and_nobody_in_particular(self):
        self.make_rule("Theirs", method="user", user_id=self.third.id, min_severity="critical")
        self.make_rule("Desk", method="team")
        self.assertEqual(self.report("k1", severity="critical").user_id, self.third)
        self.assertFalse(self.report("k2", severity="info").user_id)
        with self.assertRaisesRegex(ValidationError, "which person"):
            self.make_rule("Whose", method="user")

    def test_the_sequence_decides_then_who_asks_more(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        narrow = self.make_team("Narrow")
        first = self.make_team("First")
        self.make_rule("Broad")
        self.make_rule("Narrow", narrow, warehouse_id=warehouse.id)
        self.assertEqual(self.report("k1", warehouse_id=warehouse.id).team_id, narrow)
        self.assertEqual(self.report("k2").team_id, self.team)
        self.make_rule("First", first, sequence=5)
        self.assertEqual(self.report("k3", warehouse_id=warehouse.id).team_id, first)

    def test_rules_and_teams_of_another_company_take_nothing_here(self):
        theirs = self.make_team("Theirs", company_id=self.elsewhere.id)
        self.make_rule("Theirs", theirs, company_id=self.elsewhere.id)
        self.assertFalse(self.report("k1").team_id)
        case = self.report("k2", company_id=self.elsewhere.id)
        self.assertEqual(case.team_id, theirs)
        # The members of a team for all of which none belongs there: the desk, and nobody.
        self.make_rule("All", sequence=1, method="round_robin")
        case = self.report("k3", company_id=self.elsewhere.id)
        self.assertEqual((case.team_id, case.user_id.id), (self.team, False))

    def test_whoever_opens_a_case_with_a_desk_knows_better(self):
        other = self.make_team("Other")
        self.make_rule()
        self.assertEqual(self.report("k1", team_id=other.id).team_id, other)

    def test_what_comes_back_without_an_owner_is_dealt(self):
        case = self.report("k1").with_user(self.worker)
        case.action_resolve()
        self.make_rule(method="user", user_id=self.third.id)
        case.action_reopen()
        self.assertEqual((case.user_id, case.state), (self.third, "assigned"))
        mine = self.report("k2").with_user(self.worker)
        mine.user_id = self.worker
        mine.action_resolve()
        mine.action_reopen()
        self.assertEqual(mine.user_id, self.worker, "an owner keeps it")

    def test_users_deal_chosen_cases(self):
        mine, free = self.report("k1"), self.report("k2")
        mine.user_id = self.worker
        self.make_rule(method="user", user_id=self.third.id)
        answer = (mine | free).with_user(self.worker).action_assign_by_rules()
        self.assertEqual((mine.user_id, free.user_id), (self.worker, self.third))
        self.assertIn("1 given to a person", answer["params"]["message"])

    def test_a_thousand_cases_in_one_report_make_no_query_each(self):
        for number in range(5):
            self.make_rule(f"R{number}", min_severity="critical", sequence=number)
        self.make_rule("Turn", method="round_robin", sequence=50)
        self.many(1, "warm")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        cases = self.many(1000)
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 60)
        shares = Counter(case.user_id for case in cases)
        self.assertEqual(len(shares), 3)
        self.assertLessEqual(max(shares.values()) - min(shares.values()), 1)

    def test_a_rule_says_what_it_would_take(self):
        rule = self.make_rule("Grave", min_severity="major")
        self.make_rule("First", sequence=1, min_severity="critical")
        self.many(3, severity="major")
        self.many(2, "c", severity="critical")
        self.many(4, "i", severity="info")
        closed = self.report("closed", severity="major")
        closed.action_resolve()
        old = self.report("old", severity="major")
        old.first_seen_at = fields.Datetime.now() - timedelta(days=40)
        rule = rule.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        before = self.env["logistics.exception"].search_count(
            [("severity", "=", "major"), ("is_open", "=", True)]
        )
        self.assertEqual(rule.open_count, before)
        self.assertGreaterEqual(rule.open_count, 4)
        self.assertEqual(rule.recent_count - rule.open_count, 0, "one closed more, one old less")
        rule.min_severity = "info"
        self.assertGreaterEqual(rule.open_count, 8)

    def test_the_shipped_rules_bring_every_shipped_group_to_a_desk(self):
        self.env["logistics.assignment.rule"].with_context(active_test=False).search(
            [("sequence", "=", 100)]
        ).active = True
        self.assertEqual(
            self.report("k1").team_id, self.env.ref("logistics_connector_base.team_transport")
        )
        groups = set(self.env["logistics.exception.type"].search([]).mapped("group"))
        ruled = set(self.env["logistics.assignment.rule"].search([]).mapped("type_group"))
        self.assertLessEqual(groups, ruled)

    def test_managers_write_rules_and_users_read_them(self):
        rule = self.make_rule()
        self.assertEqual(rule.with_user(self.worker).name, "Rule")
        with self.assertRaises(AccessError):
            rule.with_user(self.worker).active = False
        rule.with_user(self.manager).name = "Mine"
        stranger = self.make_user("desk_boss", self.MANAGER, company=self.elsewhere)
        ours = self.make_rule("Ours", company_id=self.company.id)
        with self.assertRaises(AccessError):
            ours.with_user(stranger).read(["name"])
