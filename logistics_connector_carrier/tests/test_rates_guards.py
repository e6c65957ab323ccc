"""Prices are asked for under the guards of what is sent (law 6). A carrier is played over HTTP."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..engine import quiet
from .booking_common import PlayedCommon


@tagged("post_install", "-at_install")
class TestRatesGuards(PlayedCommon):
    def setUp(self):
        super().setUp()
        self.addCleanup(quiet._kept.clear)  # tests share the account
        self.packer = new_test_user(self.env, "petra", groups="stock.group_stock_user")

    @property
    def asked(self):
        return [call for call in self.server.calls if "/rating/" in call.path]

    def order(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.receiver.id,
                "order_line": [(0, 0, {"product_id": self.pump.id, "product_uom_qty": 2})],
            }
        )

    def price(self):
        """What Odoo's own button gets: (price, why there is none)."""
        found = self.method.rate_shipment(self.order())
        return found["price"], found["error_message"] or ""

    def row(self):
        """The method's row for a packer who compares."""
        order = self.order()
        order.action_confirm()
        subject = order.picking_ids.with_user(self.packer)
        action = subject.action_compare_rates()
        rows = self.env[action["res_model"]].with_user(self.packer).browse(action["res_id"])
        return rows.line_ids.filtered(lambda line: line.carrier_id == self.method)

    def switch(self, state, reason="503 Service Unavailable", **values):
        breakers, flow = self.env["logistics.breaker"].sudo(), self.account._flow("book")
        breakers._switch(flow, state, reason)
        breaker = breakers.search([("flow_id", "=", flow.id)])
        breaker.write(values)
        return breaker

    def test_a_carrier_that_is_well_gives_prices(self):
        self.assertGreater(self.price()[0], 0)
        self.assertTrue(self.row().is_priced)
        self.assertEqual(len(self.asked), 2)

    def test_who_is_down_is_not_asked(self):
        self.switch("open")
        _price, why = self.price()
        self.assertIn("UPS account is down since", why)
        self.assertIn("503 Service Unavailable", why)
        self.assertIn("is down since", self.row().details)
        self.assertFalse(self.server.calls)

    def test_when_the_next_try_is_due_prices_may_be_the_try(self):
        breaker = self.switch("open")
        breaker.probe_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertGreater(self.price()[0], 0)
        self.assertEqual(breaker.state, "open", "a price proves nothing of bookings")

    def test_who_was_stopped_is_not_asked_until_a_person_starts_it(self):
        self.switch("stopped", "Stopped by Mia", probe_at=False)
        self.assertIn("Stopped by Mia", self.price()[1])
        self.assertFalse(self.server.calls)
        self.switch("closed", "")
        self.assertGreater(self.price()[0], 0)

    def test_who_asked_bookings_to_wait_is_not_asked_for_prices(self):
        until = fields.Datetime.now() + timedelta(minutes=2)
        self.switch("closed", "", paused_until=until)
        self.assertIn("is not called before", self.price()[1])
        self.assertFalse(self.server.calls)

    def test_the_limit_of_calls_is_that_of_all_calls(self):
        self.account.send_rate = 1
        self.assertGreater(self.price()[0], 0)
        self.assertIn("1 times a minute", self.price()[1])
        self.assertIn("1 times a minute", self.row().details)
        self.assertEqual(len(self.asked), 1)
        with self.assertRaisesRegex(UserError, "1 times a minute"):
            self.account._ask_rates(self.order()._rate_request(self.method))
        self.assertEqual(self.account._try_booking()[0], "danger")

    def test_prices_that_do_not_come_are_not_waited_for_each_time(self):
        self.server.moods = ["down"] * 3
        for _time in range(3):
            self.assertIn("503", self.price()[1])
        self.assertIn("has not given prices lately", self.price()[1])
        self.assertIn("has not given prices lately", self.row().details)
        self.assertEqual(len(self.asked), 3)
        flow = self.account._flow("book")
        self.assertEqual(flow.breaker_state, "closed", "labels are printed all the same")
        self.assertFalse(flow.breaker_ids.failures)
        # Whoever looks after the account finds that it is over, and so it is for all.
        self.assertEqual(self.account.action_try_booking()["params"]["type"], "success")
        self.assertGreater(self.price()[0], 0)

    def test_a_429_holds_for_prices(self):
        self.server.moods = ["busy"]
        self.assertIn("429", self.price()[1])
        self.assertIn("has not given prices lately", self.price()[1])
        self.assertEqual(len(self.asked), 1)
        self.assertFalse(self.account._flow("book").paused_until)

    def test_a_refusal_of_these_goods_is_no_trouble(self):
        self.receiver.country_id = self.env.ref("base.aq")
        for _time in range(4):
            self.price()
        self.assertEqual(len(self.asked), 4)

    def test_an_account_out_of_use_is_not_asked_by_odoos_button_either(self):
        self.account.sudo().write({"state": "retired"})
        self.assertIn("Retired", self.price()[1])
        self.assertFalse(self.server.calls)
