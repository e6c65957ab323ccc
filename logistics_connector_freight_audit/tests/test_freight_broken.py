"""What is wrong with a file is told in words, before anything of it is written."""

import io
import zipfile

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_freight_files import FreightCommon

HEADER = "Invoice;Invoice date;Currency;Tracking;Text;Amount;Total\r\n"
HOLDS = {
    "Invoice": "number",
    "Invoice date": "date",
    "Currency": "currency",
    "Tracking": "tracking",
    "Text": "description",
    "Amount": "net",
    "Total": "total",
}


def row(number="A-1", day="2026-03-13", currency="EUR", text="Base", amount="12,50", total=""):
    return f"{number};{day};{currency};1Z9{len(text)};{text};{amount};{total}\r\n"


@tagged("post_install", "-at_install")
class TestFreightBroken(FreightCommon):
    def table(self, *rows, header=HEADER, encoding="utf-8"):
        """A table whose columns a person has said, not checked yet."""
        return self.said(self.bring((header + "".join(rows)).encode(encoding), "table.csv"))

    def said(self, file, **holds):
        for column in file.column_ids:
            column.holds = {**HOLDS, **holds}.get(column.name, False)
        file.issuer = "paket24"
        return file

    def checked(self, file, **layout):
        file.write(layout)
        file.action_check()
        self.work("logistics.freight.file.desk")
        self.assertNothingWritten()
        return file

    def assertNothingWritten(self):
        for model in ("logistics.freight.bill", "logistics.freight.bill.charge"):
            self.assertFalse(self.env[model].search([("company_id", "=", self.company.id)]))

    def assertDoubt(self, file, words):
        self.assertEqual(file.state, "checked", file.problem)
        self.assertTrue(file.has_doubts or file.is_blocked)
        self.assertIn(words, " ".join(one.doubt_text for one in file.total_ids))

    def assertAside(self, file, words, count=1):
        self.assertEqual(file.state, "checked", file.problem)
        self.assertEqual(file.aside_count, count)
        self.assertTrue(file.has_doubts)
        self.assertIn(words, file.aside_ids[0].aside_reason)

    # -- what is no table ---------------------------------------------------------------------

    def test_what_is_no_table_is_told_at_once(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("a.csv", HEADER + row())
        for name, data, words in (
            ("rubbish.csv", bytes(range(256)) * 40, "holds bytes that are no text"),
            ("bill.pdf", b"%PDF-1.7 ...", "This is a PDF"),
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "old Excel file"),
            ("cut.xlsx", b"PK\x03\x04" + b"x" * 99, "not an XLSX workbook"),
            ("bills.zip", archive.getvalue(), "not an XLSX workbook"),
        ):
            with self.subTest(name):
                file = self.bring(data, name)
                self.assertEqual(file.state, "problem")
                self.assertIn(words, file.problem)
                with self.assertRaisesRegex(UserError, "has not been checked"):
                    file.action_import()
        self.assertNothingWritten()

    def test_an_empty_file_is_not_taken(self):
        for data in (b"", b" \r\n \t"):
            with self.assertRaisesRegex(UserError, "“nothing.csv” is empty"):
                self.bring(data, "nothing.csv")

    def test_a_table_of_names_alone_holds_no_bill(self):
        file = self.table()
        file.header_row = 1
        file.action_look_again()
        self.checked(self.said(file))
        self.assertEqual((file.state, file.problem), ("problem", "There is no bill in it."))

    def test_rubbish_after_a_good_beginning_is_set_aside(self):
        rows = [row(text=f"Base {n}") for n in range(9000)]
        file = self.table(*rows, "\x00\x01\x02;\x00;rubbish\r\n", row(text="last"))
        self.checked(file)
        self.assertEqual(file.state, "checked", file.problem)
        self.assertEqual((file.charge_count, file.aside_count), (9001, 1))
        self.assertIn("\ufffd\x01\x02", file.aside_ids.cells)

    # -- how it is written --------------------------------------------------------------------

    def test_columns_that_cannot_be_told_apart_are_asked(self):
        file = self.bring(b"Invoice A-1\r\nBase 12.50\r\nFuel 2.10\r\n", "text.txt")
        self.assertIn("columns cannot be told apart", file.question_text)
        with self.assertRaisesRegex(UserError, "Say which column holds the bill's number"):
            file.action_check()
        self.assertNothingWritten()

    def test_the_wrong_delimiter_reads_no_amount(self):
        file = self.checked(self.table(row(), row(text="Fuel")), delimiter="|")
        self.assertAside(file, "The row tells no amount", 2)
        self.assertFalse(file.charge_count)
        self.assertFalse(any(file.total_ids.mapped("summed")))

    def test_the_wrong_decimal_sign_reads_no_amount(self):
        file = self.checked(self.table(row(), row(text="Fuel")), decimal=".")
        self.assertAside(file, "“12,50” in the column net is not an amount", 2)

    def test_decimal_comma_and_groups_are_read(self):
        file = self.checked(self.table(row(amount="1.234,50"), row(text="Fuel", amount="0,5")))
        self.assertEqual((file.decimal, file.total_ids.summed), (",", 1235.0))

    def test_a_thousand_or_one_is_asked(self):
        file = self.table(row(amount="1.234"), row(text="Fuel", amount="2.345"))
        self.assertIn("may be a thousand or one", file.question_text)

    def test_day_or_month_first_is_asked_and_never_guessed(self):
        file = self.table(row(day="03/04/2026"))
        self.assertIn("begin with the day or with the month", file.question_text)
        with self.assertRaisesRegex(UserError, "whether dates begin with the day"):
            file.action_check()
        self.checked(file, date_order="dmy")
        self.assertEqual(str(file.total_ids.date), "2026-04-03")
        self.checked(file, date_order="mdy")
        self.assertEqual(str(file.total_ids.date), "2026-03-04")

    def test_a_date_of_the_other_order_is_set_aside(self):
        rows = [row(day="13/04/2026"), row("A-2", day="04/14/2026")]
        file = self.table(*rows)
        self.assertIn("Some dates begin with the day, others", file.question_text)
        self.assertAside(self.checked(file, date_order="dmy"), "“04/14/2026”")

    def test_a_mark_before_the_first_name_is_no_part_of_it(self):
        file = self.checked(self.table(row(), encoding="utf-8-sig"))
        self.assertEqual(file.column_ids[0].name, "Invoice")
        self.assertEqual((file.encoding, file.total_ids.summed), ("utf-8-sig", 12.5))

    def test_letters_of_other_encodings_are_kept(self):
        for encoding, is_asked in (("utf-8", False), ("cp1252", True), ("utf-16", False)):
            with self.subTest(encoding):
                file = self.table(row(text="Zuschlag für Öl"), encoding=encoding)
                self.assertEqual("é” right below" in (file.question_text or ""), is_asked)
                self.checked(file)
                self.assertIn(["A-1", "2026-03-13"], [one[:2] for one in file.first_rows])
                self.assertIn("Zuschlag für Öl", file.first_rows[1])
                self.assertEqual(file.total_ids.summed, 12.5)
                file.action_cancel()

    def test_the_wrong_encoding_loses_no_amount(self):
        file = self.checked(self.table(row(text="für Öl"), encoding="cp1252"), encoding="utf-8")
        self.assertEqual(file.total_ids.summed, 12.5)

    def test_an_open_quotation_mark_swallows_nothing(self):
        rows = [row(), row(text='"Base'), row(text="Fuel", amount="2,50")]
        file = self.checked(self.table(*rows))
        self.assertAside(file, "A quotation mark in line 3 is not closed")
        self.assertEqual(file.total_ids.summed, 15.0)

    def test_a_huge_line_is_told_and_what_is_before_it_kept(self):
        file = self.checked(self.table(row(), row(text="x" * 300_000), row(text="Fuel")))
        self.assertAside(file, "From line 3 on, the file cannot be read")
        self.assertEqual(file.total_ids.summed, 12.5)
        self.assertEqual(file.homeless_count, 1)

    # -- what it says -------------------------------------------------------------------------

    def test_formulas_stay_text(self):
        text = '=HYPERLINK("http://evil.example","pay")'
        quoted = '"' + text.replace('"', '""') + '"'
        file = self.checked(self.table(row(text=quoted), row(text="@SUM(A1)", amount="1,00")))
        self.assertEqual(file.total_ids.summed, 13.5)
        file.action_import()
        self.work()
        self.assertIn(text, file.bill_ids.charge_ids.mapped("description"))
        rows = file.row_ids.filtered("flags")
        self.assertEqual((len(rows), set(rows.mapped("flags"))), (2, {"formula"}))

    def test_a_formula_is_no_amount(self):
        file = self.checked(self.table(row(), row(text="Fuel", amount="=1+1")))
        self.assertAside(file, "“=1+1” in the column net is not an amount")

    def test_no_number_is_an_amount_that_only_looks_like_one(self):
        amounts = ("NaN", "Infinity", "1e5", "0x10", "12,5,0", "--5", "1" * 30, "१२")
        rows = [row(text=f"Line {n}", amount=one) for n, one in enumerate(amounts)]
        file = self.checked(self.table(row(), *rows))
        self.assertEqual((file.aside_count, file.total_ids.summed), (len(amounts), 12.5))

    def test_a_total_that_does_not_add_up_is_told(self):
        file = self.checked(self.table(row(total="20,00"), row(text="Fuel", total="20,00")))
        self.assertDoubt(file, "What was read is not what the file says.")
        self.assertEqual((file.total_ids.told, file.total_ids.difference), (20.0, -5.0))

    def test_two_totals_of_one_bill_are_told(self):
        file = self.checked(self.table(row(total="25,00"), row(text="Fuel", total="26,00")))
        self.assertDoubt(file, "The file tells two totals of it.")

    def test_negative_and_zero_lines_count_as_they_are(self):
        rows = [row(), row(text="Free", amount="0,00"), row(text="Credit", amount="-20,00")]
        rows += [row(text="Again", amount="(1,00)"), row(text="Behind", amount="2,00-")]
        file = self.checked(self.table(*rows))
        self.assertEqual((file.aside_count, file.charge_count), (0, 5))
        self.assertEqual(file.total_ids.summed, -10.5)

    def test_a_currency_that_nobody_knows_is_not_imported(self):
        for currency, words in (
            ("XQX", "Its currency is not known."),
            ("", "The file does not tell its currency."),
            ("KMF", "Its currency is not active in Odoo."),
        ):
            with self.subTest(currency):
                self.env["res.currency"].search([("name", "=", "KMF")]).active = False
                file = self.checked(self.table(row(currency=currency)))
                self.assertDoubt(file, words)
                with self.assertRaisesRegex(UserError, f"A-1 cannot be imported: .*{words[:20]}"):
                    file.action_import()
                self.assertNothingWritten()

    def test_amounts_of_another_currency_are_not_added(self):
        file = self.checked(self.table(row(), row(text="Fuel", amount="USD 5,00")))
        self.assertAside(file, "is not in EUR, the currency of the bill")
        self.assertEqual(file.total_ids.summed, 12.5)

    def test_columns_that_are_missing_are_named(self):
        for missing, words in (
            ("Invoice", "Say which column holds the bill's number"),
            ("Amount", "Say which column holds the amount"),
        ):
            with self.subTest(missing):
                file = self.table(row())
                self.said(file, **{missing: False})
                with self.assertRaisesRegex(UserError, words):
                    file.action_check()
                self.assertEqual(file.state, "draft")
                file.action_cancel()
        file = self.table(row())
        file.issuer = False
        with self.assertRaisesRegex(UserError, "Say which column holds the carrier"):
            file.action_check()
        self.said(file, Tracking="number")
        with self.assertRaisesRegex(UserError, "Two columns are said to hold “Bill number”"):
            file.action_check()
        self.assertNothingWritten()

    def test_a_carriers_file_that_lost_a_column_is_told(self):
        rows = [row(), "A-1;2026-03-13;EUR;1Z\r\n", "A-1\r\n"]
        self.assertAside(self.checked(self.table(*rows)), "The row tells no amount", 2)

    def test_a_row_without_its_bill_is_of_no_bill(self):
        file = self.checked(self.table(row(), row(number="", text="Lost")))
        self.assertAside(file, "does not say which bill it belongs to")
        self.assertEqual(file.homeless_count, 1)

    def test_what_is_set_aside_is_imported_only_with_a_yes(self):
        file = self.checked(self.table(row(), row(text="Fuel", amount="soon")))
        self.assertTrue(file.has_doubts)
        file.action_import()
        self.work()
        self.assertEqual((file.state, file.bill_ids.amount_total), ("imported", 12.5))
        case = self.env["logistics.exception"].search([("type_code", "=", "freight_rows_aside")])
        self.assertIn("1 rows of table.csv were set aside", case.mapped("name"))

    def test_names_and_texts_are_no_markup(self):
        name = '<img src=x onerror="alert(1)">.csv'
        file = self.bring((HEADER + row(text="<script>x</script>")).encode(), name)
        self.checked(self.said(file))
        self.assertEqual(file.name, name)
        for body in file.message_ids.mapped("body"):
            self.assertNotIn("<img", body)
