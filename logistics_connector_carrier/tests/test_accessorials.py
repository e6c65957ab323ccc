"""What is asked for beside the transport, customs data and return labels: as the delivery method
says, as the delivery says, by whoever packs."""

import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..core import booking as core
from ..core.accessorials import NOTHING_OFFERED as NOTHING
from ..core.accessorials import Offers
from .booking_common import BookingCommon

RETURN_NUMBER = "1Z4F217A0300000099"


@tagged("post_install", "-at_install")
class TestAccessorials(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(cls.env, "packer-options", groups="stock.group_stock_user")

    def request_of(self, booking):
        return core.request_from(json.loads(self.body_of(booking.message_id))["request"])

    def asked(self, picking=None, **values):
        """What the carrier is asked for a delivery, which the packer has changed."""
        picking = (picking or self.make_order().picking_ids).with_user(self.packer)
        picking.write(values)
        self.ship(picking, self.packer)
        booking = picking.sudo().booking_ids.filtered(lambda one: not one.is_return)
        return self.request_of(booking).accessorials

    @contextmanager
    def refused(self, kind, words):
        """What was written before the refusal is taken back, as in a real request."""
        with self.assertRaisesRegex(kind, words), self.env.cr.savepoint():
            yield

    # -- offers -------------------------------------------------------------------------------

    def test_a_method_shows_what_its_carrier_offers(self):
        names = self.method.booking_offers.split()
        self.assertIn("cod", names)
        self.assertIn("insured", names)
        self.assertNotIn("insurance", names)
        self.assertTrue(self.method.can_generate_return)
        self.assertTrue(self.method.supports_shipping_insurance)
        fixed = self.env["delivery.carrier"].create(
            {"name": "Own van", "product_id": self.freight.id, "delivery_type": "fixed"}
        )
        self.assertFalse(fixed.booking_offers)
        self.assertFalse(fixed.can_generate_return)

    def test_a_method_cannot_promise_what_the_carrier_does_not_offer(self):
        with self.refused(ValidationError, "without a signature"):
            self.method.logistics_signature = "none"
        with patch.object(type(self.method), "_offers", lambda self: NOTHING):
            self.env.invalidate_all()
            with self.refused(ValidationError, "return labels"):
                self.method.return_label_on_delivery = True

    def test_a_carrier_without_returns_offers_no_return_label(self):
        offers = Offers(kinds=frozenset({"insurance"}))
        with patch.object(type(self.method), "_offers", lambda self: offers):
            method = self.method.copy()
            self.assertFalse(method.can_generate_return)
            self.assertIn("insurance", method.booking_offers.split())

    # -- of a delivery ------------------------------------------------------------------------

    def test_nothing_is_asked_for_by_itself(self):
        self.assertEqual(self.asked(), core.Accessorials())

    def test_the_method_asks_with_each_delivery(self):
        self.method.write(
            {"logistics_signature": "adult", "logistics_saturday": True, "shipping_insurance": 50}
        )
        wanted = self.asked()
        self.assertEqual((wanted.signature, wanted.saturday), ("adult", True))
        # UPS answers for a declared value, and sells no insurance: half of two pumps at 40.
        self.assertEqual((wanted.declared_value, wanted.insurance), ("40.00", ""))
        self.assertEqual(wanted.currency, self.env.company.currency_id.name)

    def test_the_packer_overrules_the_method(self):
        self.method.write(
            {"logistics_signature": "adult", "logistics_saturday": True, "shipping_insurance": 50}
        )
        wanted = self.asked(
            booking_signature="service", booking_saturday="no", booking_insurance="no"
        )
        self.assertEqual(wanted, core.Accessorials())
        wanted = self.asked(booking_insurance="yes", booking_insured_value=333.0)
        self.assertEqual(wanted.declared_value, "333.00")

    def test_cash_on_delivery_wants_an_amount(self):
        picking = self.make_order().picking_ids
        with self.refused(UserError, "no amount above zero"):
            self.asked(picking, booking_cod="yes")
        values = {"booking_cod_amount": 92.5, "booking_cod_kind": "secured"}
        wanted = self.asked(picking, booking_cod="yes", **values)
        self.assertEqual((wanted.cod, wanted.cod_kind), ("92.50", "secured"))

    def pay_on_delivery(self, order):
        provider = self.env["payment.provider"].search(
            [("custom_mode", "=", "cash_on_delivery")], limit=1
        ) or self.env["payment.provider"].create(
            {"name": "At the door", "code": "custom", "custom_mode": "cash_on_delivery"}
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.with_context(active_test=False)
                .payment_method_ids[:1]
                .id
                or self.env.ref("delivery.payment_method_cash_on_delivery").id,
                "reference": f"{order.name}-door",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "state": "pending",
                "sale_order_ids": [(6, 0, order.ids)],
            }
        )

    def test_an_order_to_be_paid_at_the_door_is_collected(self):
        order = self.make_order()
        self.pay_on_delivery(order)
        wanted = self.asked(order.picking_ids)
        self.assertEqual(wanted.cod, f"{order.amount_total:.2f}")
        self.assertEqual(wanted.currency, order.currency_id.name)

    def test_of_two_deliveries_nobody_guesses_what_each_collects(self):
        order = self.make_order()
        self.pay_on_delivery(order)
        order.picking_ids.copy()
        self.assertEqual(order._due_at_the_door(), 0.0)
        with self.refused(UserError, "no amount above zero"):
            self.asked(order.picking_ids[-1:])
        self.assertEqual(self.asked(order.picking_ids[-1:], booking_cod="no").cod, "")

    def test_what_cannot_be_had_is_said_before_anything_is_sent(self):
        picking = self.make_order().picking_ids
        with self.refused(UserError, "cannot be had together"):
            self.asked(picking, booking_cod="yes", booking_cod_amount=10, booking_signature="any")
        with self.refused(UserError, "without a signature"):
            self.asked(picking, booking_cod=False, booking_signature="none")
        self.assertFalse(picking.booking_ids)

    def test_a_parcel_is_held_where_the_carrier_knows_the_place(self):
        place = self.receiver.copy({"name": "Lakeshore Books", "carrier_location": "U12345678"})
        self.receiver.email = "ruth@amador.example"
        wanted = self.asked(booking_hold_id=place.id)
        self.assertEqual((wanted.hold_at.id, wanted.hold_at.city), ("U12345678", "Muskegon"))
        place.carrier_location = "12"
        with self.refused(UserError, "no location"):
            self.asked(booking_hold_id=place.id)

    def test_the_price_is_that_of_what_is_asked_for(self):
        self.method.write({"logistics_saturday": True, "shipping_insurance": 100})
        order = self.make_order()
        request = order._rate_request(self.method.sudo())
        self.assertTrue(request.accessorials.saturday)
        self.assertEqual(request.accessorials.declared_value, "80.00")

    def test_a_delivery_is_priced_as_the_packer_wants_it(self):
        self.method.shipping_insurance = 100
        picking = self.make_order().picking_ids
        picking.write({"booking_saturday": "yes", "booking_insured_value": 50.0})
        request = picking._rate_request(self.method.sudo())
        self.assertTrue(request.accessorials.saturday)
        self.assertEqual(request.accessorials.declared_value, "50.00")

    # -- customs ------------------------------------------------------------------------------

    def abroad(self, **values):
        """The request of a delivery to a consumer in the Netherlands."""
        self.pump.write({"country_of_origin": self.env.ref("base.us").id})
        self.receiver.write(
            {
                "country_id": self.env.ref("base.nl").id,
                "state_id": False,
                "zip": "4381 NG",
                "phone": "+31 118 555 010",
                "is_company": False,
            }
        )
        self.env["stock.warehouse"].search([]).partner_id.phone = "+1 253 555 0147"
        order = self.make_order(**values)
        self.ship(order.picking_ids, self.packer)
        return order, self.request_of(order.picking_ids.booking_ids)

    def test_customs_gets_the_numbers_of_company_and_customer(self):
        company = self.env.company
        company.write({"logistics_ioss": "IM0123456789", "logistics_signer_id": self.env.user.id})
        sender = self.env["stock.warehouse"].search([]).partner_id
        sender.commercial_partner_id.logistics_eori = "GB123456789000"
        self.method.logistics_incoterm_id = self.env["account.incoterms"].search(
            [("code", "=", "DDP")], limit=1
        )
        _order, request = self.abroad()
        customs = request.customs
        self.assertEqual(request.shipper.eori, "GB123456789000")
        self.assertEqual((customs.incoterm, customs.duties_paid_by), ("DDP", "sender"))
        self.assertEqual(customs.signer, self.env.user.name)
        self.assertEqual(customs.ioss, "IM0123456789")

    def test_the_shop_is_for_small_consignments_to_consumers(self):
        self.env.company.logistics_ioss = "IM0123456789"
        _order, request = self.abroad(quantity=20)
        self.assertEqual(request.customs.ioss, "")

    def test_numbers_that_cannot_be_right_are_refused(self):
        with self.refused(ValidationError, "IOSS"):
            self.env.company.logistics_ioss = "0123456789"
        with self.refused(ValidationError, "EORI"):
            self.receiver.logistics_eori = "1234"

    # -- returns ------------------------------------------------------------------------------

    def return_label(self, number=RETURN_NUMBER):
        document = core.Document("return_label", "PNG", "iVBORw0KGgo=", 0)
        return core.BookingAnswer(number, (number,), (document,))

    def test_a_return_label_is_asked_for_right_after_the_delivery_was_booked(self):
        self.method.write({"return_label_on_delivery": True, "get_return_label_from_portal": True})
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        self.assertEqual(len(picking.booking_ids), 1)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        back = picking.booking_ids.filtered("is_return")
        self.assertEqual((back.state, picking.return_state), ("asked", "asked"))
        self.assertEqual(back.create_uid, self.packer)
        request = self.request_of(back)
        self.assertTrue(request.is_return)
        self.assertEqual(request.shipper.zip, "49441")
        self.assertEqual(request.accessorials, core.Accessorials())
        self.answer_of(back, "delivered", value=self.return_label())
        self.assertEqual(picking.return_number, RETURN_NUMBER)
        self.assertNotIn(RETURN_NUMBER, picking.carrier_tracking_ref)
        (label,) = picking.return_label_ids
        self.assertEqual(label.name, f"LabelReturn-logistics-{RETURN_NUMBER}.png")
        self.assertTrue(label.access_token)
        self.assertEqual(back.parcel_ids.label_id, label)

    def test_nothing_comes_back_of_what_was_refused(self):
        self.method.return_label_on_delivery = True
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        self.answer_of(picking.booking_ids, "rejected", "No such street")
        self.assertFalse(picking.booking_ids.filtered("is_return"))

    def test_a_return_label_is_cancelled_by_itself(self):
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        picking.with_user(self.packer).action_ask_return()
        back = picking.booking_ids.filtered("is_return")
        self.answer_of(back, "delivered", value=self.return_label())
        picking.with_user(self.packer).action_call_off_return()
        self.assertEqual(picking.booking_state, "booked")
        self.answer_of(back, "delivered")
        self.assertEqual((back.state, picking.booking_state), ("void", "booked"))
        self.assertFalse(picking.return_label_ids)
        # another one may be asked for
        picking.with_user(self.packer).action_ask_return()
        self.assertEqual(len(picking.booking_ids.filtered("is_return")), 2)

    def test_a_return_that_the_carrier_does_not_take_back_is_cancelled_by_hand(self):
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        picking.with_user(self.packer).action_ask_return()
        back = picking.booking_ids.filtered("is_return")
        self.answer_of(back, "delivered", value=self.return_label())
        self.assertFalse(back.problem, "it costs something when it is used")
        picking.with_user(self.packer).action_call_off_return()
        self.answer_of(back, "rejected", "destroy it")
        self.assertEqual((back.state, back.problem), ("booked", "destroy it"))
        self.assertTrue(picking.return_label_ids)
        group = "logistics_connector_base.group_logistics_user"
        worker = new_test_user(self.env, "worker-returns", groups=f"stock.group_stock_user,{group}")
        back.with_user(worker).action_cancelled_by_hand()
        self.assertEqual((back.state, picking.booking_state), ("void", "booked"))
        self.assertFalse(picking.return_label_ids)

    def test_a_return_that_comes_in_prints_its_label(self):
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        self.answer_of(picking.booking_ids, "delivered", value=self.booked())
        wizard = (
            self.env["stock.return.picking"]
            .with_user(self.packer)
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.carrier_id = self.method
        self.assertTrue(back.is_return_picking)
        back.with_user(self.packer).print_return_label()
        request = self.request_of(back.booking_ids)
        self.assertTrue(request.is_return)
        self.assertEqual((request.shipper.zip, request.recipient.zip), ("49441", "98421"))
        self.assertEqual(request.parcels[0].weight, 4.0)

    def test_a_label_that_comes_with_the_parcel_is_filed_apart(self):
        self.method.get_return_label_from_portal = True
        picking = self.make_order().picking_ids
        self.ship(picking, self.packer)
        answer = self.booked()
        with_parcel = core.Document("return_label", "PDF", "JVBERi0=", 0, "900340434")
        answer = core.BookingAnswer(
            answer.identifier,
            answer.numbers,
            (*answer.documents, with_parcel),
            answer.charges,
            answer.total,
            answer.currency,
        )
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=answer)
        (label,) = picking.return_label_ids
        self.assertEqual(label.name, "LabelReturn-logistics-900340434.pdf")
        self.assertTrue(label.access_token)
        self.assertTrue(booking.parcel_ids.label_id.name.startswith("LabelShipping"))
        self.assertIn("900340434", "".join(picking.message_ids.mapped("body")))
        picking.with_user(self.packer).cancel_shipment()
        self.answer_of(booking, "delivered")
        self.env.invalidate_all()
        self.assertFalse(picking.return_label_ids)
