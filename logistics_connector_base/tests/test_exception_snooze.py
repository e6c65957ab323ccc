"""Put aside and back: by its time, or because it has become graver."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .desks import DeskCommon


@tagged("post_install", "-at_install")
class TestExceptionSnooze(DeskCommon, TransactionCase):
    def snooze(self, cases, user=None, **values):
        cases = cases.with_user(user or self.worker)
        action = cases.action_snooze()
        wizard = self.env[action["res_model"]].with_user(user or self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            for name, value in values.items():
                setattr(form, name, value)
        return form.record.action_snooze()

    def behind(self, name):
        view = self.env.ref("logistics_connector_base.view_logistics_exception_search")
        return self.behind_filter(view.arch, name, self.worker)

    def review(self):
        with self.enter_registry_test_mode():
            self.env.ref("logistics_connector_base.cron_exception_review").method_direct_trigger()
        self.env.invalidate_all()

    def test_it_is_out_of_the_queue_until_then(self):
        case, other = self.report("a"), self.report("b")
        self.snooze(case, preset="hour")
        self.assertIn(other, self.behind("open"))
        self.assertNotIn(case, self.behind("open"))
        self.assertIn(case, self.behind("snoozed"))
        left = case.snoozed_until - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds(), 3600, delta=5)
        self.assertTrue(case.is_open, "it is still counted, and still blocks its order")
        self.report("a")
        self.assertTrue(case.is_snoozed, "seen again is no reason to wake anybody")

    def test_its_time_alone_brings_it_back(self):
        case = self.report("a")
        self.snooze(case)
        case.snoozed_until = fields.Datetime.now() - timedelta(minutes=1)
        self.assertIn(case, self.behind("open"), "nobody had to come by")
        self.assertNotIn(case, self.behind("snoozed"))

    def test_who_owns_it_is_told_once(self):
        case = self.report("a")
        case.user_id = self.other_worker
        self.snooze(case)
        self.review()
        self.assertFalse(case.activity_ids)
        case.snoozed_until = fields.Datetime.now() - timedelta(minutes=1)
        self.review()
        self.review()
        self.assertEqual(case.activity_ids.user_id, self.other_worker)
        self.assertEqual(len(case.activity_ids), 1)
        self.assertIn("Back from its snooze", case.activity_ids.summary)
        self.assertFalse(case.snoozed_until)

    def test_without_an_owner_whoever_snoozed_is_told(self):
        case = self.report("a")
        self.snooze(case)
        case.snoozed_until = fields.Datetime.now() - timedelta(minutes=1)
        self.review()
        self.assertEqual(case.activity_ids.user_id, self.worker)

    def test_it_wakes_when_it_becomes_graver_and_not_when_it_gets_better(self):
        case = self.report("a", type="unknown_shipment")
        self.snooze(case)
        case.severity = "info"
        self.assertTrue(case.is_snoozed)
        case.with_user(self.manager).severity = "critical"
        self.assertFalse(case.is_snoozed)
        self.assertIn("graver", case.activity_ids.summary)

    def test_work_on_it_and_its_end_take_the_snooze_away(self):
        case = self.report("a")
        self.snooze(case)
        case.with_user(self.worker).action_start()
        self.assertFalse(case.snoozed_until)
        self.snooze(case)
        self.env["logistics.exception"]._resolve_keys(["a"], "healed")
        self.assertFalse(case.snoozed_until)

    def test_a_time_of_ones_own_must_be_ahead(self):
        case = self.report("a")
        at = fields.Datetime.now().replace(microsecond=0) + timedelta(days=3)
        self.snooze(case, preset="custom", until=at)
        self.assertEqual(case.snoozed_until, at)
        case.with_user(self.worker).action_wake()
        self.assertFalse(case.snoozed_until)
        with self.assertRaisesRegex(UserError, "in the future"):
            self.snooze(case, preset="custom", until=at - timedelta(days=9))

    def test_tomorrow_is_that_of_the_person(self):
        self.worker.tz = "Asia/Tokyo"
        case = self.report("a")
        self.snooze(case, preset="tomorrow")
        self.assertEqual(case.snoozed_until.hour, 23, "eight in Tokyo")
