"""What keeps a flow or a poll from being called is written down at it, and says no secret."""

import psycopg2
from odoo.tests import TransactionCase, tagged

from ..access import NoAccess
from ..tools.planning import make_plan


@tagged("post_install", "-at_install")
class TestPlanning(TransactionCase):
    def setUp(self):
        super().setUp()
        self.paused = []
        # Of any model with an "active": it is read in a transaction of its own.
        self.record_id = self.env.ref("base.main_partner").id

    def plan(self, make, record_id=None):
        def pause(record, state, reason):
            self.paused.append((record.id, state, reason))

        return make_plan(self.env, "res.partner", record_id or self.record_id, make, pause)

    def fail(self, error):
        def make(_record):
            raise error

        self.assertIsNone(self.plan(make))
        (paused,) = self.paused
        self.assertEqual(paused[0], self.record_id)
        return paused[1:]

    def test_the_plan_of_who_can_be_called(self):
        self.assertEqual(self.plan(lambda record: record.id), self.record_id)
        self.assertFalse(self.paused)

    def test_what_a_person_must_mend_stops_it(self):
        self.assertEqual(
            self.fail(ValueError("The certificate is broken")),
            ("stopped", "The certificate is broken"),
        )

    def test_without_access_it_is_tried_again(self):
        self.assertEqual(
            self.fail(NoAccess("No token came", "unavailable")), ("open", "No token came")
        )

    def test_an_error_of_our_own_is_named_without_its_text(self):
        with self.assertLogs("odoo.addons.logistics_connector_base.tools.planning", "ERROR"):
            said = self.fail(RuntimeError("https://user:s3cret@partner.example"))
        self.assertEqual(said, ("open", "Our own error: RuntimeError"))

    def test_the_databases_trouble_is_not_the_partners(self):
        def make(_record):
            raise psycopg2.OperationalError("gone")

        with self.assertRaises(psycopg2.OperationalError):
            self.plan(make)
        self.assertFalse(self.paused)

    def test_who_is_gone_or_archived_is_left_alone(self):
        archived = self.env["res.users"].with_context(active_test=False)
        archived = archived.search([("active", "=", False)], limit=1).partner_id
        for record_id in (2**30, archived.filtered(lambda one: not one.active).id):
            if record_id:
                self.assertIsNone(self.plan(lambda record: "called", record_id))
        self.assertFalse(self.paused)
