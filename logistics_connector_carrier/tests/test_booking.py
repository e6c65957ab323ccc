"""Bookings: what is asked for, who sees it, and what an answer does. The carrier itself is played
over HTTP in tests/e2e/test_booking.py."""

import json
from dataclasses import replace

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..core import booking as core
from .booking_common import NUMBER, BookingCommon


@tagged("post_install", "-at_install")
class TestBooking(BookingCommon):
    # -- asking -------------------------------------------------------------------------------

    def test_validating_asks_once_and_books_nothing_yet(self):
        picking = self.make_order().picking_ids
        packer = new_test_user(self.env, "packer", groups="stock.group_stock_user")
        self.assertTrue(self.ship(picking, packer))
        booking = picking.booking_ids
        self.assertEqual((booking.state, booking.name), ("asked", f"{picking.name}-1"))
        self.assertFalse(picking.carrier_tracking_ref)
        self.assertEqual(booking.message_id.state, "pending")
        asked = json.loads(self.body_of(booking.message_id))
        request = core.request_from(asked["request"])
        self.assertEqual(request.reference, booking.name)
        self.assertEqual(request.parcels[0].weight, 4.0)
        self.assertEqual(request.recipient.zip, "49441")
        self.assertNotIn("s3cret-value", json.dumps(asked))
        picking.send_to_shipper()
        self.assertEqual(len(picking.booking_ids), 1)

    def test_what_can_be_mended_is_said_at_once(self):
        self.receiver.zip = False
        picking = self.make_order().picking_ids
        with self.assertRaisesRegex(UserError, "postal code"):
            self.ship(picking)
        self.assertFalse(picking.booking_ids)

    def test_of_several_the_good_ones_go_through(self):
        bad, good = (self.make_order().picking_ids for _each in range(2))
        bad.partner_id = self.receiver.copy({"city": False})
        pickings = bad | good
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings.with_context(skip_sms=True).button_validate()
        self.assertEqual(pickings.mapped("state"), ["done", "done"])
        self.assertEqual(good.booking_state, "asked")
        self.assertFalse(bad.booking_ids)
        self.assertIn("city", bad.activity_ids.note)

    def test_an_account_that_is_not_ready_is_no_label(self):
        self.account.carrier_setting_ids.filtered(lambda one: one.name == "client_id").value = False
        picking = self.make_order().picking_ids
        with self.assertRaisesRegex(UserError, "Client id"):
            self.ship(picking)

    def test_half_a_metre_is_one_piece_at_its_own_weight(self):
        """odoo/odoo#277440: customs counts whole units; the goods never weigh more than the box."""
        picking = self.make_order(quantity=0.5).picking_ids
        for move in picking.move_ids:
            move.write({"quantity": 0.5, "picked": True})
        (parcel,) = picking._booking_request("X-1").parcels
        (good,) = parcel.goods
        self.assertEqual((good.quantity, good.weight, good.value), (1, 1.0, "20.00"))
        self.assertEqual(good.hs_code, "841370")
        self.assertLessEqual(good.weight, parcel.weight)

    # -- answers ------------------------------------------------------------------------------

    def test_a_booked_label_is_filed_once(self):
        order = self.make_order()
        picking = order.picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=self.booked())
        self.assertEqual(booking.state, "booked")
        self.assertEqual(picking.carrier_tracking_ref, NUMBER)
        self.assertAlmostEqual(picking.carrier_price, 12.40)
        self.assertEqual(booking.parcel_ids.label_id.name, f"LabelShipping-logistics-{NUMBER}.png")
        self.assertEqual(picking.shipment_ids.package_ids.tracking_number, NUMBER)
        self.assertEqual(sum(booking.charge_ids.mapped("amount")), 12.40)
        line = order.order_line.filtered("is_delivery")
        self.assertAlmostEqual(line.price_unit, 12.40)
        messages = len(picking.message_ids)
        self.env["logistics.answer"]._tell()
        booking._take_answer(self.answer(booking))
        self.assertEqual(len(picking.message_ids), messages)
        self.assertEqual(len(booking.charge_ids), 2)

    def test_who_asked_is_told_when_the_label_is_there(self):
        packer = new_test_user(self.env, "packer3", groups="stock.group_stock_user")
        picking = self.make_order().picking_ids
        self.ship(picking, packer)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        news = self.env["bus.bus"].sudo().search([("message", "like", "logistics_booking")])
        sent = [
            json.loads(one.message)["payload"]
            for one in news
            if json.loads(one.channel)[1:] == ["res.partner", packer.partner_id.id]
        ]
        expected = {"text": f"{picking.name}: Booked ({NUMBER})", "tone": "success"}
        self.assertEqual(sent, [expected])

    def test_a_refusal_is_told_and_a_new_booking_has_a_new_reference(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        first = picking.booking_ids
        self.answer_of(first, "rejected", "The postal code does not fit the state (UPS 120207)")
        self.assertEqual(picking.booking_state, "refused")
        self.assertIn("120207", picking.booking_problem)
        self.assertIn("120207", picking.activity_ids.note)
        picking.action_book()
        names = {booking.name: booking.state for booking in picking.booking_ids}
        self.assertEqual(names, {first.name: "refused", f"{picking.name}-2": "asked"})
        self.assertEqual(picking.booking_state, "asked")

    def test_what_was_sent_again_by_hand_is_filed(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "rejected", "Not on Sundays")
        self.answer_of(booking, "delivered", value=self.booked())
        self.assertEqual((booking.state, picking.carrier_tracking_ref), ("booked", NUMBER))

    def test_of_two_bookings_of_one_delivery_the_second_is_a_case(self):
        """The first one was refused, a second one made, and the first one sent again by hand."""
        picking = self.make_order().picking_ids
        self.ship(picking)
        first = picking.booking_ids
        self.answer_of(first, "rejected", "Not on Sundays")
        picking.action_book()
        second = picking.booking_ids - first
        self.answer_of(second, "delivered", value=self.booked())
        quiet = "odoo.addons.logistics_connector_base.models.flow.logistics_answer"
        with mute_logger(quiet, "odoo.sql_db"):
            self.answer_of(first, "delivered", value=self.booked("1Z4F217A0300000021"))
            answer = self.answer(first)
            for _each in range(2):
                answer.next_try_at = False
                self.env["logistics.answer"]._tell()
        self.assertEqual(picking.carrier_tracking_ref, NUMBER)
        case = self.env["logistics.exception"].search([("message_id", "=", first.message_id.id)])
        self.assertIn("answer_not_filed", case.mapped("type_code"))

    def test_in_doubt_nothing_is_booked_again(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "doubt", "The connection broke")
        self.assertEqual(booking.state, "doubt")
        picking.action_book()
        self.assertEqual(picking.booking_ids, booking)
        with self.assertRaisesRegex(UserError, "being booked"):
            picking.cancel_shipment()
        self.answer_of(booking, "delivered", value=self.booked())
        self.assertEqual((booking.state, picking.carrier_tracking_ref), ("booked", NUMBER))

    def test_a_booking_that_was_found_without_its_price_changes_no_price(self):
        order = self.make_order()
        picking = order.picking_ids
        self.ship(picking)
        found = replace(self.booked(), total="", currency="", charges=())
        self.answer_of(picking.booking_ids, "delivered", value=found)
        self.assertEqual(picking.carrier_tracking_ref, NUMBER)
        self.assertIn("not said what it costs", picking.booking_ids.problem)
        self.assertFalse(order.order_line.filtered("is_delivery"))

    def test_a_currency_without_rate_changes_no_price(self):
        """An account in Canada prices in dollars that the company has never used."""
        rates = self.env["res.currency.rate"]
        dollars = self.env["res.currency"].with_context(active_test=False)
        dollars = dollars.search([("name", "=", "CAD")])
        dollars.active = False
        rates.search([("currency_id", "=", dollars.id)]).unlink()
        for has_rate in (False, True):
            order = self.make_order()
            picking = order.picking_ids
            self.ship(picking)
            if has_rate:
                rates.create({"currency_id": dollars.id, "name": "2020-01-01", "rate": 1.5})
            charges = tuple(replace(one, currency="CAD") for one in self.booked().charges)
            found = replace(self.booked(), currency="CAD", charges=charges)
            self.answer_of(picking.booking_ids, "delivered", value=found)
            booking = picking.booking_ids
            self.assertEqual((booking.state, booking.total), ("booked", 12.4))
            self.assertEqual(booking.charge_ids.currency_id.name, "CAD")
            if has_rate:
                self.assertAlmostEqual(picking.carrier_price, 8.27)
                self.assertFalse(booking.problem)
            else:
                self.assertIn("no exchange rate", booking.problem)
                self.assertEqual(picking.carrier_tracking_ref, NUMBER)
                self.assertFalse(picking.carrier_price)
                self.assertFalse(order.order_line.filtered("is_delivery"))

    def test_a_price_in_no_currency_is_a_case(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        quiet = "odoo.addons.logistics_connector_base.models.flow.logistics_answer"
        with mute_logger(quiet):
            self.answer_of(
                picking.booking_ids, "delivered", value=replace(self.booked(), currency="QQQ")
            )
        self.assertEqual(picking.booking_state, "asked")
        self.assertIn("QQQ", self.answer(picking.booking_ids).error_text)

    def test_companies_may_have_deliveries_of_one_name(self):
        first = self.make_order().picking_ids
        self.ship(first)
        other = self.env["res.company"].create({"name": "Second Yard"})
        second = self.make_order().picking_ids
        second.name = first.name
        second.company_id = other
        self.assertEqual(self.env["logistics.booking"]._new_reference(second), f"{first.name}-2")

    def test_an_account_that_is_not_live_books_nothing(self):
        self.account.action_suspend()
        picking = self.make_order().picking_ids
        with self.assertRaisesRegex(UserError, "not live"):
            self.ship(picking)
        self.account.action_go_live()
        picking.action_book()
        self.assertEqual(picking.booking_state, "asked")

    def test_who_is_booked_only_needs_no_address_to_go_live(self):
        account = self.account.copy({"name": "Second"})
        account.action_set_up_booking()
        with self.assertRaisesRegex(UserError, "Client id"):
            account.action_go_live()
        self.assertIn("Client id", account.missing_for_live)

    def test_what_a_carrier_says_is_no_html(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        self.answer_of(picking.booking_ids, "rejected", "Weight <b>5 & more</b>")
        self.assertIn("&lt;b&gt;5 &amp; more", str(picking.activity_ids.note))

    def test_each_package_has_a_number_and_a_label(self):
        """Two packages, and goods beside them: three labels. Asked before and after the goods
        left, it is the same."""
        picking = self.make_order(quantity=6).picking_ids
        self.pack(picking, 1, "BOX-A")
        self.pack(picking, 2, "BOX-B")
        before = picking._booking_request("X-1").parcels
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")
        booking = picking.booking_ids
        parcels = booking.parcel_ids.sorted("sequence")
        self.assertEqual(
            [(one.key, one.weight) for one in parcels],
            [("BOX-A", 2.0), ("BOX-B", 4.0), ("BULK", 6.0)],
        )
        self.assertEqual(
            [(one.key, one.weight) for one in before], [(one.key, one.weight) for one in parcels]
        )
        numbers = [f"1Z4F217A03000000{number}" for number in (12, 21, 30)]
        self.answer_of(booking, "delivered", value=self.booked(*numbers))
        self.assertEqual(parcels.mapped("tracking_number"), numbers)
        self.assertEqual(len(parcels.label_id), 3)
        self.assertEqual(parcels.package_id.mapped("name"), ["BOX-A", "BOX-B"])
        self.assertEqual(picking.carrier_tracking_ref, ",".join(numbers))
        self.assertEqual(
            sorted(picking.shipment_ids.package_ids.mapped("tracking_number")), numbers
        )

    def test_what_has_not_left_is_taken_back_without_a_call(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        picking.cancel_shipment()
        self.assertEqual(picking.booking_ids.state, "void")
        self.assertEqual(picking.booking_ids.message_id.state, "dismissed")
        self.assertFalse(picking.booking_ids.void_message_id)

    def test_a_cancel_goes_to_each_carrier_once(self):
        """odoo/odoo#289809: a cancel of several passed all numbers to each carrier."""
        pickings = self.env["stock.picking"]
        for number in (NUMBER, "1Z4F217A0300000021"):
            picking = self.make_order().picking_ids
            self.ship(picking)
            self.answer_of(picking.booking_ids, "delivered", value=self.booked(number))
            pickings |= picking
        pickings.cancel_shipment()
        pickings.booking_ids._call_off()
        voids = pickings.booking_ids.void_message_id
        self.assertEqual(len(voids), 2)
        for picking in pickings:
            booking = picking.booking_ids
            asked = json.loads(self.body_of(booking.void_message_id))
            self.assertEqual(asked["identifier"], booking.identifier)
            self.answer_of(booking, "delivered")
            self.assertEqual(booking.state, "void")
            self.assertFalse(picking.carrier_tracking_ref)
            self.assertFalse(booking.charge_ids)

    def test_a_void_that_is_refused_leaves_the_booking(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=self.booked())
        picking.cancel_shipment()
        self.answer_of(booking, "rejected", "No shipment found within the allowed void period")
        self.assertEqual((booking.state, picking.carrier_tracking_ref), ("booked", NUMBER))
        self.assertIn("void period", booking.problem)

    def test_a_void_may_be_asked_for_again(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=self.booked())
        picking.cancel_shipment()
        first = booking.void_message_id
        self.answer_of(booking, "rejected", "Try tomorrow")
        picking.cancel_shipment()
        self.assertEqual(booking.state, "void_asked")
        self.assertNotEqual(booking.void_message_id, first)
        self.answer_of(booking, "delivered")
        self.assertEqual((booking.state, picking.carrier_tracking_ref), ("void", False))

    def test_an_old_void_that_is_sent_again_counts(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=self.booked())
        picking.cancel_shipment()
        self.answer_of(booking, "rejected", "Try tomorrow")
        self.answer_of(booking, "delivered")
        self.assertEqual((booking.state, booking.problem), ("void", False))

    def test_what_was_booked_by_hand_is_cancelled_by_hand(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered")  # a person's word: no answer of the carrier
        self.assertEqual((booking.state, booking.identifier), ("booked", False))
        with self.assertRaisesRegex(UserError, "Cancelled by hand"):
            picking.cancel_shipment()
        packer = new_test_user(self.env, "packer5", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            booking.with_user(packer).action_cancelled_by_hand()
        user = new_test_user(
            self.env,
            "hand",
            groups="stock.group_stock_user,logistics_connector_base.group_logistics_user",
        )
        booking.with_user(user).action_cancelled_by_hand()
        self.assertEqual(booking.state, "void")
        with self.assertRaisesRegex(UserError, "not booked"):
            booking.with_user(user).action_cancelled_by_hand()
        picking.action_book()
        self.assertEqual(picking.booking_state, "asked")

    def test_half_a_booking_is_called_off(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        self.answer_of(booking, "rejected", "Second parcel: too heavy", self.booked(), "partial")
        self.assertEqual(booking.state, "refused")
        voids = self.env["logistics.message"].search(
            [("flow_id.code", "=", "void"), ("business_key", "=", booking.name)]
        )
        self.assertEqual(len(voids), 1)

    def test_half_a_booking_in_doubt_is_not_called_off(self):
        """Carriers with a call for each parcel: the line broke, and the others may be booked."""
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        voids = [("flow_id.code", "=", "void"), ("business_key", "=", booking.name)]
        self.answer_of(booking, "doubt", "The connection broke", self.booked(), "partial")
        self.assertEqual((booking.state, booking.identifier), ("doubt", False))
        self.assertFalse(self.env["logistics.message"].search(voids))
        self.answer_of(booking, "dismissed", "", self.booked(), "partial")
        self.assertEqual(len(self.env["logistics.message"].search(voids)), 1)

    def test_a_fault_in_filing_is_tried_again_and_told(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        booking = picking.booking_ids
        broken = replace(self.booked(), numbers=(NUMBER, "1Z4F217A0300000021"))  # one parcel only
        quiet = "odoo.addons.logistics_connector_base.models.flow.logistics_answer"
        with mute_logger(quiet):
            self.answer_of(booking, "delivered", value=broken)
            answer = self.answer(booking)
            for _each in range(2):
                answer.next_try_at = False
                self.env["logistics.answer"]._tell()
        self.assertEqual((booking.state, answer.tries), ("asked", 3))
        case = self.env["logistics.exception"].search(
            [("message_id", "=", booking.message_id.id), ("type_code", "=", "answer_not_filed")]
        )
        self.assertTrue(case.is_open)
        answer.next_try_at = False
        self.answer_of(booking, "delivered", value=self.booked())
        self.assertEqual(booking.state, "booked")
        self.assertFalse(case.is_open)

    def test_a_back_order_has_a_booking_of_its_own(self):
        """odoo/odoo#80636: a back-order never inherits a number."""
        picking = self.make_order(quantity=3).picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        action = picking.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.assertTrue(action)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        rest = picking.backorder_ids
        self.assertFalse(rest.carrier_tracking_ref)
        self.ship(rest)
        self.assertEqual(rest.booking_ids.name, f"{rest.name}-1")

    def test_a_customer_cannot_book_or_cancel(self):
        """Portal users may read their deliveries, and call public methods."""
        picking = self.make_order().picking_ids
        customer = new_test_user(self.env, "amador", groups="base.group_portal")
        customer.partner_id.parent_id = self.receiver
        picking.message_subscribe(customer.partner_id.ids)
        self.ship(picking)
        theirs = picking.with_user(customer)
        for act in (theirs.cancel_shipment, theirs.action_book, theirs.send_to_shipper):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(picking.booking_state, "asked")

    # -- who may ------------------------------------------------------------------------------

    def test_packers_see_bookings_and_write_nothing(self):
        picking = self.make_order().picking_ids
        self.ship(picking)
        packer = new_test_user(self.env, "packer2", groups="stock.group_stock_user")
        booking = picking.booking_ids.with_user(packer)
        self.assertEqual(booking.read(["state"])[0]["state"], "asked")
        for act in (
            lambda: booking.write({"state": "booked"}),
            lambda: booking.unlink(),
            lambda: booking.create({"name": "X", "picking_id": picking.id}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_a_secret_cannot_be_read_back(self):
        admin = new_test_user(
            self.env, "adm", groups="logistics_connector_base.group_logistics_admin"
        )
        setting = self.account.carrier_setting_ids.filtered(lambda one: one.kind == "secret")
        values = setting.with_user(admin).read()[0]
        self.assertNotIn("secret_encrypted", values)
        self.assertNotIn("s3cret-value", str(values))
        self.assertTrue(values["is_set"])
        user = new_test_user(
            self.env, "usr", groups="logistics_connector_base.group_logistics_user"
        )
        with self.assertRaises(AccessError):
            setting.with_user(user).read(["label"])
        with self.assertRaises(ValidationError):
            setting.value = "plain"

    def test_a_method_needs_account_and_service(self):
        with self.assertRaises(ValidationError):
            self.method.logistics_service_id = False

    def test_a_service_is_the_carriers_own(self):
        self.assertEqual(self.service_of("03").display_name, "Ground (03)")
        other = self.env["logistics.carrier.service"].create(
            {
                "name": "Priority",
                "code": "P1",
                "provider_id": self.env.ref("logistics_connector_carrier.provider_fedex").id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "no service of UPS"):
            self.method.logistics_service_id = other

    def test_what_was_renamed_or_archived_stays(self):
        ground = self.service_of("03")
        ground.write({"name": "Ground, our tariff", "active": False})
        count = (
            self.env["logistics.carrier.service"].with_context(active_test=False).search_count([])
        )
        self.account.action_set_up_booking()
        after = (
            self.env["logistics.carrier.service"].with_context(active_test=False).search_count([])
        )
        self.assertEqual(after, count)
        self.assertEqual((ground.name, ground.active), ("Ground, our tariff", False))
