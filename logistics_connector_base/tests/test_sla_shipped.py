"""The policies that come with the addon: in force on a new database, asleep on one that was
upgraded, so that nobody finds all of yesterday's cases late this morning."""

import importlib.util
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .desks import DeskCommon

NAMES = ("critical", "major", "minor", "warning")
OLD = timedelta(days=100)


@tagged("post_install", "-at_install")
class TestShippedPolicies(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipped = cls.env["logistics.sla.policy"].union(
            *(cls.env.ref(f"logistics_connector_base.sla_policy_{name}") for name in NAMES)
        )
        cls.shipped.active = True
        cls.leader = cls.make_user("shipped_leader", cls.USER)
        cls.team = cls.env.ref("logistics_connector_base.team_transport")
        cls.team.user_id = cls.leader

    def migrate(self, name):
        path = Path(__file__).parents[1] / f"migrations/19.0.1.4.0/{name}.py"
        spec = importlib.util.spec_from_file_location(name.replace("-", "_"), path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def old_cases(self):
        """As 19.0.1.3.0 left them: opened long ago, on no desk, with no clock; due for a review."""
        self.shipped.active = False
        cases = self.env["logistics.exception"]
        for number in range(5):
            cases |= self.report(f"old{number}", severity="major")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_exception SET first_seen_at = first_seen_at - %s, team_id = NULL, "
            "opened_at = opened_at - %s, severity_due_at = now() - interval '1 day', "
            "severity = 'minor' WHERE id = ANY(%s)",
            [OLD, OLD, cases.ids],
        )
        self.env.invalidate_all()
        self.shipped.active = True  # as a new record of noupdate data arrives
        return cases

    def a_day_passes(self):
        with self.enter_registry_test_mode():
            for cron in ("review", "clocks"):
                self.env.ref(
                    f"logistics_connector_base.cron_exception_{cron}"
                ).method_direct_trigger()
        self.env.invalidate_all()

    def test_every_severity_that_wants_work_has_its_times(self):
        now = fields.Datetime.now()
        for severity, responded in (("critical", 1), ("major", 1), ("minor", 1), ("warning", 0)):
            case = self.report(severity, severity=severity)
            case.severity = severity
            with self.subTest(severity):
                self.assertEqual(case.sla_policy_id, self.shipped[list(NAMES).index(severity)])
                self.assertGreater(case.resolve_due_at, now)
                self.assertEqual(bool(case.respond_due_at), bool(responded))
        info = self.report("info")
        info.severity = "info"
        self.assertFalse(info.sla_policy_id or info.resolve_due_at)

    def test_managers_change_them_and_users_do_not(self):
        self.shipped[0].with_user(self.manager).write({"resolve_hours": 4})
        self.shipped[0].with_user(self.manager).active = False
        with self.assertRaises(AccessError):
            self.shipped[1].with_user(self.worker).resolve_hours = 4
        with self.assertRaises(AccessError):
            self.shipped[1].with_user(self.worker).action_apply()

    def test_an_upgrade_starts_no_storm(self):
        cases = self.old_cases()
        for name in ("post-clocks", "post-desks"):
            self.migrate(name)
        self.assertEqual(cases.team_id, self.team, "they came to their desk all the same")
        self.a_day_passes()
        self.assertEqual(set(cases.mapped("severity")), {"critical"}, "they were looked at")
        self.assertFalse(cases.sla_policy_id or cases.escalation_ids or self.leader.activity_ids)
        self.assertFalse(any(case.is_respond_late or case.is_resolve_late for case in cases))
        self.assertFalse(any(self.shipped.mapped("active")))

    def test_once_they_are_switched_on_a_leader_hears_of_old_cases_in_one_activity(self):
        cases = self.old_cases()
        self.migrate("post-clocks")
        self.migrate("post-desks")
        self.shipped.active = True
        new = self.report("new", severity="major")
        self.assertTrue(new.sla_policy_id)
        self.assertFalse(cases.sla_policy_id, "those from before wait until somebody says so")
        self.shipped[1].with_user(self.manager).action_apply()
        self.a_day_passes()
        self.assertTrue(all(case.escalation_ids for case in cases))
        digests = self.env["logistics.escalation.digest"].search([("user_id", "=", self.leader.id)])
        self.assertEqual(len(digests.activity_ids), 1)

    def test_a_narrowed_leader_hears_of_no_case_outside_of_the_scope(self):
        scope = self.env["logistics.scope"].create(
            {"name": "None of it", "country_ids": [(6, 0, self.env.ref("base.at").ids)]}
        )
        case = self.report("a")
        self.assertEqual(case._leader(), self.leader)
        scope.user_ids = self.leader
        self.assertFalse(case._leader())
