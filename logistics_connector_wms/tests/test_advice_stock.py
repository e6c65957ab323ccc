"""What came in, came back, changed by itself: booked by Odoo's own methods, in its place."""

from odoo import fields
from odoo.tests import tagged

from .advice_common import AdviceCommon, line


class PlacesCommon(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = {
            name: cls.env["stock.location"].create(
                {
                    "name": name,
                    "location_id": cls.warehouse.view_location_id.id,
                    "company_id": cls.company.id,
                }
            )
            for name in ("damaged", "quarantine", "held")
        }
        for name, place in cls.places.items():
            cls.warehouse[f"logistics_{name}_location_id"] = place

    def come(self, receipt, *lines, **more):
        return self.tell({"type": "receipt", "order": receipt.name, "lines": list(lines), **more})

    def adjust(self, *lines, **more):
        return self.tell({"type": "adjustment", "lines": list(lines), **more})


@tagged("post_install", "-at_install")
class TestAdviceReceipt(PlacesCommon):
    def test_lots_are_made_and_damaged_goods_lie_apart(self):
        receipt = self.receipt((self.oil, 10))
        self.come(
            receipt,
            line(self.oil, 8, lot="L-77", expires_on="2027-08-31"),
            line(self.oil, 2, lot="L-77", condition="damaged", reason="CRUSHED"),
        )
        lot = self.env["stock.lot"].search([("product_id", "=", self.oil.id)])
        self.assertEqual((receipt.state, lot.name), ("done", "L-77"))
        self.assertEqual(self.on_hand(self.oil, lot), 8)
        self.assertEqual(self.on_hand(self.oil, lot, self.places["damaged"]), 2)

    def test_short_is_expected_still_and_over_comes_in(self):
        receipt = self.receipt((self.lamp, 10), (self.bulb, 5))
        self.come(receipt, line(self.lamp, 7), line(self.bulb, 6))
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (7, 6))
        self.assertEqual(receipt.backorder_ids.move_ids.product_uom_qty, 3)
        self.come(receipt, line(self.lamp, 3), final=True)
        self.assertEqual((receipt.backorder_ids.state, self.on_hand(self.lamp)), ("done", 10))

    def test_the_wrong_item_waits_for_a_person(self):
        receipt = self.receipt((self.lamp, 10))
        self.come(receipt, line(self.lamp, 10), line(self.bulb, 3))
        self.assertEqual((self.said().state, self.on_hand(self.bulb)), ("partial", 0))
        wrong = self.said().line_ids[1]
        self.assertEqual(wrong.trouble_code, "not_ordered")
        wrong.with_user(self.keeper).action_accept()
        self.work()
        self.assertEqual((self.said().state, self.on_hand(self.bulb)), ("applied", 3))
        self.assertEqual(self.on_hand(self.lamp), 10)

    def test_a_state_without_a_place(self):
        self.warehouse.logistics_damaged_location_id = False
        receipt = self.receipt((self.lamp, 10))
        self.come(receipt, line(self.lamp, 9), line(self.lamp, 1, condition="damaged"))
        advice = self.said()
        self.assertEqual((advice.state, advice.line_ids[1].trouble_code), ("partial", "no_place"))
        self.warehouse.logistics_damaged_location_id = self.places["damaged"]
        self.work()
        self.assertEqual(advice.state, "applied")
        self.assertEqual(self.on_hand(self.lamp, location=self.places["damaged"]), 1)

    def test_serials_that_are_here_already_are_told_to_a_person(self):
        self.stock(self.drill, 1, self.lot(self.drill, "S1"))
        receipt = self.receipt((self.drill, 1))
        self.come(receipt, line(self.drill, 1, serials=["S1"]))
        advice = self.said()
        self.assertEqual((advice.state, receipt.state), ("trouble", "assigned"))
        self.assertIn("S1", advice.problem)
        self.assertEqual(self.on_hand(self.drill), 1)

    def test_a_return_with_what_was_done_with_it(self):
        serials = [self.lot(self.drill, name) for name in ("S1", "S2", "S3")]
        for serial in serials:
            self.stock(self.drill, 1, serial)
        delivery = self.order((self.drill, 3))
        self.tell(
            {
                "type": "ship",
                "order": delivery.name,
                "lines": [line(self.drill, 3, serials=["S1", "S2", "S3"])],
            }
        )
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 3
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        self.come(
            back,
            line(self.drill, 1, serials=["S1"], disposition="restock"),
            line(self.drill, 1, serials=["S2"], disposition="quarantine"),
            line(self.drill, 1, serials=["S3"], disposition="scrap"),
        )
        self.assertEqual(back.state, "done")
        self.assertEqual([self.on_hand(self.drill, one) for one in serials], [1, 0, 0])
        self.assertEqual(self.on_hand(self.drill, serials[1], self.places["quarantine"]), 1)
        scrap = self.env["stock.scrap"].search([("picking_id", "=", back.id)])
        self.assertEqual((scrap.state, scrap.lot_id.name), ("done", "S3"))
        self.assertEqual(delivery.sale_id.order_line.qty_delivered, 0)


