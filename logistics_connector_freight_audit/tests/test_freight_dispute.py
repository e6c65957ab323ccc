"""What is disputed is told to the carrier in time, answered and credited."""

import base64
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book, Item, write_ups

from .test_freight_audit import AuditCommon
from .test_freight_files import AUDITOR


@tagged("post_install", "-at_install")
class TestFreightDispute(AuditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"freight_line_limit": 1000.0, "freight_bill_limit": 100000.0})
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Carrier Ltd", "is_company": True, "email": "claims@carrier.example"}
        )

    def setUp(self):
        super().setUp()
        self.clean = Book(5, 20)
        self.ship(self.clean)
        self.book = Book(5, 20, errors={"residential_wrong": 1, "weight_up": 1})
        self.bill = self.audited(self.book, invoices=1).with_user(self.auditor)
        self.bill.carrier_id.sudo().write({"partner_id": self.vendor.id, "dispute_days": 180})
        self.lines = self.bill.shipment_line_ids.filtered("stake_amount")

    def disputed(self):
        self.lines._decide("disputed", "It was not ordered.")
        return self.bill.dispute_ids

    def send(self, dispute):
        action = dispute.action_send()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.auditor)
            .with_context(**action["context"])
            .create({})
        )
        composer._action_send_mail()
        return composer

    def answer(self, dispute, **values):
        return (
            self.env["logistics.freight.answer"]
            .with_user(self.auditor)
            .create({"dispute_id": dispute.id, **values})
        )

    def credited(self, line, amount, number="CN-1"):
        """A later bill that credits a parcel."""
        parcel = next(one for one in self.book.parcels if one.tracking == line.name)
        book = Book(99, 0)
        book.parcels = [replace(parcel, master="", items=(Item("credit", -amount),))]
        made = write_ups(book, currency="EUR", invoices=1)
        data = made.data.replace(b"0000SIM900", number.encode())
        return self.imported(self.bring(data, f"{number}.csv"))

    def test_one_dispute_for_each_reason_with_a_deadline(self):
        disputes = self.disputed()
        self.assertEqual(set(disputes.mapped("reason")), {"duplicate", "weight"})
        for dispute in disputes:
            self.assertEqual(dispute.state, "draft")
            self.assertEqual(dispute.deadline, self.bill.date + timedelta(days=180))
            self.assertEqual(dispute.activity_ids.date_deadline, dispute.deadline - timedelta(7))
        self.assertAlmostEqual(sum(disputes.mapped("claimed_amount")), self.bill.disputed_amount)

    def test_a_deadline_of_its_own_for_a_reason(self):
        self.env["logistics.freight.carrier.deadline"].create(
            {"carrier_id": self.bill.carrier_id.id, "reason": "weight", "days": 15}
        )
        days = {one.reason: (one.deadline - self.bill.date).days for one in self.disputed()}
        self.assertEqual(days, {"duplicate": 180, "weight": 15})

    def test_undone_leaves_the_draft_and_a_told_one_stays(self):
        disputes = self.disputed()
        weight = disputes.filtered(lambda one: one.reason == "weight")
        weight.line_ids.line_id.action_undo()
        self.assertFalse(weight.exists())
        rest = disputes.exists()
        rest.action_filed()
        with self.assertRaisesRegex(UserError, "was told"):
            rest.line_ids.line_id.action_undo()
        with self.assertRaises(UserError):
            rest.sudo().unlink()

    def test_sent_with_the_evidence_it_is_filed(self):
        dispute = self.disputed().filtered(lambda one: one.reason == "weight")
        self.send(dispute)
        self.assertEqual(dispute.state, "filed")
        message = dispute.message_ids.filtered("attachment_ids")[:1]
        self.assertEqual(message.notified_partner_ids | message.partner_ids, self.vendor)
        names = sorted(name.rpartition(".")[2] for name in message.attachment_ids.mapped("name"))
        self.assertEqual(names, ["csv", "pdf"])
        table = message.attachment_ids.filtered(lambda one: one.name.endswith("csv")).raw.decode()
        self.assertIn(dispute.line_ids.line_id.name, table)
        self.assertIn("It was not ordered.", table)
        self.assertFalse(dispute.activity_ids)

    def test_nobody_to_send_it_to(self):
        dispute = self.disputed()[0]
        self.vendor.email = False
        with self.assertRaisesRegex(UserError, "to whom disputes are sent"):
            dispute.action_send()
        dispute.action_filed()
        self.assertEqual(dispute.state, "filed")

    def test_not_filed_in_time_it_is_expired(self):
        disputes = self.disputed()
        self.assertTrue(disputes[0].activity_ids)
        disputes[0].deadline = fields.Date.today() - timedelta(days=1)
        disputes[1].deadline = fields.Date.today() + timedelta(days=1)
        self.env["logistics.freight.dispute"]._expire()
        self.assertEqual(disputes.mapped("state"), ["expired", "draft"])
        self.assertFalse(disputes[0].activity_ids)

    def test_answers_line_by_line_and_in_their_table(self):
        dispute = self.disputed().filtered(lambda one: one.reason == "weight")
        dispute.action_filed()
        line = dispute.line_ids
        name = line.line_id.name
        for told, error in (
            (b"a,b\n1,2\n", "not our table"),
            (f"tracking,answer\n{name},perhaps\n".encode(), "row 2"),
            (f"tracking,answer,amount\n{name},partial,\n".encode(), "row 2"),
            (b"tracking,answer\n1Z-SOMEBODY,accepted\n", "not in this dispute"),
            (f"tracking,answer\n{name},\n".encode(), "no answer"),
        ):
            with self.subTest(error), self.assertRaisesRegex(UserError, error):
                self.answer(dispute, file=base64.b64encode(told)).action_take()
        told = f"tracking;answer;amount;note\n{name};Partially;0,50;sorry\n".encode()
        self.answer(dispute, file=base64.b64encode(told)).action_take()
        self.assertEqual((line.outcome, line.accepted_amount, line.note), ("partial", 0.5, "sorry"))
        self.assertEqual((dispute.state, dispute.awaited_amount), ("answered", 0.5))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            dispute._take_answers({line: (line.claimed_amount + 1, "")})

    def test_rejected_it_is_over(self):
        dispute = self.disputed()[0]
        dispute.action_filed()
        self.answer(dispute).action_reject_all()
        self.assertEqual((dispute.state, dispute.line_ids.outcome), ("closed", "rejected"))

    def test_a_credit_on_a_later_bill_meets_it_once(self):
        dispute = self.disputed().filtered(lambda one: one.reason == "weight")
        dispute.action_filed()
        line = dispute.line_ids
        self.answer(dispute).action_accept_all()
        self.assertEqual((dispute.state, dispute.awaited_amount), ("answered", line.claimed_amount))
        note = self.credited(line.line_id, Decimal(str(line.claimed_amount)))
        self.assertEqual(note.shipment_line_ids.shipment_id, line.shipment_id)
        self.assertEqual(dispute.credited_amount, dispute.claimed_amount)
        self.assertEqual((dispute.state, dispute.awaited_amount), ("credited", 0))
        self.assertEqual(
            note._kinds_in_books(),
            {note.charge_ids.filtered(lambda c: not c.is_informational).id: "disputed"},
        )
        note.with_user(self.auditor).action_audit()
        self.work()
        self.assertEqual(dispute.credited_amount, dispute.claimed_amount, "met once")

    def test_a_credit_before_the_answer_is_an_answer(self):
        dispute = self.disputed().filtered(lambda one: one.reason == "weight")
        dispute.action_filed()
        self.credited(dispute.line_ids.line_id, Decimal("0.40"))
        line = dispute.line_ids
        self.assertEqual(
            (line.outcome, line.accepted_amount, dispute.state), ("partial", 0.4, "credited")
        )

    def test_closed_by_hand_with_a_word(self):
        dispute = self.disputed()[0]
        wizard = self.answer(dispute)
        with self.assertRaisesRegex(UserError, "how it ended"):
            wizard.action_close()
        wizard.closing_note = "Too little to go on about."
        wizard.action_close()
        self.assertEqual((dispute.state, dispute.closing_note), ("closed", wizard.closing_note))
        dispute.action_reopen()
        self.assertEqual(dispute.state, "draft")

    def test_others_neither_see_nor_change_it(self):
        dispute = self.disputed()[0]
        stranger = self.make_user("stranger", AUDITOR, self.other)
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            dispute.line_ids.with_user(self.auditor).write({"claimed_amount": 1})
