"""Deciding on what was billed: alone, in bulk, by two people, and written down for good."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_audit import AuditCommon
from .test_freight_files import AUDITOR, USER

APPROVER = "logistics_connector_freight_audit.group_freight_approver"


@tagged("post_install", "-at_install")
class TestFreightDecide(AuditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"freight_line_limit": 3.0, "freight_bill_limit": 100000.0})
        cls.approver = cls.make_user("approver", APPROVER, cls.company)
        cls.clerk = cls.make_user("clerk", USER, cls.company)

    def setUp(self):
        super().setUp()
        self.ship(Book(5, 20))
        book = Book(5, 20, errors={"residential_wrong": 1, "weight_up": 1, "fuel_wrong": 1})
        self.bill = self.audited(book, invoices=1).with_user(self.auditor)
        self.lines = self.bill.shipment_line_ids
        self.differing = self.lines.filtered("stake_amount")

    def of(self, *verdicts):
        return self.lines.filtered(lambda line: line.verdict in verdicts)

    def decide(self, lines, decision, reason="We looked into it.", user=None, **values):
        wizard = (
            self.env["logistics.freight.decide"]
            .with_user(user or self.auditor)
            .create({"line_ids": lines.ids, "decision": decision, "reason": reason, **values})
        )
        return wizard.action_decide()

    def test_clean_ones_are_approved_together(self):
        clean = self.of("clean", "tolerance")
        self.assertEqual(self.bill.clean_count, len(clean))
        self.bill.action_approve_clean()
        self.assertEqual(set(clean.mapped("decision")), {"approved"})
        self.assertEqual(clean.decided_by_id, self.auditor)
        self.assertFalse(self.differing.filtered("decision"))
        self.assertEqual(self.bill.state, "open")
        with self.assertRaisesRegex(UserError, "Nothing clean"):
            self.bill.action_approve_clean()

    def test_what_differs_needs_a_reason(self):
        over = self.differing[0]
        action = over.action_approve()
        self.assertEqual(action["res_model"], "logistics.freight.decide")
        self.assertFalse(over.decision)
        with self.assertRaisesRegex(UserError, "Say why"):
            over._decide("approved", "  ")
        with self.assertRaisesRegex(UserError, "Say why"):
            self.of("clean")[0]._decide("disputed", "")

    def test_disputed_in_bulk_is_paid_short(self):
        over = self.differing
        self.decide(over, "disputed")
        for line in over:
            self.assertEqual(line.disputed_amount, line.stake_amount)
            self.assertAlmostEqual(line.pay_amount, line.billed_amount - line.stake_amount)
        self.bill.action_approve_clean()
        self.assertEqual(self.bill.state, "decided")
        disputed = sum(over.mapped("stake_amount"))
        self.assertAlmostEqual(self.bill.disputed_amount, disputed)
        self.assertAlmostEqual(self.bill.pay_amount, self.bill.amount_net - disputed)

    def test_disputed_and_paid_in_full(self):
        line = self.differing[0]
        self.decide(line, "disputed", is_short=False, disputed_amount=1.0)
        self.assertEqual((line.disputed_amount, line.pay_amount), (1.0, line.billed_amount))

    def test_no_more_is_disputed_than_billed(self):
        line = self.differing[0]
        for amount in (0.0, -1.0, line.billed_amount + 0.01):
            with self.subTest(amount), self.assertRaises(UserError), self.cr.savepoint():
                self.decide(line, "disputed", disputed_amount=amount)
        self.assertFalse(line.decision)
        with self.assertRaisesRegex(UserError, "nothing is at stake"):
            self.decide(self.of("clean")[:2], "disputed")

    def test_above_the_limit_a_second_person_confirms(self):
        line = max(self.differing, key=lambda one: one.stake_amount)
        self.assertGreater(line.stake_amount, 3)
        self.decide(line, "approved", user=self.approver)
        self.assertTrue(line.is_waiting)
        rest = self.differing - line
        self.decide(rest, "disputed")
        self.bill.action_approve_clean()
        self.assertEqual(self.bill.state, "open", "somebody is waited for")
        with self.assertRaisesRegex(AccessError, "approvers"):
            line.with_user(self.auditor).action_confirm()
        with self.assertRaisesRegex(UserError, "yourself"):
            line.with_user(self.approver).action_confirm()
        second = self.make_user("second", APPROVER, self.company)
        line.with_user(second).action_confirm()
        self.assertEqual((line.is_waiting, line.second_by_id), (False, second))
        self.assertEqual(self.bill.state, "decided")
        with self.assertRaisesRegex(UserError, "waits for nobody"):
            line.with_user(second).action_confirm()

    def test_the_second_person_may_refuse(self):
        line = max(self.differing, key=lambda one: one.stake_amount)
        self.decide(line, "approved")
        line.with_user(self.approver).action_refuse()
        self.assertFalse(line.decision)
        said = line.decision_ids.mapped("what")
        self.assertEqual(said, ["refused", "approved"])

    def test_below_the_limit_and_without_four_eyes_nobody_is_waited_for(self):
        small = min(self.differing, key=lambda one: one.stake_amount)
        self.assertLess(small.stake_amount, 3)
        self.decide(small, "approved")
        self.assertFalse(small.is_waiting)
        self.company.freight_four_eyes = False
        large = max(self.differing, key=lambda one: one.stake_amount)
        self.decide(large, "approved")
        self.assertFalse(large.is_waiting)

    def test_a_large_bill_is_approved_by_somebody_else(self):
        self.company.freight_bill_limit = 10
        self.decide(self.differing, "disputed", user=self.approver)
        self.bill.action_approve_clean()
        self.assertEqual(self.bill.state, "to_approve")
        with self.assertRaises(AccessError):
            self.bill.action_approve_bill()
        with self.assertRaisesRegex(UserError, "You decided on parts"):
            self.bill.with_user(self.approver).action_approve_bill()
        second = self.make_user("second", APPROVER, self.company)
        self.bill.with_user(second).action_refuse_bill()
        self.assertEqual(self.bill.state, "open")
        line = self.of("clean")[0]
        line.action_undo()
        line.action_approve()
        self.assertEqual(self.bill.state, "to_approve")
        self.bill.with_user(second).action_approve_bill()
        self.assertEqual((self.bill.state, self.bill.approved_by_id), ("decided", second))

    def test_undone_is_open_again_and_stays_written(self):
        self.bill.action_approve_clean()
        line = self.of("clean")[0]
        line.action_undo()
        self.assertFalse(line.decision or line.decided_by_id or line.pay_amount)
        self.assertEqual(line.decision_ids.mapped("what"), ["undone", "approved"])
        said = line.decision_ids[0]
        with self.assertRaises(AccessError):
            said.unlink()
        for act in (lambda: said.sudo().write({"reason": "x"}), said.sudo().unlink):
            with self.assertRaises(UserError), self.cr.savepoint():
                act()

    def test_nothing_is_decided_twice(self):
        line = self.differing[0]
        self.decide(line, "disputed")
        with self.assertRaisesRegex(UserError, "decided already"):
            self.decide(line, "approved")

    def test_only_auditors_of_the_company_decide(self):
        line = self.of("clean")[0]
        with self.assertRaises(AccessError):
            line.with_user(self.clerk).action_approve()
        stranger = self.make_user("stranger", AUDITOR, self.other)
        with self.assertRaises(AccessError):
            line.with_user(stranger).action_approve()
        with self.assertRaises(AccessError):
            self.bill.with_user(stranger).action_approve_clean()
        with self.assertRaises(AccessError):
            line.with_user(self.auditor).write({"decision": "approved"})

    def test_a_decided_line_keeps_its_match_and_its_verdict(self):
        line = self.differing[0]
        self.decide(line, "disputed")
        before = line.verdict, line.shipment_id, line.audited_at
        with self.assertRaisesRegex(UserError, "decided already"):
            line._choose(self.of("clean")[0].shipment_id)
        self.bill.action_audit()
        self.work()
        self.assertEqual((line.verdict, line.shipment_id, line.audited_at), before)
        self.assertEqual(line.decision, "disputed")
