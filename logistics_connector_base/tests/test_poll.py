"""What an administrator sets up, who sees and may what, and what is asked at all."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..polling import lanes
from .polling import FEED_URL, GROUP, TRACK_URL, PollingCommon


@tagged("post_install", "-at_install")
class TestPoll(PollingCommon):
    def due(self):
        self.env.flush_all()
        return [poll_id for poll_id, _askers in lanes.due_polls(self.env.cr)]

    def test_what_cannot_be(self):
        for values in (
            {"url": "https://partner.example/?api_key=abc"},
            {"url": "ftp://partner.example"},
            {"url": ""},
            {"shortest_minutes": 0},
            {"shortest_minutes": 60, "longest_minutes": 30},
            {"overlap_minutes": -1},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.make_poll(**values)
        epcis = self.env.ref("logistics_connector_base.provider_epcis")
        with self.assertRaises(ValidationError):
            self.make_poll("shipment", self.make_connection(epcis))

    def test_a_connection_for_tests_never_asks_the_live_system(self):
        test = self.make_connection(name="test", environment="test")
        with self.assertRaises(ValidationError):
            self.make_poll("shipment", test)
        poll = self.make_poll("shipment", test, url="https://test.example/track")
        with self.assertRaises(ValidationError):
            poll.url = f"{TRACK_URL}/v2"
        live = self.make_poll("shipment")
        self.connection.environment = "test"
        with self.assertRaises(UserError):
            self.ask(live)

    def test_only_live_connections_are_asked(self):
        poll = self.make_poll()
        self.assertEqual(self.due(), [poll.id])
        for state in ("draft", "approval", "suspended", "retired"):
            self.connection.state = state
            self.assertFalse(self.due(), state)
        self.connection.state = "parallel"
        self.assertEqual(self.due(), [poll.id])
        poll.active = False
        self.assertFalse(self.due())

    def test_what_is_due_starts_one_job(self):
        poll = self.make_poll()
        jobs = self.env["queue.job"].search_count([])
        for _time in range(2):
            self.assertTrue(self.env["logistics.sweeper"]._wake())
        self.assertEqual(self.env["queue.job"].search_count([]), jobs + 1)
        self.assertLessEqual(self.env["logistics.sweeper"]._due_in(), 0)
        self.ask(poll)
        self.assertFalse(self.env["logistics.sweeper"]._wake())
        self.assertGreater(self.env["logistics.sweeper"]._due_in(), 60)

    def test_a_poll_that_asks_nothing_says_why(self):
        poll = self.make_poll("shipment")
        shipment = self.make_shipment("1Z1", issuer="canonical").with_user(self.clerk)
        self.assertFalse(poll.held_by or shipment.ask_held_by)
        poll.with_user(self.manager).action_stop()
        shipment.invalidate_recordset()
        self.assertIn("stopped", shipment.ask_held_by)
        self.connection.state = "draft"
        shipment.invalidate_recordset()
        self.assertIn("not live", poll.with_user(self.clerk).held_by)
        self.assertIn("not live", shipment.ask_held_by)

    def test_who_was_served_longest_ago_comes_first(self):
        polls = [self.make_poll() for _number in range(3)]
        for poll, ago in zip(polls, ("-1 minute", "-3 minutes", "-2 minutes"), strict=True):
            self.put(self.progress(poll), last_success_at=ago)
        first, second, third = polls
        self.assertEqual(self.due(), [second.id, third.id, first.id])
        self.put(self.progress(second), last_failure_at="-1 second")
        new = self.make_poll()
        self.assertEqual(self.due(), [new.id, third.id, first.id, second.id])

    def test_due_shipments_are_found_by_an_index(self):
        poll = self.make_poll("shipment")
        shipment = self.make_shipment("1Z1", issuer="canonical")
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO logistics_shipment (name, company_id, mode, state, issuer) "
            "SELECT 'S' || n, %s, 'parcel', 'in_transit', 'canonical' "
            "FROM generate_series(1, 5000) n",
            (self.company.id,),
        )
        self.env.cr.execute(
            "INSERT INTO logistics_poll_shipment (poll_id, shipment_id, company_id, begun_at, "
            "next_at, quiet, unknown, asks, is_forced) SELECT %s, id, company_id, now(), "
            "CASE WHEN id %% 10 = 0 THEN now() + interval '1 hour' END, 0, 0, 0, FALSE "
            "FROM logistics_shipment WHERE id <> %s AND name LIKE 'S%%'",
            (poll.id, shipment.id),
        )
        self.env.cr.execute("ANALYZE logistics_poll_shipment")
        for query in (lanes.DUE, lanes.NEXT):
            # The module's own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute("EXPLAIN " + query)
            plan = "\n".join(row[0] for row in self.env.cr.fetchall())
            self.assertIn("logistics_poll_shipment_due", plan)
            self.assertNotIn("Seq Scan on logistics_poll_shipment", plan)

    def test_who_may_what(self):
        poll = self.make_poll()
        admin = self.make_user("poll_admin", GROUP + "admin")
        with self.assertRaises(AccessError):
            poll.with_user(self.manager).overlap_minutes = 5
        with self.assertRaises(UserError):
            poll.with_user(self.clerk).action_stop()
        poll.with_user(admin).overlap_minutes = 5
        poll.with_user(self.manager).action_stop()
        self.assertEqual(poll.with_user(self.clerk).state, "stopped")
        self.assertFalse(self.outages(poll))  # whoever stopped it knows
        poll.with_user(self.manager).action_start_again()
        poll.with_user(self.manager).action_read_now()
        self.assertEqual(self.due(), [poll.id])
        bodies = poll.message_ids.mapped("body")
        self.assertTrue(any("Stopped by" in body for body in bodies))

    def test_another_companys_polls_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = self.make_user("poll_stranger", GROUP + "admin", company=company)
        poll = self.make_poll("shipment")
        shipment = self.make_shipment("1Z1", issuer="canonical")
        self.assertTrue(self.row(shipment).with_user(self.clerk).read(["next_at"]))
        for record in (poll, self.progress(poll), self.row(shipment)):
            found = record.with_user(stranger).search([("id", "=", record.id)])
            self.assertFalse(found, record)

    def test_changes_are_written_down(self):
        poll = self.make_poll()
        self.flush_tracking()
        poll.overlap_minutes = 90
        self.flush_tracking()
        values = self.env["mail.tracking.value"].search(
            [("mail_message_id.model", "=", "logistics.poll"), ("new_value_integer", "=", 90)]
        )
        self.assertEqual(len(values), 1)

    def test_who_is_only_asked_needs_no_address(self):
        connection = self.make_connection(name="bare", state="draft")
        self.assertTrue(connection.missing_for_live)
        self.make_poll(connection=connection)
        self.assertFalse(connection.missing_for_live)
        connection.action_go_live()
        self.assertEqual(connection.state, "live")

    def test_the_form_proposes_what_the_provider_says(self):
        poll = self.env["logistics.poll"].new(
            {"connection_id": self.connection.id, "kind": "shipment"}
        )
        poll._onchange_connection_id()
        self.assertEqual(poll.url, TRACK_URL)
        self.assertTrue(poll.name)
        self.assertTrue(self.connection.can_be_asked)
        self.assertFalse(poll.url == FEED_URL)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.flush()
