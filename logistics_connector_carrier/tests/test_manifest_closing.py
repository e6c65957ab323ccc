"""The end of a day over a carrier's interface: told once, taken in part, and called off after it.
The carrier itself is played over HTTP in tests/e2e/test_end_of_day.py."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..core import booking as core
from ..core import closing
from ..engine.closing import CLOSERS
from .booking_common import BookingCommon

CLOCK = "odoo.addons.logistics_connector_carrier.models.manifest.logistics_connection_manifest"
PDF = "JVBERi0xLjQK"


class ClosingCommon(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        canada = cls.env.ref("base.ca")
        province = cls.env.ref("base.state_ca_on")
        address = {"country_id": canada.id, "state_id": province.id, "zip": "K1A 0B1"}
        cls.env["stock.warehouse"].search([]).partner_id.write(
            {**address, "city": "Ottawa", "phone": "+1 613 555 0100"}
        )
        cls.receiver.write({**address, "city": "Toronto"})
        cls.account = cls.env["logistics.connection"].create(
            {
                "name": "Canada Post account",
                "provider_id": cls.env.ref("logistics_connector_carrier.provider_canadapost").id,
                "environment": "test",
            }
        )
        cls.account.action_set_up_booking()
        for setting in cls.account.carrier_setting_ids.filtered("is_required"):
            setting["secret" if setting.kind == "secret" else "value"] = "0008150293"
        cls.account.action_go_live()
        cls.method.write(
            {
                "logistics_connection_id": cls.account.id,
                "logistics_service_id": cls.service_of("DOM.EP").id,
            }
        )
        group = cls.env.ref("logistics_connector_base.group_logistics_user")
        cls.worker = cls.env["res.users"].create(
            {
                "name": "Dispatcher",
                "login": "dispatcher",
                "group_ids": [(4, group.id), (4, cls.env.ref("stock.group_stock_user").id)],
            }
        )

    def book(self, *identifiers, **values):
        picking = self.make_order().picking_ids
        picking.write(values)
        self.ship(picking)
        booking = picking.booking_ids
        count = len(booking.parcel_ids)
        answer = core.BookingAnswer(
            identifier=core.JOINT.join(identifiers),
            numbers=identifiers[:count] or ("",) * count,
            charges=(core.Charge("", "Base", "11.00", "CAD", "base"),),
            total="11.00",
            currency="CAD",
        )
        self.env["res.currency"]._by_code("CAD") or self.env.ref("base.CAD").write({"active": True})
        self.answer_of(booking, "delivered", value=answer)
        self.assertEqual(booking.state, "booked", booking.problem)
        return booking

    def tell(self, message, state, text="", **content):
        """What the sender writes when the carrier has answered, and its telling."""
        self.env.flush_all()
        raw = json.dumps(content).encode() if content else None
        self.env.cr.execute(
            "UPDATE logistics_message SET state = %s, error_text = %s WHERE id = %s",
            (state, text, message.id),
        )
        self.env.cr.execute(
            "UPDATE logistics_answer SET content = %s, is_done = false WHERE message_id = %s",
            (raw, message.id),
        )
        self.env.invalidate_all()
        self.env["logistics.answer"]._tell()

    def closed(self, manifest, *taken, refused=()):
        answer = closing.CloseAnswer(
            taken=taken,
            refused=tuple(closing.NotTaken(*one) for one in refused),
            manifests=("P048213377",),
            documents=(core.Document("manifest", "PDF", PDF, number="P048213377"),),
        )
        data = json.loads(core.as_json(answer))
        self.tell(manifest.close_message_id, "delivered", answer=data)


@tagged("post_install", "-at_install")
class TestManifestClosing(ClosingCommon):
    def test_what_the_end_of_day_is_not_about_is_not_told(self):
        one, two = self.book("5450215001"), self.book("5450215002")
        two.service = "DOM.XP"
        closer = SimpleNamespace(
            closes=lambda values: True, takes=lambda service: service == "DOM.EP"
        )
        with patch.dict(CLOSERS, {"canadapost": closer}):
            manifest = self.account._end_day()
        self.assertEqual(manifest.line_ids.booking_id, one)
        self.assertFalse(two.manifest_line_ids)

    def test_a_report_of_text_keeps_its_form(self):
        booking = self.book("5450215001")
        manifest = self.account._end_day().sudo()
        paper = core.Document("manifest", "TXT", "R1JPVU5E", number="77")
        answer = closing.CloseAnswer(taken=(booking.identifier,), documents=(paper,))
        data = json.loads(core.as_json(answer))
        self.tell(manifest.close_message_id, "delivered", answer=data)
        self.assertEqual(manifest.attachment_ids.mimetype, "text/plain")
        self.assertTrue(manifest.attachment_ids.name.endswith("-77.txt"))
        self.assertEqual(manifest.attachment_ids.raw, b"GROUND")

    def test_a_day_is_closed_once(self):
        one, two = self.book("5450215001"), self.book("5450215002")
        manifest = self.account.with_user(self.worker)._end_day()
        self.assertEqual((manifest.state, manifest.is_waiting), ("sending", True))
        self.assertEqual(manifest.line_ids.booking_id, one | two)
        asked = json.loads(self.body_of(manifest.sudo().close_message_id))
        self.assertEqual(asked["act"], "close")
        request = closing.request_from(asked["request"])
        self.assertEqual(request.shipments, ("5450215001", "5450215002"))
        self.assertEqual((request.address.zip, request.address.state), ("K1A 0B1", "ON"))
        self.assertFalse(self.account._end_day())
        self.closed(manifest.sudo(), *request.shipments)
        self.assertEqual((manifest.state, manifest.carrier_numbers), ("sent", "P048213377"))
        self.assertEqual(set(manifest.line_ids.mapped("state")), {"taken"})
        self.assertEqual(manifest.attachment_ids.mimetype, "application/pdf")
        self.assertIn(manifest.attachment_ids, manifest.message_ids.attachment_ids)
        self.assertTrue(manifest.sent_at)
        self.assertFalse(self.account._end_day())

    def test_an_answer_that_is_told_again_changes_nothing(self):
        self.book("5450215001")
        manifest = self.account._end_day()
        self.closed(manifest, "5450215001")
        self.closed(manifest, "5450215001")
        self.assertEqual(len(manifest.attachment_ids), 1)

    def test_what_is_not_taken_comes_again(self):
        one, two = self.book("5450215001"), self.book("5450215002")
        manifest = self.account._end_day()
        self.closed(manifest, "5450215001", refused=[("5450215002", "It is not known.")])
        self.assertEqual(manifest.state, "partial")
        lines = manifest.line_ids.sorted("id")
        self.assertEqual(lines.mapped("state"), ["taken", "refused"])
        self.assertEqual(lines[1].problem, "It is not known.")
        self.assertIn("1 of 2", manifest.problem)
        self.assertIn(manifest.name, self.account.activity_ids.summary)
        with self.assertRaisesRegex(UserError, "next end of day"):
            manifest.action_send()
        again = self.account._end_day()
        self.assertEqual(again.line_ids.booking_id, two)
        self.assertNotIn(one, again.line_ids.booking_id)

    def test_a_booking_of_two_is_taken_with_both(self):
        self.book("5450215001", "5450215002")
        manifest = self.account._end_day()
        self.closed(manifest, "5450215001", refused=[("5450215002", "It is not known.")])
        self.assertEqual(manifest.state, "failed")
        self.assertEqual(manifest.line_ids.state, "refused")

    def test_a_refusal_of_all_is_seen_and_comes_again(self):
        booking = self.book("5450215001")
        manifest = self.account._end_day()
        self.tell(manifest.close_message_id, "rejected", "The group is not known.")
        self.assertEqual((manifest.state, manifest.problem), ("failed", "The group is not known."))
        self.assertEqual(manifest.line_ids.problem, "The group is not known.")
        self.assertEqual(self.account._end_day().line_ids.booking_id, booking)

    def test_in_doubt_nothing_is_told_again_or_called_off(self):
        booking = self.book("5450215001")
        manifest = self.account._end_day()
        with self.assertRaisesRegex(UserError, "just now"):
            booking._call_off()
        self.tell(manifest.close_message_id, "doubt", "no answer in time")
        self.assertEqual((manifest.state, manifest.is_waiting), ("doubt", True))
        self.assertFalse(self.account._end_day())
        with self.assertRaisesRegex(UserError, "about to be sent"):
            manifest.action_send()
        with self.assertRaises(UserError):
            booking._call_off()
        with self.assertRaises(UserError):
            manifest.unlink()
        self.closed(manifest, "5450215001")
        self.assertEqual(manifest.state, "sent")

    def test_a_person_may_say_that_it_is_closed(self):
        self.book("5450215001")
        manifest = self.account._end_day()
        self.tell(manifest.close_message_id, "doubt", "no answer in time")
        self.tell(manifest.close_message_id, "delivered")
        self.assertEqual((manifest.state, manifest.line_ids.state), ("sent", "taken"))
        self.assertFalse(manifest.attachment_ids)

    def test_what_was_sent_again_after_all_does_not_clash(self):
        self.book("5450215001")
        first = self.account._end_day()
        self.tell(first.close_message_id, "dead", "no answer for days")
        second = self.account._end_day()
        self.closed(first, "5450215001")
        self.assertEqual(first.line_ids.state, "refused")
        self.assertEqual(second.line_ids.state, "waiting")

    def test_returns_void_and_old_bookings_are_not_told(self):
        void, old, back = self.book("1"), self.book("2"), self.book("3")
        void.state = "void"
        old.booked_at = datetime.now() - timedelta(days=40)
        back.is_return = True
        with self.assertRaisesRegex(UserError, "nothing new"):
            self.account.action_end_of_day()

    def test_each_warehouse_has_its_own(self):
        one = self.book("1")
        company = self.env["stock.warehouse"].search([], limit=1).partner_id
        harbour = company.copy({"name": "Harbour", "zip": "B3H 1A1", "city": "Halifax"})
        warehouse = self.env["stock.warehouse"].create(
            {"name": "Harbour", "code": "HRB", "partner_id": harbour.id}
        )
        two = self.book("2", picking_type_id=warehouse.out_type_id.id)
        manifests = self.account._end_day()
        self.assertEqual(manifests.mapped("line_ids.booking_id"), one | two)
        self.assertEqual(len(manifests), 2)
        self.assertEqual(len(set(manifests.mapped("name"))), 2)

    def test_an_account_that_transmits_at_once_closes_no_days(self):
        self.book("5450215001")
        flag = self.account.carrier_setting_ids.filtered(
            lambda one: one.name == "config.transmit_shipment_by_default"
        )
        flag.value = "yes"
        self.assertFalse(self.account.day_end)
        with self.assertRaisesRegex(UserError, "closes no days"):
            self.account.action_end_of_day()
        flag.value = False
        self.assertEqual(self.account.day_end, "interface")
        ups = self.env["logistics.connection"].search(
            [("provider_id.booking_carrier", "=", "ups")], limit=1
        )
        with self.assertRaisesRegex(UserError, "no end of day"):
            ups.action_end_of_day()

    def test_an_account_that_was_set_up_before_gets_its_flow(self):
        self.account._flow("close").unlink()
        self.book("5450215001")
        manifest = self.account._end_day()
        self.assertEqual(manifest.close_message_id.flow_id, self.account._flow("close"))

    def test_an_account_that_is_not_live_says_so(self):
        booking = self.book("5450215001")
        self.account.state = "suspended"
        manifest = self.account._end_day()
        self.assertEqual(manifest.state, "failed")
        self.assertIn("not live", manifest.problem)
        self.account.state = "live"
        self.assertEqual(self.account._end_day().line_ids.booking_id, booking)

    def test_the_hour_comes_for_these_as_well(self):
        self.book("5450215001")
        self.account.write({"manifest_auto": True, "manifest_hour": 17.0, "tz": "UTC"})
        manifests = self.env["logistics.manifest"]
        with patch(f"{CLOCK}.datetime") as clock:
            clock.now.side_effect = lambda tz: datetime(2026, 3, 2, 16, 30, tzinfo=tz)
            self.env["logistics.connection"]._end_days()
            self.assertFalse(manifests.search([("connection_id", "=", self.account.id)]))
            clock.now.side_effect = lambda tz: datetime(2026, 3, 2, 17, 10, tzinfo=tz)
            self.env["logistics.connection"]._end_days()
        self.assertEqual(
            manifests.search([("connection_id", "=", self.account.id)]).state, "sending"
        )

    def test_the_menu_closes_them_and_who_may(self):
        self.book("5450215001")
        self.env["logistics.manifest"].with_user(self.worker).action_end_of_day()
        self.assertTrue(
            self.env["logistics.manifest"].search([("connection_id", "=", self.account.id)])
        )
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger"})
        with self.assertRaises(AccessError):
            self.env["logistics.manifest"].with_user(stranger).action_end_of_day()

    def test_another_company_neither_sees_nor_closes_it(self):
        self.account.company_id = self.env.company
        self.book("5450215001")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        worker = self.worker.copy(
            {"login": "elsewhere", "company_id": other.id, "company_ids": [(6, 0, other.ids)]}
        )
        with self.assertRaises(AccessError):
            self.account.with_user(worker).action_end_of_day()
        manifest = self.account._end_day()
        found = self.env["logistics.manifest"].with_user(worker).search([])
        self.assertNotIn(manifest.id, found.ids)

    # -- called off after it -------------------------------------------------------------------

    def refund(self):
        booking = self.book("5450215001")
        self.closed(self.account._end_day(), "5450215001")
        booking._call_off()
        self.tell(booking.void_message_id, "delivered", refunds=["GT14826637RT"])
        return booking

    def test_a_refund_leaves_the_charges_until_it_comes(self):
        booking = self.refund()
        self.assertEqual((booking.state, booking.refund_state), ("void", "asked"))
        self.assertEqual(booking.refund_reference, "GT14826637RT")
        self.assertTrue(booking.refund_asked_at)
        self.assertEqual(booking.charge_ids.mapped("amount"), [11.0])
        booking.with_user(self.worker).action_refund_came()
        self.assertEqual(booking.refund_state, "granted")
        self.assertFalse(booking.charge_ids)
        with self.assertRaisesRegex(UserError, "No refund"):
            booking.action_refund_came()

    def test_a_refund_that_is_refused_leaves_them_for_good(self):
        booking = self.refund()
        booking.with_user(self.worker).action_refund_refused()
        self.assertEqual((booking.refund_state, len(booking.charge_ids)), ("refused", 1))
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger"})
        with self.assertRaises(AccessError):
            booking.with_user(stranger).action_refund_came()

    def test_before_the_day_is_closed_it_is_simply_void(self):
        booking = self.book("5450215001")
        booking._call_off()
        self.tell(booking.void_message_id, "delivered")
        self.assertEqual((booking.state, booking.refund_state), ("void", False))
        self.assertFalse(booking.charge_ids)

    def test_a_carrier_that_deletes_nothing_more_leaves_it_to_a_person(self):
        booking = self.book("5450215001")
        self.closed(self.account._end_day(), "5450215001")
        booking._call_off()
        self.tell(booking.void_message_id, "rejected", "Shipment was closed out.")
        self.assertEqual(booking.state, "booked")
        self.assertIn("Cancelled by hand", booking.problem)
        booking.with_user(self.worker).action_cancelled_by_hand()
        self.assertEqual(booking.state, "void")
