"""Bills told by a carrier in a message: one file and one bill each, whatever comes again."""

import copy
import json
from pathlib import Path

from odoo.addons.logistics_connector_base.tests.common import InboxCommon
from odoo.tests import tagged

from ..hooks import MODULE, PROVIDERS, pre_init_hook, uninstall_hook
from ..providers.freight_json import parse
from .test_freight_files import AUDITOR, FreightCommon

FOLDER = Path(parse.__file__).parent / "fixtures"


@tagged("post_install", "-at_install")
class TestFreightInbox(InboxCommon, FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].search([("name", "=", "Northern Shop")], limit=1)
        provider = cls.env.ref("logistics_connector_freight_audit.provider_freight_json")
        cls.connection = cls.make_connection(
            provider=provider, company=cls.company, name="Acme Freight"
        )

    @classmethod
    def make_user(cls, login, groups, company):
        return FreightCommon.make_user.__func__(cls, login, groups, company)

    def load(self, name="bill", **changes):
        value = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        value["bills"][0].update(changes)
        return value

    def tell(self, value):
        message = self.receive(self.connection, value)
        self.work()
        return message

    def files(self):
        return self.env["logistics.freight.file"].search([("company_id", "=", self.company.id)])

    def bills(self):
        return self.env["logistics.freight.bill"].search([("company_id", "=", self.company.id)])

    def cases(self, code):
        return self.env["logistics.exception"].search(
            [("type_code", "=", code), ("company_id", "=", self.company.id)]
        )

    def test_a_told_bill_is_filed_checked_and_imported(self):
        message = self.receive(self.connection, self.load())
        self.assertEqual(message.state, "processed")
        file = self.files()
        self.assertEqual((file.state, file.source, file.reader), ("checking", "inbox", parse.CODE))
        self.assertEqual((file.message_id, file.correlation_id), (message, message.correlation_id))
        self.assertFalse(self.bills(), "nothing is written before it is checked")
        self.work()
        self.assertEqual(file.state, "imported", file.problem)
        bill = self.bills()
        self.assertEqual((bill.name, bill.issuer), ("F-2026-0311", "acme_freight"))
        self.assertEqual((bill.amount_total, bill.amount_told), (42.84, 42.84))
        self.assertEqual(len(bill.charge_ids), 3)
        self.assertEqual(len(file.row_ids), 3)
        self.assertTrue(all(file.row_ids.mapped("raw")))
        self.assertIn("code: FSC", file.first_rows[1])

    def test_a_repeated_delivery_is_one_bill(self):
        first = self.tell(self.load())
        self.assertEqual(self.tell(self.load()), first)
        again = {**self.load(), "id": "msg-other"}
        self.assertNotEqual(self.tell(again), first)
        self.assertEqual((len(self.files()), len(self.bills())), (1, 1))
        twice = self.load()
        twice.update(id="msg-twice", bills=[*twice["bills"], copy.deepcopy(twice["bills"][0])])
        self.tell(twice)
        self.assertEqual((len(self.files()), len(self.bills())), (1, 1))

    def test_two_deliveries_before_either_is_worked_are_one_bill(self):
        self.receive(self.connection, self.load(), work=False)
        self.receive(self.connection, {**self.load(), "id": "msg-other"}, work=False)
        self.work_inbox()
        self.work()
        self.assertEqual((len(self.files()), len(self.bills())), (1, 1))

    def test_the_same_number_with_another_total_is_shown(self):
        self.tell(self.load())
        other = self.load(total="41.65", number="f 2026 0311", account="4711")
        other["id"] = "msg-other"
        other["bills"][0]["charges"][0]["amount"] = "29.00"
        other["bills"][0]["charges"][0]["tax"] = "5.51"
        self.tell(other)
        later = self.files().sorted("id")[-1]
        self.assertEqual(later.state, "checked")
        self.assertEqual((len(self.bills()), self.bills().amount_total), (1, 42.84))
        self.assertIn("imported before", self.cases("freight_file_waiting").name)

    def test_a_bill_in_a_file_and_told_is_one_bill(self):
        self.tell(self.load())
        table = (
            "Invoice;Account;Invoice date;Currency;Tracking;Text;Amount\r\n"
            "F20260311;00-4711;2026-03-13;EUR;ACME0001;Transport;42,84\r\n"
        )
        file = self.bring(table.encode(), "same.csv")
        holds = ("number", "account", "date", "currency", "tracking", "description", "net")
        for column, held in zip(file.column_ids.sorted("place"), holds, strict=True):
            column.holds = held
        file.issuer = "Acme Freight"
        file.action_check()
        self.work()
        self.assertTrue(file.total_ids.is_known)
        self.assertEqual(len(self.bills()), 1)

    def test_what_does_not_add_up_waits_for_a_person(self):
        self.tell(self.load(total="50.00"))
        file = self.files()
        self.assertEqual((file.state, file.has_doubts), ("checked", True))
        self.assertFalse(self.bills())
        case = self.cases("freight_file_waiting")
        self.assertIn("What was read is not what the file says", case.name)
        file.with_user(self.auditor).action_import()
        self.work()
        self.assertEqual(self.bills().amount_unexplained, 7.16)
        self.assertFalse(case.is_open)

    def test_a_currency_that_is_not_active_is_not_imported(self):
        self.env["res.currency"].search([("name", "=", "KMF")]).active = False
        self.tell(self.load(currency="KMF"))
        self.assertTrue(self.files().is_blocked)
        self.assertFalse(self.bills())
        self.assertIn("not active", self.cases("freight_file_waiting").name)

    def test_a_broken_message_is_quarantined_with_its_reasons(self):
        for name, value in (
            ("shape", self.load("broken")),
            ("day", {**self.load(date="2026-02-31"), "id": "msg-day"}),
            ("text", b"\x00\xff rubbish"),
        ):
            with self.subTest(name):
                message = self.receive(self.connection, value)
                self.assertIn(message.state, ("dead", "failed", "quarantined"), name)
        self.work()
        self.assertFalse(self.files())
        self.assertFalse(self.bills())
        told = self.env["logistics.exception"].search(
            [("connection_id", "=", self.connection.id), ("is_open", "=", True)]
        )
        self.assertIn("/bills/0/date", " ".join(told.mapped(lambda c: f"{c.name} {c.detail}")))

    def test_each_company_has_its_own(self):
        theirs = self.make_connection(
            provider=self.connection.provider_id, company=self.other, name="Acme, south"
        )
        self.tell(self.load())
        self.receive(theirs, self.load())
        self.work()
        self.assertEqual(len(self.bills()), 1)
        southern = self.make_user("southern", AUDITOR, self.other)
        found = self.env["logistics.freight.file"].with_user(southern).search([])
        self.assertEqual(found.company_id, self.other)

    def test_a_credit_is_a_bill_of_its_own(self):
        self.tell(self.load())
        self.tell(self.load("credit"))
        credit = self.bills().filtered("is_credit")
        self.assertEqual((credit.amount_total, credit.original), (-6.0, "F-2026-0311"))

    def test_the_contract_fits_its_samples(self):
        contract = self.env.ref("logistics_connector_freight_audit.contract_freight_bill")
        self.assertEqual((contract.state, contract.version), ("approved", "1.0"))
        self.assertEqual(len(contract.sample_ids), 4)
        self.assertTrue(all(contract.sample_ids.mapped("is_as_expected")))
        self.assertEqual(json.loads(contract.schema), parse.FORMAT.schema)

    def test_the_provider_goes_and_comes_back(self):
        known = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "logistics.provider")]
        )
        owned = self.env["logistics.provider"].browse(known.mapped("res_id"))
        self.assertEqual(set(owned.mapped("code")), set(PROVIDERS))
        self.tell(self.load())
        uninstall_hook(self.env)
        self.assertEqual(self.connection.state, "retired")
        self.assertFalse(owned.active)
        pre_init_hook(self.env)
        self.assertEqual(self.env.ref(f"{MODULE}.provider_freight_json"), owned)
