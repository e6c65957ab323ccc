"""What the pages show as read-only is not written over RPC either, whoever may change the rest."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from tests.simulators.freight_bills import Book, write_ups

from .test_freight_files import FreightCommon
from .test_freight_rights import APPROVER

GUARDED = (
    "logistics.freight.file",
    "logistics.freight.bill",
    "logistics.freight.dispute",
    "logistics.freight.claim",
    "logistics.freight.accrual",
    "logistics.freight.letter",
)


@tagged("post_install", "-at_install")
class TestFreightGuard(FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.make_user("approver", APPROVER, cls.company)

    def setUp(self):
        super().setUp()
        self.file = self.bring(write_ups(Book(7, 4), currency="EUR").data)
        self.bill = self.imported(self.file)[0]
        shipment = self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "issuer": "ups",
                "state": "lost",
                "package_ids": [Command.create({"tracking_number": "1ZGUARD"})],
            }
        )
        self.records = {
            "logistics.freight.file": self.file,
            "logistics.freight.bill": self.bill,
            "logistics.freight.dispute": self.env["logistics.freight.dispute"].create(
                {"bill_id": self.bill.id, "reason": "rate"}
            ),
            "logistics.freight.claim": self.env["logistics.freight.claim"].create(
                {"shipment_id": shipment.id, "kind": "loss"}
            ),
            "logistics.freight.accrual": self.env["logistics.freight.accrual"].create(
                {"company_id": self.company.id}
            ),
            "logistics.freight.letter": self.env["logistics.freight.letter"].create(
                {"name": "Bills", "company_id": self.company.id}
            ),
        }

    def read_only(self, model):
        return [
            name
            for name, field in self.env[model]._fields.items()
            if field.readonly and field.store and name not in MAGIC_COLUMNS
        ]

    def test_no_read_only_field_is_written_by_hand(self):
        for model in GUARDED:
            record = self.records[model].with_user(self.approver)
            names = self.read_only(model)
            self.assertIn("state", names)
            for name in names:
                with self.subTest(f"{model}.{name}"), self.assertRaises(AccessError):
                    record.write(
                        {name: record._fields[name].convert_to_write(record[name], record)}
                    )

    def test_the_words_name_the_field(self):
        bill = self.bill.with_user(self.auditor)
        with self.assertRaisesRegex(AccessError, "Not written by hand: Without tax, Total"):
            bill.write({"amount_net": 1, "amount_total": 2, "user_id": self.approver.id})
        self.assertNotEqual(self.bill.user_id, self.approver)

    def test_what_people_enter_is_still_written(self):
        for model in GUARDED[:4]:
            record = self.records[model].with_user(self.auditor)
            record.user_id = self.auditor
            self.assertEqual(record.user_id, self.auditor)

    def test_nothing_is_born_further_than_it_begins(self):
        claims = self.env["logistics.freight.claim"].with_user(self.auditor)
        values = {"shipment_id": self.records["logistics.freight.claim"].shipment_id.id}
        with self.assertRaisesRegex(AccessError, "by hand"):
            claims.create({**values, "kind": "damage", "state": "paid"})
        files = self.env["logistics.freight.file"].with_user(self.auditor)
        with self.assertRaisesRegex(AccessError, "by hand"):
            files.create({"name": "x.csv", "data": b"YTtiCjE7Mgo=", "state": "imported"})
        accruals = self.env["logistics.freight.accrual"].with_user(self.approver)
        with self.assertRaisesRegex(AccessError, "by hand"):
            accruals.create({"date": "2030-01-31", "since": "2030-01-01", "open_amount": 5})

    def test_the_file_as_it_came_is_not_exchanged(self):
        """It is proof: neither the field nor the attachment behind it."""
        held = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "logistics.freight.file"),
                ("res_id", "=", self.file.id),
                ("res_field", "=", "data"),
            ]
        )
        self.assertEqual(len(held), 1)
        before = held.checksum
        for person in (self.auditor, self.approver):
            with self.assertRaises(AccessError):
                self.file.with_user(person).data = b"YTtiCjE7Mgo="
            with self.assertRaises(AccessError):
                held.with_user(person).write({"raw": b"a;b\n1;2\n"})
            with self.assertRaises(AccessError):
                held.with_user(person).unlink()
        self.assertEqual(held.checksum, before)

    def test_buttons_still_do_it(self):
        claim = self.records["logistics.freight.claim"].with_user(self.auditor)
        claim.claimed_amount = 20
        claim.action_filed()
        self.assertEqual((claim.state, bool(claim.filed_at)), ("filed", True))
        claim.action_close()
        self.assertEqual(claim.write_uid, self.auditor)
        claim.action_reopen()
        self.assertEqual(claim.state, "filed")
