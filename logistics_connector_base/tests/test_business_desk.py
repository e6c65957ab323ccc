"""The desk that writes business states down: what it looks at, how often, and that nothing is
forgotten. Several at once, and what a crash leaves, are tested end to end
(tests/e2e/test_business_desk.py)."""

from functools import partial
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..business_state import due, judge
from .orders import OrdersCommon


@tagged("post_install", "-at_install")
class TestBusinessDesk(OrdersCommon):
    def setUp(self):
        super().setUp()
        self.desk = self.env["logistics.business.desk"]
        self.states = self.env["logistics.business.state"]
        self.work_states()

    def due(self):
        """What is due: pairs of kind and id."""
        self.env.flush_all()
        self.env.cr.execute("SELECT kind, record_id FROM logistics_business_due")
        return set(self.env.cr.fetchall())

    def row(self, order):
        self.env.invalidate_all()
        return self.states.search([("sale_order_id", "=", order.id)])

    def queries_of(self, act):
        before = self.env.cr.sql_log_count
        act()
        return self.env.cr.sql_log_count - before

    # -- what is due --------------------------------------------------------------------------

    def test_a_change_is_noted_in_its_own_transaction(self):
        order = self.sell((self.lamp, 2))
        picking = order.picking_ids
        both = {("order", order.id), ("picking", picking.id)}
        self.assertLessEqual(both, self.due())
        self.work_states()
        self.assertEqual(self.due(), set())
        with self.env.cr.savepoint() as point:
            picking.action_cancel()
            self.assertLessEqual(both, self.due())
            point.rollback()
            self.env.invalidate_all()
        self.assertEqual(self.due(), set())

    def test_a_scan_that_changes_no_state_is_no_work(self):
        order = self.sell((self.lamp, 2))
        shipment = self.ship(order.picking_ids, "PUP_PICKED_UP")
        self.tell(shipment, "MOV_DEPARTED")
        self.work_states()
        self.tell(shipment, "MOV_ARRIVED")
        self.assertEqual(self.due(), set())
        self.tell(shipment, "DLV_OUT")
        self.assertEqual(self.due(), {("order", order.id), ("picking", order.picking_ids.id)})

    def test_what_else_is_noted(self):
        order = self.sell((self.lamp, 2))
        picking = order.picking_ids
        shipment = self.ship(picking, "LBL_CREATED")
        self.work_states()
        both = {("order", order.id), ("picking", picking.id)}
        of_order = {("order", order.id)}
        charge = {"shipment_id": shipment.id, "name": "Freight", "amount": 1, "kind": "booked"}
        trouble = {
            "type": "delivery_exception", "key": "x", "name": "Wet", "company_id": self.company.id,
            "shipment_id": shipment.id,
        }  # fmt: skip
        report = self.env["logistics.exception"]._report
        small = {**trouble, "key": "y", "severity": "minor"}
        for name, act, expected in (
            ("a charge", lambda: self.env["logistics.shipment.charge"].create(charge), both),
            ("a stop", lambda: shipment.stop_ids[:1].write({"name": "Dock 4"}), both),
            ("trouble that blocks", lambda: report([{**trouble, "severity": "major"}]), both),
            ("the same once more", lambda: report([{**trouble, "severity": "major"}]), set()),
            ("its end", lambda: self.exceptions().action_resolve(), both),
            ("small trouble", lambda: report([small]), set()),
            ("a parcel", lambda: shipment.package_ids.write({"sscc": "003"}), set()),
            ("a note", lambda: order.write({"note": "x"}), set()),
            ("another promise", lambda: order.write({"commitment_date": "2026-04-01"}), both),
            ("another day", lambda: picking.write({"scheduled_date": "2026-04-02"}), {
                ("picking", picking.id)} if not picking.date_deadline else set()),
            ("a quantity", lambda: order.order_line.write({"product_uom_qty": 3}), of_order),
            ("past the ORM", lambda: self.env.cr.execute(
                "UPDATE sale_order_line SET qty_invoiced = 1 WHERE order_id = %s", (order.id,)
            ), of_order),
            ("no link", lambda: shipment.write({"picking_ids": [(6, 0, [])]}), both),
        ):  # fmt: skip
            with self.subTest(name):
                act()
                self.assertEqual(self.due() & both, expected)
                self.work_states()

    # -- what is read -------------------------------------------------------------------------

    def test_what_is_read_is_right_before_the_desk_has_looked(self):
        order = self.sell((self.lamp, 2))
        self.work_states()
        shipment = self.ship(order.picking_ids, "LBL_CREATED")
        self.assertEqual(self.row(order).state, "pending", "the desk has not looked yet")
        self.assertEqual(order.logistics_state, "in_progress")
        self.assertEqual(shipment.sale_order_ids.logistics_state, "in_progress")
        self.work_states()
        self.assertEqual(self.row(order).state, "in_progress")

    def test_many_orders_take_no_more_queries_than_one(self):
        order = self.sell((self.lamp, 5), (self.hours, 1))
        self.ship(order.picking_ids, "LBL_CREATED")
        orders = order | self.env["sale.order"].create(
            [order.copy_data()[0] for _number in range(99)]
        )
        (orders - order).action_confirm()
        for picking in orders.picking_ids[:20]:
            picking._ensure_shipment()
        self.env.flush_all()
        for kind, records in (("order", orders), ("picking", orders.picking_ids)):
            one = self.queries_of(partial(judge.judge, self.env, kind, records[:1].ids))
            many = self.queries_of(partial(judge.judge, self.env, kind, records.ids))
            self.assertEqual(one, many, kind)
            self.assertEqual(len(judge.judge(self.env, kind, records.ids)), len(records))
        for name in ("logistics_state", "logistics_blocked_reason", "logistics_moved_at"):
            self.env.invalidate_all()
            one = self.queries_of(partial(orders[:1].mapped, name))
            self.env.invalidate_all()
            many = self.queries_of(partial(orders.mapped, name))
            self.assertEqual(one, many, name)
        self.work_states()
        # Written in one go, too.
        self.env.cr.execute(due.EVERYTHING)
        count = self.queries_of(lambda: self.desk._take_and_write(10_000))
        self.assertLess(count, 40)

    # -- what is written ----------------------------------------------------------------------

    def test_what_is_as_it_was_is_not_written(self):
        order = self.sell((self.lamp, 2))
        self.work_states()
        self.env.cr.execute(
            "UPDATE logistics_business_state SET since = '2026-01-01', moved_at = '2026-01-01' "
            "RETURNING xmin"
        )
        where = "SELECT ctid FROM logistics_business_state WHERE sale_order_id = %s"
        self.env.cr.execute(where, (order.id,))
        before = self.env.cr.fetchone()
        self.env.cr.execute(due.EVERYTHING)
        self.work_states()
        self.env.cr.execute(where, (order.id,))
        self.assertEqual(self.env.cr.fetchone(), before)
        shipment = self.ship(order.picking_ids, "LBL_CREATED")
        self.work_states()
        row = self.row(order)
        self.assertGreater(row.since, row.promised_at or row.since.replace(year=2025))
        self.env.cr.execute("UPDATE logistics_business_state SET since = '2026-01-01'")
        self.tell(shipment, "PUP_PICKED_UP")
        self.work_states()
        row = self.row(order)
        self.assertEqual(row.since.year, 2026)
        self.assertEqual(str(row.since), "2026-01-01 00:00:00", "it is still in progress")
        self.assertGreater(str(row.moved_at), "2026-01-02", "but it has moved")

    def test_an_order_that_is_gone_is_no_trouble(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.env.cr.execute(
            "INSERT INTO logistics_business_due (kind, record_id) VALUES ('order', %s)",
            (order.id,),
        )
        order.unlink()
        self.work_states()
        self.assertEqual(self.due(), set())

    # -- what goes wrong ----------------------------------------------------------------------

    def test_one_order_that_cannot_be_judged_does_not_keep_the_others(self):
        bad = self.sell((self.lamp, 1))
        good = self.sell((self.lamp, 2))
        judge_order = judge._judge_order

        def stumbles(known):
            if known.head["id"] == bad.id:
                raise ValueError("what is this?")
            return judge_order(known)

        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            patch.object(self.registry["logistics.business.desk"], "_isolate", lambda *_: None),
            patch.object(judge, "_judge_order", stumbles),
            mute_logger("odoo.addons.logistics_connector_base.models.logistics_business_desk"),
        ):
            self.desk._work()
        self.assertEqual(self.row(good).state, "pending")
        self.assertFalse(self.row(bad))
        self.assertEqual(self.due(), set())
        # Once the rule is mended, the sweep finds it.
        self.desk._recheck()
        self.work_states()
        self.assertEqual(self.row(bad).state, "pending")

    def test_the_sweep_finds_what_no_trigger_saw(self):
        order = self.sell((self.lamp, 1))
        other = self.sell((self.lamp, 1))
        self.work_states()
        self.env.cr.execute(
            "UPDATE logistics_business_state SET state = 'closed' WHERE sale_order_id = %s;"
            "DELETE FROM logistics_business_state WHERE sale_order_id = %s",
            (order.id, other.id),
        )
        self.assertEqual(self.row(order).state, "closed")
        self.desk._recheck()
        self.assertIn(("order", other.id), self.due())
        self.work_states()
        self.assertEqual(self.row(order).state, "pending")
        self.assertEqual(self.row(other).state, "pending")

    def test_the_sweep_goes_on_where_it_ended_and_begins_anew(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders |= self.sell((self.lamp, 1))
        self.work_states()
        module = "odoo.addons.logistics_connector_base.models.logistics_business_desk.RECHECKED"
        last = self.env["sale.order"].search([("state", "=", "sale")], order="id desc", limit=1)
        self.env["ir.config_parameter"].set_param(
            "logistics.business_rechecked_order", min(orders.ids) - 1
        )
        seen = []
        with patch(module, 3):
            for _round in range(2):
                self.desk._recheck()
                seen.append({number for kind, number in self.due() if kind == "order"})
                self.work_states()
        self.assertEqual(seen[0], set(sorted(orders.ids)[:3]))
        self.assertLessEqual(set(sorted(orders.ids)[3:]), seen[1])
        self.assertEqual(max(seen[1]), last.id)

    def test_it_is_started_while_something_is_due(self):
        self.assertFalse(self.desk._wake())
        self.sell((self.lamp, 1))
        self.env.flush_all()
        self.assertTrue(self.desk._wake())
        job = self.env["queue.job"].search([("identity_key", "=", "logistics.business.desk.1")])
        self.assertEqual(len(job), 1)
        self.assertEqual(job.user_id, self.service)
