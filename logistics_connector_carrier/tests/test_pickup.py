"""Pickups: what is asked for, who may, and what an answer does. The carrier itself is played over
HTTP in tests/e2e/test_pickup.py."""

import json
from datetime import UTC, datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..core import pickup as core
from .booking_common import BookingCommon

PRN = "29123456789"


@tagged("post_install", "-at_install")
class TestPickup(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(cls.env, "packer", groups="stock.group_stock_user")
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.warehouse = warehouse
        # Of a database that was used before nothing waits for a van.
        cls.env["logistics.booking"].search([("state", "=", "booked")]).booked_at = False
        warehouse.partner_id.write({"phone": "+1 253 555 0100", "tz": "America/Los_Angeles"})

    def booked_delivery(self, quantity=2):
        picking = self.make_order(quantity).picking_ids
        self.ship(picking)
        self.serial = getattr(self, "serial", 0) + 1
        number = f"1Z4F217A03000000{self.serial:02}"
        self.answer_of(picking.booking_ids, "delivered", value=self.booked(number))
        return picking

    def day(self, days=3):
        day = datetime.now().date() + timedelta(days=days)
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def draft(self, user=None, deliveries=1, **values):
        pickings = self.env["stock.picking"].union(
            *(self.booked_delivery() for _each in range(deliveries))
        )
        action = pickings.with_user(user or self.packer).action_order_pickup()
        pickup = self.env["logistics.pickup"].with_user(user or self.packer)
        pickup = pickup.browse(action["res_id"])
        # In the afternoon a draft is for what is left of today; of another day it is not.
        pickup.write({"day": self.day(), "from_time": 10.0, **values})
        return pickup

    def ordered(self, **values):
        pickup = self.draft(**values)
        pickup.action_order()
        return pickup

    def told(self, pickup, state, text="", value=None, message=None):
        """What the sender writes when the carrier has answered, and its telling."""
        self.env.flush_all()
        ours = pickup.sudo()
        message = message or ours.cancel_message_id or ours.message_id
        content = value and core.as_json(value).encode()
        self.env.cr.execute(
            "UPDATE logistics_message SET state = %s, error_text = %s WHERE id = %s",
            (state, text, message.id),
        )
        self.env.cr.execute(
            "UPDATE logistics_answer SET content = %s WHERE message_id = %s", (content, message.id)
        )
        self.env.invalidate_all()
        self.env["logistics.answer"]._tell()

    def answer_with(self, **values):
        return core.PickupAnswer(**{"number": PRN, "total": "7.65", "currency": "USD", **values})

    # -- proposing ----------------------------------------------------------------------------

    def test_a_packer_drafts_and_orders_what_is_booked(self):
        pickup = self.draft(deliveries=2, place="Front desk", note="Ring twice")
        self.assertEqual((pickup.state, pickup.parcel_count, pickup.weight), ("draft", 2, 8.0))
        self.assertEqual(pickup.partner_id, self.warehouse.partner_id)
        self.assertEqual(pickup.tz, "America/Los_Angeles")
        pickup.action_order()
        self.assertEqual(pickup.state, "asked")
        ours = pickup.sudo()
        self.assertEqual((ours.message_id.state, ours.user_id), ("pending", self.packer))
        asked = json.loads(self.body_of(ours.message_id))
        self.assertEqual(asked["act"], "pickup")
        request = core.request_from(asked["request"])
        self.assertEqual(request.loads, (core.Load("03", "US", 2, 8.0),))
        self.assertEqual((request.ready, request.closing), ("10:00", "17:00"))
        self.assertEqual(request.reference, pickup.name)
        self.assertEqual(request.address.phone, "+1 253 555 0100")
        self.assertNotIn("s3cret-value", json.dumps(asked))
        # It leaves while somebody is there to open the door, or not at all.
        closing = core.instant_of(request.day, request.closing, request.zone)
        expires = ours.message_id.expires_at.replace(tzinfo=UTC)
        self.assertEqual(expires, closing)

    def test_all_that_waits_is_proposed_once(self):
        first = self.booked_delivery()
        pickups = self.env["logistics.pickup"].with_user(self.packer)
        pickup = pickups.browse(pickups.action_propose()["res_id"])
        self.assertEqual(pickup.booking_ids, first.booking_ids)
        second = self.booked_delivery()
        again = pickups.browse(pickups.action_propose()["res_id"])
        self.assertEqual(again, pickup)
        self.assertEqual(pickup.booking_ids, (first | second).booking_ids)
        self.assertEqual(pickup.parcel_count, 2)
        pickup.day = self.day()
        pickup.action_order()
        with self.assertRaisesRegex(UserError, "waits for a van"):
            pickups.action_propose()
        with self.assertRaisesRegex(UserError, "ordered for these already"):
            first.with_user(self.packer).action_order_pickup()
        self.assertEqual(first.pickup_id.sudo(), pickup.sudo())
        self.assertEqual(first.pickup_state, "asked")

    def test_what_left_long_ago_waits_for_no_van(self):
        picking = self.booked_delivery()
        picking.booking_ids.sudo().booked_at = datetime.now() - timedelta(days=9)
        with self.assertRaisesRegex(UserError, "waits for a van"):
            self.env["logistics.pickup"].with_user(self.packer).action_propose()

    def test_what_is_on_its_way_waits_for_no_van(self):
        picking = self.booked_delivery()
        picking.booking_ids.sudo().shipment_id.state = "in_transit"
        with self.assertRaisesRegex(UserError, "waits for a van"):
            self.env["logistics.pickup"].with_user(self.packer).action_propose()

    def test_a_person_counts_otherwise(self):
        pickup = self.draft(parcel_count=5, weight=12.5)
        pickup.action_order()
        asked = json.loads(self.body_of(pickup.sudo().message_id))["request"]
        self.assertEqual(core.request_from(asked).loads, (core.Load("03", "US", 5, 12.5),))

    # -- what is said before the carrier ------------------------------------------------------

    def test_what_can_be_mended_is_said_at_once(self):
        pickup = self.draft()
        self.warehouse.partner_id.phone = False
        self.env.company.partner_id.phone = False
        with self.assertRaisesRegex(UserError, "telephone"):
            pickup.action_order()
        self.assertEqual((pickup.state, bool(pickup.sudo().message_id)), ("draft", False))

    def test_a_day_that_has_passed_is_no_day(self):
        pickup = self.draft(day=self.day(-20))
        with self.assertRaisesRegex(UserError, "has passed"):
            pickup.action_order()
        with self.assertRaises(ValidationError):
            pickup.write({"from_time": 17.0, "to_time": 9.0})

    def test_one_van_a_day_unless_a_person_wants_two(self):
        first = self.ordered()
        second = self.draft()
        self.assertNotEqual(first, second)
        with self.assertRaisesRegex(UserError, first.name):
            second.action_order()
        second.is_extra = True
        second.action_order()
        self.assertEqual(second.state, "asked")

    def test_the_database_holds_it_against_two_at_once(self):
        first = self.ordered()
        second = self.draft()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            second.sudo().state = "asked"
            self.env.flush_all()
        self.assertEqual(first.state, "asked")

    def test_a_carrier_whose_van_cannot_be_ordered_says_so(self):
        provider = self.env.ref("logistics_connector_carrier.provider_own")
        other = self.env["logistics.connection"].create(
            {"name": "Own", "provider_id": provider.id, "environment": "test"}
        )
        with self.assertRaisesRegex(UserError, "cannot be ordered from here"):
            other.action_order_pickup()

    def test_an_account_of_before_gets_its_flows(self):
        self.account.flow_ids.filtered(lambda one: one.code.startswith("pickup")).unlink()
        pickup = self.ordered()
        flow = pickup.sudo().message_id.flow_id
        self.assertEqual((flow.code, flow.repeat), ("pickup", "ask"))
        self.assertTrue(flow._has_engine())

    # -- answers ------------------------------------------------------------------------------

    def test_a_confirmed_van_is_shown_once(self):
        pickup = self.ordered()
        self.told(pickup, "delivered", value=self.answer_with())
        self.assertEqual((pickup.state, pickup.number), ("confirmed", PRN))
        self.assertEqual((pickup.total, pickup.currency_id.name), (7.65, "USD"))
        pickup.sudo().number = "changed"
        self.told(pickup, "delivered", value=self.answer_with())
        self.assertEqual(pickup.number, "changed")
        with self.assertRaisesRegex(UserError, "ordered already"):
            pickup.action_order()

    def test_another_day_than_asked_for_is_said_aloud(self):
        pickup = self.ordered()
        other = pickup.day + timedelta(days=1)
        self.told(pickup, "delivered", value=self.answer_with(day=other.isoformat()))
        self.assertEqual((pickup.state, pickup.day), ("confirmed", other))
        self.assertIn(other.isoformat(), pickup.problem)
        self.assertEqual(pickup.sudo().activity_ids.user_id, self.packer)

    def test_a_refusal_is_told_mended_and_asked_again(self):
        pickup = self.ordered()
        self.told(pickup, "rejected", "The pickup time is not available")
        self.assertEqual(pickup.state, "refused")
        self.assertIn("not available", pickup.problem)
        self.assertEqual(pickup.sudo().activity_ids.user_id, self.packer)
        first = pickup.sudo().message_id
        pickup.from_time = 9.0
        pickup.action_order()
        self.assertEqual(pickup.state, "asked")
        self.assertNotEqual(pickup.sudo().message_id, first)

    def test_what_came_too_late_was_not_ordered(self):
        pickup = self.ordered()
        self.told(pickup, "expired", "Its time had passed before it could leave.")
        self.assertEqual(pickup.state, "failed")

    # -- doubt --------------------------------------------------------------------------------

    def test_a_doubt_is_shown_and_not_ordered_again(self):
        pickup = self.ordered()
        self.told(pickup, "doubt", "time-out")
        self.assertEqual(pickup.state, "doubt")
        for act in (pickup.action_order, pickup.action_cancel, pickup.action_change):
            with self.assertRaises(UserError):
                act()
        with self.assertRaises(UserError), self.cr.savepoint():
            pickup.day = self.day(6)

    def test_a_person_types_the_number_of_a_doubt(self):
        pickup = self.ordered()
        self.told(pickup, "doubt", "time-out")
        with self.assertRaisesRegex(UserError, "Type the confirmation number"):
            pickup.action_was_ordered()
        pickup.typed_number = f" {PRN} "
        pickup.action_was_ordered()
        self.assertEqual((pickup.state, pickup.number), ("confirmed", PRN))
        self.assertEqual(pickup.sudo().message_id.state, "delivered")
        self.env["logistics.answer"]._tell()
        self.assertEqual((pickup.state, pickup.number), ("confirmed", PRN))

    def test_a_person_says_that_it_was_not_ordered(self):
        pickup = self.ordered()
        self.told(pickup, "doubt", "time-out")
        pickup.action_was_not_ordered()
        message = pickup.sudo().message_id
        self.assertEqual((pickup.state, message.state), ("failed", "dismissed"))
        pickup.action_order()
        self.assertNotEqual(pickup.sudo().message_id, message)

    def test_an_answer_that_comes_just_now_counts(self):
        pickup = self.ordered()
        self.told(pickup, "doubt", "time-out")
        pickup.sudo().message_id.state = "sending"
        with self.assertRaisesRegex(UserError, "just now"):
            pickup.action_was_not_ordered()
        self.assertEqual(pickup.state, "doubt")

    def test_people_of_logistics_may_decide_on_the_message(self):
        pickup = self.ordered()
        self.told(pickup, "doubt", "time-out")
        self.told(pickup, "delivered")
        self.assertEqual((pickup.state, pickup.number), ("confirmed", False))
        with self.assertRaisesRegex(UserError, "by telephone"):
            pickup.action_cancel()
        pickup.typed_number = PRN
        pickup.action_was_ordered()
        self.assertEqual(pickup.number, PRN)

    # -- call off, change ---------------------------------------------------------------------

    def test_what_has_not_left_never_leaves(self):
        pickup = self.ordered()
        pickup.action_cancel()
        self.assertEqual(pickup.state, "cancelled")
        self.assertEqual(pickup.sudo().message_id.state, "dismissed")

    def test_a_van_is_called_off_by_its_number(self):
        pickup = self.ordered()
        self.told(pickup, "delivered", value=self.answer_with(extra={"location": "TIWA"}))
        pickup.action_cancel()
        self.assertEqual(pickup.state, "cancel_asked")
        asked = json.loads(self.body_of(pickup.sudo().cancel_message_id))["cancel"]
        cancel = core.cancel_from(asked)
        self.assertEqual((cancel.number, cancel.extra), (PRN, {"location": "TIWA"}))
        self.told(pickup, "delivered")
        self.assertEqual(pickup.state, "cancelled")

    def test_a_van_that_is_not_called_off_comes(self):
        pickup = self.ordered()
        self.told(pickup, "delivered", value=self.answer_with())
        pickup.action_cancel()
        first = pickup.sudo().cancel_message_id
        self.told(pickup, "rejected", "The driver is on the way")
        self.assertEqual(pickup.state, "confirmed")
        self.assertIn("on the way", pickup.problem)
        pickup.action_cancel()
        self.assertNotEqual(pickup.sudo().cancel_message_id, first)
        self.told(pickup, "rejected", "The driver is on the way")
        pickup.action_cancelled_by_hand()
        self.assertEqual(pickup.state, "cancelled")

    def test_a_change_is_a_new_one_in_its_place(self):
        pickup = self.ordered(place="Front desk")
        self.told(pickup, "delivered", value=self.answer_with())
        draft = pickup.browse(pickup.action_change()["res_id"])
        self.assertEqual((draft.state, draft.replaces_id), ("draft", pickup))
        self.assertEqual(draft.place, "Front desk")
        self.assertEqual(draft.booking_ids, pickup.booking_ids)
        self.assertFalse(draft.number)
        with self.assertRaisesRegex(UserError, pickup.name):
            draft.action_order()  # the first one is not off yet
        self.told(pickup, "delivered")
        draft.action_order()
        self.assertEqual((pickup.state, draft.state), ("cancelled", "asked"))

    # -- who may ------------------------------------------------------------------------------

    def test_what_came_of_it_is_not_written_by_hand(self):
        pickup = self.draft()
        for values in ({"state": "confirmed"}, {"number": PRN}, {"total": 0.0}):
            with self.assertRaises(AccessError):
                pickup.write(values)
        with self.assertRaises(AccessError):
            pickup.create({"connection_id": self.account.id, "state": "confirmed"})

    def test_an_ordered_one_stays(self):
        pickup = self.ordered()
        with self.assertRaisesRegex(UserError, "stays"):
            pickup.unlink()
        draft = self.draft()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_other_companies_and_strangers_see_nothing(self):
        pickup = self.ordered()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env, "stranger", groups="stock.group_stock_user", company_id=company.id
        )
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        self.assertFalse(pickup.with_user(stranger).search([("id", "=", pickup.id)]))
        for user in (stranger, clerk):
            theirs = pickup.with_user(user)
            for act in ("action_order", "action_cancel", "action_change", "action_was_ordered"):
                with self.assertRaises(AccessError):
                    getattr(theirs, act)()
        with self.assertRaises(AccessError):
            self.env["logistics.pickup"].with_user(clerk).action_propose()

    def test_an_account_of_another_company_sends_no_van(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        stranger = new_test_user(
            self.env, "stranger", groups="stock.group_stock_user", company_id=company.id
        )
        with self.assertRaisesRegex(ValidationError, "does not serve"):
            self.env["logistics.pickup"].with_user(stranger).create(
                {
                    "connection_id": self.account.id,
                    "warehouse_id": other.id,
                    "day": self.day(),
                    "partner_id": company.partner_id.id,
                }
            )
