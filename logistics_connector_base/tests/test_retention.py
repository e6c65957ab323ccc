"""Bodies go when their time is over; keys, events and what waits stay. (That the purge works in
transactions of its own, and beside a drain, is what trial 9 of the exam shows.)"""

from datetime import datetime, timedelta

from odoo import fields
from odoo.addons.logistics_connector_base.models.privacy import logistics_retention_run
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"


@tagged("post_install", "-at_install")
class TestRetention(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(retention_days=30)
        cls.shipment = cls.make_shipment("1Z999")
        cls.runs = cls.env["logistics.retention.run"]
        cls.manager = cls.make_user("retention_manager", GROUP + "manager")
        cls.old = fields.Datetime.now() - timedelta(days=31)

    def old_message(self, body, connection=None, **options):
        return self.receive(connection or self.connection, body, at=self.old, **options)

    def purge(self):
        """What the cron does, in this transaction."""
        self.env.flush_all()
        rules = self.env["logistics.connection"].search([])._retention_rules()
        held, upto = self.runs._held_messages(), self.runs._newest_due(rules)
        bodies = self.runs._purge_bodies(rules, held, upto)
        records = self.runs._purge_records(rules, held, upto)
        self.env.invalidate_all()
        return {row[0] for row in bodies}, {row[0] for row in records}

    def test_old_bodies_go_and_keys_and_events_stay(self):
        old = self.old_message(self.message(self.scan("MOV_ARRIVED")))
        new = self.receive(
            self.connection,
            self.message(self.scan("DLV_OUT")),
            at=fields.Datetime.now() - timedelta(days=29),
        )
        keys = self.env["logistics.message.key"].search_count([])
        self.assertEqual(self.purge(), ({old.id}, set()))
        self.assertTrue(old.purged_at and not old.has_body and not old.body_text)
        self.assertFalse(old.headers_text)
        self.assertTrue(new.has_body and not new.purged_at)
        self.assertEqual(self.env["logistics.message.key"].search_count([]), keys)
        self.assertEqual(len(self.shipment.event_ids), 2)
        self.assertEqual(self.purge(), (set(), set()), "once")

    def test_a_copy_of_a_purged_message_is_a_duplicate(self):
        body = self.message(self.scan("DLV_DELIVERED", documents=[self.document(b"%PDF-1.4 x")]))
        first = self.old_message(body)
        self.purge()
        before = (len(self.shipment.event_ids), len(self.shipment.document_ids))
        again = self.receive(self.connection, body)
        self.assertEqual((again, again.duplicate_count), (first, 1))
        self.assertEqual((len(self.shipment.event_ids), len(self.shipment.document_ids)), before)
        self.assertFalse(first.has_body, "the body does not come back")

    def test_what_waits_or_failed_is_not_touched(self):
        parked = self.old_message(self.message(self.scan("DLV_OUT", number="1Z000")))
        failed = self.old_message(b"<not json/>")
        received = self.old_message(self.message(self.scan("DLV_OUT")), work=False)
        self.assertEqual(parked.state + failed.state + received.state, "parkeddeadreceived")
        self.assertEqual(self.purge(), (set(), set()))
        self.company.logistics_unfinished_days = 32
        self.assertEqual(self.purge(), (set(), set()), "not yet")
        self.company.logistics_unfinished_days = 30
        self.assertEqual(self.purge(), ({failed.id}, set()), "a longer age of their own")
        self.assertTrue(parked.has_body and received.has_body)
        shipment = self.make_shipment("1Z000")
        self.work_inbox()
        self.assertEqual((parked.state, shipment.state), ("processed", "out_for_delivery"))

    def test_a_connections_own_age_wins_over_the_companys(self):
        default = self.make_connection(name="default")
        self.company.logistics_body_days = 90
        message = self.old_message(self.message(self.scan("MOV_ARRIVED")), default)
        self.assertIn("90", default.retention_text)
        self.assertEqual(self.purge()[0], set())
        self.company.logistics_body_days = 0
        self.assertIn("for ever", default.retention_text)
        self.assertEqual(self.purge()[0], set())
        self.company.logistics_body_days = 30
        self.assertEqual(self.purge()[0], {message.id})

    def test_a_legal_hold_keeps_everything(self):
        held = self.make_connection(name="held", retention_days=1, retention_hold=True)
        self.old_message(self.message(self.scan("MOV_ARRIVED")), held)
        self.assertIn("legal hold", held.retention_text)
        self.old_message(self.message(self.scan("MOV_DEPARTED")))
        self.shipment.retention_hold = True
        self.assertEqual(self.purge(), (set(), set()))
        self.shipment.retention_hold = False
        self.assertEqual(len(self.purge()[0]), 1, "the connection's hold is left")

    def test_old_records_go_and_copies_are_still_known(self):
        self.company.logistics_record_days = 30
        body = self.message(self.scan("MOV_ARRIVED"))
        message = self.old_message(body)
        failed = self.old_message(b"<not json/>")
        self.assertEqual(self.purge()[1], {message.id})
        self.assertTrue(failed.exists())
        self.assertEqual(len(self.shipment.event_ids), 1)
        self.assertFalse(self.shipment.event_ids.message_id)
        before = self.env["logistics.message"].search_count([])
        self.assertFalse(self.receive(self.connection, body), "no new message")
        self.assertEqual(self.env["logistics.message"].search_count([]), before)

    def test_retry_says_that_the_body_is_gone_and_replay_skips_it(self):
        old = self.old_message(self.message(self.scan("MOV_ARRIVED")))
        self.purge()
        new = self.receive(
            self.connection, self.message(self.scan("DLV_OUT")), at=fields.Datetime.now()
        )
        with self.assertRaisesRegex(UserError, "deleted"):
            old.with_user(self.manager).action_retry()
        (old | new).with_user(self.manager).action_retry()
        self.assertEqual((old.state, new.state), ("processed", "received"))
        self.work_inbox()
        self.assertEqual(new.state, "processed")

    def test_each_run_leaves_a_line_for_each_connection(self):
        self.old_message(self.message(self.scan("MOV_ARRIVED")))
        rules = self.connection._retention_rules(datetime(2026, 5, 31))
        (line,) = self.runs._write_lines(rules, {self.connection.id: 7}, {}, True)
        self.assertEqual((line.body_count, line.record_count, line.is_complete), (7, 0, True))
        self.assertEqual(line.bodies_until, datetime(2026, 5, 1))
        self.assertEqual(self.connection.with_user(self.manager).retention_run_ids, line)

    def test_a_negative_age_is_refused(self):
        with self.assertRaisesRegex(Exception, "days"), self.cr.savepoint():
            self.connection.retention_days = -1
            self.env.flush_all()

    def test_many_are_purged_in_batches(self):
        expected = {
            self.old_message(self.message(self.scan("MOV_ARRIVED", raw_sub_code=str(n)))).id
            for n in range(5)
        }
        self.env.flush_all()
        rules = self.connection._retention_rules()
        upto, found, after = self.runs._newest_due(rules), set(), 0
        self.patch(logistics_retention_run, "BATCH", 2)
        sizes = []
        while rows := self.runs._purge_bodies(rules, [], upto, after):
            sizes.append(len(rows))
            found |= {row[0] for row in rows}
            after = max(row[0] for row in rows)
        self.assertEqual((sizes, found), ([2, 2, 1], expected))
