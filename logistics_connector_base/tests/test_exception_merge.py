"""Several cases of one story, worked as one; and what detectors do with them afterwards."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from .common import InboxCommon
from .desks import DeskCommon


@tagged("post_install", "-at_install")
class TestExceptionMerge(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls.env["logistics.shipment"].create({"issuer": "ups"})

    def report(self, key, **values):
        return super().report(key, **{"shipment_id": self.shipment.id, **values})

    def heal(self, key):
        self.env["logistics.exception"]._resolve_keys([key], "healed")

    def merge(self, cases, survivor=None, user=None):
        cases = cases.with_user(user or self.worker)
        action = cases.action_merge()
        wizard = self.env[action["res_model"]].with_user(user or self.worker)
        with Form(wizard.with_context(**action["context"])) as form:
            if survivor:
                form.survivor_id = survivor
        shown = form.record.action_merge()
        return self.env["logistics.exception"].browse(shown["res_id"])

    def test_the_gravest_goes_on_and_counts_for_all(self):
        one = self.report("a", type="unknown_shipment")
        two = self.report("b")
        self.report("b")
        one.first_seen_at -= timedelta(days=2)
        first = one.first_seen_at
        survivor = self.merge(one | two)
        self.assertEqual(survivor, two)
        self.assertEqual((one.state, one.is_open, one.duplicate_of_id), ("duplicate", False, two))
        self.assertEqual((two.occurrence_count, two.first_seen_at), (3, first))
        self.assertEqual(one.closed_by_id, self.worker)

    def test_the_next_run_of_the_detector_does_not_undo_it(self):
        one, two = self.report("a"), self.report("b")
        self.merge(one | two, two)
        self.assertEqual(self.report("a"), two, "it counts on the one that goes on")
        self.assertEqual((two.occurrence_count, one.occurrence_count), (3, 2))
        self.assertFalse(one.is_open)
        self.assertFalse(two.reopen_count)

    def test_it_is_over_when_the_trouble_of_all_is(self):
        one, two, three = self.report("a"), self.report("b"), self.report("c")
        self.merge(one | two | three, two)
        self.heal("b")
        self.assertTrue(two.is_open, "the others are not over")
        self.heal("a")
        self.report("b")
        self.heal("c")
        self.assertTrue(two.is_open, "its own came back meanwhile")
        self.heal("b")
        self.assertEqual((two.state, two.outcome), ("resolved", "healed"))

    def test_the_last_duplicate_to_heal_closes_it(self):
        one, two = self.report("a"), self.report("b")
        self.merge(one | two, two)
        self.heal("b")
        self.heal("a")
        self.assertEqual(two.state, "resolved")
        self.assertEqual(self.report("a"), two, "and what comes back soon opens it again")
        self.assertEqual((two.is_open, two.reopen_count), (True, 1))

    def test_a_duplicate_of_what_was_dismissed_comes_back_as_a_new_case(self):
        one, two = self.report("a"), self.report("b")
        self.merge(one | two, two)
        two.with_user(self.worker)._close("dismissed", "not ours")
        self.assertNotIn(self.report("a"), one | two)

    def test_merged_by_mistake(self):
        one, two = self.report("a"), self.report("b")
        self.merge(one | two, two)
        self.report("a")
        one.with_user(self.worker).action_unmerge()
        self.assertEqual((one.state, one.duplicate_of_id.id), ("new", False))
        self.assertEqual((one.occurrence_count, two.occurrence_count), (2, 1))
        self.assertEqual(self.report("a"), one)

    def test_what_was_merged_before_goes_along_and_comes_out_whole(self):
        one, two, three = self.report("a"), self.report("b"), self.report("c")
        self.report("a")
        self.merge(one | two, two)
        self.merge(two | three, three)
        self.assertEqual(three.duplicate_ids, one | two)
        self.assertEqual((one | two | three).mapped("occurrence_count"), [2, 1, 4])
        one.with_user(self.worker).action_unmerge()
        two.with_user(self.worker).action_unmerge()
        self.assertEqual((one | two | three).mapped("occurrence_count"), [2, 1, 1])

    def test_only_what_belongs_together(self):
        other = self.env["logistics.shipment"].create({"issuer": "ups"})
        with self.assertRaisesRegex(UserError, "of one shipment"):
            self.merge(self.report("a") | self.report("b", shipment_id=other.id))
        with self.assertRaisesRegex(UserError, "of one shipment"):
            self.merge(self.report("c", shipment_id=False) | self.report("d", shipment_id=False))
        with self.assertRaisesRegex(UserError, "decision of its own"):
            self.merge(self.report("a") | self.report("e", type="quarantined_time"))
        with self.assertRaisesRegex(UserError, "at least two"):
            self.report("a").action_merge()

    def test_only_of_one_company(self):
        far = self.report("f", company_id=self.elsewhere.id, shipment_id=False)
        near = self.report("a", shipment_id=False)
        manager = self.manager.with_company(self.company)
        with self.assertRaisesRegex(UserError, "different companies"):
            near.with_user(manager)._merge_into(far)
        self.assertTrue(near.is_open and far.is_open)

    def test_a_closed_one_is_no_part_of_it(self):
        one, two = self.report("a"), self.report("b")
        self.heal("a")
        with self.assertRaisesRegex(UserError, "closed already"):
            (one | two).with_user(self.worker).action_merge()

    def test_all_or_none(self):
        one, two = self.report("a"), self.report("b")
        bad = self.report("e", type="quarantined_time")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.merge(one | two | bad, one)
        self.assertTrue(two.is_open and two.occurrence_count == 1 and one.occurrence_count == 1)


@tagged("post_install", "-at_install")
class TestMergedEvidence(InboxCommon):
    def test_messages_and_events_of_all_are_seen_from_the_one(self):
        user = self.make_user("merge_user", "logistics_connector_base.group_logistics_user")
        connection = self.make_connection()
        for number in ("1ZA", "1ZB"):
            scan = self.scan("MOV_ARRIVED", number=number)
            self.receive(connection, self.message(scan))
        cases = self.exceptions("unknown_shipment").with_user(user)
        events, messages = cases.sample_ids, cases.message_id
        self.assertEqual((len(events), len(messages)), (2, 2))
        (cases - cases[0])._merge_into(cases[0])
        survivor = self.env["logistics.exception"].browse(cases[0].id).with_user(user)
        self.assertEqual(survivor.sample_ids, events)
        self.assertEqual(survivor._messages(), messages)
        # The shipment of the one that was merged appears: nothing of the other is decided by it.
        self.make_shipment("1ZB")
        self.work_inbox()
        self.assertTrue(survivor.is_open)
        self.make_shipment("1ZA")
        self.work_inbox()
        self.assertEqual(survivor.state, "resolved")
        self.assertLessEqual(survivor.closed_at, fields.Datetime.now())
