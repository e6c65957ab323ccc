"""Flows: what can be set, when messages leave, and the breaker as people see and switch it."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .outgoing import GROUP, OutgoingCommon


@tagged("post_install", "-at_install")
class TestFlow(OutgoingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user("out_admin", GROUP + "admin")
        cls.flow = cls.make_flow()

    def refused(self, pattern, **values):
        with self.assertRaisesRegex(ValidationError, pattern), self.cr.savepoint():
            self.flow.write(values)

    # -- what can be set ----------------------------------------------------------------------

    def test_addresses_that_cannot_be_called(self):
        for url in (
            "partner.example",
            "ftp://partner.example",
            "https://user:secret@partner.example",
            "https://partner.example/a b",
            "https://{host}",
        ):
            with self.subTest(url):
                self.refused("“Order releases” cannot be used", url=url)
        self.refused("cannot be used", ask_url="ftp://partner.example")
        self.flow.url = "https://partner.example/{key}?id={id}"

    def test_what_is_filled_in_cannot_choose_whom_we_call(self):
        for url in ("https://{key}.example/", "https://{key}/", "https://a{id}.example/"):
            with self.subTest(url):
                self.refused("host", url=url)

    def test_texts_that_nobody_understands_are_shown(self):
        self.refused("Order releases: “soon” is no pause", retry_schedule="5s soon")
        self.refused("Order releases: “25:00” is no time", cadence="times", times="06:00 25:00")
        self.refused("no time of the day", cadence="times", times=False)
        self.flow.write({"cadence": "every", "times": "nonsense that is not used"})

    def test_numbers_out_of_bounds(self):
        for name, wrong in (
            ("timeout", 0),
            ("timeout", 301),
            ("minutes", 0),
            ("senders", 9),
            ("give_up_hours", 0),
            ("breaker_limit", -1),
            ("breaker_pause", 0),
            ("breaker_longest", 86401),
        ):
            with self.subTest(name):
                self.refused("must be between", **{name: wrong})
        self.flow.breaker_limit = 0

    def test_who_asks_needs_an_address(self):
        self.refused("needs an address to ask", repeat="ask")
        self.flow.write({"repeat": "ask", "ask_url": "https://partner.example/{id}"})

    @mute_logger("odoo.sql_db")
    def test_a_code_is_one_of_a_kind_on_a_connection(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_flow()
        other = self.make_connection(name="other")
        self.make_flow(other)
        self.assertEqual(self.connection._flow("release"), self.flow)
        self.assertFalse(self.connection._flow("unknown"))

    def test_a_flow_that_was_used_stays(self):
        self.enqueue(self.flow)
        with self.assertRaisesRegex(UserError, "Archive it"), self.cr.savepoint():
            self.flow.unlink()
        self.make_flow(code="unused").unlink()

    def test_a_negative_rate_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "negative"), self.cr.savepoint():
            self.connection.send_rate = -1

    # -- who may ------------------------------------------------------------------------------

    def test_only_administrators_set_flows(self):
        self.flow.with_user(self.admin).name = "Releases"
        for user in (self.clerk, self.manager):
            self.assertEqual(self.flow.with_user(user).name, "Releases")
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.flow.with_user(user).name = "x"

    def test_flows_of_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        flow = self.make_flow(self.make_connection(company=company))
        self.flow.with_user(self.manager).action_stop()
        flow.action_stop()
        flows = self.env["logistics.flow"].with_user(self.manager)
        found = flows.search([("id", "in", (flow | self.flow).ids)])
        self.assertEqual(found, self.flow)
        for model in ("logistics.breaker", "logistics.breaker.change"):
            seen = self.env[model].with_user(self.manager).search([])
            breakers = seen if model == "logistics.breaker" else seen.breaker_id
            self.assertIn(self.flow, breakers.flow_id)
            self.assertNotIn(flow, breakers.sudo().flow_id)
        with self.assertRaises(AccessError):
            flow.with_user(self.manager).action_stop()

    # -- when ---------------------------------------------------------------------------------

    def test_departures_in_the_partners_zone(self):
        now = datetime(2026, 7, 10, 12, 3)
        self.assertEqual(self.flow._departure(now), now)
        self.flow.write({"cadence": "every", "minutes": 15})
        self.assertEqual(self.flow._departure(now), datetime(2026, 7, 10, 12, 15))
        self.connection.tz = "Europe/Amsterdam"
        self.flow.write({"cadence": "times", "times": "06:00 14:30"})
        self.assertEqual(self.flow._departure(now), datetime(2026, 7, 10, 12, 30))
        self.connection.tz = "America/New_York"
        self.assertEqual(self.flow._departure(now), datetime(2026, 7, 10, 18, 30))

    # -- stop and start -----------------------------------------------------------------------

    def test_managers_stop_and_start_and_others_do_not(self):
        with self.assertRaisesRegex(UserError, "Only managers"):
            self.flow.with_user(self.clerk).action_stop()
        flow = self.flow.with_user(self.manager)
        flow.action_stop()
        self.assertEqual(flow.breaker_state, "stopped")
        self.assertIn(self.manager.name, flow.breaker_text)
        self.assertFalse(self.outages(self.flow), "whoever stopped it knows")
        with self.assertRaisesRegex(UserError, "Only managers"):
            self.flow.with_user(self.clerk).action_start_again()
        flow.action_start_again()
        self.assertEqual((flow.breaker_state, flow.breaker_text), ("closed", False))
        told = [(change.before, change.state, change.user_id) for change in flow.change_ids]
        user = self.manager
        self.assertEqual(told, [("stopped", "closed", user), ("closed", "stopped", user)])
        flow.action_start_again()
        self.assertEqual(len(flow.change_ids), 2, "nothing changed")

    def test_starting_again_resolves_the_exception_and_hurries_what_waited(self):
        message = self.enqueue(self.flow)
        self.call(self.flow, "trouble", "503")
        self.call_gone()
        case = self.outages(self.flow)
        self.assertEqual((len(case), case.company_id), (1, self.company))
        self.assertGreater(message.next_try_at, fields.Datetime.now())
        self.flow.with_user(self.manager).action_start_again()
        self.assertFalse(case.is_open)
        self.assertLess(message.next_try_at, fields.Datetime.now() + timedelta(seconds=2))

    def call_gone(self):
        self.enqueue(self.flow)
        return self.call(self.flow, "gone", "410")

    def test_an_error_of_our_own_pauses_and_never_starts_what_was_stopped(self):
        breakers = self.env["logistics.breaker"].sudo()
        breakers._switch(self.flow, "open", "Our own error")
        self.assertEqual(self.flow.breaker_state, "open")
        left = self.breaker(self.flow).probe_at - fields.Datetime.now()
        self.assertAlmostEqual(left, timedelta(minutes=1), delta=timedelta(seconds=10))
        self.flow.with_user(self.manager).action_stop()
        breakers._switch(self.flow, "open", "Our own error")
        self.assertEqual(self.flow.breaker_state, "stopped")

    def test_nobody_writes_the_history_of_a_breaker(self):
        self.flow.with_user(self.manager).action_stop()
        change = self.flow.change_ids
        breaker = self.breaker(self.flow)
        values = {"breaker_id": breaker.id, "before": "closed", "state": "open"}
        for user in (self.clerk, self.manager, self.admin, self.service):
            with self.subTest(user.login):
                mine = change.with_user(user)
                for forbidden in (
                    lambda mine=mine: mine.create(values),
                    lambda mine=mine: mine.write({"reason": "x"}),
                    lambda mine=mine: mine.unlink(),
                    lambda user=user: breaker.with_user(user).write({"state": "closed"}),
                    lambda user=user: breaker.with_user(user).unlink(),
                    lambda user=user: self.flow.with_user(user).write(
                        {"breaker_ids": [(1, breaker.id, {"state": "closed"})]}
                    ),
                ):
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        forbidden()

    def test_how_many_wait(self):
        for state in ("pending", "scheduled", "sending", "delivered", "dead"):
            self.put(self.enqueue(self.flow), state=state)
        flow = self.flow.with_user(self.clerk)
        self.assertEqual(flow.waiting_count, 3)
        action = flow.action_view_messages()
        self.assertEqual(action["context"], {"search_default_to_send": 1})
        self.assertEqual(self.env["logistics.message"].search_count(action["domain"]), 5)
