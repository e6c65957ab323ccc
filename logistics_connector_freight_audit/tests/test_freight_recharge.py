"""Customers are charged with what rules name, once."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_files import USER
from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFreightRecharge(FreightBooks):
    def setUp(self):
        super().setUp()
        book = Book(5, 20)
        self.shipments = self.ship(book)
        self.bill = self.audited(book, invoices=1).with_user(self.auditor)
        self.bill.carrier_id.sudo().partner_id = self.vendor
        self.charges = self.bill.sudo().charge_ids.filtered(
            lambda one: one.type_id.key == "residential" and not one.is_informational
        )
        self.assertTrue(self.charges)
        self.redelivery = self.env["product.product"].create(
            {"name": "Private address", "type": "service", "taxes_id": [Command.clear()]}
        )
        self.orders = self.env["sale.order"]
        for charge in self.charges:
            order = self.env["sale.order"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_line": [Command.create({"product_id": self.redelivery.id})],
                }
            )
            order.action_confirm()
            charge.line_id.shipment_id.sale_order_ids = order
            self.orders |= order

    def rule(self, **values):
        return self.env["logistics.freight.recharge"].create(
            {
                "company_id": self.company.id,
                "type_id": self.charges.type_id.id,
                "product_id": self.redelivery.id,
                "markup": 10,
                **values,
            }
        )

    def ask(self, user=None):
        self.decide()
        bill = self.bill.with_user(user or self.auditor)
        action = bill.action_recharge()
        return (
            self.env[action["res_model"]].with_user(user or self.auditor).browse(action["res_id"])
        )

    def decide(self):
        if self.bill.state == "open":
            self.bill.action_approve_clean()
            left = self.bill.shipment_line_ids.filtered(lambda one: not one.decision)
            if left:
                left._decide("approved", "Fine.")

    def added(self):
        lines = self.env["sale.order.line"].sudo()
        return lines.search([("freight_charge_id", "in", self.charges.ids)])

    def test_a_rule_puts_the_charge_on_the_order_once(self):
        self.rule()
        ask = self.ask()
        self.assertEqual(len(ask.line_ids), len(self.charges))
        ask.action_charge()
        lines = self.added()
        self.assertEqual(lines.order_id, self.orders)
        for line in lines:
            self.assertAlmostEqual(
                line.price_unit, line.currency_id.round(line.freight_charge_id.net * 1.1)
            )
            self.assertEqual((line.qty_to_invoice, line.product_id), (1, self.redelivery))
            self.assertIn(line.freight_shipment_id.name, line.name)
        self.assertEqual(self.bill.recharge_count, len(lines))
        again = self.ask()
        self.assertFalse(again.line_ids, "once")
        with self.assertRaisesRegex(UserError, "Nothing"):
            again.action_charge()
        # Two had the page open.
        twin = ask.copy(
            {"line_ids": [Command.create(line.copy_data()[0]) for line in ask.line_ids]}
        )
        with self.assertRaisesRegex(UserError, "already"):
            twin.action_charge()
        self.assertEqual(self.added(), lines)

    def test_what_no_rule_names_is_ours(self):
        self.assertFalse(self.ask().line_ids)
        self.assertEqual(self.ask().problem_count, 0)

    def test_a_customer_s_own_rule_goes_before_and_a_class_comes_last(self):
        self.rule(type_id=False, kind="accessorial", markup=50)
        ask = self.ask()
        prices = {line.charge_id: line.price for line in ask.line_ids}
        charge = self.charges[0]
        self.assertAlmostEqual(prices[charge], round(charge.net * 1.5, 2))
        self.rule(partner_id=self.customer.id, markup=0)
        prices = {line.charge_id: line.price for line in self.ask().line_ids}
        self.assertAlmostEqual(prices[charge], charge.net)
        own = self.env["logistics.freight.recharge"].search([("partner_id", "!=", False)])
        own.is_free = True
        self.assertNotIn(charge, self.ask().line_ids.charge_id)

    def test_what_cannot_be_charged_is_told(self):
        self.rule()
        charges = self.charges
        charges[0].line_id.shipment_id.sale_order_ids = False
        charges[1].line_id.shipment_id.sale_order_ids.action_lock()
        ask = self.ask()
        problems = {line.charge_id: line.problem for line in ask.line_ids}
        self.assertEqual(problems[charges[0]], "no_order")
        self.assertEqual(problems[charges[1]], "locked")
        self.assertEqual(ask.problem_count, 2)
        ask.line_ids.is_wanted = True
        with self.assertRaisesRegex(UserError, "no confirmed order|locked"):
            ask.action_charge()

    def test_what_is_disputed_waits_for_the_carrier_s_no(self):
        self.rule()
        line = self.charges[0].line_id.with_user(self.auditor)
        line.sudo().write({"stake_amount": self.charges[0].net})
        line._decide("disputed", "Not ordered.", amounts={line: self.charges[0].net})
        problems = {one.charge_id: one.problem for one in self.ask().line_ids}
        self.assertEqual(problems[self.charges[0]], "disputed")

    def test_the_four_sides_of_a_shipment(self):
        self.rule(markup=50)
        charge = self.charges[0]
        line = charge.line_id.with_user(self.auditor)
        self.assertEqual((line.is_charged, line.charged_amount), (True, 0))
        self.assertAlmostEqual(line.margin_amount, -line.freight_amount)
        self.ask().action_charge()
        line.invalidate_recordset()
        self.assertAlmostEqual(line.charged_amount, line.currency_id.round(charge.net * 1.5))
        estimate = charge.line_id.shipment_id.charge_ids[0].copy(
            {"kind": "estimated", "amount": 1.5}
        )
        line.invalidate_recordset()
        self.assertEqual(line.quoted_amount, 1.5)
        keys = [step["key"] for step in line.waterfall if step["is_total"]]
        self.assertEqual(keys, ["quoted", "expected", "billed", "charged"])
        self.assertAlmostEqual(line.waterfall[-2]["end"], line.freight_amount)
        estimate.unlink()
        # Of two shipments of an order each bears half of its freight.
        order = line.shipment_id.sudo().sale_order_ids
        alone = line.shipment_id._charged_to_customer()[line.shipment_id.id]
        line.shipment_id.sudo().copy({"sale_order_ids": [Command.set(order.ids)]})
        if "is_delivery" in order.order_line._fields:
            order.order_line[0].is_delivery = True
            order.order_line[0].price_unit = 8
            self.assertAlmostEqual(
                line.shipment_id._charged_to_customer()[line.shipment_id.id], alone + 4
            )

    def test_in_the_order_s_currency(self):
        self.rule(markup=0)
        other = self.env["res.currency"].create({"name": "XQQ", "symbol": "q", "rounding": 0.01})
        other.rate_ids = [
            Command.create({"name": "2020-01-01", "rate": 2.0, "company_id": self.company.id})
        ]
        pricelist = self.env["product.pricelist"].create(
            {"name": "q", "currency_id": other.id, "company_id": self.company.id}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "pricelist_id": pricelist.id,
                "order_line": [Command.create({"product_id": self.redelivery.id})],
            }
        )
        order.action_confirm()
        self.charges[0].line_id.shipment_id.sale_order_ids = order
        ask = self.ask()
        mine = ask.line_ids.filtered(lambda line: line.charge_id == self.charges[0])
        self.assertAlmostEqual(mine.price, self.charges[0].net * 2)

    def test_rules_are_whole_and_rights_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "either"):
            self.rule(kind="accessorial")
        with self.assertRaisesRegex(ValidationError, "product"):
            self.rule(product_id=False)
        with self.assertRaisesRegex(ValidationError, "Nothing would"):
            self.rule(markup=-100, type_id=False, kind="brokerage")
        rules = self.env["logistics.freight.recharge"]
        rules.search([("company_id", "=", self.company.id)]).unlink()
        self.rule()
        with self.assertRaisesRegex(ValidationError, "already"):
            self.rule()
        with self.assertRaises(AccessError):
            self.env["logistics.freight.recharge"].with_user(self.auditor).create(
                {"company_id": self.company.id, "kind": "brokerage", "is_free": True}
            )
        with self.assertRaisesRegex(UserError, "Decide first"):
            self.bill.action_recharge()
        clerk = self.make_user("recharge_clerk", USER, self.company)
        self.decide()
        with self.assertRaises(AccessError):
            self.bill.with_user(clerk).action_recharge()
