"""Bills by e-mail: a mail as it comes from outside becomes files, is checked, and told about."""

import io
import zipfile
from email.message import EmailMessage

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book, write_fedex, write_ups

from .test_freight_files import AUDITOR, USER, FreightCommon

CARRIER = "billing@carrier.example"


class MailCommon(FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "shop.example", "company_ids": [(4, cls.company.id)]}
        )
        cls.env["mail.alias.domain"].flush_model()
        cls.clerk = cls.make_user("clerk", AUDITOR, cls.company)
        cls.company._set_freight_alias("freight", cls.domain)
        cls.company.freight_mail_user_id = cls.clerk
        cls.terms = cls.env["logistics.freight.carrier"].create(
            {
                "company_id": cls.company.id,
                "issuer": "ups",
                "name": "UPS",
                "mail_senders": "@carrier.example",
            }
        )

    def mail(self, *attached, sender=CARRIER, to="freight@shop.example", **headers):
        """A mail as the gateway hands it over; the letter that it became."""
        before = self.env["logistics.freight.letter"].search([])
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, to
        mail["Subject"] = headers.pop("subject", "Your invoice")
        mail["Message-Id"] = f"<{headers.pop('number', len(before))}.{self.id()}@carrier.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content("Please find attached.")
        for name, data in attached:
            mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        self.env["mail.thread"].message_process(None, mail.as_bytes())
        return self.env["logistics.freight.letter"].search([]) - before

    def opened(self, letter):
        self.work("logistics.freight.letter.desk")
        self.work()
        return letter.file_ids

    def cases(self, code):
        return self.env["logistics.exception"].search(
            [("type_code", "=", code), ("company_id", "=", self.company.id)]
        )

    def assertNothingWritten(self):
        for model in ("logistics.freight.bill", "logistics.freight.bill.charge"):
            self.assertFalse(self.env[model].search([("company_id", "=", self.company.id)]))


