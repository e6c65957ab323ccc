"""/my/shipments: customers see theirs, and nothing by any other way."""

import json

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .customers import PDF, CustomerCommon, words
from .test_customer_page import NEVER

OURS = (
    "logistics.shipment",
    "logistics.shipment.package",
    "logistics.shipment.stop",
    "logistics.shipment.reference",
    "logistics.shipment.charge",
    "logistics.event",
    "logistics.effect",
    "logistics.exception",
    "logistics.message",
    "logistics.connection",
)


@tagged("post_install", "-at_install")
class TestCustomerPortal(CustomerCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls.make_order(cls.other_shop, "OTHER-1")
        cls.foreign = cls.make_sent("1ZFOREIGN", cls.theirs, partner_id=cls.other_shop.id)

    def my(self, path="", login="rosa"):
        self.env.flush_all()
        self.authenticate(login, login + login)
        return self.url_open(f"/my/shipments{path}")

    def test_the_list_has_their_own(self):
        # By the order alone: it goes to an address that is nobody's customer.
        elsewhere = self.env["res.partner"].create({"name": "Building site"})
        by_order = self.make_sent("1ZSITE", self.order, partner_id=elsewhere.id)
        text = self.my().text
        self.assertIn(self.shipment.name, text)
        self.assertIn(by_order.name, text)
        self.assertNotIn(self.foreign.name, text)
        other = self.my(login="other").text
        self.assertIn(self.foreign.name, other)
        self.assertNotIn(self.shipment.name, other)

    def test_filters_search_and_order(self):
        done = self.make_sent("1ZDONE", self.order, partner_id=self.shop.id)
        self.receive(self.connection, self.message(self.scan("DLV_DELIVERED", number="1ZDONE")))
        bad = self.make_sent("1ZBAD", self.order, partner_id=self.shop.id)
        self.receive(self.connection, self.message(self.scan("EXC_DELAY", number="1ZBAD")))
        hidden = self.make_sent("1ZHID", self.order, partner_id=self.shop.id)
        self.receive(self.connection, self.message(self.scan("EXC_DAMAGE", number="1ZHID")))
        self.assertTrue(hidden.has_delivery_exception)
        everything = {self.shipment, done, bad, hidden}
        for query, found in (
            ("?filterby=on_the_way", everything - {done}),
            ("?filterby=delivered", {done}),
            ("?filterby=problem", {bad}),
            ("?filterby=nonsense&sortby=nonsense", everything),
            ("?search=1ZDONE", {done}),
            (f"?search={self.order.name}", everything),
            ("?search=rosa-77&sortby=expected", everything),
            ("?search=OTHER-1", set()),
            ("?search=%00%25'", set()),
        ):
            with self.subTest(query):
                text = self.my(query).text
                shown = {shipment for shipment in everything if f">{shipment.name}<" in text}
                self.assertEqual(shown, found)

    def test_the_page_tells_in_words_and_nothing_more(self):
        self.shipment.sale_order_ids |= self.theirs
        self.delivered()
        page = self.my(f"/{self.shipment.public_id}")
        self.assertEqual(page.status_code, 200)
        text = words(page.text)
        for expected in ("Delivered", "ROSA-77", "Your parcel was delivered.", "pod.pdf"):
            self.assertIn(expected, text)
        inner = page.text[page.text.index('<div class="lc">') :]
        for hidden in (*NEVER, "OTHER-1", self.theirs.name):
            self.assertNotIn(hidden.lower(), inner.lower())

    def test_somebody_elses_is_as_unknown_as_none(self):
        answers = [
            self.my(f"/{path}")
            for path in (self.foreign.public_id, "0" * 32, str(self.foreign.id), "x")
        ]
        self.assertEqual({answer.status_code for answer in answers}, {404})
        without = {answer.text.replace(self.foreign.public_id, "") for answer in answers[:2]}
        self.assertEqual(len({len(text) for text in without}), 1)

    @mute_logger("odoo.http")
    def test_proofs(self):
        self.delivered()
        file = self.shipment.document_ids
        path = f"/{self.shipment.public_id}/proof/{file.id}"
        self.assertEqual(self.my(path).content, PDF)
        self.assertEqual(self.my(path, "other").status_code, 404)
        self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)
        self.company.logistics_proof_audience = "never"
        self.assertEqual(self.my(path).status_code, 404)

    def test_the_first_page_and_the_order_lead_there(self):
        self.authenticate("rosa", "rosarosa")
        counters = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": ["logistics_shipment_count"]}}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(counters.json()["result"], {"logistics_shipment_count": 1})
        self.assertIn("/my/shipments", self.url_open("/my").text)
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn("Track your delivery", page)
        self.assertIn(self.shipment._tracking_page_path(), page)
        self.company.logistics_tracking_page = False
        self.env.flush_all()
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn(f"/my/shipments/{self.shipment.public_id}", page)

    def test_no_call_of_theirs_reaches_a_table_of_ours(self):
        self.delivered()
        for model in OURS:
            with self.subTest(model):
                records = self.env[model].with_user(self.buyer)
                for call in (
                    lambda records=records: records.search_read([], ["id"]),
                    lambda records=records: records.search_count([]),
                    lambda records=records: records.formatted_read_group([], [], ["__count"]),
                ):
                    with self.assertRaises(AccessError):
                        call()
        shipment = self.shipment.with_user(self.buyer)
        for call in (
            lambda: shipment.read(["name"]),
            lambda: shipment.with_context(import_compat=False)._export_rows([["name"]]),
            lambda: shipment.action_renew_tracking_page(),
            lambda: shipment.write({"partner_id": self.buyer.partner_id.id}),
            lambda: self.shipment.document_ids.with_user(self.buyer).read(["datas"]),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_what_we_write_on_their_orders_is_for_the_staff(self):
        """Odoo lets customers read their own orders by calls."""
        self.under_way()
        self.order.message_subscribe(self.buyer.partner_id.ids)
        order = self.order.with_user(self.buyer)
        self.assertEqual(order.read(["name"])[0]["name"], self.order.name)
        for name in ("logistics_state", "logistics_blocked_reason", "shipment_ids"):
            with self.assertRaises(AccessError):
                order.read([name])
        self.assertFalse([name for name in order.fields_get() if name.startswith("logistics_")])
        with self.assertRaises(AccessError):
            order.search([("logistics_blocked_reason", "!=", False)])
