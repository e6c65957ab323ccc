"""The end of a day: each booking is told once, each void of a told one as well, and what was not
sent is seen."""

import base64
import csv
import io
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .test_own_carrier import GROUP, OwnCarrierCommon

MAIL_SERVER = "odoo.addons.base.models.ir_mail_server.IrMail_Server"
CLOCK = "odoo.addons.logistics_connector_carrier.models.manifest.logistics_connection_manifest"


class ManifestCommon(OwnCarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.manifest_email = "dispatch@night.example"

    def book(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        return picking.booking_ids

    def rows(self, manifest):
        attachment = manifest.attachment_ids.filtered(lambda one: one.name.endswith(".csv"))
        text = base64.b64decode(attachment.datas).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def arrive(self, manifest):
        manifest.mail_id.write({"state": "sent"})
        manifest.mail_id._postprocess_sent_message([], [])

    def refuse(self, manifest):
        manifest.mail_id.write({"state": "exception", "failure_reason": "550 no such user"})
        manifest.mail_id._postprocess_sent_message([], [])


@tagged("post_install", "-at_install")
class TestManifest(ManifestCommon):
    def test_each_booking_is_told_once(self):
        first, second = self.book(), self.book()
        manifest = self.account._end_day()
        self.assertEqual(manifest.line_ids.booking_id, first | second)
        self.assertEqual((manifest.state, manifest.parcel_count), ("draft", 2))
        self.assertEqual(manifest.mail_id.email_to, "dispatch@night.example")
        names = sorted(one.name.rsplit(".", 1)[1] for one in manifest.mail_id.attachment_ids)
        self.assertEqual(names, ["csv", "pdf"])
        rows = self.rows(manifest)
        self.assertEqual([row["number"] for row in rows], ["RR473124829US", "RR473124832US"])
        self.assertEqual((rows[0]["city"], rows[0]["action"]), ("Muskegon", "book"))
        self.assertFalse(self.account._end_day())
        third = self.book()
        self.assertEqual(self.account._end_day().line_ids.booking_id, third)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            manifest.line_ids.create(
                {"manifest_id": manifest.id, "booking_id": first.id, "kind": "book"}
            )

    def test_it_is_sent_when_its_mail_is(self):
        self.book()
        manifest = self.account._end_day()
        self.assertFalse(manifest.sent_at)
        self.arrive(manifest)
        self.assertEqual(manifest.state, "sent")
        self.assertTrue(manifest.sent_at)
        with self.assertRaisesRegex(UserError, "sent already"):
            manifest.action_send()
        with self.assertRaises(UserError):
            manifest.unlink()

    def test_a_failed_mail_is_seen_and_sent_again(self):
        booking = self.book()
        manifest = self.account._end_day()
        self.refuse(manifest)
        self.assertEqual((manifest.state, manifest.problem), ("failed", "550 no such user"))
        self.assertIn(manifest.name, self.account.activity_ids.summary)
        self.assertFalse(self.account._end_day())
        manifest.action_send()
        self.assertEqual(manifest.line_ids.booking_id, booking)
        self.arrive(manifest)
        self.assertEqual((manifest.state, manifest.problem), ("sent", False))

    def test_a_mail_server_that_says_no_is_a_failure(self):
        self.book()
        manifest = self.account._end_day()
        quiet = mute_logger("odoo.addons.mail.models.mail_mail")
        with quiet, patch(f"{MAIL_SERVER}._connect__", side_effect=ValueError("no way")):
            manifest.mail_id.send()
        self.assertEqual(manifest.state, "failed")
        self.assertTrue(manifest.problem)

    def test_without_an_address_nothing_is_lost(self):
        self.account.manifest_email = False
        booking = self.book()
        manifest = self.account._end_day()
        self.assertEqual(manifest.state, "failed")
        self.assertIn("no e-mail address", manifest.problem)
        self.account.manifest_email = "later@night.example"
        manifest.action_send()
        self.assertEqual(manifest.mail_id.email_to, "later@night.example")
        self.assertEqual(manifest.line_ids.booking_id, booking)

    def test_a_void_after_the_manifest_is_told(self):
        booking, other = self.book(), self.book()
        self.arrive(self.account._end_day())
        booking.picking_id.cancel_shipment()
        manifest = self.account._end_day()
        (row,) = self.rows(manifest)
        self.assertEqual((row["action"], row["number"]), ("cancel", "RR473124829US"))
        self.assertEqual((manifest.cancel_count, manifest.booking_count), (1, 0))
        self.assertFalse(self.account._end_day())
        self.assertNotIn(other, manifest.line_ids.booking_id)

    def test_a_void_before_the_manifest_is_not_told(self):
        self.book().picking_id.cancel_shipment()
        self.assertFalse(self.account._end_day())

    def test_a_void_of_what_did_not_arrive_is_left_out(self):
        booking, other = self.book(), self.book()
        manifest = self.account._end_day()
        self.refuse(manifest)
        booking.picking_id.cancel_shipment()
        manifest.action_send()
        self.assertEqual(manifest.line_ids.booking_id, other)
        self.arrive(manifest)
        self.assertFalse(self.account._end_day())

    # -- by itself ----------------------------------------------------------------------------

    def run_at(self, hour):
        with patch(f"{CLOCK}.datetime") as clock:
            clock.now.side_effect = lambda tz: tz.localize(datetime(2026, 3, 20, hour, 30))
            self.env["logistics.connection"]._end_days()

    def test_at_its_hour_it_is_made_once_a_day(self):
        self.account.write({"manifest_auto": True, "manifest_hour": 17.25, "tz": "Europe/Berlin"})
        manifests = self.env["logistics.manifest"]
        ours = [("connection_id", "=", self.account.id)]
        self.book()
        self.run_at(15)  # 16:30 in Berlin
        self.assertFalse(manifests.search(ours))
        self.run_at(16)
        self.assertEqual(len(manifests.search(ours)), 1)
        self.book()
        self.run_at(17)
        self.assertEqual(len(manifests.search(ours)), 1)

    def test_a_fault_of_one_account_keeps_no_other_from_being_told(self):
        self.account.write({"manifest_auto": True, "manifest_hour": 10})
        broken = self.env["logistics.connection"].create(
            {
                "name": "Broken Courier",
                "provider_id": self.account.provider_id.id,
                "manifest_auto": True,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_connection SET tz = 'Mars/Phobos' WHERE id = %s", (broken.id,)
        )
        self.env.invalidate_all()
        self.book()
        with self.assertLogs(CLOCK, "ERROR") as logs:
            self.run_at(20)
        self.assertIn("Broken Courier", logs.output[0])
        manifests = self.env["logistics.manifest"].search([])
        self.assertIn(self.account, manifests.connection_id)

    def test_what_was_called_off_meanwhile_is_not_sent(self):
        booking = self.book()
        manifest = self.account._end_day()
        self.refuse(manifest)
        booking.picking_id.cancel_shipment()
        with self.assertRaisesRegex(UserError, "nothing to tell"):
            manifest.action_send()

    # -- who may ------------------------------------------------------------------------------

    def test_a_user_ends_the_day(self):
        user = self.make_user("man-user", GROUP + "user")
        self.book()
        action = self.env["logistics.manifest"].with_user(user).action_end_of_day()
        manifest = self.env["logistics.manifest"].with_user(user).browse(action["res_id"])
        self.assertEqual(manifest.state, "draft")
        self.assertEqual(manifest.parcel_count, 1)
        with self.assertRaises(AccessError):
            manifest.write({"state": "sent"})
        with self.assertRaisesRegex(UserError, "nothing new"):
            self.env["logistics.manifest"].with_user(user).action_end_of_day()

    def test_another_company_ends_its_own_day_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self.make_user("man-other", GROUP + "admin", company=other)
        booking = self.book()
        with self.assertRaises(UserError):
            self.env["logistics.manifest"].with_user(user).action_end_of_day()
        manifest = self.account._end_day()
        self.assertFalse(manifest.with_user(user).search([("id", "=", manifest.id)]))
        self.assertEqual(manifest.line_ids.booking_id, booking)
        packer = self.make_user("man-packer", "stock.group_stock_user")
        with self.assertRaises(AccessError):
            self.env["logistics.manifest"].with_user(packer).action_end_of_day()
