"""What a warehouse says that it shipped is booked by Odoo's own methods: once, and right."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .advice_common import AdviceCommon, line


@tagged("post_install", "-at_install")
class TestAdviceShip(AdviceCommon):
    def ship(self, delivery, *lines, **more):
        return self.tell({"type": "ship", "order": delivery.name, "lines": list(lines), **more})

    def done(self, delivery):
        return {
            (move.product_id.default_code, move.quantity)
            for move in delivery._logistics_chain().move_ids
            if move.state == "done"
        }

    # -- as ordered ---------------------------------------------------------------------------

    def test_all_of_an_order(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.ship(delivery, line(self.lamp, 3), occurred_at="2026-03-01T10:00:00Z")
        self.assertEqual(delivery.state, "done")
        self.assertEqual(delivery.sale_id.order_line.qty_delivered, 3)
        self.assertEqual(self.on_hand(self.lamp), 7)
        advice = self.said()
        self.assertEqual((advice.state, advice.booked_picking_ids), ("applied", delivery))
        self.assertEqual(advice.move_ids, delivery.move_ids)
        self.assertEqual(str(delivery.move_ids.logistics_done_at), "2026-03-01 10:00:00")
        self.assertFalse(self.cases())
        event = delivery.shipment_ids.event_ids.filtered(lambda e: e.code == "WHS_SHIP_CONFIRMED")
        self.assertEqual(event.message_id, advice.message_id)

    def test_the_same_message_and_the_same_advice_count_once(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        told = self.advice("ship", order=delivery.name, lines=[line(self.lamp, 2)], id="SC-1")
        self.tell(told)
        self.tell(told)
        self.tell(told, told)
        self.assertEqual(len(self.said()), 1)
        self.assertEqual(self.on_hand(self.lamp), 8)
        # Another content under the number is shown to a person, and changes nothing.
        self.tell({**told, "lines": [line(self.lamp, 1)]})
        self.assertEqual(self.on_hand(self.lamp), 8)
        case = self.cases("advice_conflict")
        self.assertIn("LAMP-01: 2", case.detail)
        self.assertIn("LAMP-01: 1", case.detail)

    def test_lots_serials_and_packages(self):
        lots = [self.lot(self.oil, name) for name in ("A", "B")]
        for lot in lots:
            self.stock(self.oil, 5, lot)
        serials = [self.lot(self.drill, name) for name in ("S1", "S2", "S3")]
        for serial in serials:
            self.stock(self.drill, 1, serial)
        delivery = self.order((self.oil, 4), (self.drill, 2))
        self.ship(
            delivery,
            line(self.oil, 1, lot="A", package="P1"),
            line(self.oil, 3, lot="B", package="P1"),
            line(self.drill, 2, serials=["S1", "S3"], package="P2"),
            packages=[
                {"key": "P1", "sscc": "340123450000000018", "tracking": "1Z1", "carrier": "ups"},
                {"key": "P2", "tracking": "1Z2", "carrier": "ups", "weight_kg": 3.1},
            ],
        )
        self.assertEqual(delivery.state, "done")
        self.assertEqual([self.on_hand(self.oil, lot) for lot in lots], [4, 2])
        self.assertEqual([self.on_hand(self.drill, serial) for serial in serials], [0, 1, 0])
        packages = delivery.move_line_ids.result_package_id
        self.assertEqual(set(packages.mapped("name")), {"340123450000000018", "1Z2"})
        shipment = delivery.shipment_ids
        self.assertEqual(set(shipment.package_ids.mapped("tracking_number")), {"1Z1", "1Z2"})
        self.assertEqual(shipment.issuer, "ups")

    def test_units_of_theirs(self):
        self.env.ref("uom.product_uom_dozen").active = True
        self.stock(self.lamp, 48)
        delivery = self.order((self.lamp, 24))
        self.ship(delivery, line(self.lamp, 2, unit="Dozens"))
        self.assertEqual((delivery.state, self.on_hand(self.lamp)), ("done", 24))

    def test_what_is_not_listed_left_in_full_where_that_was_agreed(self):
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        delivery = self.order((self.lamp, 3), (self.bulb, 2))
        self.ship(delivery, line(self.lamp, 1), exceptions_only=True)
        self.assertEqual(self.done(delivery), {("LAMP-01", 1), ("BULB-02", 2)})
        self.assertEqual(self.said().line_ids.mapped("quantity"), [1, 2])

    def test_in_full_is_what_was_released_and_not_what_had_no_stock(self):
        self.make_flow()
        self.stock(self.lamp, 2)
        delivery = self.order((self.lamp, 3), (self.bulb, 2))
        self.arrive(delivery)
        self.assertTrue(delivery.shipment_ids, "it is released for what there is")
        self.stock(self.lamp, 5)
        delivery.action_assign()
        self.env.cr.precommit.run()  # the next version was written, and has not left
        self.ship(delivery, exceptions_only=True, final=True)
        self.assertEqual(self.done(delivery), {("LAMP-01", 2)})
        self.assertEqual(self.on_hand(self.lamp), 5)

    def late_change(self):
        """A delivery whose change was told after its goods had left."""
        self.make_flow()
        self.stock(self.lamp, 2)
        delivery = self.order((self.lamp, 3), (self.bulb, 2))
        self.arrive(delivery)
        release = delivery.release_ids
        release._take_accepted(release.version)
        self.stock(self.bulb, 5)
        self.left_at = fields.Datetime.now() - timedelta(minutes=5)
        delivery.action_assign()
        self.arrive(delivery)
        self.assertEqual(len(release.version_ids.filtered(lambda one: not one.is_withdrawn)), 2)
        return delivery

    def test_in_full_is_not_what_was_told_after_it_had_left(self):
        delivery = self.late_change()
        at = f"{self.left_at.isoformat()}Z"
        self.ship(delivery, exceptions_only=True, final=True, occurred_at=at)
        self.assertEqual(self.done(delivery), {("LAMP-01", 2)})
        self.assertEqual(self.on_hand(self.bulb), 5)

    def test_in_full_is_not_what_came_too_late(self):
        delivery = self.late_change()
        delivery.release_ids._take_too_late(delivery.release_ids.version)
        self.ship(delivery, exceptions_only=True, final=True)
        self.assertEqual(self.done(delivery), {("LAMP-01", 2)})

    def test_in_full_is_the_last_version_that_they_may_have(self):
        delivery = self.late_change()
        self.ship(delivery, exceptions_only=True, final=True)
        self.assertEqual(self.done(delivery), {("LAMP-01", 2), ("BULB-02", 2)})

    def test_goods_that_are_not_here_yet_left_all_the_same(self):
        delivery = self.order((self.lamp, 3))
        self.assertEqual(delivery.state, "confirmed")
        self.ship(delivery, line(self.lamp, 3))
        self.assertEqual((delivery.state, self.on_hand(self.lamp)), ("done", -3))
        receipt = self.receipt((self.lamp, 5))
        self.tell({"type": "receipt", "order": receipt.name, "lines": [line(self.lamp, 5)]})
        self.assertEqual(self.on_hand(self.lamp), 2)

    def test_goods_reserved_for_another_order_are_taken_from_it(self):
        self.stock(self.lamp, 3)
        first, second = self.order((self.lamp, 3)), self.order((self.lamp, 3))
        self.assertEqual((first.state, second.state), ("assigned", "confirmed"))
        self.ship(second, line(self.lamp, 3))
        self.assertEqual((first.state, second.state), ("confirmed", "done"))

    # -- less ---------------------------------------------------------------------------------

    def test_short_makes_a_back_order_that_is_released_anew(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        self.ship(delivery, line(self.lamp, 2))
        rest = delivery.backorder_ids
        self.assertEqual((rest.state, rest.move_ids.product_uom_qty), ("assigned", 3))
        self.assertFalse(delivery.logistics_rest_waits)
        self.assertTrue(rest.shipment_ids)

    def test_short_cancels_the_rest_and_tells_sales(self):
        self.connection.advice_short = "cancel"
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        self.ship(delivery, line(self.lamp, 2))
        self.assertEqual(delivery.backorder_ids.state, "cancel")
        order = delivery.sale_id
        self.assertIn("the rest is cancelled", order.activity_ids.note)
        self.assertEqual(order.activity_ids.user_id, order.user_id)

    def test_several_confirmations_of_one_order(self):
        self.connection.advice_short = "wait"
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 6))
        self.ship(delivery, line(self.lamp, 2))
        rest = delivery.backorder_ids
        self.assertTrue(delivery.logistics_rest_waits)
        self.assertFalse(rest.shipment_ids, "the rest is worked under the first number")
        self.ship(delivery, line(self.lamp, 3, line=delivery.move_ids.id))
        self.assertEqual((rest.state, rest.move_ids.quantity), ("done", 3))
        self.ship(delivery, line(self.lamp, 1), final=True)
        self.assertEqual(self.done(delivery), {("LAMP-01", 2), ("LAMP-01", 3), ("LAMP-01", 1)})
        self.assertEqual(self.on_hand(self.lamp), 4)

    def test_several_confirmations_of_a_back_order(self):
        """It was released under its own number and with its own lines: by these it is told."""
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 6))
        self.ship(delivery, line(self.lamp, 1), final=True)
        rest = delivery.backorder_ids
        number = rest.move_ids.id
        self.ship(rest, line(self.lamp, 2, line=number), final=False, number=1)
        self.ship(rest, line(self.lamp, 3, line=number), final=True, number=2)
        last = rest.backorder_ids
        self.assertEqual((last.state, last.move_ids.quantity), ("done", 3))
        self.assertEqual(delivery.sale_id.order_line.qty_delivered, 6)

    def test_the_end_may_overtake_what_comes_before_it(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 6))
        self.ship(delivery, line(self.lamp, 1), final=True, number=2)
        rest = delivery.backorder_ids
        self.assertTrue(delivery.logistics_rest_waits)
        self.assertFalse(rest.shipment_ids)
        self.ship(delivery, line(self.lamp, 3), final=False, number=1)
        last = rest.backorder_ids
        self.assertEqual((rest.state, last.move_ids.product_uom_qty), ("done", 2))
        self.assertTrue(last.shipment_ids, "now that both are here, the rest is released anew")

    def test_nothing_of_it(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3), (self.bulb, 0))
        self.ship(delivery, line(self.lamp, 0, reason="SHORT"))
        self.assertEqual(self.said().state, "applied")
        self.assertEqual(delivery.state, "assigned")

    # -- more, other --------------------------------------------------------------------------

    def test_more_than_ordered_waits_for_a_person_and_the_rest_is_booked(self):
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 10)
        delivery = self.order((self.lamp, 3), (self.bulb, 2))
        self.ship(delivery, line(self.lamp, 5), line(self.bulb, 2))
        advice = self.said()
        self.assertEqual((advice.state, self.on_hand(self.lamp)), ("partial", 10))
        self.assertEqual(self.done(delivery), {("BULB-02", 2)})
        case = self.cases()
        self.assertIn("they say 5", case.detail)
        self.assertIn("we expected 3", case.detail)
        self.assertTrue(delivery.logistics_rest_waits, "a person decides about the rest first")
        troubled = advice.line_ids.filtered(lambda one: one.state == "trouble")
        troubled.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual((advice.state, self.on_hand(self.lamp)), ("applied", 5))
        self.assertEqual(troubled.decided_by_id, self.keeper)
        self.assertFalse(self.cases())
        self.assertIn("5 × [LAMP-01]", delivery.sale_id.activity_ids.note)

    def test_more_within_the_tolerance(self):
        self.connection.write({"advice_over": "tolerate", "advice_over_percent": 10})
        self.stock(self.lamp, 30)
        delivery = self.order((self.lamp, 10))
        self.ship(delivery, line(self.lamp, 11))
        self.assertEqual((delivery.state, self.on_hand(self.lamp)), ("done", 19))
        other = self.order((self.lamp, 10))
        self.ship(other, line(self.lamp, 12))
        self.assertEqual(self.said(other).state, "trouble")

    def test_all_or_nothing(self):
        self.connection.advice_is_whole = True
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 10)
        delivery = self.order((self.lamp, 3), (self.bulb, 2))
        self.ship(delivery, line(self.lamp, 5), line(self.bulb, 2))
        self.assertEqual((self.said().state, delivery.state), ("trouble", "assigned"))
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (10, 10))

    def test_a_substitute(self):
        self.stock(self.bulb, 10)
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        told = line(self.bulb, 3, substitutes="LAMP-01")
        self.ship(delivery, told)
        self.assertEqual(self.said().line_ids.trouble_code, "substitute")
        self.connection.advice_substitute = "accept"
        self.said().with_user(self.keeper).action_retry()
        self.work()
        self.assertEqual(self.done(delivery), {("BULB-02", 3)})
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (10, 7))
        self.assertFalse(delivery.backorder_ids.filtered(lambda one: one.state != "cancel"))
        self.assertTrue(delivery.sale_id.activity_ids)

    def test_another_lot_than_reserved(self):
        lots = [self.lot(self.oil, name) for name in ("A", "B")]
        for lot in lots:
            self.stock(self.oil, 5, lot)
        self.connection.advice_lot = "refuse"
        delivery = self.order((self.oil, 2))
        self.ship(delivery, line(self.oil, 2, lot="B"))
        self.assertEqual(self.said().line_ids.trouble_code, "other_lot")
        self.said().line_ids.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual([self.on_hand(self.oil, lot) for lot in lots], [5, 3])

    # -- what cannot be true ------------------------------------------------------------------

    def test_words_that_nobody_knows(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3), (self.oil, 2), (self.drill, 2))
        self.ship(
            delivery,
            {"product": "HF-9", "quantity": 3},
            line(self.lamp, 0.5),
            line(self.lamp, -1),
            line(self.lamp, 1, unit="BX"),
            line(self.oil, 2, lot="NEW"),
            line(self.oil, 2),
            line(self.drill, 2, serials=["S1"]),
            line(self.lamp, 1, package="P9"),
        )
        self.assertEqual(
            self.said().line_ids.mapped("trouble_code"),
            [
                "unknown_product",
                "fraction",
                "negative",
                "unknown_unit",
                "unknown_lot",
                "lot_missing",
                "serials_differ",
                "no_package",
            ],
        )
        self.assertEqual((self.said().state, delivery.state), ("trouble", "assigned"))
        with self.assertRaisesRegex(UserError, "Nobody knows “HF-9”"):
            self.said().line_ids[0].with_user(self.keeper).action_accept()
        self.assertEqual(self.on_hand(self.lamp), 10)
        self.assertEqual(len(self.cases()), 1)

    def test_a_code_that_is_mapped_later(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.ship(delivery, {"product": "HF-9", "quantity": 3})
        self.assertEqual(self.said().state, "trouble")
        self.env["logistics.item.code"].create(
            {"connection_id": self.connection.id, "code": "HF-9", "product_id": self.lamp.id}
        )
        self.work()
        self.assertEqual((self.said().state, delivery.state), ("applied", "done"))
        self.assertFalse(self.cases())

    def test_a_lot_whose_receipt_comes_later(self):
        delivery = self.order((self.oil, 2))
        self.ship(delivery, line(self.oil, 2, lot="NEW"))
        self.assertEqual(self.said().line_ids.trouble_code, "unknown_lot")
        receipt = self.receipt((self.oil, 5))
        self.tell(
            {"type": "receipt", "order": receipt.name, "lines": [line(self.oil, 5, lot="NEW")]}
        )
        self.assertEqual(self.said(delivery).state, "applied")
        self.assertEqual(self.on_hand(self.oil), 3)

    def test_an_order_that_is_cancelled(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        delivery.action_cancel()
        self.ship(delivery, line(self.lamp, 3))
        self.assertEqual((self.said().state, delivery.state), ("trouble", "cancel"))
        self.assertIn("cancelled", self.cases().detail)
        self.assertEqual(self.on_hand(self.lamp), 10)

    def test_what_left_for_a_cancelled_order_is_booked_when_a_person_believes_it(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        delivery.action_cancel()
        self.ship(delivery, line(self.lamp, 2, line=delivery.move_ids.id))
        self.said().line_ids.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual(self.said().state, "applied")
        self.assertEqual(self.on_hand(self.lamp), 8)
        self.assertEqual(delivery.state, "cancel")
        sold = delivery.sale_id.order_line
        self.assertEqual((len(sold), sold.qty_delivered), (1, 2))
        self.assertFalse(self.cases())

    def test_a_cancelled_order_of_which_only_exceptions_are_told(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        delivery.action_cancel()
        self.ship(delivery, exceptions_only=True)
        self.assertEqual(self.said().state, "trouble")
        self.assertEqual(self.on_hand(self.lamp), 10)
        self.said().line_ids.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("applied", 7))

    def test_more_than_ordered_after_it_was_shipped_is_of_the_same_sold_line(self):
        self.connection.advice_over = "accept"
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        number = delivery.move_ids.id
        self.ship(delivery, line(self.lamp, 3, line=number))
        self.ship(delivery, line(self.lamp, 1, line=number))
        sold = delivery.sale_id.order_line
        self.assertEqual((len(sold), sold.qty_delivered), (1, 4))

    def test_an_order_that_is_not_here_yet(self):
        message = self.tell({"type": "ship", "order": "WH/OUT/99999", "lines": []})
        advice = self.said()
        self.assertEqual((message.state, advice.state), ("parked", "waiting"))
        self.assertFalse(
            self.cases("advice_unknown_order"), "they overtake each other all the time"
        )
        advice.next_try_at = False
        self.work()
        self.assertEqual(self.cases("advice_unknown_order").reference, "WH/OUT/99999")
        self.stock(self.lamp, 3)
        delivery = self.order((self.lamp, 3))
        delivery.name = "WH/OUT/99999"
        advice.next_try_at = False
        self.work()
        self.assertEqual(advice.state, "applied")
        self.assertFalse(self.cases("advice_unknown_order"))

    def test_what_was_shipped_already(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.ship(delivery, line(self.lamp, 3))
        self.ship(delivery, line(self.lamp, 2))
        late = self.said()[-1]
        self.assertEqual((late.state, late.line_ids.trouble_code), ("trouble", "over"))
        late.line_ids.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual((late.state, self.on_hand(self.lamp)), ("applied", 5))
        self.assertEqual(late.booked_picking_ids.backorder_id, delivery)

    def test_a_correction_before_and_after_it_was_booked(self):
        first = self.order((self.lamp, 3))
        self.stock(self.lamp, 10)
        told = self.advice("ship", order="LATE", id="SC-7", lines=[line(self.lamp, 3)])
        self.tell(told)
        self.tell({**told, "order": first.name, "revision": 2, "lines": [line(self.lamp, 2)]})
        self.assertEqual(self.said().mapped("state"), ["superseded", "applied"])
        self.assertEqual(self.on_hand(self.lamp), 8)
        self.tell({**told, "order": first.name, "revision": 3, "lines": [line(self.lamp, 1)]})
        self.assertEqual(self.said()[-1].state, "trouble")
        self.assertIn("booked already", self.said()[-1].problem)
        self.assertEqual(self.on_hand(self.lamp), 8)

    def test_dismissed_by_a_person_of_the_least_rights(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.ship(delivery, line(self.lamp, 5))
        advice = self.said()
        self.assertEqual(advice.with_user(self.clerk).state, "trouble")
        with self.assertRaisesRegex(Exception, "works with stock"):
            advice.with_user(self.clerk).action_dismiss()
        advice.with_user(self.keeper).action_dismiss()
        self.assertEqual((advice.state, delivery.state), ("dismissed", "assigned"))
        self.assertFalse(self.cases())

    def test_the_rest_was_cancelled_and_left_all_the_same(self):
        self.stock(self.lamp, 5)
        self.stock(self.bulb, 5)
        delivery = self.order((self.lamp, 2), (self.bulb, 3))
        lamp, bulb = delivery.move_ids.sorted("id").ids
        self.ship(delivery, line(self.lamp, 2, line=lamp), final=False)
        delivery.backorder_ids.action_cancel()
        self.ship(delivery, line(self.bulb, 3, line=bulb))
        told = self.said(delivery)[-1].line_ids
        self.assertEqual((told.state, told.trouble_code), ("trouble", "cancelled"))
        self.assertEqual(self.on_hand(self.bulb), 5)
        told.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual((told.state, self.on_hand(self.bulb)), ("booked", 2))
