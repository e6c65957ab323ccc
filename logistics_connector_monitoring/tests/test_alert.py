"""A rule watches a number and opens one case for each time that it is not as it should be."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.logistics_tower import MANAGER
from .test_tower import TowerData


@tagged("post_install", "-at_install")
class TestAlert(TowerData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_tower()
        cls.env["logistics.alert.rule"].with_context(active_test=False).search([]).unlink()
        cls.boss = new_test_user(
            cls.env,
            "boss",
            MANAGER,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def rule(self, metric="health.failed", **values):
        values = {
            "name": "Given up on",
            "metric": metric,
            "after_minutes": 0,
            "over_minutes": 0,
            **values,
        }
        return self.env["logistics.alert.rule"].with_user(self.boss).create(values)

    def look(self, minutes=0):
        """As the cron does; ``minutes`` after the test began."""
        moment = self.now + timedelta(minutes=minutes)
        self.env.flush_all()
        self.env.invalidate_all()
        self.patch(type(self.env.cr), "now", lambda _cr: moment)
        alerts = self.env["logistics.alert"]
        alerts._look(self.env["logistics.alert.rule"].search([]))
        alerts._tell_waiting()

    def fail(self, count=1):
        return self.env["logistics.message"].union(
            *(self.message("dead") for _each in range(count))
        )

    def heal(self, messages):
        messages.write({"state": "processed"})

    def test_fires_once_and_clears_by_itself(self):
        rule = self.rule(severity="critical", runbook_url="https://example.com/runbook")
        self.look()
        self.assertEqual(rule.alert_ids.mapped("state"), ["quiet", "quiet"])  # two connections
        failed = self.fail(3)
        for minutes in range(1, 5):
            self.look(minutes)
        alert = rule.alert_ids.filtered("is_on")
        case = alert.sudo().exception_id
        self.assertEqual((alert.connection_id, alert.fired_count), (self.connection, 1))
        self.assertEqual((case.type_code, case.severity, case.is_open), ("alert", "critical", True))
        self.assertEqual((case.occurrence_count, case.company_id), (1, self.company))
        self.assertIn("Given up on: Example Parcel: 3", case.name)
        self.assertIn("https://example.com/runbook", case.detail)
        self.assertEqual(rule.firing_count, 1)
        self.heal(failed)
        self.look(6)
        self.assertEqual((alert.state, case.is_open), ("quiet", False))
        self.assertFalse(rule.firing_count)

    def test_what_wavers_between_the_bounds_is_one_alert(self):
        rule = self.rule(threshold=3, clear_threshold=1)
        failed = self.fail(4)
        self.look()
        for minutes, count in ((1, 2), (2, 3), (3, 2)):
            self.heal(failed)
            failed[:count].write({"state": "dead"})
            self.look(minutes)
        alert = rule.alert_ids.filtered("is_on")
        self.assertEqual((alert.state, alert.fired_count, alert.value), ("firing", 1, 2.0))

    def test_it_waits_before_it_tells_and_before_it_is_over(self):
        rule = self.rule(after_minutes=10, over_minutes=5)
        failed = self.fail()
        states = []
        for minutes in (0, 9, 10):
            self.look(minutes)
            states += rule.alert_ids.filtered(lambda a: a.connection_id == self.connection).mapped(
                "state"
            )
        self.heal(failed)
        for minutes in (11, 15, 16):
            self.look(minutes)
            states += rule.alert_ids.filtered(lambda a: a.connection_id == self.connection).mapped(
                "state"
            )
        self.assertEqual(states, ["pending", "pending", "firing", "clearing", "clearing", "quiet"])

    def test_a_figure_of_the_tower(self):
        rule = self.rule("figure.shipment_promise", band="late", threshold=0)
        self.look()
        self.assertFalse(rule.alert_ids.is_known)  # nobody has counted yet
        self.count(reach=40)
        self.look(1)
        self.assertEqual((rule.alert_ids.value, rule.alert_ids.state), (1.0, "firing"))
        share = self.rule(
            "figure.on_time_delivery", is_below=True, threshold=80, clear_threshold=90, least_rows=5
        )
        self.look(2)
        self.assertFalse(share.alert_ids.is_known)  # 4 were judged
        share.least_rows = 4
        self.look(3)
        self.assertEqual((share.alert_ids.value, share.alert_ids.is_on), (75.0, True))

    def test_what_is_usual_is_learnt(self):
        rule = self.rule(
            by="usual", width=4, metric="health.waiting", connection_id=self.connection.id
        )
        self.message("received")
        self.look()
        self.assertEqual(rule.alert_ids.state, "quiet")  # nobody knows yet what is usual
        hour = self.now.replace(minute=0, second=0)
        for weeks, usual in enumerate((10, 12, 11, 9, 10), 1):
            self.env["logistics.alert.sample"].create(
                {
                    "rule_id": rule.id,
                    "connection_id": self.connection.id,
                    "hour": hour - timedelta(weeks=weeks),
                    "value": usual,
                    "count": 12,
                }
            )
        for _each in range(12):
            self.message("received")
        self.look(0)
        self.assertEqual((rule.alert_ids.value, rule.alert_ids.state), (13.0, "quiet"))
        for _each in range(12):
            self.message("received")
        self.look(0)
        self.assertTrue(rule.alert_ids.is_on)

    def test_people_are_told_once_and_of_the_end(self):
        partner = self.env["res.partner"].create({"name": "Ops", "email": "ops@example.com"})
        channel = self.env["discuss.channel"].create({"name": "Logistics alerts"})
        rule = self.rule(user_id=self.boss.id)
        rule.sudo().write({"partner_ids": partner.ids, "channel_id": channel.id})
        failed = self.fail()
        before = channel.message_ids
        for minutes in (0, 1, 2):
            self.look(minutes)
        told = channel.message_ids - before
        self.assertEqual(len(told), 1)
        self.assertIn("Alert: Given up on: Example Parcel: 1", told.body)
        case = rule.alert_ids.filtered("is_on").sudo().exception_id
        self.assertEqual(case.user_id, self.boss)
        mails = self.env["mail.message"].search([("partner_ids", "in", partner.ids)])
        self.assertEqual(mails.mapped("subject"), [f"Alert: {case.name}"])
        self.heal(failed)
        self.look(3)
        self.assertEqual(len(channel.message_ids - before), 2)
        mails = self.env["mail.message"].search([("partner_ids", "in", partner.ids)])
        self.assertIn("Over: Given up on: Example Parcel", mails.mapped("subject"))

    def test_quiet_hours_hold_words_back_and_not_the_case(self):
        channel = self.env["discuss.channel"].create({"name": "Logistics alerts"})
        hour = self.now.hour
        self.company.partner_id.tz = "UTC"
        quiet = {"quiet_from": hour, "quiet_to": (hour + 2) % 24}
        rule = self.rule(**quiet)
        rule.sudo().channel_id = channel
        self.fail()
        before = channel.message_ids
        self.look()
        alert = rule.alert_ids.filtered("is_on")
        self.assertTrue(alert.sudo().exception_id.is_open)
        self.assertFalse(channel.message_ids - before)
        rule.write({"quiet_from": (hour + 3) % 24, "quiet_to": (hour + 4) % 24})
        self.look(1)
        self.assertEqual(len(channel.message_ids - before), 1)
        grave = self.rule(severity="critical", name="Grave", **quiet)
        grave.sudo().channel_id = channel
        self.look(2)
        self.assertEqual(len(channel.message_ids - before), 2)

    def test_what_is_switched_off_or_gone_closes_its_case(self):
        rule = self.rule()
        self.fail()
        self.look()
        case = rule.alert_ids.filtered("is_on").sudo().exception_id
        rule.active = False
        self.assertFalse(case.is_open)
        self.assertFalse(rule.alert_ids)
        rule.active = True
        self.look(1)
        case = rule.alert_ids.filtered("is_on").sudo().exception_id
        self.assertTrue(case.is_open)
        self.connection.state = "retired"
        self.look(2)
        self.assertFalse(case.is_open)
        self.assertEqual(rule.alert_ids.connection_id, self.silent)

    def test_silence_is_told_in_hours(self):
        self.message("processed", hours=30)
        rule = self.rule("health.silence", threshold=24, clear_threshold=1)
        self.look()
        alert = rule.alert_ids.filtered(lambda one: one.connection_id == self.connection)
        self.assertAlmostEqual(alert.value, 30, delta=0.5)
        self.assertTrue(alert.is_on)
        never = rule.alert_ids - alert
        self.assertFalse(never.is_known or never.is_on)  # nothing ever came: nobody knows

    def test_the_last_days_tell_how_often_it_would_have_fired(self):
        self.count(reach=40)
        with Form(self.env["logistics.alert.rule"].with_user(self.boss)) as form:
            form.name = "On time"
            form.metric = "figure.on_time_delivery"
            form.is_below = True
            form.period = "today"
            form.threshold = 60
            form.clear_threshold = 90
            self.assertIn("would have given: 2", form.preview)
            form.threshold = -1
            self.assertIn("would have given: 0", form.preview)
            form.metric = "health.failed"
            self.assertIn("no history", form.preview)

    def test_bounds_that_make_no_sense_are_refused(self):
        for values in (
            {"threshold": 1, "clear_threshold": 2},
            {"is_below": True, "threshold": 2, "clear_threshold": 1},
            {"after_minutes": -1},
            {"width": 0},
            {"band": "late"},
            {"quiet_from": 25},
            {"connection_id": self.foreign.id},
        ):
            with self.subTest(values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.rule(**values)

    def test_who_may_make_rules(self):
        rule = self.rule()
        mine = rule.with_user(self.clerk)
        self.assertTrue(mine.name)
        for act in (lambda: mine.write({"threshold": 3}), mine.action_look, mine.unlink):
            with self.assertRaises(AccessError):
                act()
        self.fail()
        rule.action_look()
        self.assertEqual(mine.firing_count, 1)
        other = new_test_user(
            self.env,
            "southern",
            MANAGER,
            company_id=self.other_company.id,
            company_ids=[(6, 0, self.other_company.ids)],
        )
        self.assertFalse(self.env["logistics.alert.rule"].with_user(other).search([]) & rule)

    def test_a_rule_that_breaks_does_not_silence_the_others(self):
        broken, fine = self.rule(name="Broken", sequence=1), self.rule(name="Fine", sequence=2)
        self.fail()
        metric = type(self.env["logistics.metric"])
        right = metric._now

        def wrong(model, rule):
            if rule.id == broken.id:
                model.env.cr.execute("SELECT 1/0")
            return right(model, rule)

        self.patch(metric, "_now", wrong)
        self.env.flush_all()
        ours = self.assertLogs("odoo.addons.logistics_connector_monitoring", "ERROR")
        cron = self.env.ref("logistics_connector_monitoring.cron_alerts")
        with mute_logger("odoo.sql_db"), ours, self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(fine.firing_count, 1)
        self.assertFalse(broken.alert_ids)

    def test_samples_are_the_mean_of_the_hour(self):
        rule = self.rule("health.waiting", connection_id=self.connection.id, threshold=99)
        samples = self.env["logistics.alert.sample"]
        hour = fields.Datetime.to_datetime("2026-03-02 08:00:00")
        for minutes, value in ((1, 2.0), (30, 4.0), (59, 9.0), (60, 7.0)):
            samples._keep(rule, {self.connection.id: value}, hour + timedelta(minutes=minutes))
        place = self.connection.id
        self.assertEqual(
            samples._at(rule, place, [hour, hour + timedelta(hours=1), hour - timedelta(hours=1)]),
            [5.0, 7.0, None],
        )
        samples._forget_old()
        self.assertEqual(samples._at(rule, place, [hour]), [None])
