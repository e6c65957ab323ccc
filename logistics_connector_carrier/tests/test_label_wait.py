"""Waiting for a label: the second call of a packing station. With real waiting and a real carrier:
tests/e2e/test_label_wait.py."""

import base64
import json
from dataclasses import replace
from unittest.mock import patch

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from ..core import booking as core
from ..labels import waiting
from .booking_common import NUMBER, BookingCommon
from .label_files import make_pdf


@tagged("post_install", "-at_install")
class TestLabelWait(HttpCase, BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(
            cls.env, "wait_packer", groups="stock.group_stock_user", password="wait_packer"
        )
        cls.key = cls.make_key(cls.packer)

    @classmethod
    def make_key(cls, user):
        keys = cls.env(user=user)["res.users.apikeys"].sudo()
        return keys._generate("rpc", "station 4", None)

    def get(self, picking, query="", key=None):
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return self.url_open(f"/logistics/label/{picking.id}{query}", headers=headers)

    def asked(self):
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        return picking

    def book(self, picking):
        content = base64.b64encode(make_pdf()).decode()
        label = replace(self.booked(), documents=(core.Document("label", "PDF", content, 0),))
        self.answer_of(picking.booking_ids, "delivered", value=label)

    def test_what_is_known_is_answered_at_once(self):
        picking = self.asked()
        response = self.get(picking)
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (202, "0"))
        self.assertEqual((response.json()["state"], response.json()["labels"]), ("asked", []))
        self.book(picking)
        with patch.object(waiting.time, "sleep", side_effect=AssertionError("it has waited")):
            response = self.get(picking, "?timeout=20&content=1")
        self.assertEqual(response.status_code, 200)
        found = response.json()
        self.assertEqual((found["state"], found["numbers"]), ("booked", [NUMBER]))
        (label,) = found["labels"]
        self.assertEqual(label["format"], "pdf")
        self.assertTrue(base64.b64decode(label["content"]).startswith(b"%PDF"))
        self.authenticate("wait_packer", "wait_packer")
        self.assertTrue(self.url_open(label["url"]).content.startswith(b"%PDF"))

    def test_nothing_of_the_database_is_kept_meanwhile(self):
        picking, seen = self.asked(), []

        def wait(registry, picking_id, seconds):
            seen.append((http.request.env.cr._closed, picking_id, seconds))
            return True

        with patch.object(waiting, "wait", wait):
            self.assertEqual(self.get(picking, "?timeout=7").status_code, 202)
        self.assertEqual(seen, [(True, picking.id, 7.0)])

    def test_a_refusal_says_why(self):
        picking = self.asked()
        self.answer_of(picking.booking_ids, "rejected", "The postal code does not fit (120207)")
        response = self.get(picking, "?timeout=5")
        self.assertEqual((response.status_code, response.json()["state"]), (200, "refused"))
        self.assertIn("120207", response.json()["why"])

    def test_nothing_is_waited_for_where_nothing_was_asked(self):
        response = self.get(self.make_order().picking_ids, "?timeout=20")
        self.assertEqual(response.status_code, 200)
        self.assertIn("No label", response.json()["why"])

    def test_a_label_that_was_cancelled_is_not_handed_out(self):
        picking = self.asked()
        self.book(picking)
        picking.booking_ids.state = "void"
        found = self.get(picking).json()
        self.assertEqual((found["state"], found["labels"], found["numbers"]), ("void", [], []))

    def test_who_finds_no_place_is_told_when_to_come_again(self):
        picking = self.asked()
        with patch.object(waiting, "places", lambda: 0):
            response = self.get(picking, "?timeout=20")
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (202, "2"))

    def test_a_place_is_taken_by_one(self):
        with patch.object(waiting, "places", lambda: 1):
            with waiting.place() as first, waiting.place() as second:
                self.assertEqual((first, second), (True, False))
            with waiting.place() as third:
                self.assertTrue(third)

    def test_strangers_learn_nothing(self):
        picking = self.asked()
        stranger = new_test_user(
            self.env, "wait_stranger", groups="base.group_user", password="wait_stranger"
        )
        self.assertEqual(self.get(picking, key=self.make_key(stranger)).status_code, 404)
        self.assertEqual(self.get(picking, key="no-key").status_code, 401)
        self.assertEqual(self.get(self.env["stock.picking"].browse(10**8)).status_code, 404)
        self.assertEqual(self.get(picking, "?timeout=3600").status_code, 400)
        self.assertEqual(self.get(picking, "?timeout=soon").status_code, 400)

    def test_pages_of_odoo_wait_with_their_session(self):
        picking = self.asked()
        self.authenticate("wait_packer", "wait_packer")
        body = {"jsonrpc": "2.0", "method": "call", "params": {"delivery": picking.id}}
        body["params"]["timeout"] = 0
        response = self.url_open(
            "/logistics/label/wait",
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(response.json()["result"]["state"], "asked")
