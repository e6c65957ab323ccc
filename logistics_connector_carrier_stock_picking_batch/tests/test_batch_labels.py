"""A batch asks for its labels, prints them, and says which are missing: for a plain packer."""

from odoo.addons.logistics_connector_carrier.tests.booking_common import BookingCommon
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestBatchLabels(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = new_test_user(cls.env, "wave_packer", groups="stock.group_stock_user")

    def make_batch(self, count=3):
        """A batch in progress of reserved deliveries, as its packer sees it."""
        pickings = self.env["stock.picking"]
        for _each in range(count):
            pickings |= self.make_order().picking_ids
        for move in pickings.move_ids:
            move.write({"quantity": move.product_uom_qty})
        batch = self.env["stock.picking.batch"].create({"picking_ids": [(6, 0, pickings.ids)]})
        batch.action_confirm()
        return batch.with_user(self.packer)

    def counts(self, batch):
        batch.invalidate_recordset()
        batch.picking_ids.invalidate_recordset()
        return (
            batch.logistics_labelled_count,
            batch.logistics_delivery_count,
            batch.logistics_look_count,
        )

    def form(self, batch):
        return Form(batch, "stock_picking_batch.stock_picking_batch_form")

    def test_a_packer_asks_for_all_and_sees_how_far_it_is(self):
        batch = self.make_batch(3)
        self.assertEqual(self.counts(batch), (0, 3, 0))
        self.assertTrue(self.form(batch).logistics_can_ask)
        action = batch.action_ask_carrier_labels()
        page = self.env[action["res_model"]].with_user(self.packer).browse(action["res_id"])
        self.assertEqual(page.line_ids.picking_id, batch.picking_ids)
        self.assertEqual(batch.picking_ids.mapped("booking_state"), ["asked"] * 3)
        batch.invalidate_recordset()
        self.assertFalse(self.form(batch).logistics_can_ask, "nothing is left to ask for")
        booked, refused, waiting = (picking.sudo().booking_ids for picking in batch.picking_ids)
        self.answer_of(booked, "delivered", value=self.booked())
        self.answer_of(refused, "rejected", "The postal code does not fit (120207)")
        self.assertEqual(self.counts(batch), (1, 3, 1))
        self.assertTrue(self.form(batch).logistics_can_ask)
        shown = batch.action_view_carrier_labels()
        found = self.env["stock.picking"].with_user(self.packer).search(shown["domain"])
        self.assertEqual(found, refused.picking_id | waiting.picking_id)
        self.assertIn("120207", found.browse(refused.picking_id.id).label_problem)
        self.assertFalse(found.browse(waiting.picking_id.id).label_problem)

    def test_printed_in_the_batchs_order_and_what_is_missing_is_named(self):
        batch = self.make_batch(2)
        with self.assertRaisesRegex(UserError, "has no label"):
            batch.action_print_carrier_labels()
        first, second = batch.picking_ids
        first.sudo().batch_sequence, second.sudo().batch_sequence = 2, 1
        batch.action_ask_carrier_labels()
        for picking in (first, second):
            number = f"1Z4F217A03000{picking.id:05}"
            self.answer_of(picking.sudo().booking_ids, "delivered", value=self.booked(number))
        prints = self.env.registry["logistics.label.print"]
        asked = []

        def remember(_model, bookings, without=(), parcel=None):
            asked.append((bookings.picking_id, without))

        self.patch(prints, "_print", remember)
        batch.action_print_carrier_labels()
        self.assertEqual(asked[0][0].ids, [second.id, first.id])
        self.assertFalse(asked[0][1])

    def test_one_that_cannot_be_asked_for_says_why(self):
        batch = self.make_batch(2)
        good, nowhere = batch.picking_ids
        nowhere.sudo().partner_id = self.receiver.copy({"city": False})
        batch.action_ask_carrier_labels()
        self.assertEqual(good.booking_state, "asked")
        self.assertEqual(self.counts(batch), (0, 2, 1))
        self.assertIn("city", nowhere.label_problem)

    def test_validating_a_batch_is_not_held_up_by_one_that_cannot_be_booked(self):
        batch = self.make_batch(3)
        nowhere = batch.picking_ids[1]
        nowhere.sudo().partner_id = self.receiver.copy({"city": False})
        batch.move_ids.picked = True
        batch.with_context(skip_sms=True).action_done()
        pickings = batch.picking_ids
        self.assertEqual((batch.state, len(pickings)), ("done", 3))
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(pickings.mapped("booking_state"), ["asked", False, "asked"])
        self.assertIn("city", nowhere.activity_ids.note)
        self.assertTrue(self.form(batch).logistics_can_ask)

    def test_validating_after_a_refusal_asks_for_that_one_again_only(self):
        batch = self.make_batch(2)
        batch.action_ask_carrier_labels()
        good, bad = (picking.sudo().booking_ids for picking in batch.picking_ids)
        self.answer_of(good, "delivered", value=self.booked())
        self.answer_of(bad, "rejected", "Not there (120207)")
        batch.move_ids.picked = True
        batch.with_context(skip_sms=True).action_done()
        self.assertEqual(set(batch.picking_ids.mapped("state")), {"done"})
        self.assertEqual(len(good.picking_id.booking_ids), 1)
        self.assertEqual(len(bad.picking_id.booking_ids), 2)

    def test_a_batch_without_our_carriers_shows_nothing(self):
        van = self.env["delivery.carrier"].create(
            {"name": "Van", "product_id": self.freight.id, "delivery_type": "fixed"}
        )
        batch = self.make_batch(1)
        batch.picking_ids.sudo().carrier_id = van
        self.assertEqual(self.counts(batch), (0, 0, 0))
        self.assertFalse(batch.logistics_can_ask)

    def test_odoo_groups_them_by_carrier_and_weight(self):
        kind = self.env["stock.warehouse"].search([], limit=1).out_type_id
        kind.write({"auto_batch": True, "batch_group_by_carrier": True, "batch_max_weight": 9})
        other = self.method.copy({"name": "UPS Next Day"})
        first, second, third = (self.make_order().picking_ids for _each in range(3))
        self.assertTrue(first.batch_id)
        self.assertEqual(second.batch_id, first.batch_id)
        self.assertNotEqual(third.batch_id, first.batch_id, "4 kg each, and 9 at most")
        order = self.make_order()
        order.picking_ids.batch_id = False
        order.picking_ids.carrier_id = other
        order.picking_ids._find_auto_batch()
        self.assertNotIn(order.picking_ids.batch_id, (first | third).batch_id)

    def test_who_may(self):
        batch = self.make_batch(1)
        clerk = new_test_user(self.env, "wave_clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            batch.with_user(clerk).action_ask_carrier_labels()
        with self.assertRaises(AccessError):
            batch.with_user(clerk).action_print_carrier_labels()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "wave_stranger",
            groups="stock.group_stock_user",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        with self.assertRaises(AccessError):
            batch.with_user(stranger).action_ask_carrier_labels()
        self.assertFalse(batch.picking_ids.sudo().booking_ids)
