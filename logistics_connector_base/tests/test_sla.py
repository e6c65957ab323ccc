"""By when cases are answered and resolved: working hours, pauses, other policies, opening again."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from .desks import DeskCommon

MONDAY = "2026-03-02 08:00:00"  # 9:00 in Berlin


class ClockCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["logistics.assignment.rule"].search([]).active = False
        cls.env["logistics.sla.policy"].search([]).active = False
        cls.calendar = cls.make_calendar()

    def setUp(self):
        super().setUp()
        self.frozen = None
        self.addCleanup(self.thaw)

    def thaw(self):
        if self.frozen:
            self.frozen.stop()
            self.frozen = None

    def at(self, moment):
        """From here on it is this time (UTC)."""
        self.thaw()
        self.frozen = freeze_time(moment)
        self.frozen.start()

    def opened(self, moment, key="k1", **values):
        self.at(moment)
        return self.report(key, **values)

    def dues(self, case):
        return [
            str(moment) if moment else None for moment in (case.respond_due_at, case.resolve_due_at)
        ]

    def wait(self, case, user=None, **values):
        """As a user does it: by the wizard."""
        case = case.with_user(user or self.worker)
        action = case.action_wait()
        wizard = self.env[action["res_model"]].with_user(user or self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            for name, value in values.items():
                form[name] = value
        form.record.action_wait()


@tagged("post_install", "-at_install")
class TestDueDates(ClockCommon, TransactionCase):
    def test_in_the_working_hours_of_the_calendar_and_its_zone(self):
        self.make_policy(calendar_id=self.calendar.id)
        case = self.opened("2026-03-06 15:00:00")  # Friday, 16:00 in Berlin
        self.assertEqual(self.dues(case), ["2026-03-09 09:00:00", "2026-03-09 15:00:00"])

    def test_over_the_change_to_summer_time(self):
        self.make_policy(calendar_id=self.calendar.id)
        case = self.opened("2026-03-27 15:00:00")  # Friday, 16:00; on Monday it is summer
        self.assertEqual(self.dues(case), ["2026-03-30 08:00:00", "2026-03-30 14:00:00"])

    def test_a_holiday_is_left_out_that_of_another_company_is_not(self):
        calendar = self.make_calendar(company_id=self.company.id)
        self.make_policy(calendar_id=calendar.id)
        leaves = self.env["resource.calendar.leaves"]
        monday = {"date_from": "2026-03-08 23:00:00", "date_to": "2026-03-09 22:59:59"}
        foreign = self.elsewhere.resource_calendar_id
        leaves.create({"name": "Theirs", "calendar_id": foreign.id, **monday})
        self.assertEqual(self.dues(self.opened("2026-03-06 15:00:00"))[0], "2026-03-09 09:00:00")
        leaves.create({"name": "Ours", "calendar_id": calendar.id, **monday})
        case = self.opened("2026-03-06 15:00:00", "k2")
        self.assertEqual(self.dues(case), ["2026-03-10 09:00:00", "2026-03-10 15:00:00"])

    def test_it_is_odoos_own_reckoning(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Easter",
                "calendar_id": self.calendar.id,
                "date_from": "2026-04-02 22:00:00",
                "date_to": "2026-04-06 21:59:59",
            }
        )
        working = self.calendar._logistics_time(self.company)
        for days in range(0, 60, 5):
            start = datetime(2026, 3, 2, 3, 17) + timedelta(days=days, hours=days)
            for hours in (0.5, 8, 33, 200):
                planned = self.calendar.plan_hours(hours, start, compute_leaves=True)
                self.assertEqual(working.after(start, timedelta(hours=hours)), planned)
                counted = self.calendar.get_work_hours_count(start, planned)
                found = working.between(start, planned).total_seconds() / 3600
                self.assertAlmostEqual(found, counted, 6)

    def test_without_a_calendar_that_of_the_settings_or_the_company_without_that_every_hour(self):
        self.make_policy(around_the_clock=False)
        self.company.resource_calendar_id = False
        case = self.opened("2026-03-06 15:00:00")
        self.assertEqual(self.dues(case), ["2026-03-06 17:00:00", "2026-03-06 23:00:00"])
        around = self.make_calendar(
            attendance_ids=[
                (0, 0, {"name": day, "dayofweek": day, "hour_from": 0, "hour_to": 24})
                for day in "0123456"
            ]
        )
        for field in ("resource_calendar_id", "logistics_calendar_id"):
            self.elsewhere.resource_calendar_id = around
            self.elsewhere[field] = self.calendar
            case = self.opened("2026-03-06 15:00:00", field, company_id=self.elsewhere.id)
            self.assertEqual(self.dues(case), ["2026-03-09 09:00:00", "2026-03-09 15:00:00"])
        self.make_policy(around_the_clock=True, sequence=1)
        case = self.opened("2026-03-06 15:00:00", "k3", company_id=self.elsewhere.id)
        self.assertEqual(self.dues(case)[0], "2026-03-06 17:00:00")

    def test_no_policy_no_dates_and_no_limit_no_date(self):
        self.assertEqual(self.dues(self.opened(MONDAY)), [None, None])
        self.make_policy(resolve_hours=0)
        self.assertEqual(self.dues(self.opened(MONDAY, "k2")), ["2026-03-02 10:00:00", None])
        with self.assertRaisesRegex(ValidationError, "limits nothing"):
            self.make_policy(respond_hours=0, resolve_hours=0)

    def test_a_thousand_cases_in_one_report_make_no_query_each(self):
        self.make_policy(calendar_id=self.calendar.id)
        self.at(MONDAY)
        self.report("warm")
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        cases = self.env["logistics.exception"]._report(
            [self.trouble(f"m{number}") for number in range(1000)]
        )
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 60)
        self.assertEqual({self.dues(case)[1] for case in cases}, {"2026-03-02 16:00:00"})

    def test_a_graver_case_takes_the_policy_that_fits_from_the_first_opening(self):
        slow = self.make_policy("Slow", calendar_id=self.calendar.id)
        quick = self.make_policy(
            "Quick", min_severity="critical", resolve_hours=4, calendar_id=self.calendar.id
        )
        case = self.opened(MONDAY, severity="minor")
        self.assertEqual(case.sla_policy_id, slow)
        self.at("2026-03-02 11:00:00")
        case.with_user(self.worker).severity = "critical"
        self.assertEqual(case.sla_policy_id, quick)
        self.assertEqual(self.dues(case), ["2026-03-02 10:00:00", "2026-03-02 12:00:00"])
        quick.active = False
        case.with_user(self.worker).severity = "major"
        self.assertEqual(case.sla_policy_id, slow)

    def test_a_policy_of_a_team_follows_the_team(self):
        team = self.make_team("Night shift")
        policy = self.make_policy(team_id=team.id)
        case = self.opened(MONDAY)
        self.assertFalse(case.sla_policy_id)
        case.with_user(self.worker).team_id = team
        self.assertEqual(case.sla_policy_id, policy)
        case.with_user(self.worker).team_id = False
        self.assertEqual(self.dues(case), [None, None])

    def test_managers_apply_a_new_policy_to_open_cases(self):
        case = self.opened(MONDAY)
        policy = self.make_policy(calendar_id=self.calendar.id)
        policy.with_user(self.manager).action_apply()
        self.assertEqual(case.sla_policy_id, policy)
        self.assertEqual(self.dues(case)[0], "2026-03-02 10:00:00")
        with self.assertRaises(AccessError):
            policy.with_user(self.worker).respond_hours = 9


@tagged("post_install", "-at_install")
class TestPauses(ClockCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy(calendar_id=cls.calendar.id)

    def test_waiting_stops_the_resolution_and_not_the_response(self):
        case = self.opened(MONDAY)
        self.at("2026-03-02 10:00:00")  # 11:00, after two of eight hours
        self.wait(case, waiting_for="carrier", note="Asked for a second attempt")
        self.assertEqual((case.state, case.waiting_for), ("waiting", "carrier"))
        self.assertEqual(self.dues(case), ["2026-03-02 10:00:00", None])
        self.at("2026-03-04 10:00:00")  # sixteen working hours later
        case.with_user(self.worker).action_start()
        self.assertEqual(self.dues(case), ["2026-03-02 10:00:00", "2026-03-04 16:00:00"])
        pause = case.pause_ids
        self.assertEqual(
            (pause.kind, pause.working_hours, pause.user_id), ("carrier", 16, self.worker)
        )
        self.assertFalse(case.waiting_for)

    def test_a_case_that_was_late_stays_late_while_it_waits(self):
        case = self.opened(MONDAY)
        self.at("2026-03-03 10:00:00")
        self.wait(case, waiting_for="customer")
        self.assertEqual(self.dues(case)[1], "2026-03-02 16:00:00")
        self.assertTrue(case.is_resolve_late)

    def test_who_is_waited_for_next_is_another_pause(self):
        case = self.opened(MONDAY)
        self.wait(case, waiting_for="customer")
        self.at("2026-03-02 10:00:00")
        self.wait(case, waiting_for="warehouse")
        self.at("2026-03-02 11:00:00")
        case.with_user(self.worker).action_resolve()
        rows = {pause.kind: pause.working_hours for pause in case.pause_ids}
        self.assertEqual(rows, {"customer": 2, "warehouse": 1})
        self.assertEqual((case.hours_to_resolve, case.met_resolve), (0, "met"))

    def test_somebody_answers(self):
        for number, act in enumerate(
            (
                lambda case: case.action_assign_to_me(),
                lambda case: case.action_start(),
                lambda case: case.message_post(body="Asked them", message_type="comment"),
            )
        ):
            case = self.opened(MONDAY, f"k{number}").with_user(self.worker)
            self.assertFalse(case.responded_at)
            self.at("2026-03-02 09:30:00")
            act(case)
            self.assertEqual(str(case.responded_at), "2026-03-02 09:30:00")
            self.at("2026-03-02 12:00:00")
            case.message_post(body="Again", message_type="comment")
            self.assertFalse(case.is_respond_late)
            case.action_resolve()
            self.assertEqual((case.met_respond, case.hours_to_respond), ("met", 1.5))

    def test_what_detectors_do_is_no_answer(self):
        case = self.opened(MONDAY)
        self.at("2026-03-02 09:30:00")
        self.report("k1")
        case.with_user(self.manager).user_id = self.worker
        self.assertFalse(case.responded_at, "to be given it is not to have taken it")
        self.env["logistics.exception"]._resolve_keys(["k1"], "healed")
        self.assertFalse(case.responded_at)
        self.assertEqual((case.met_respond, case.met_resolve), (False, "met"))
        late = self.opened(MONDAY, "k2")
        self.at("2026-03-05 09:30:00")
        self.env["logistics.exception"]._resolve_keys(["k2"], "healed")
        self.assertEqual((late.met_respond, late.met_resolve), ("missed", "missed"))

    def test_opening_again_goes_on_with_the_time_that_was_left(self):
        case = self.opened(MONDAY)
        self.at("2026-03-02 10:00:00")
        case.with_user(self.worker).action_resolve()
        self.assertEqual(case.met_resolve, "met")
        self.at("2026-03-09 10:00:00")
        case.with_user(self.worker).action_reopen()
        self.assertEqual(self.dues(case)[1], "2026-03-09 16:00:00", "six of eight hours")
        self.assertFalse(case.met_resolve)
        self.assertEqual(case.pause_ids.kind, "closed")
        self.at("2026-03-09 16:30:00")
        self.assertTrue(case.is_resolve_late)
        case.with_user(self.worker).action_resolve()
        self.assertEqual((case.met_resolve, case.met_respond), ("missed", "met"))

    def test_merged_cases_are_due_from_the_first_of_them(self):
        shipment = self.env["logistics.shipment"].create({"issuer": "ups"})
        first = self.opened(MONDAY, shipment_id=shipment.id)
        second = self.opened("2026-03-02 12:00:00", "k2", shipment_id=shipment.id)
        (first | second).with_user(self.worker)._merge_into(second.with_user(self.worker))
        self.assertEqual(self.dues(second)[1], "2026-03-02 16:00:00")
        self.assertEqual(first.state, "duplicate")
        self.assertFalse(first.met_resolve, "the case that goes on is judged")

    def test_late_is_found_without_being_computed(self):
        late, answered, fresh = (self.opened(MONDAY, key) for key in ("k1", "k2", "k3"))
        answered.with_user(self.worker).action_start()
        self.at("2026-03-02 10:30:00")
        fresh = self.report("k4")
        arch = self.env.ref("logistics_connector_base.view_logistics_exception_search_clocks").arch
        found = self.behind_filter(arch, "overdue", self.worker)
        self.assertIn(late, found)
        self.assertFalse(found & (answered | fresh))
        today = self.behind_filter(arch, "due_today", self.worker)
        self.assertLessEqual(late | answered | fresh, today)
        self.at("2026-03-02 17:00:00")
        found = self.behind_filter(arch, "overdue", self.worker)
        self.assertLessEqual(late | answered | fresh, found)
        not_late = self.env["logistics.exception"].search([("is_resolve_late", "=", False)])
        self.assertFalse(not_late & (late | answered))
        self.assertIn(fresh, not_late, "it is late in the response only")
        late.action_resolve()
        self.assertNotIn(late, self.behind_filter(arch, "overdue", self.worker))

    def test_nobody_sets_a_clock_by_hand(self):
        case = self.opened(MONDAY).with_user(self.worker)
        for name, value in (
            ("respond_due_at", "2030-01-01"),
            ("resolve_due_at", "2030-01-01"),
            ("responded_at", "2026-03-02"),
            ("first_seen_at", "2026-03-05"),
            ("met_resolve", "met"),
            ("hours_to_resolve", 0.1),
            ("sla_policy_id", False),
            ("escalation_count", 9),
        ):
            for user in (self.worker, self.manager):
                with self.assertRaisesRegex(AccessError, "by hand"):
                    case.with_user(user).write({name: value})
        with self.assertRaisesRegex(AccessError, "by hand"):
            self.env["logistics.exception"].with_user(self.worker).create(
                {
                    "name": "Mine",
                    "key": "mine",
                    "type_id": case.type_id.id,
                    "company_id": self.company.id,
                    "severity": "info",
                    "resolve_due_at": "2030-01-01",
                }
            )
        self.wait(case, waiting_for="carrier")
        with self.assertRaises(AccessError):
            case.pause_ids.started_at = "2026-01-01"
        with self.assertRaises(AccessError):
            case.pause_ids.unlink()
        with self.assertRaises(AccessError):
            self.env["logistics.exception.pause"].with_user(self.worker).create({})

    def test_policies_pauses_and_times_of_another_company_are_not_seen(self):
        theirs = self.make_policy("Theirs", company_id=self.elsewhere.id, sequence=1)
        case = self.opened(MONDAY, company_id=self.elsewhere.id)
        self.assertEqual(case.sla_policy_id, theirs)
        self.assertEqual(self.opened(MONDAY, "k2").sla_policy_id, self.policy)
        case.with_user(self.manager).write({"state": "waiting"})
        self.assertEqual(case.waiting_for, "other")
        pauses = self.env["logistics.exception.pause"]
        self.assertTrue(pauses.with_user(self.manager).search([("exception_id", "=", case.id)]))
        self.assertFalse(pauses.with_user(self.worker).search([("exception_id", "=", case.id)]))
        with self.assertRaises(AccessError):
            theirs.with_user(self.worker).read(["name"])

    def test_waiting_until_a_time_that_is_over_is_refused(self):
        case = self.opened(MONDAY)
        with self.assertRaisesRegex(UserError, "still to come"):
            self.wait(case, waiting_until=datetime(2026, 3, 1))

    def test_measures_are_averages_of_what_has_a_figure(self):
        quick, slow, _open = (self.opened(MONDAY, key) for key in ("k1", "k2", "k3"))
        self.at("2026-03-02 10:00:00")
        quick.with_user(self.worker).action_resolve()
        self.at("2026-03-03 10:00:00")
        slow.with_user(self.worker).action_resolve()
        [(hours, rate)] = (
            self.env["logistics.exception"]
            .with_user(self.worker)
            ._read_group(
                [("key", "in", ("k1", "k2", "k3"))],
                [],
                ["hours_to_resolve:avg", "resolve_met_rate:avg"],
            )
        )
        self.assertEqual((hours, rate), ((2 + 10) / 2, 50))
