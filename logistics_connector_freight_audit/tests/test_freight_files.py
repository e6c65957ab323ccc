"""A carrier's file becomes bills: looked at, checked as a whole, then imported."""

import base64
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from tests.simulators.freight_bills import Book, write_dhl, write_fedex, write_ups

AUDITOR = "logistics_connector_freight_audit.group_freight_auditor"
USER = "logistics_connector_base.group_logistics_user"


class FreightCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.currency"].search([("name", "in", ("EUR", "USD"))]).active = True
        cls.company = cls.env["res.company"].create(
            {"name": "Northern Shop", "currency_id": cls.env.ref("base.EUR").id}
        )
        cls.other = cls.env["res.company"].create({"name": "Southern Shop"})
        cls.auditor = cls.make_user("auditor", AUDITOR, cls.company)

    @classmethod
    def make_user(cls, login, groups, company):
        return new_test_user(
            cls.env, login, groups, company_id=company.id, company_ids=[(6, 0, company.ids)]
        )

    def bring(self, data, name="bills.csv", user=None):
        """A file as a person uploads it."""
        files = self.env["logistics.freight.file"].with_user(user or self.auditor)
        return files.create({"name": name, "data": base64.b64encode(data)})

    def work(self, *desks):
        """What the desks do in jobs: all that waits, in this transaction."""
        for desk in desks or ("logistics.freight.file.desk", "logistics.freight.bill.desk"):
            model = self.env[desk]
            for _round in range(50):
                waiting = self.env[model._desk_model].search(
                    [("state", "in", model._desk_states)], order="id"
                )
                if not waiting:
                    break
                model._work_record(waiting[0])

    def imported(self, file):
        """A file after check and import."""
        file.action_check()
        self.work()
        file.action_import()
        self.work()
        return file.bill_ids

    def total(self, records, name):
        return sum(Decimal(str(one[name])) for one in records)


@tagged("post_install", "-at_install")
class TestFreightFiles(FreightCommon):
    def test_each_carriers_file_is_read_and_adds_up(self):
        for write, reader in (
            (write_ups, "ups_billing"),
            (write_fedex, "fedex_billing"),
            (write_dhl, "dhl_billing"),
        ):
            with self.subTest(reader):
                made = write(Book(7, 60))
                file = self.bring(made.data, made.name)
                self.assertEqual((file.state, file.reader), ("draft", reader))
                if file.questions:
                    file.date_order = file.date_order or "dmy"
                file.action_check()
                self.work()
                self.assertEqual(file.state, "checked", file.problem)
                if file.is_blocked:
                    with self.assertRaisesRegex(UserError, "does not tell its currency"):
                        file.action_import()
                    file.currency_id = self.env.ref("base.USD")
                    file.action_check()
                    self.work()
                totals = {one.name: one for one in file.total_ids}
                self.assertEqual(set(totals), set(made.told))
                for number, told in made.told.items():
                    self.assertEqual(Decimal(str(totals[number].summed)), told)
                    self.assertFalse(totals[number].difference)
                self.assertFalse(file.bill_ids, "a check writes no bill")
                file.action_import()
                self.work()
                self.assertEqual(file.state, "imported")
                bills = {bill.name: bill for bill in file.bill_ids}
                self.assertEqual(set(bills), set(made.told))
                for number, told in made.told.items():
                    bill = bills[number]
                    self.assertEqual(Decimal(str(bill.amount_total)), told)
                    summed = bill.charge_ids.filtered(lambda c: not c.is_informational)
                    self.assertEqual(self.total(summed, "net"), Decimal(str(bill.amount_net)))
                    self.assertEqual(
                        self.total(bill.shipment_line_ids, "billed_amount"),
                        Decimal(str(bill.amount_net)),
                    )
                rows = self.env["logistics.freight.file.row"].search([("file_id", "=", file.id)])
                self.assertEqual(len(rows), file.row_count)
                self.assertTrue(all(rows.mapped("raw")))
                self.assertFalse(
                    bills[next(iter(bills))].charge_ids.filtered(lambda c: not c.line_id)
                )

    def test_progress_is_said_while_a_file_is_read(self):
        file = self.bring(write_ups(Book(7, 3)).data)
        progress = self.env["logistics.freight.progress"]
        self.env.flush_all()
        with self.enter_registry_test_mode():
            progress._say(file.id, 500)
            progress._say(file.id, 1000)
            progress._say(10**9, 5)
        self.env.invalidate_all()
        self.assertEqual(file.progress, 1000)
        self.assertFalse(progress.search([("rows", "=", 5)]))