def zipped(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def ups(seed=7):
    """A bill with a number of its own for each seed."""
    data = write_ups(Book(seed, 4), currency="EUR", invoices=1).data
    return data.replace(b"0000SIM900", b"0000SIM%03d" % seed)


@tagged("post_install", "-at_install")
class TestFreightMail(MailCommon):
    def test_a_mail_becomes_files_that_are_checked_and_imported(self):
        letter = self.mail(("week 1.csv", ups(1)), ("logo.png", b"\x89PNG"), ("2.csv", ups(2)))
        self.assertEqual((letter.state, letter.company_id), ("waiting", self.company))
        self.assertFalse(letter.file_ids, "a mail is kept before anything of it is read")
        files = self.opened(letter).sorted("name")
        self.assertEqual(letter.state, "done")
        self.assertEqual(files.mapped("name"), ["2.csv", "week 1.csv"])
        self.assertEqual(set(files.mapped("state")), {"imported"})
        self.assertEqual(set(files.mapped("source")), {"mail"})
        self.assertEqual(files.user_id, self.clerk)
        self.assertEqual(files.bill_ids.company_id, self.company)
        self.assertEqual(len(files.bill_ids), 2)
        told = {part.name: part.reason for part in letter.part_ids}
        self.assertEqual(told, {"week 1.csv": False, "logo.png": "kind", "2.csv": False})
        self.assertFalse(self.cases("freight_letter"))

    def test_an_archive_brings_each_of_its_tables(self):
        data = zipped(("a/1.csv", ups(1)), ("2.txt", ups(2)), ("terms.pdf", b"%PDF"))
        files = self.opened(self.mail(("bills.zip", data)))
        self.assertEqual(sorted(files.mapped("name")), ["1.csv", "2.txt"])
        self.assertEqual(set(files.mapped("state")), {"imported"})

    def test_what_means_harm_is_refused_and_somebody_is_asked(self):
        bomb = zipped(("big.csv", b"0" * 60_000_000))
        for name, data, reason in (
            ("bomb.zip", bomb, "large"),
            ("path.zip", zipped(("../../../tmp/evil.csv", b"x")), "path"),
            ("nest.zip", zipped(("in.zip", zipped(("a.csv", b"x")))), "nested"),
            ("half.zip", bomb[:200], "damaged"),
        ):
            with self.subTest(name):
                letter = self.mail((name, data), subject=name)
                self.assertFalse(self.opened(letter))
                self.assertEqual((letter.state, letter.part_ids.reason), ("look", reason))
                case = self.cases("freight_letter").filtered(lambda c, n=name: c.reference == n)
                self.assertTrue(case.is_open)
                self.assertIn(letter.part_ids.outcome, case.name)
        self.assertNothingWritten()

    def test_the_good_one_beside_a_bad_one_is_taken(self):
        letter = self.mail(("half.zip", zipped(("a.csv", b"x"))[:40]), ("good.csv", ups()))
        self.assertEqual(self.opened(letter).state, "imported")
        self.assertEqual(letter.state, "look")
        self.assertIn("half.zip", letter.problem)
        letter.with_user(self.auditor).action_retry()
        self.assertEqual(len(self.opened(letter)), 1)
        self.assertEqual(letter.state, "look", "it is as damaged as before")

    def test_a_mail_without_bills_is_kept_and_shown(self):
        letter = self.mail(("invoice.pdf", b"%PDF-1.4"))
        self.assertFalse(self.opened(letter))
        self.assertEqual(letter.state, "look")
        self.assertIn("There is no file of bills", letter.problem)
        self.assertTrue(letter.message_ids.attachment_ids, "what came is kept")
        letter.with_user(self.auditor).action_close()
        self.assertEqual(letter.state, "closed")
        self.assertFalse(self.cases("freight_letter").filtered("is_open"))
        empty = self.mail(subject="")
        self.opened(empty)
        self.assertEqual((empty.name, empty.state), ("No subject", "look"))

    def test_strangers_are_not_opened_until_somebody_vouches(self):
        letter = self.mail(("bills.csv", ups()), sender="Mallory <x@evil.example>")
        self.assertFalse(self.opened(letter))
        self.assertFalse(letter.part_ids)
        self.assertEqual(letter.state, "look")
        self.assertIn("sender is not known, so nothing", letter.problem)
        letter.with_user(self.auditor).action_vouch()
        self.assertEqual(letter.vouched_by_id, self.auditor)
        self.assertEqual(self.opened(letter).state, "imported")
        self.assertFalse(self.cases("freight_letter").filtered("is_open"))
        with self.assertRaisesRegex(UserError, "not waiting"):
            letter.with_user(self.auditor).action_vouch()

    def test_who_is_known(self):
        vendor = self.env["res.partner"].create({"name": "UPS", "is_company": True})
        self.env["res.partner"].create(
            {"name": "Ann", "parent_id": vendor.id, "email": "ann@elsewhere.example"}
        )
        stranger = self.env["res.partner"].create({"name": "Z", "email": "z@elsewhere.example"})
        self.terms.partner_id = vendor
        self.auditor.email = "auditor@home.example"
        self.make_user("southern", USER, self.other).email = "south@home.example"
        for sender, is_opened in (
            ("ann@elsewhere.example", True),
            (stranger.email, False),
            ("Auditor <AUDITOR@home.example>", True),
            ("south@home.example", False),
            ("x@sub.carrier.example", False),
        ):
            with self.subTest(sender):
                letter = self.mail((f"{sender[:3]}.csv", ups(len(sender))), sender=sender)
                self.assertEqual(bool(self.opened(letter)), is_opened)
        self.company.freight_mail_from = "anyone"
        self.assertTrue(self.opened(self.mail(("z.csv", ups(99)), sender=stranger.email)))

    def test_the_same_file_twice_is_told_and_not_imported(self):
        first = self.opened(self.mail(("bills.csv", ups())))
        letter = self.mail(("again.csv", ups()), ("again.zip", zipped(("x.csv", ups()))))
        self.assertFalse(self.opened(letter))
        self.assertEqual(letter.part_ids.mapped("reason"), ["known", "known"])
        self.assertEqual(letter.part_ids.file_id, first)
        self.assertIn("Nothing is imported twice", letter.part_ids[0].outcome)
        self.assertEqual(letter.state, "done")
        self.assertEqual(len(first.bill_ids), 1)

    def test_the_same_bill_in_another_file_is_told(self):
        first = self.opened(self.mail(("bills.csv", ups())))
        second = self.opened(self.mail(("bills.csv", ups() + b"\r\n")))
        self.assertEqual((first.state, second.state), ("imported", "checked"))
        self.assertTrue(second.is_all_known)
        self.assertFalse(second.bill_ids)
        self.assertIn("imported before", self.cases("freight_file_waiting").name)

    def test_what_only_a_person_can_say_waits_for_one(self):
        unsaid = write_fedex(Book(7, 5))
        either = b"Invoice;Invoice date;Tracking;Amount\r\nA-1;03/04/2026;1Z1;12,50\r\n"
        for name, data, words in (
            (unsaid.name, unsaid.data, "does not tell its currency"),
            ("either.csv", either, "begin with the day or with the month"),
            ("noise.csv", b"\x00\x01\x02" * 50, "bytes that are no text"),
        ):
            with self.subTest(name):
                file = self.opened(self.mail((name, data)))
                self.assertIn(file.state, ("draft", "checked", "problem"))
                case = self.cases("freight_file_waiting").filtered(
                    lambda c, n=name: c.reference == n
                )
                self.assertTrue(case.is_open)
                self.assertIn(words, case.name)
                file.with_user(self.auditor).action_cancel()
                self.assertFalse(case.is_open)
        self.assertNothingWritten()

    def test_a_new_table_waits_and_the_next_one_goes_by_itself(self):
        table = (
            "Invoice;Invoice date;Currency;Tracking;Text;Amount\r\n{};2026-03-13;EUR;{};Base;{}\r\n"
        )
        first = self.opened(self.mail(("a.csv", table.format("A-1", "1Z1", "12,50").encode())))
        self.assertEqual((first.state, first.reader, first.issuer), ("draft", "table", "ups"))
        self.assertNothingWritten()
        holds = {"Invoice": "number", "Invoice date": "date", "Currency": "currency"}
        holds.update({"Tracking": "tracking", "Text": "description", "Amount": "net"})
        mine = first.with_user(self.auditor)
        for column in mine.column_ids:
            column.holds = holds[column.name]
        mine.decimal = ","
        mine.action_check()
        self.work()
        self.assertEqual(first.state, "imported")
        self.assertEqual(first.bill_ids.amount_total, 12.5)
        second = self.opened(self.mail(("b.csv", table.format("A-2", "1Z2", "7,25").encode())))
        self.assertEqual((second.state, second.bill_ids.amount_total), ("imported", 7.25))
        self.assertFalse(self.cases("freight_file_waiting").filtered("is_open"))

    def test_an_answer_brings_further_files(self):
        letter = self.mail(("a.csv", ups(1)), number="first")
        self.opened(letter)
        again = self.mail(
            ("b.csv", ups(2)),
            number="second",
            In_Reply_To=letter.message_ids.filtered(lambda m: m.message_type == "email").message_id,
        )
        self.assertFalse(again, "an answer belongs to the mail that it answers")
        self.assertEqual(sorted(self.opened(letter).mapped("name")), ["a.csv", "b.csv"])
        self.assertEqual(len(letter.part_ids), 2)

    def test_a_stranger_who_answers_is_not_vouched_for(self):
        letter = self.mail(("a.csv", ups(1)), number="first", sender="new@evil.example")
        self.opened(letter)
        letter.with_user(self.auditor).action_vouch()
        self.opened(letter)
        self.mail(
            ("b.csv", ups(2)),
            number="second",
            sender="mallory@evil.example",
            In_Reply_To=letter.message_ids.filtered(lambda m: m.message_type == "email").message_id,
        )
        self.assertEqual(self.opened(letter).mapped("name"), ["a.csv"])
        self.assertEqual(letter.state, "look")

    def test_the_settings_make_the_address(self):
        self.env.user.write({"company_ids": [(4, self.other.id)]})
        settings = self.env["res.config.settings"].with_company(self.other)
        settings.create(
            {"freight_alias_name": "south.bills", "freight_alias_domain_id": self.domain.id}
        ).execute()
        alias = self.other.freight_alias_id
        self.assertEqual(alias.alias_full_name, "south.bills@shop.example")
        shown = settings.create({})
        self.assertEqual(shown.freight_alias_name, "south.bills")
        letter = self.mail(("a.csv", ups()), to="south.bills@shop.example")
        self.assertEqual(letter.company_id, self.other)
        settings.create({"freight_alias_name": False}).execute()
        self.assertFalse(alias.alias_name)

    def test_senders_are_addresses(self):
        with self.assertRaisesRegex(ValidationError, "“ups.example” is neither"):
            self.terms.mail_senders = "ups.example"

    def test_only_auditors_of_the_company_see_and_open_them(self):
        letter = self.mail(("bills.csv", ups()), sender="x@evil.example")
        self.opened(letter)
        user = self.make_user("plain", USER, self.company)
        southern = self.make_user("south-auditor", AUDITOR, self.other)
        for stranger in (user, southern):
            mine = letter.with_user(stranger)
            for call in ("action_vouch", "action_retry", "action_close", "read"):
                with self.assertRaises(AccessError):
                    getattr(mine, call)()
        self.assertEqual(letter.state, "look")
        self.assertFalse(letter.with_user(southern).search([]))
        with self.assertRaises(AccessError):
            letter.with_user(self.auditor).unlink()
