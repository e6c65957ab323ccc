"""A carrier's bill in the browser, by people of the least rights: brought, decided on, disputed,
credited."""

from dataclasses import replace
from decimal import Decimal

from odoo.tests import HttpCase, tagged

from tests.simulators.freight_bills import Book, Item, write_ups

from .test_freight_audit import AuditCommon

FILE = "/odoo/logistics-freight-files"


@tagged("post_install", "-at_install")
class TestFreightTour(AuditCommon, HttpCase):
    browser_size = "1920x1080"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor.password = "auditor-auditor"
        cls.company.write({"freight_line_limit": 1000.0, "freight_bill_limit": 100000.0})
        cls.vendor = cls.env["res.partner"].create(
            {"name": "Carrier Ltd", "is_company": True, "email": "claims@carrier.example"}
        )

    def play(self, path, tour):
        self.env.flush_all()
        self.start_tour(path, tour, login=self.auditor.login)
        self.env.invalidate_all()

    def serve(self, name, data):
        """A file that the browser can choose."""
        self.env["ir.attachment"].create(
            {"name": name, "raw": data, "url": f"/freight_tour/{name}", "public": True}
        )

    def test_import_match_approve_dispute_credit(self):
        book = Book(5, 12)
        self.ship(book)
        twice = replace(book.parcels[3], is_copy=True)
        book.parcels.append(twice)
        made = write_ups(book, currency="EUR", invoices=1)
        self.serve("ups-week-10.csv", made.data)
        self.play(FILE, "logistics_freight_bring")
        self.work()
        file = self.env["logistics.freight.file"].search([("name", "=", "ups-week-10.csv")])
        self.assertEqual((file.state, file.user_id), ("checked", self.auditor))

        self.play(f"{FILE}/{file.id}", "logistics_freight_import")
        self.work()
        bill = file.bill_ids
        self.assertEqual((bill.state, bill.clean_count), ("open", 11))
        bill.carrier_id.write({"partner_id": self.vendor.id, "dispute_days": 180})

        self.play("/odoo/logistics-freight-bills", "logistics_freight_decide")
        self.assertEqual(bill.state, "decided")
        self.assertEqual(bill.shipment_line_ids.decided_by_id, self.auditor)

        self.play("/odoo/logistics-freight-disputes", "logistics_freight_dispute")
        dispute = bill.dispute_ids
        self.assertEqual((dispute.state, dispute.reason), ("answered", "duplicate"))

        credit = Book(99, 0)
        amount = Decimal(str(dispute.claimed_amount))
        credit.parcels = [replace(twice, master="", items=(Item("credit", -amount),))]
        data = write_ups(credit, currency="EUR", invoices=1).data
        self.imported(self.bring(data.replace(b"0000SIM900", b"CN-1"), "credit.csv"))
        self.play(f"/odoo/logistics-freight-disputes/{dispute.id}", "logistics_freight_credit")
        self.assertEqual(dispute.credited_amount, dispute.claimed_amount)

    def test_say_what_a_charge_is(self):
        book = Book(5, 4)
        book.parcels = [
            replace(one, items=(*one.items, Item("unheard_of", Decimal("7.77"))))
            for one in book.parcels
        ]
        self.ship(book)
        data = write_ups(book, currency="EUR", invoices=1).data
        bill = self.imported(self.bring(data))
        unknown = bill.charge_ids.filtered(lambda one: not one.type_id)
        self.assertEqual(len(unknown), 4)
        self.play("/odoo/logistics-unknown-charges", "logistics_freight_say_what")
        self.assertEqual(set(unknown.type_id.mapped("key")), {"address_correction"})
        mapping = self.env["logistics.freight.charge.map"].search(
            [("issuer", "=", "ups"), ("description", "=", unknown[0].description)]
        )
        self.assertEqual(len(mapping), 1)
        later = self.imported(self.bring(data.replace(b"0000SIM900", b"0000SIM901"), "next.csv"))
        self.assertTrue(all(later.charge_ids.mapped("type_id")), "the next bill is known")

    def test_say_what_columns_hold(self):
        table = "Rechnungsnummer;Rechnungsdatum;Währung;Sendungsnummer;Was;Nettobetrag\r\n"
        table += "".join(f"R-1;2026-03-13;EUR;PK00{n};Paket {n};{n},50\r\n" for n in range(1, 6))
        self.serve("paket24.csv", table.encode())
        self.play(FILE, "logistics_freight_columns")
        file = self.env["logistics.freight.file"].search([("name", "=", "paket24.csv")])
        self.work()
        self.assertEqual(file.state, "checked", file.problem)
        self.assertEqual((file.total_ids.name, file.total_ids.summed), ("R-1", 17.5))
        self.assertEqual(file.profile_id.name, "paket24")

    def test_a_mail_of_a_stranger_is_opened(self):
        letter = self.env["logistics.freight.letter"].create(
            {"name": "Bills", "email_from": "new@carrier.example", "company_id": self.company.id}
        )
        letter.message_post(
            message_type="email",
            email_from="new@carrier.example",
            attachments=[("week.csv", write_ups(Book(5, 3), currency="EUR", invoices=1).data)],
        )
        self.work("logistics.freight.letter.desk")
        self.assertEqual(letter.state, "look")
        self.play("/odoo/logistics-freight-letters", "logistics_freight_letter")
        self.assertEqual((letter.state, letter.vouched_by_id), ("waiting", self.auditor))
        self.work("logistics.freight.letter.desk")
        self.work()
        self.assertEqual(letter.file_ids.state, "imported")
