"""Labels of several deliveries, printed and printed again."""

import base64
import io
from dataclasses import replace

from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader
from PIL import Image

from ..core import booking as core
from .booking_common import BookingCommon
from .label_files import make_pdf, make_picture, make_zpl


@tagged("post_install", "-at_install")
class TestLabelPrint(HttpCase, BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(
            cls.env,
            "print_packer",
            groups="stock.group_stock_user",
            password="print_packer",
        )

    def book(self, *files, kind="label"):
        """A delivery that is booked, with these files as labels of its one package."""
        picking = self.make_order().picking_ids
        self.ship(picking)
        number = f"1Z4F217A03{picking.id:08}"
        answer = replace(
            self.booked(number),
            documents=tuple(
                core.Document(kind, form, base64.b64encode(content).decode(), 0)
                for form, content in files
            ),
        )
        self.answer_of(picking.booking_ids, "delivered", value=answer)
        self.assertEqual(picking.booking_state, "booked")
        return picking

    def file_of(self, action):
        """What the browser gets, as the packer."""
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.authenticate("print_packer", "print_packer")
        response = self.url_open(action["url"])
        self.assertEqual(response.status_code, 200)
        return response.content

    def test_one_pdf_in_the_order_of_the_deliveries(self):
        first = self.book(("PDF", make_pdf((200, 300))))
        second = self.book(("PNG", make_picture("PNG", (400, 600), dpi=200)))
        third = self.book(("GIF", make_picture("GIF", (812, 1218))))
        pickings = (third | first | second).with_user(self.packer)
        content = self.file_of(pickings.action_print_labels())
        sizes = [
            tuple(round(float(value)) for value in page.mediabox[2:])
            for page in PdfFileReader(io.BytesIO(content)).pages
        ]
        self.assertEqual(sizes, [(288, 432), (200, 300), (144, 216)])

    def test_page_printers_and_label_printers_have_a_file_each(self):
        pickings = self.book(("ZPL", make_zpl("A"))) | self.book(("PDF", make_pdf()))
        pickings |= self.book(("ZPL", make_zpl("B")))
        action = pickings.with_user(self.packer).action_print_labels()
        self.assertEqual(action["res_model"], "logistics.label.print")
        wizard = self.env["logistics.label.print"].with_user(self.packer).browse(action["res_id"])
        self.assertEqual((wizard.pdf_count, wizard.zpl_count, wizard.missing), (1, 2, ""))
        self.assertEqual(self.file_of(wizard.action_zpl()), make_zpl("A") + make_zpl("B"))
        self.assertTrue(self.file_of(wizard.action_pdf()).startswith(b"%PDF"))

    def test_a_broken_label_is_named_and_the_others_print(self):
        good = self.book(("PDF", make_pdf()))
        cut = self.book(("PDF", make_pdf()[:300]))
        odd = self.book(("PDF", b"see our web site"))
        none = self.book()
        unbooked = self.make_order().picking_ids
        pickings = cut | odd | none | unbooked | good
        action = pickings.with_user(self.packer).action_print_labels()
        wizard = self.env["logistics.label.print"].browse(action["res_id"])
        self.assertEqual(wizard.page_count, 1)
        for picking in pickings - good:
            self.assertIn(picking.name, wizard.missing)
        self.assertNotIn(good.name, wizard.missing)
        with self.assertRaisesRegex(UserError, cut.name):
            cut.with_user(self.packer).action_print_labels()

    def test_a_label_that_does_not_count_is_in_no_print(self):
        picking = self.book(("PDF", make_pdf()))
        booking = picking.booking_ids
        for state in ("void_asked", "void"):
            booking.state = state
            with self.assertRaises(UserError):
                picking.with_user(self.packer).action_print_labels()
            with self.assertRaises(UserError):
                booking.with_user(self.packer).action_print_labels()
            with self.assertRaises(UserError):
                booking.parcel_ids.with_user(self.packer).action_print_label()

    def test_who_prints_again_is_written_down(self):
        picking = self.book(("PDF", make_pdf()))
        parcel = picking.booking_ids.parcel_ids
        count = len(picking.message_ids)
        picking.with_user(self.packer).action_print_labels()
        self.assertEqual(parcel.printed_by_id, self.packer)
        self.assertEqual(len(picking.message_ids), count)
        parcel.with_user(self.packer).action_print_label()
        message = picking.message_ids.sorted("id")[-1]
        self.assertEqual(len(picking.message_ids), count + 1)
        self.assertIn(parcel.tracking_number, message.body)
        self.assertIn(self.packer.name, message.body)
        self.assertEqual(message.author_id, self.packer.partner_id)

    def test_a_return_label_that_came_along_goes_into_the_box(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        documents = tuple(
            core.Document(kind, "PDF", base64.b64encode(make_pdf(size)).decode(), 0)
            for kind, size in (("label", (200, 300)), ("return_label", (210, 310)))
        )
        answer = replace(self.booked(), documents=documents)
        self.answer_of(picking.booking_ids, "delivered", value=answer)
        booking = picking.booking_ids
        self.assertEqual(len(booking.label_ids), 2)
        self.assertIn("LabelShipping", booking.parcel_ids.label_id.name)
        content = self.file_of(booking.with_user(self.packer).action_print_labels())
        self.assertEqual(len(PdfFileReader(io.BytesIO(content)).pages), 2)

    def test_a_print_is_its_makers_alone(self):
        picking = self.book(("PDF", make_pdf()))
        action = picking.with_user(self.packer).action_print_labels()
        new_test_user(
            self.env,
            "other_packer",
            groups="stock.group_stock_user",
            password="other_packer",
        )
        self.authenticate("other_packer", "other_packer")
        self.assertEqual(self.url_open(action["url"]).status_code, 404)

    def test_all_labels_of_a_batch(self):
        first = self.book(("PDF", make_pdf((200, 300))))
        second = self.book(("PDF", make_pdf((210, 310))))
        action = (second | first).with_user(self.packer).action_ask_labels()
        batch = self.env["logistics.label.batch"].with_user(self.packer).browse(action["res_id"])
        self.assertEqual((batch.booked_count, batch.known_count), (2, 2))
        content = self.file_of(batch.action_print_labels())
        pages = PdfFileReader(io.BytesIO(content)).pages
        self.assertEqual([round(float(page.mediabox[2])) for page in pages], [210, 200])
        self.assertEqual(len((first | second).booking_ids), 2)


@tagged("post_install", "-at_install")
class TestPictures(BookingCommon):
    def test_bars_are_not_smeared(self):
        from ..labels.sheets import page_of

        content = page_of(make_picture("PNG", (300, 200)))
        (picture,) = PdfFileReader(io.BytesIO(content)).pages[0]["/Resources"]["/XObject"].values()
        data = picture.get_object().get_data()
        image = Image.frombytes("L", (300, 200), data)
        self.assertEqual({value for _count, value in image.getcolors()}, {0, 255})
