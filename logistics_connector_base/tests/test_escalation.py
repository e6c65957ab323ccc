"""What waits is woken, what is late is escalated: once, capped, and told in one activity a day."""

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import InboxCommon
from .test_sla import MONDAY, ClockCommon


@tagged("post_install", "-at_install")
class TestAnswers(ClockCommon, InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z999")
        cls.make_policy(calendar_id=cls.calendar.id)

    def waiting(self, party, owner=None, key="k1"):
        case = self.opened("2026-03-10 08:00:00", key, shipment_id=self.shipment.id)
        case.user_id = owner
        self.wait(case, waiting_for=party)
        return case

    def hear(self, at="2026-03-10 12:00:00", **values):
        scan = self.scan("TRN_DEPARTED", "2026-03-10T10:00:00+01:00", **values)
        self.at(at)
        return self.receive(self.connection, self.message(scan), at=self.now())

    @staticmethod
    def now():
        from datetime import datetime

        return datetime.now()

    def test_a_carriers_answer_wakes_what_waits_for_it(self):
        mine, free = self.waiting("carrier", self.worker), self.waiting("warehouse", key="k2")
        customers = self.waiting("customer", key="k3")
        self.hear()
        self.assertEqual((mine.state, mine.user_id), ("assigned", self.worker))
        self.assertEqual(free.state, "new")
        self.assertEqual(customers.state, "waiting", "a customer does not answer by a scan")
        self.assertIn("Something new", str(mine.message_ids[0].body))
        self.assertEqual(mine.pause_ids.working_hours, 4)
        self.assertTrue(mine.resolve_due_at)

    def test_what_was_received_before_is_no_answer(self):
        case = self.waiting("carrier")
        self.hear()
        self.wait(case, waiting_for="carrier")
        self.at("2026-03-10 13:00:00")
        # The same scan once more, and another one that was received before the waiting began.
        scan = self.scan("TRN_DEPARTED", "2026-03-10T10:00:00+01:00")
        self.receive(self.connection, self.message(scan), at=self.now())
        older = self.scan("TRN_ARRIVED", "2026-03-10T08:00:00+01:00")
        early = case.pause_ids[0].started_at.replace(hour=7)
        self.receive(self.connection, self.message(older), at=early)
        self.assertEqual(case.state, "waiting")

    def test_a_number_without_a_shipment_is_woken_by_the_next_scan_of_it(self):
        self.at("2026-03-10 08:00:00")
        departed = self.scan("TRN_DEPARTED", "2026-03-10T06:00:00+01:00", number="1ZNOBODY")
        self.receive(self.connection, self.message(departed), at=self.now())
        case = self.exceptions("unknown_shipment")
        other = self.report("other", type="connection_silent", connection_id=self.connection.id)
        self.at("2026-03-10 09:00:00")
        for waiting in (case, other):
            self.wait(waiting, waiting_for="carrier")
        self.at("2026-03-10 12:00:00")
        # The same scan again says nothing new, another number nothing about this one.
        self.receive(self.connection, self.message(departed), at=self.now())
        self.hear(number="1ZSOMEBODY")
        self.assertEqual(case.state, "waiting")
        self.hear(number="1ZNOBODY")
        self.assertEqual(case.state, "new")
        self.assertIn("about the number", str(case.message_ids[0].body))
        self.assertEqual(other.state, "waiting", "no answer about the connection as a whole")

    def test_a_merged_numbers_scan_wakes_what_it_was_merged_into(self):
        cases = self.env["logistics.exception"]
        for number in ("1ZNOBODY", "1ZNONE"):
            self.hear("2026-03-10 08:00:00", number=number)
            cases |= self.exceptions("unknown_shipment").filtered(
                lambda case, number=number: case.reference == number
            )
        cases[1]._merge_into(cases[0])
        self.wait(cases[0], waiting_for="warehouse")
        scan = self.scan("TRN_ARRIVED", "2026-03-10T11:00:00+01:00", number="1ZNONE")
        self.at("2026-03-10 12:00:00")
        self.receive(self.connection, self.message(scan), at=self.now())
        self.assertEqual(cases[0].state, "new")

    def test_another_shipments_news_wake_nobody(self):
        other = self.make_shipment("1Z111")
        case = self.waiting("carrier")
        self.hear(number="1Z111")
        self.assertTrue(self.events(other))
        self.assertEqual(case.state, "waiting")

    def test_a_mail_answers(self):
        case = self.waiting("customer", self.worker)
        customer = self.env["res.partner"].create({"name": "Ms Customer"})
        case.message_post(body="Deliver on Friday", message_type="email", author_id=customer.id)
        self.assertEqual(case.state, "assigned")
        self.assertIn("Ms Customer answered", " ".join(map(str, case.message_ids.mapped("body"))))

    def test_the_time_to_wait_is_over(self):
        case = self.opened("2026-03-10 08:00:00")
        self.wait(case, waiting_for="customer", waiting_until="2026-03-11 08:00:00")
        self.at("2026-03-11 07:59:00")
        self.assertFalse(self.env["logistics.exception"]._wake_waited())
        self.at("2026-03-11 08:00:00")
        self.assertEqual(self.env["logistics.exception"]._wake_waited(), 1)
        self.assertEqual((case.state, case.waiting_until), ("new", False))


@tagged("post_install", "-at_install")
class TestEscalation(ClockCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls.make_user("desk_leader", cls.USER, email="leader@example.com")
        cls.team = cls.make_team("Night shift", cls.worker, user_id=cls.leader.id)
        cls.second = cls.make_team("Second line")
        cls.policy = cls.make_policy(
            respond_hours=0,
            calendar_id=cls.calendar.id,
            max_levels=2,
            level_ids=[
                (0, 0, {"clock": "resolve", "basis": "percent", "amount": 50}),
                (
                    0,
                    0,
                    {
                        "clock": "resolve",
                        "basis": "late",
                        "amount": 2,
                        "raise_severity": True,
                        "team_id": cls.second.id,
                        "notify_leader": False,
                    },
                ),
                (0, 0, {"clock": "resolve", "basis": "late", "amount": 4}),
            ],
        )

    def review(self):
        with self.enter_registry_test_mode():
            self.env.ref("logistics_connector_base.cron_exception_clocks").method_direct_trigger()
        self.env.invalidate_all()

    def digests(self):
        return self.env["logistics.escalation.digest"].search([("user_id", "=", self.leader.id)])

    def test_each_level_once_and_no_more_than_the_cap(self):
        cases_before = self.env["logistics.exception"].search_count([])
        case = self.opened(MONDAY, team_id=self.team.id, severity="minor")
        case.user_id = self.worker
        self.assertEqual(str(case.next_escalation_at), "2026-03-02 12:00:00")
        self.at("2026-03-02 11:59:00")
        self.review()
        self.assertFalse(case.escalation_count)
        self.at("2026-03-02 12:00:00")
        self.review()
        self.review()
        self.assertEqual((case.escalation_count, len(case.escalation_ids)), (1, 1))
        self.assertEqual((case.severity, case.user_id), ("minor", self.worker))
        self.at("2026-03-03 10:00:00")  # two hours late
        self.review()
        self.assertEqual((case.severity, case.team_id), ("major", self.second))
        self.assertFalse(case.user_id)
        self.assertEqual(case.state, "new")
        self.at("2026-03-20 10:00:00")
        self.review()
        self.assertEqual(case.escalation_count, 2, "the cap")
        self.assertFalse(case.next_escalation_at)
        self.assertEqual(self.env["logistics.exception"].search_count([]), cases_before + 1)
        notes = " ".join(map(str, case.message_ids.mapped("body")))
        self.assertIn("50 % of the time to resolve", notes)
        self.assertIn("Handed to Second line", notes)

    def test_a_leader_has_one_activity_a_day_whatever_the_number(self):
        self.at(MONDAY)
        cases = self.env["logistics.exception"]._report(
            [self.trouble(f"m{number}", team_id=self.team.id) for number in range(250)]
        )
        activities = [("user_id", "=", self.leader.id)]
        before = self.env["mail.activity"].search_count(activities)
        mails = self.env["mail.mail"].search_count([])
        self.at("2026-03-02 13:00:00")
        self.review()
        self.assertEqual(set(cases.mapped("escalation_count")), {1})
        self.assertEqual(len(self.digests().escalation_ids), 250)
        activity = self.digests().activity_ids
        self.assertEqual(activity.summary, "250 late cases")
        self.assertIn("and 240 more", activity.note)
        self.opened(MONDAY, "one more", team_id=self.team.id)
        self.at("2026-03-02 14:00:00")
        self.review()
        self.assertEqual(activity.summary, "251 late cases")
        self.assertEqual(self.env["mail.activity"].search_count(activities), before + 1)
        self.assertLessEqual(self.env["mail.mail"].search_count([]), mails + 1)

    def test_who_is_done_for_today_hears_of_the_rest_tomorrow(self):
        self.opened(MONDAY, team_id=self.team.id)
        self.at("2026-03-02 12:00:00")
        self.review()
        self.digests().with_user(self.leader).activity_ids.action_done()
        self.opened(MONDAY, "k2", team_id=self.team.id)
        self.at("2026-03-02 15:00:00")
        self.review()
        self.assertEqual(len(self.digests()), 1)
        self.assertEqual(len(self.digests().escalation_ids), 1)
        self.at("2026-03-03 08:00:00")
        self.review()
        self.assertEqual(len(self.digests()), 2)
        self.assertEqual(self.digests()[0].activity_ids.summary, "1 late cases")

    def test_what_waits_does_not_escalate(self):
        case = self.opened(MONDAY, team_id=self.team.id)
        self.wait(case, waiting_for="carrier")
        self.at("2026-03-10 12:00:00")
        self.review()
        self.assertFalse(case.escalation_count)
        case.with_user(self.worker).action_start()
        self.assertEqual(str(case.next_escalation_at), "2026-03-10 16:00:00")

    def test_a_leader_who_may_not_see_the_case_is_not_told(self):
        self.leader.company_ids = [(4, self.elsewhere.id)]
        stranger = self.make_user("desk_stranger", self.USER, company=self.elsewhere)
        self.team.user_id = stranger
        case = self.opened(MONDAY, team_id=self.team.id)
        self.at("2026-03-02 12:00:00")
        self.review()
        self.assertEqual(case.escalation_count, 1)
        self.assertFalse(case.escalation_ids.told_user_id)

    def test_one_sees_what_one_was_told_oneself(self):
        self.opened(MONDAY, team_id=self.team.id)
        self.at("2026-03-02 12:00:00")
        self.review()
        digest = self.digests()
        self.assertTrue(digest.with_user(self.leader).display_name)
        action = digest.with_user(self.leader).action_view_cases()
        self.assertTrue(
            self.env[action["res_model"]].with_user(self.leader).search(action["domain"])
        )
        with self.assertRaises(AccessError):
            digest.with_user(self.worker).read(["day"])

    def test_a_level_that_was_deleted_meanwhile_does_no_harm(self):
        case = self.opened(MONDAY, team_id=self.team.id)
        self.policy.level_ids.unlink()
        self.at("2026-03-20 12:00:00")
        self.review()
        self.assertEqual((case.escalation_count, case.next_escalation_at), (0, False))

    def test_the_cron_reads_only_what_is_due(self):
        """A case that is not due costs nothing; the plan of both searches is an index."""
        self.opened(MONDAY, team_id=self.team.id)
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        for domain, index in (
            (
                [("is_open", "=", True), ("next_escalation_at", "<=", "2026-03-02 12:00:00")],
                "logistics_exception_escalates",
            ),
            (
                [("state", "=", "waiting"), ("waiting_until", "<=", "2026-03-02 12:00:00")],
                "logistics_exception_waiting_until",
            ),
        ):
            query = self.env["logistics.exception"]._search(domain)
            self.env.cr.execute(f"EXPLAIN {self.env.cr.mogrify(query.select()).decode()}")
            plan = "\n".join(row[0] for row in self.env.cr.fetchall())
            self.assertIn(index, plan)
