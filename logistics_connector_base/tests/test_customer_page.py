"""The page of a shipment's link: who opens it, what it says, what it weighs."""

import base64
import hashlib
import re

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .customers import PDF, PHONE, STREET, WORDS, CustomerCommon, words

# What a customer's page never says, wherever it came from.
NEVER = (
    STREET,
    WORDS,
    "Iris",
    "Lovelace",
    "3511",
    PHONE,
    ">damaged<",
    "SRT-SECRET",
    "exception",
    "Our dock",
)


class PageCommon(CustomerCommon, HttpCase):
    def page(self, shipment=None, path=None, **options):
        self.env.flush_all()
        path = path or (shipment or self.shipment)._tracking_page_path()
        return self.url_open(path, **options)


@tagged("post_install", "-at_install")
class TestCustomerPage(PageCommon):
    def test_it_tells_in_plain_words_and_nothing_more(self):
        self.under_way()
        self.shipment.promised_delivery_at = self.in_days(-2)
        page = self.page()
        text = words(page.text)
        for expected in (
            "On its way",
            "Your parcel has arrived at a carrier site.",
            "Wed, Mar 11, 2026, 9:30 AM (UTC+01:00)",
            "Paris, Netherlands",
            "Was planned for",
            self.order.name,
            "ROSA-77",
            "help@shipper.example",
        ):
            self.assertIn(expected, text.replace(" ,", ",").replace("\u202f", " "))
        for hidden in NEVER:
            self.assertNotIn(hidden.lower(), page.text.lower())
        # Newest first.
        self.assertLess(text.index("arrived at a carrier site"), text.index("has picked up"))

    def test_the_way_is_drawn_and_told_to_those_who_do_not_see(self):
        self.under_way()
        page = self.page().text
        self.assertIn('aria-label="Madrid → Paris → Utrecht. Now: Paris"', page)
        self.assertEqual(page.count("<circle"), 3)
        self.assertEqual(len(re.findall(r"<main>|<header |<footer ", page)), 3)
        self.assertEqual(page.count("<h1"), 1)

    def test_it_is_light_and_loads_nothing(self):
        self.shipment.write(
            {"package_ids": [(0, 0, {"tracking_number": f"1ZMORE{i}"}) for i in range(5)]}
        )
        for hour in range(60):
            at = f"2026-03-{9 + hour // 24:02}T{hour % 24:02}:00:00+01:00"
            self.tell(("MOV_ARRIVED", at, {"place": {"city": f"Town {hour}"}}))
        page = self.page()
        self.assertLess(len(page.content), 60 * 1024)
        self.assertLess(len(re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)[1]), 10 * 1024)
        self.assertNotRegex(
            page.text, r"<script|<iframe|<object|@import|url\(|https?://(?!www\.w3)"
        )
        loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]*)"', page.text)
        self.assertEqual([url for url in loaded if not url.startswith("data:")], [])

    def test_the_link_is_told_to_nobody_else(self):
        page = self.page()
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", page.headers["X-Robots-Tag"])
        self.assertIn("private", page.headers["Cache-Control"])
        policy = page.headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.assertIn(f"'sha256-{digest}'", policy, "the browser takes the style that is there")
        self.assertNotIn("Set-Cookie", page.headers)

    @mute_logger("odoo.http")
    def test_a_wrong_link_and_an_unknown_one_are_the_same(self):
        path = self.shipment._tracking_page_path()
        start, token = path.rsplit("/", 1)
        another = self.make_sent("1ZOTHER")
        answers = [
            self.page(path=wrong)
            for wrong in (
                f"{start}/{'0' * 32}",
                f"/track/{'0' * 32}/{token}",
                f"/track/{another.public_id}/{token}",
                f"{start}/{token[:-1]}",
                f"/track/{self.shipment.id}/{token}",
                f"{start}/{token}%00",
            )
        ]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        self.assertEqual(len({answer.text for answer in answers}), 1)
        self.assertEqual(self.page().status_code, 200)

    def test_a_new_link_kills_the_old_one_and_those_that_it_led_to(self):
        sibling = self.make_sent("1ZROSA2", self.order, partner_id=self.shop.id)
        before = [self.shipment._tracking_page_path(), sibling._tracking_page_path()]
        self.assertIn(before[1], self.page().text)
        user = self.make_user("page_user", "logistics_connector_base.group_logistics_user")
        self.shipment.with_user(user).action_renew_tracking_page()
        self.assertEqual([self.page(path=path).status_code for path in before], [404, 404])
        self.assertEqual(self.page().status_code, 200)

    def test_a_company_may_switch_the_pages_off(self):
        self.company.logistics_tracking_page = False
        self.assertEqual(self.page().status_code, 404)
        self.assertFalse(self.shipment.tracking_page_url)

    def test_proofs_are_shown_to_whom_the_company_says(self):
        self.delivered()
        self.assertEqual(len(self.shipment.document_ids), 1)
        path = f"{self.shipment._tracking_page_path()}/proof/{self.shipment.document_ids.id}"
        for audience in ("never", "portal"):
            self.company.logistics_proof_audience = audience
            self.assertNotIn("proof/", self.page().text)
            self.assertEqual(self.page(path=path).status_code, 404)
        self.company.logistics_proof_audience = "public"
        self.assertIn(path, self.page().text)
        file = self.page(path=path)
        self.assertEqual((file.content, file.headers["Content-Type"]), (PDF, "application/pdf"))
        self.assertIn("sandbox", file.headers["Content-Security-Policy"])
        another = self.env["ir.attachment"].create(
            {"name": "x", "raw": b"x", "res_model": "logistics.shipment", "res_id": 1}
        )
        path = f"{self.shipment._tracking_page_path()}/proof/{another.id}"
        self.assertEqual(self.page(path=path).status_code, 404)

    def test_a_proof_whose_event_was_withdrawn_is_gone_and_the_mistake_is_told(self):
        self.company.logistics_proof_audience = "public"
        delivered = self.scan(
            "DLV_DELIVERED",
            "2026-03-12T14:05:00+01:00",
            "1ZROSA1",
            id="e1",
            documents=[self.document(PDF)],
        )
        self.receive(self.connection, self.message(delivered))
        self.assertIn("proof/", self.page().text)
        withdrawn = {"id": "e2", "retracts": "e1", "shipment": delivered["shipment"]}
        self.receive(self.connection, self.message(withdrawn))
        page = self.page().text
        self.assertNotIn("proof/", page)
        self.assertIn("This was reported by mistake.", page)
        self.assertIn("We are preparing your shipment", words(page))

    def test_what_is_internal_shows_in_no_word(self):
        """The states that only we know look like those that everybody may know."""
        for code, shown in (
            ("ORD_RELEASE_REJ", "We are preparing your shipment"),
            ("TND_REJECTED", "We are preparing your shipment"),
            ("EXC_LOST", "We are looking into it"),
        ):
            number = f"1Z{len(code)}"
            shipment = self.make_sent(number)
            scan = self.scan(code, number=number, raw_text=WORDS)
            self.receive(self.connection, self.message(scan))
            text = words(self.page(shipment).text)
            self.assertIn(shown, text)
            for word in ("reject", "lost", "destroyed", "Lovelace"):
                self.assertNotIn(word, text.lower())

    def test_trouble_that_customers_may_see_says_what_they_can_do(self):
        self.tell(("EXC_ADDRESS", "2026-03-11T09:00:00+01:00", {}))
        text = words(self.page().text)
        self.assertIn("The carrier has a question about your delivery address.", text)
        self.assertIn("Please contact us, so that it can go on.", text)

    def test_several_customers_in_one_shipment_do_not_see_each_others_orders(self):
        theirs = self.make_order(self.other_shop, "OTHER-1")
        self.shipment.sale_order_ids |= theirs
        text = self.page().text
        for name in (self.order.name, theirs.name, "ROSA-77", "OTHER-1"):
            self.assertNotIn(name, text)

    def test_parcels_have_their_own_stage(self):
        self.make_sent(["1ZP1", "1ZP2"], self.order)
        for code, number in (("DLV_DELIVERED", "1ZP1"), ("DLV_OUT", "1ZP2")):
            self.receive(self.connection, self.message(self.scan(code, number=number)))
        shipment = self.env["logistics.shipment"].search([], order="id desc", limit=1)
        text = words(self.page(shipment).text)
        self.assertIn("1ZP1 Delivered", text)
        self.assertIn("1ZP2 Out for delivery", text)

    def test_it_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        code = self.env.ref("logistics_connector_base.event_code_mov_arrived")
        code.with_context(lang="nl_NL").customer_text = "Uw pakket is aangekomen."
        self.shop.lang = "nl_NL"
        self.under_way()
        page = self.page().text
        self.assertIn('<html lang="nl-NL"', page)
        self.assertIn("Uw pakket is aangekomen.", page)
        self.assertIn("11 mrt. 2026", page)
        other = self.page(path=self.shipment._tracking_page_path() + "?lang=en_US").text
        self.assertIn("Your parcel has arrived", other)

    def test_an_erased_shipment_says_so_and_nothing_else(self):
        self.delivered()
        self.shipment.event_ids[:1].erased_at = self.in_days(0)
        page = self.page()
        self.assertEqual(page.status_code, 410)
        self.assertIn("has been erased", page.text)
        for gone in ("Delivered", "Paris", "1ZROSA1", self.order.name):
            self.assertNotIn(gone, page.text)

    def test_a_company_shows_its_own_name_and_settings(self):
        second = self.env["res.company"].create(
            {"name": "Second Shipper", "logistics_tracking_page": False}
        )
        shipment = self.make_shipment("1ZSECOND", company=second)
        self.assertEqual(self.page(shipment).status_code, 404)
        second.logistics_tracking_page = True
        self.assertIn("Second Shipper", self.page(shipment).text)
        self.assertEqual(self.page().status_code, 200)

    def test_whoever_is_logged_in_sees_what_everybody_sees(self):
        self.under_way()
        open_page = words(self.page().text)
        new_test_user(self.env, "staff", "base.group_user", password="staffstaff")
        self.authenticate("staff", "staffstaff")
        self.assertEqual(words(self.page().text), open_page)