@tagged("post_install", "-at_install")
class TestAdviceAdjustment(PlacesCommon):
    def test_more_and_less_are_booked_once_against_the_place_of_the_reason(self):
        loss = self.env["stock.location"].create(
            {"name": "Breakage", "usage": "inventory", "company_id": self.company.id}
        )
        self.env["logistics.adjustment.reason"].create(
            {"connection_id": self.connection.id, "code": "BREAKAGE", "location_id": loss.id}
        )
        self.stock(self.lamp, 10)
        told = self.advice(
            "adjustment",
            id="TX-1",
            lines=[line(self.lamp, -2, reason="BREAKAGE"), line(self.bulb, 4, reason="FOUND")],
            occurred_at="2026-03-01T10:00:00Z",
        )
        self.tell(told)
        self.tell(told)
        self.assertEqual((self.on_hand(self.lamp), self.on_hand(self.bulb)), (8, 4))
        moves = self.said().move_ids
        self.assertEqual(moves.mapped("state"), ["done", "done"])
        self.assertEqual({str(m.logistics_done_at) for m in moves}, {"2026-03-01 10:00:00"})
        lost = moves.filtered(lambda move: move.product_id == self.lamp)
        self.assertEqual((lost.location_dest_id, lost.is_inventory), (loss, True))
        found = moves - lost
        self.assertEqual(found.location_id.usage, "inventory")

    def test_a_change_of_state_moves_goods_and_none_come_or_go(self):
        lot = self.lot(self.oil, "B2402")
        self.stock(self.oil, 10, lot)
        self.adjust(line(self.oil, 4, lot="B2402", moved_to="quarantine", reason="RECALL"))
        self.assertEqual(self.on_hand(self.oil, lot), 6)
        self.assertEqual(self.on_hand(self.oil, lot, self.places["quarantine"]), 4)
        self.adjust(line(self.oil, 3, lot="B2402", condition="quarantine", moved_to="available"))
        self.assertEqual(self.on_hand(self.oil, lot), 9)

    def test_serials_that_were_found_and_lost(self):
        self.adjust(line(self.drill, 2, serials=["N1", "N2"]))
        self.assertEqual(self.on_hand(self.drill), 2)
        self.adjust(line(self.drill, -1, serials=["N1"]), line(self.drill, -1, serials=["N9"]))
        self.assertEqual(self.on_hand(self.drill), 1)
        self.assertEqual(self.said()[-1].line_ids[1].trouble_code, "unknown_lot")

    def test_a_building_that_nobody_knows(self):
        self.warehouse.logistics_code = "HAM"
        self.stock(self.lamp, 10)
        self.adjust(line(self.lamp, -2), warehouse="BRE")
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("trouble", 10))
        self.assertIn("BRE", self.cases().name)
        self.warehouse.logistics_code = "BRE"
        self.said().with_user(self.keeper).action_retry()
        self.work()
        self.assertEqual((self.said().state, self.on_hand(self.lamp)), ("applied", 8))

    def test_an_answer_reaches_the_release(self):
        self.make_flow(ack="message")
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        self.arrive(delivery)
        release = self.env["logistics.release"].search([("picking_id", "=", delivery.id)])
        self.assertEqual(release.version, 1)
        told = {"type": "release", "order": delivery.name, "release": 1}
        self.tell({**told, "answer": "accepted"})
        self.assertEqual((release.state, self.said().state), ("accepted", "applied"))
        self.assertEqual(delivery.shipment_ids.state, "released")
        delivery.action_cancel()
        self.arrive(delivery)
        self.tell({**told, "answer": "too_late", "reason": "It stands at the dock."})
        self.assertEqual(release.state, "too_late")
        self.assertIn("It stands at the dock", self.cases("release_too_late").detail)

    def test_progress_is_history_without_a_stock_move(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        at = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        later = {"occurred_at": f"{at.isoformat()}Z"}
        self.tell({"type": "progress", "order": delivery.name, "stage": "started", **later})
        self.assertEqual(delivery.shipment_ids.state, "in_fulfilment")
        self.assertEqual((self.said().state, delivery.state), ("applied", "assigned"))

    def test_those_in_trouble_do_not_wake_each_other(self):
        """Else a desk is never done, and what it wakes all the time nobody else can book beside."""
        body = {
            "id": "two",
            "issuer": "harbour",
            "advices": [
                self.advice("adjustment", id=number, lines=[line(self.oil, -1, lot=number)])
                for number in ("L1", "L2")
            ],
        }
        self.receive(self.connection, body, at=fields.Datetime.now())
        self.env.flush_all()
        desk = self.env["logistics.advice.desk"].with_user(self.service)
        with self.enter_registry_test_mode():
            for _look in range(6):
                claimed = desk._claim()
                if not claimed:
                    break
                desk._work(*claimed)
        self.assertFalse(claimed)
        self.env.invalidate_all()
        self.assertEqual(self.said().mapped("state"), ["trouble", "trouble"])

    def test_a_move_without_a_transfer_is_split(self):
        """Odoo's own programs make such moves; less of it done leaves the rest in a second one."""
        move = self.env["stock.move"].create(
            {
                "product_id": self.lamp.id,
                "company_id": self.company.id,
                "product_uom_qty": 10,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 4, "picked": True})
        move._action_done()
        self.assertEqual((move.picking_id.ids, move.product_uom_qty), ([], 4))
