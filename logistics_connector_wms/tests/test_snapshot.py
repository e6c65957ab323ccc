"""A snapshot is compared with our stock as of its own moment, and never writes stock."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .advice_common import AdviceCommon

MANAGER = "stock.group_stock_manager"


def line(product, quantity, **more):
    return {"product": product.default_code, "on_hand": quantity, **more}


@tagged("post_install", "-at_install")
class TestSnapshot(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(cls.registry["logistics.snapshot.desk"], "_isolate", lambda self, cr: None)
        cls.lamp.with_company(cls.company).standard_price = 10
        cls.manager = cls.make_user(
            "stock_boss", MANAGER, "logistics_connector_base.group_logistics_user"
        )

    def look(self, *lines, hours=0, **more):
        """The 3PL sends a snapshot as of ``hours`` ago; the snapshot, compared."""
        at = fields.Datetime.now() - timedelta(hours=hours)
        self.tell({"type": "snapshot", "lines": list(lines), "as_of": f"{at.isoformat()}Z", **more})
        self.compare()
        return self.env["logistics.snapshot"].search([], order="id desc", limit=1)

    def compare(self):
        self.env.flush_all()
        desk = self.env["logistics.snapshot.desk"].with_user(self.service)
        with self.enter_registry_test_mode():
            while claimed := desk._claim():
                desk._work(*claimed)
        self.env.invalidate_all()

    def kinds(self, snapshot):
        return {
            one.product_id.default_code or one.said_as: (one.kind, one.difference)
            for one in snapshot.result_ids
        }

    def past(self, moves, hours):
        """Let moves have been done so long ago."""
        moves.date = fields.Datetime.now() - timedelta(hours=hours)

    def test_two_sides(self):
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 4)
        lot = self.lot(self.oil, "B1")
        self.stock(self.oil, 6, lot)
        snapshot = self.look(
            line(self.lamp, 7), line(self.oil, 6, lot="B1"), {"product": "HF-9", "on_hand": 2}
        )
        self.assertEqual(
            self.kinds(snapshot),
            {
                "LAMP-01": ("variance", -3),
                "BULB-02": ("variance", -4),
                "OIL-5L": ("match", 0),
                "HF-9": ("mapping", 0),
            },
        )
        self.assertEqual(snapshot.result_ids.filtered("why").why, "unknown_product")
        self.assertEqual((snapshot.state, snapshot.compared_count), ("compared", 4))
        self.assertEqual((snapshot.difference_count, snapshot.difference_value), (3, 30))
        self.assertEqual((snapshot.accuracy, round(snapshot.accuracy_value, 2)), (0.25, 0.7))
        self.assertEqual(self.on_hand(self.lamp), 10, "a snapshot never writes stock")

    def test_an_empty_building_is_compared_and_again(self):
        snapshot = self.look()
        self.assertEqual((snapshot.state, snapshot.compared_count), ("compared", 0))
        self.stock(self.lamp, 10)
        self.past(self.env["stock.move"].search([("product_id", "=", self.lamp.id)]), 5)
        snapshot.with_user(self.keeper).action_compare_again()
        self.compare()
        self.assertEqual(snapshot.state, "compared")

    def test_whose_words_are_deleted_is_not_compared_again(self):
        self.stock(self.lamp, 10)
        snapshot = self.look(line(self.lamp, 10))
        snapshot.received_at = fields.Datetime.now() - timedelta(days=91)
        snapshot._forget_lines()
        self.assertFalse(snapshot.line_ids)
        with self.assertRaisesRegex(UserError, "deleted with time"):
            snapshot.with_user(self.keeper).action_compare_again()
        self.assertEqual(snapshot.compared_count, 1, "the figures stay")

    def test_what_is_not_listed_is_zero_only_where_that_is_said(self):
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 4)
        snapshot = self.look(line(self.lamp, 10), complete=False)
        self.assertEqual(self.kinds(snapshot), {"LAMP-01": ("match", 0)})

    def test_a_confirmation_that_comes_late_is_no_difference(self):
        """It is compared as of its moment, by the partner's own time."""
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        two = fields.Datetime.now() - timedelta(hours=2)
        delivery.sudo().create_date = two - timedelta(hours=1)
        self.env.cr.execute(
            "UPDATE stock_picking SET create_date = %s WHERE id = %s", (two, delivery.id)
        )
        # They have shipped it, and the snapshot comes first.
        early = self.look(line(self.lamp, 7), hours=1)
        self.assertEqual(self.kinds(early)["LAMP-01"], ("timing", -3))
        self.assertFalse(self.cases("stock_differs"))
        self.tell(
            {
                "type": "ship",
                "order": delivery.name,
                "occurred_at": f"{two.isoformat()}Z",
                "lines": [{"product": "LAMP-01", "quantity": 3}],
            }
        )
        early.with_user(self.keeper).action_compare_again()
        self.compare()
        self.assertEqual(self.kinds(early)["LAMP-01"], ("match", 0))
        # What was done after the moment is none of it.
        old = self.look(line(self.lamp, 10), hours=3)
        self.assertEqual(self.kinds(old)["LAMP-01"], ("match", 0))

    def test_what_was_told_and_not_booked_explains(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 2))
        self.tell(
            {
                "type": "ship",
                "order": delivery.name,
                "lines": [{"product": "LAMP-01", "quantity": 5}],
            }
        )
        self.assertEqual(self.said().state, "trouble")
        self.assertEqual(self.kinds(self.look(line(self.lamp, 5)))["LAMP-01"], ("timing", -5))
        # The five are those of the delivery of two, not seven.
        self.assertEqual(self.kinds(self.look(line(self.lamp, 3)))["LAMP-01"], ("variance", -7))

    def test_one_delivery_explains_once(self):
        first, second = self.lot(self.oil, "A"), self.lot(self.oil, "B")
        self.stock(self.oil, 5, first)
        self.stock(self.oil, 5, second)
        self.order((self.oil, 4))
        snapshot = self.look(line(self.oil, 1, lot="A"), line(self.oil, 1, lot="B"))
        self.assertEqual(sorted(snapshot.result_ids.mapped("kind")), ["timing", "variance"])
        self.assertEqual(sum(snapshot.result_ids.mapped("explained")), -4)

    def test_states_lie_apart_where_they_have_a_place(self):
        place = self.env["stock.location"].create(
            {
                "name": "Damaged",
                "location_id": self.warehouse.view_location_id.id,
                "company_id": self.company.id,
            }
        )
        self.stock(self.lamp, 8)
        self.env["stock.quant"]._update_available_quantity(self.lamp, place, 2)
        # Without a place, damaged goods are a part of all.
        together = self.look(line(self.lamp, 10, damaged=3))
        self.assertEqual(self.kinds(together)["LAMP-01"], ("match", 0))
        self.warehouse.logistics_damaged_location_id = place
        apart = self.look(line(self.lamp, 10, damaged=3))
        self.assertEqual(
            {(one.condition, one.theirs, one.ours) for one in apart.result_ids},
            {("available", 7, 8), ("damaged", 3, 2)},
        )

    def test_lots_count_where_they_tell_them(self):
        first, second = self.lot(self.oil, "A"), self.lot(self.oil, "B")
        self.stock(self.oil, 5, first)
        self.stock(self.oil, 3, second)
        self.assertEqual(self.kinds(self.look(line(self.oil, 8)))["OIL-5L"], ("match", 0))
        swapped = self.look(
            line(self.oil, 3, lot="A"), line(self.oil, 5, lot="B"), line(self.oil, 1, lot="C")
        )
        self.assertEqual(
            {(one.lot_id.name or one.said_as, one.difference) for one in swapped.result_ids},
            {("A", -2), ("B", 2), ("OIL-5L (C)", 0)},
        )

    def test_what_is_not_kept_in_stock_is_no_difference(self):
        self.lamp.is_storable = False
        snapshot = self.look(line(self.lamp, 5))
        self.assertEqual(snapshot.result_ids.mapped("why"), ["not_kept"])

    def test_their_units(self):
        self.env.ref("uom.product_uom_dozen").active = True
        self.stock(self.lamp, 24)
        snapshot = self.look(line(self.lamp, 2, unit="Dozens"))
        self.assertEqual(self.kinds(snapshot)["LAMP-01"], ("match", 0))

    def test_a_person_hears_of_what_lasts_or_is_dear(self):
        self.stock(self.lamp, 10)
        self.connection.snapshot_streak = 2
        first = self.look(line(self.lamp, 9), hours=3)
        self.assertEqual(first.result_ids.streak, 1)
        self.assertFalse(self.cases("stock_differs"))
        self.look(line(self.lamp, 9), hours=2)
        case = self.cases("stock_differs")
        self.assertIn("9 / 10 (-1)", case.detail)
        self.look(line(self.lamp, 10), hours=1)
        self.assertFalse(self.cases("stock_differs"))
        self.connection.snapshot_at_once = 50
        self.look(line(self.lamp, 4))
        self.assertTrue(self.cases("stock_differs"))

    def test_a_gap_in_their_messages_explains_what_nothing_else_does(self):
        self.stock(self.lamp, 10)
        stream = self.env["logistics.message.stream"].create(
            {"connection_id": self.connection.id, "company_id": self.company.id, "name": ""}
            | {"start": 1, "highest": 5, "name": "outbound"}
        )
        self.env["logistics.message.gap"].create(
            {
                "stream_id": stream.id,
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "first": 3,
                "last": 3,
                "since": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        self.assertEqual(self.kinds(self.look(line(self.lamp, 9)))["LAMP-01"], ("lost", -1))

    def test_parts_copies_and_conflicts(self):
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 4)
        told = {"id": "SN-1", "parts": 2, "as_of": fields.Datetime.now().isoformat() + "Z"}
        half = self.look(line(self.lamp, 10), part=1, **told)
        self.assertEqual(half.state, "receiving")
        self.look(line(self.lamp, 10), part=1, **told)
        whole = self.look(line(self.bulb, 4), part=2, **told)
        self.assertEqual((whole, whole.state, whole.compared_count), (half, "compared", 2))
        self.look(line(self.bulb, 3), part=2, **told)
        self.assertTrue(self.cases("advice_conflict"))
        self.assertEqual(len(whole.line_ids), 2)
        again = self.look(line(self.lamp, 10), part=1, revision=2, **{**told, "parts": 1})
        self.assertEqual((again.state, whole.state), ("compared", "superseded"))

    def test_a_building_that_nobody_knows(self):
        self.warehouse.logistics_code = "HAM"
        snapshot = self.look(line(self.lamp, 1), warehouse="BRE")
        self.assertEqual(snapshot.state, "problem")
        self.assertIn("BRE", self.cases("stock_differs").name)
        self.warehouse.logistics_code = "BRE"
        snapshot.with_user(self.keeper).action_compare_again()
        self.compare()
        self.assertEqual(snapshot.state, "compared")
        self.assertFalse(self.cases("stock_differs"))

    # -- decisions ----------------------------------------------------------------------------

    def test_who_may_book_it_does_so_once_and_as_of_the_moment(self):
        self.stock(self.lamp, 10)
        snapshot = self.look(line(self.lamp, 7), hours=1)
        result = snapshot.result_ids
        with self.assertRaises(AccessError):
            result.with_user(self.keeper).action_apply("counted")
        with self.assertRaisesRegex(UserError, "Say why"):
            result.with_user(self.manager).action_apply(" ")
        result.with_user(self.manager).action_apply("Counted twice")
        self.assertEqual(self.on_hand(self.lamp), 7)
        self.assertEqual(result.move_id.logistics_done_at, snapshot.as_of)
        self.assertEqual(result.decided_by_id, self.manager)
        with self.assertRaisesRegex(UserError, "booked already"):
            result.with_user(self.manager).action_apply("Counted twice")
        snapshot.with_user(self.keeper).action_compare_again()
        self.compare()
        self.assertEqual(self.kinds(snapshot)["LAMP-01"], ("match", 0))

    def test_what_is_booked_is_no_case_any_more(self):
        self.connection.snapshot_streak = 1
        self.stock(self.lamp, 10)
        result = self.look(line(self.lamp, 7)).result_ids
        self.assertTrue(self.cases("stock_differs"))
        result.with_user(self.manager).action_apply("Counted twice")
        self.assertFalse(self.cases("stock_differs"))

    def test_what_changed_meanwhile_is_not_booked(self):
        self.stock(self.lamp, 10)
        snapshot = self.look(line(self.lamp, 7))
        at = snapshot.as_of - timedelta(hours=1)
        self.tell(
            {
                "type": "adjustment",
                "occurred_at": f"{at.isoformat()}Z",
                "lines": [{"product": "LAMP-01", "quantity": -3}],
            }
        )
        with self.assertRaisesRegex(UserError, "has changed since"):
            snapshot.result_ids.with_user(self.manager).action_apply("Counted")
        self.assertEqual(self.on_hand(self.lamp), 7)

    def test_ignored_until_it_changes_or_the_day_comes(self):
        self.connection.snapshot_streak = 1
        self.stock(self.lamp, 10)
        first = self.look(line(self.lamp, 9), hours=3)
        self.assertTrue(self.cases("stock_differs"))
        today = fields.Date.today()
        with self.assertRaisesRegex(UserError, "still to come"):
            first.result_ids.with_user(self.keeper).action_ignore("sample", "2020-01-01")
        first.result_ids.with_user(self.keeper).action_ignore("A sample", today)
        self.assertFalse(self.cases("stock_differs"))
        first.with_user(self.keeper).action_compare_again()
        self.compare()
        self.assertEqual((first.result_ids.is_ignored, first.result_ids.reason), (True, "A sample"))
        second = self.look(line(self.lamp, 9), hours=2)
        self.assertTrue(second.result_ids.is_ignored)
        self.assertFalse(self.cases("stock_differs"))
        third = self.look(line(self.lamp, 8), hours=1)
        self.assertFalse(third.result_ids.is_ignored)
        self.assertTrue(self.cases("stock_differs"))

    def test_the_wizard_is_for_who_works_with_stock(self):
        self.stock(self.lamp, 10)
        result = self.look(line(self.lamp, 9)).result_ids
        values = {"act": "ignore", "reason": "A sample", "result_ids": [(6, 0, result.ids)]}
        wizards = self.env["logistics.snapshot.decision"]
        with self.assertRaises(AccessError):
            wizards.with_user(self.clerk).create(values)
        wizards.with_user(self.keeper).create(values).action_decide()
        self.assertTrue(result.is_ignored)
