"""What users of other connectors asked for and did not get: the requests that
``tests/test_carrier_requests.py`` lists, where no other test shows them."""

from odoo.tests import Form, new_test_user, tagged

from .booking_common import NUMBER, BookingCommon

SECOND = "1Z4F217A0300000021"


@tagged("post_install", "-at_install")
class TestBookingRequests(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.air = cls.method.copy(
            {"name": "UPS Next Day Air", "logistics_service_id": cls.service_of("01").id}
        )

    def test_a_delivery_again_after_a_return_has_all_its_packages(self):
        """odoo/odoo#246946: it was taken for a return, and got one package only."""
        first = self.make_order(quantity=3).picking_ids
        self.ship(first)
        self.answer_of(first.booking_ids, "delivered", value=self.booked())
        back = self.return_of(first)
        self.ship(back)
        self.assertFalse(back.booking_ids)
        again = self.return_of(back)
        self.assertEqual(again.picking_type_code, "outgoing")
        again.carrier_id = self.method
        self.pack(again, 1, "AGAIN-A")
        self.pack(again, 2, "AGAIN-B")
        again.move_ids.picked = True
        again.with_context(skip_sms=True).button_validate()
        booking = again.booking_ids
        self.assertFalse(booking.is_return)
        self.assertEqual(booking.parcel_ids.mapped("key"), ["AGAIN-A", "AGAIN-B"])
        self.answer_of(booking, "delivered", value=self.booked(SECOND, "1Z4F217A0300000030"))
        self.assertEqual(len(booking.parcel_ids.label_id), 2)
        self.assertEqual(first.carrier_tracking_ref, NUMBER)

    def return_of(self, picking):
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 3
        action = wizard.action_create_returns()
        return self.env["stock.picking"].browse(action["res_id"])

    def test_after_a_void_another_carrier_can_be_chosen(self):
        """odoo/odoo#17115: the delivery kept the carrier whose label was void."""
        packer = new_test_user(self.env, "packer7", groups="stock.group_stock_user")
        picking = self.make_order().picking_ids
        self.ship(picking, packer)
        booking = picking.booking_ids
        self.answer_of(booking, "delivered", value=self.booked())
        form_of = self.env.ref("stock.view_picking_form")
        form = Form(picking.with_user(packer), form_of)
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.carrier_id = self.air
        picking.with_user(packer).cancel_shipment()
        self.answer_of(booking, "delivered")
        with Form(picking.with_user(packer), form_of) as form:
            form.carrier_id = self.air
        picking.with_user(packer).action_book()
        second = picking.booking_ids - booking
        self.assertEqual((second.state, second.service), ("asked", "01"))
        self.answer_of(second, "delivered", value=self.booked(SECOND))
        self.assertEqual(picking.carrier_tracking_ref, SECOND)
        shipment = picking.shipment_ids.filtered(lambda one: one.state != "cancelled")
        self.assertEqual(shipment.package_ids.mapped("tracking_number"), [SECOND])

    def test_the_cost_of_a_back_order_has_its_own_line(self):
        """odoo/odoo#70454: the second delivery line cost 0.00 and had no text."""
        order = self.make_order(quantity=3)
        first = order.picking_ids
        first.move_ids.write({"quantity": 1, "picked": True})
        first.with_context(skip_sms=True, skip_backorder=True).button_validate()
        self.answer_of(first.booking_ids, "delivered", value=self.booked())
        rest = first.backorder_ids
        self.ship(rest)
        self.answer_of(rest.booking_ids, "delivered", value=self.booked(SECOND, total="9.10"))
        lines = order.order_line.filtered("is_delivery")
        self.assertEqual(sorted(lines.mapped("price_unit")), [9.1, 12.4])
        self.assertEqual(set(lines.mapped("name")), {self.method.name})

    def test_of_two_validated_together_each_has_its_own_label(self):
        """odoo/odoo#164252: two labels were printed, both the last one."""
        pickings = self.make_order().picking_ids | self.make_order().picking_ids
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        pickings.with_context(skip_sms=True).button_validate()
        for picking, number in zip(pickings, (NUMBER, SECOND), strict=True):
            self.answer_of(picking.booking_ids, "delivered", value=self.booked(number))
        for picking, number in zip(pickings, (NUMBER, SECOND), strict=True):
            parcel = picking.booking_ids.parcel_ids
            self.assertEqual(parcel.tracking_number, number)
            self.assertIn(number, parcel.label_id.name)
            self.assertEqual(parcel.label_id.res_id, picking.id)

    def test_each_of_two_numbers_is_asked_for_alone(self):
        """OCA/delivery-carrier#1148: both stood in one field, which broke the carrier's call."""
        picking = self.make_order().picking_ids
        self.pack(picking, 1, "TWO-A")
        self.pack(picking, 1, "TWO-B")
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()
        shipment = picking.shipment_ids
        self.assertFalse(shipment.package_ids.filtered("tracking_number"))
        self.answer_of(picking.booking_ids, "delivered", value=self.booked(NUMBER, SECOND))
        self.assertEqual(picking.carrier_tracking_ref, f"{NUMBER},{SECOND}")
        numbers = shipment.package_ids.mapped("tracking_number")
        self.assertEqual(sorted(numbers), [NUMBER, SECOND])
