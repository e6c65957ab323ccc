"""The limits of a connection: settings, counts, exceptions, and the arithmetic in SQL."""

import random
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..core.token_bucket import Rate, draw
from ..intake import clerk, gate, limits, store
from .common import InboxCommon


@tagged("post_install", "-at_install")
class TestLimits(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection()
        cls.user = cls.make_user("limits_user", "logistics_connector_base.group_logistics_user")

    def on_the_tests_cursor(self):
        def execute(_dbname, query, parameters):
            # One of our own constants.
            # pylint: disable-next=sql-injection
            self.env.cr.execute(query, parameters)
            return self.env.cr.fetchone() if self.env.cr.description else None

        return patch.object(store, "_execute", execute)

    def refuse(self, kind="rate", count=1, connection=None):
        key = ((connection or self.connection).id, kind)
        self.env["logistics.refusal"]._record({key: count})

    def reported(self):
        found = self.exceptions("limit_reached")
        return found.filtered(lambda exception: exception.connection_id == self.connection)

    # -- settings -----------------------------------------------------------------------------

    def test_the_intake_gets_them(self):
        self.connection.write(
            {"max_kilobytes": 2, "rate_limit": 5, "rate_burst": 7, "high_water": 9}
        )
        profile = self.connection._make_profile()
        self.assertEqual(profile.limits, limits.Limits(2048, Rate(5, 7), 9))
        self.connection.rate_limit = 0
        self.assertIsNone(self.connection._make_profile().limits.rate)

    def test_settings_that_make_no_sense(self):
        for wrong in (
            {"max_kilobytes": 0},
            {"max_kilobytes": 5121},
            {"max_depth": 0},
            {"max_depth": 65},
            {"rate_limit": -1},
            {"high_water": -1},
            {"rate_burst": 0},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.connection.write(wrong)

    def test_only_administrators_set_them(self):
        with self.assertRaises(AccessError):
            self.connection.with_user(self.user).rate_limit = 1

    # -- the bucket of all processes --------------------------------------------------------------

    def test_the_bucket_in_sql_is_the_one_of_the_core(self):
        rng = random.Random(19)
        for connection_id in range(-40, 0):
            rate = Rate(rng.choice((0.5, 3.0, 100.0)), rng.choice((1.0, 5.0, 500.0)))
            wanted = rng.randint(1, rate.largest_slice)
            with self.on_the_tests_cursor():
                first = limits.draw("", connection_id, rate, wanted)
                self.assertEqual(first[0], wanted)
                self.assertAlmostEqual(first[1], rate.capacity - wanted, 3)
                elapsed = rng.choice((0, 0.3, 2, 10_000))
                # Now is the begin of a statement: the time between two is added.
                self.env.cr.execute(
                    "UPDATE logistics_rate_bucket SET level = level / 2, "
                    "filled_at = statement_timestamp() - make_interval(secs => %s) "
                    "WHERE connection_id = %s",
                    (elapsed, connection_id),
                )
                granted, level = limits.draw("", connection_id, rate, wanted)
            expected = draw(first[1] / 2, elapsed, rate.per_second, rate.capacity, wanted)
            self.assertAlmostEqual(granted + level, sum(expected), delta=0.05 * rate.per_second)
            self.assertLessEqual(granted, wanted)

    def test_a_clock_that_goes_back_gives_nothing(self):
        rate = Rate(10.0, 10.0)
        with self.on_the_tests_cursor():
            limits.draw("", -1, rate, 1)
            self.env.cr.execute(
                "UPDATE logistics_rate_bucket SET level = 0, "
                "filled_at = statement_timestamp() + interval '1 hour' WHERE connection_id = -1"
            )
            self.assertEqual(limits.draw("", -1, rate, 1), (0, 0.0))

    # -- what waits ---------------------------------------------------------------------------

    def test_the_clerk_counts_what_waits(self):
        self.receive(self.connection, self.message(), work=False)
        self.receive(self.connection, self.message(), work=False)
        quiet = clerk.Clerk("")
        self.env["ir.config_parameter"].sudo().set_param(clerk.MARK, "2")
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM logistics_inbox_level")
        with self.on_the_tests_cursor():
            quiet.look()  # makes the row, as after a crash of PostgreSQL
            self.env.cr.execute("UPDATE logistics_inbox_level SET counted_at = '2000-01-01'")
            quiet.look()
        self.assertEqual(quiet.waiting().of(self.connection.id), 2)
        self.assertTrue(quiet.waiting().is_full)
        self.work_inbox()
        self.env.cr.execute("UPDATE logistics_inbox_level SET counted_at = '2000-01-01'")
        with self.on_the_tests_cursor():
            quiet.look()
        self.assertEqual(quiet.waiting().of(self.connection.id), 0)
        self.assertFalse(quiet.waiting().is_full)

    def test_a_mark_that_is_no_number_is_the_default(self):
        self.assertEqual(clerk._number("many"), clerk.DEFAULT_MARK)
        self.assertEqual(clerk._number(None), clerk.DEFAULT_MARK)
        self.assertEqual(clerk._number("0"), 0)

    # -- counts and exceptions ----------------------------------------------------------------

    def test_one_exception_however_often_it_bites(self):
        for count in (3, 4):
            self.refuse(count=count)
        (refusal,) = self.connection.refusal_ids
        self.assertEqual((refusal.kind, refusal.count), ("rate", 7))
        exception = self.reported()
        self.assertEqual(len(exception), 1)
        self.assertEqual(exception.occurrence_count, 7)
        self.assertEqual(exception.connection_id, self.connection)
        self.connection.invalidate_recordset()
        self.assertTrue(self.connection.is_limited)

    def test_each_limit_has_its_own(self):
        for kind in ("rate", "size", "high_water", "full"):
            self.refuse(kind)
        self.assertEqual(len(self.reported()), 4)
        self.assertEqual(len(self.connection.refusal_ids), 4)

    def test_it_is_over_by_itself(self):
        self.refuse()
        sweep = self.env["logistics.refusal"]._sweep
        sweep()
        exception = self.reported()
        self.assertTrue(exception)
        exception.last_seen_at = fields.Datetime.now() - timedelta(minutes=6)
        sweep()
        self.assertEqual(exception.state, "resolved")
        self.refuse()
        self.assertEqual(len(self.reported()), 1)

    def test_old_counts_are_dropped(self):
        self.refuse()
        self.connection.refusal_ids.day = fields.Date.today() - timedelta(days=91)
        self.env["logistics.refusal"]._sweep()
        self.assertFalse(self.connection.refusal_ids)

    def test_a_connection_that_was_deleted_meanwhile(self):
        gone = self.make_connection(name="gone")
        key = (gone.id, "rate")
        gone.unlink()
        self.env["logistics.refusal"]._record({key: 3})
        self.assertFalse(self.env["logistics.refusal"].search([("connection_id", "=", key[0])]))

    def test_only_own_companies_counts_are_shown(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_connection(company=other, name="foreign")
        self.refuse()
        self.refuse(connection=foreign)
        both = [("connection_id", "in", (self.connection | foreign).ids)]
        seen = self.env["logistics.refusal"].with_user(self.user).search(both)
        self.assertEqual(seen.connection_id, self.connection)

    # -- depth --------------------------------------------------------------------------------

    def test_json_that_is_too_deep_is_kept_for_a_person(self):
        self.connection.max_depth = 3
        message = self.receive(self.connection, b'{"a": {"b": {"c": {}}}}')
        self.assertEqual(message.state, "dead")
        self.assertIn("3 levels", message.error_text)

    # -- answers of Odoo itself ---------------------------------------------------------------

    def test_pages_become_problems(self):
        """A stand-in for Odoo: what matters is what comes out for what goes in."""
        for status, headers, expected in (
            ("405 METHOD NOT ALLOWED", [("Content-Type", "text/html"), ("Allow", "POST")], 405),
            ("500 INTERNAL SERVER ERROR", [("Content-Type", "text/html")], 503),
            ("400 BAD REQUEST", [("Content-Type", "text/html")], 400),
            ("404 NOT FOUND", [("Content-Type", "text/html")], 404),
        ):
            begun, content = self.through_the_gate("/logistics/v1/other", status, headers)
            self.assertEqual(begun[0][:3], str(expected))
            kept = dict(begun[1])
            self.assertEqual(kept["Content-Type"], "application/problem+json")
            self.assertEqual("Retry-After" in kept, expected == 503)
            self.assertEqual("Allow" in kept, expected == 405)
            self.assertNotIn(b"<html", content)

    def test_our_own_answers_pass(self):
        headers = [("Content-Type", "application/problem+json"), ("X-Ours", "1")]
        begun, content = self.through_the_gate("/logistics/v1/in/x", "401 UNAUTHORIZED", headers)
        self.assertEqual(begun, ["401 UNAUTHORIZED", headers])
        self.assertEqual(content, b"<html>")

    def test_an_application_that_breaks(self):
        def application(environ, start_response):
            raise RuntimeError

        begun = []
        with self.assertLogs("odoo.addons.logistics_connector_base.intake.gate", "ERROR"):
            gate._answer(
                application, {"PATH_INFO": "/logistics/v1/in/x"}, lambda *a: begun.extend(a)
            )
        self.assertEqual(begun[0][:3], "503")

    def test_it_is_there(self):
        self.assertTrue(gate.is_installed())
        gate.install()  # a second time changes nothing
        self.assertTrue(gate.is_installed())

    def through_the_gate(self, path, status, headers):
        def application(environ, start_response):
            start_response(status, headers)
            return [b"<html>"]

        begun = []
        content = gate._answer(
            application, {"PATH_INFO": path}, lambda *arguments: begun.extend(arguments)
        )
        return begun, b"".join(content)
