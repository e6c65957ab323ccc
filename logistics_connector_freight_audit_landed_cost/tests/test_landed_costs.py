"""What was billed for goods that came in is added to them: by drafts, once, to the cent."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .landed_common import LandedCommon


@tagged("post_install", "-at_install")
class TestLandedCosts(LandedCommon):
    def test_a_draft_for_each_receipt_and_none_for_what_went_out(self):
        first, second = self.receipt(self.light, self.heavy), self.receipt(self.light)
        bill = self.inbound(first, second)
        self.booked_bill(bill)
        self.assertTrue(bill.is_inbound)
        bill.action_create_landed_costs()
        costs = self.costs(bill)
        self.assertEqual(set(costs.mapped("state")), {"draft"})
        self.assertEqual(
            {cost.picking_ids: cost.amount_total for cost in costs}.keys(), {first, second}
        )
        for cost in costs:
            line = self.line(bill, cost.picking_ids)
            self.assertAlmostEqual(cost.amount_total, line.billed_amount)
            self.assertEqual(cost.vendor_bill_id, bill.sudo().move_id)
            self.assertEqual(cost.company_id, self.company)
            by_product = {one.product_id: one for one in cost.cost_lines}
            fuel = by_product[self.landed_products["fuel"]]
            self.assertAlmostEqual(fuel.price_unit, self.billed(line, "fuel"))
            self.assertEqual(set(cost.cost_lines.mapped("split_method")), {"by_weight"})

    def test_goods_get_their_value_and_the_expense_is_relieved(self):
        receipt = self.receipt(self.light, self.heavy)
        bill = self.inbound(receipt)
        move = self.booked_bill(bill)
        bill.action_create_landed_costs()
        amount = self.line(bill, receipt).billed_amount
        expense = self.landed_products["base"].with_company(self.company)
        expense = expense._get_product_accounts()["expense"]
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        self.assertEqual(landed.account_id, expense)
        move.action_post()
        cost = self.costs(bill).with_company(self.company)
        cost.button_validate()
        entry = cost.account_move_id
        of_expense = entry.line_ids.filtered(lambda one: one.account_id == expense)
        self.assertAlmostEqual(sum(of_expense.mapped("balance")), -amount)
        self.assertAlmostEqual(sum(landed.mapped("balance")), amount)
        values = {move.product_id: move.value for move in receipt.move_ids}
        self.assertAlmostEqual(sum(values.values()), 200 + amount, 2)
        # Nine tenths of the weight bear nine tenths.
        self.assertAlmostEqual(values[self.heavy], 100 + amount * 0.9, delta=0.05)

    def test_the_vendor_bill_has_what_goods_bear_on_lines_of_their_own(self):
        receipt = self.receipt(self.light)
        bill = self.inbound(receipt)
        move = self.booked_bill(bill)
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        self.assertAlmostEqual(
            sum(landed.mapped("price_subtotal")), self.line(bill, receipt).billed_amount
        )
        self.assertLessEqual(landed.product_id, self.union(self.landed_products))
        others = move.invoice_line_ids - landed
        self.assertLessEqual(others.product_id, self.union(self.products))
        self.assertAlmostEqual(move.amount_untaxed, bill.amount_net)

    def test_what_goes_out_is_no_stock_by_a_product_that_stands_for_both(self):
        """Odoo books a product that is a landed cost of a real-time category as stock."""
        for one in self.env["logistics.freight.product"].search(
            [("company_id", "=", self.company.id)]
        ):
            one.product_id.landed_cost_ok = one.kind != "disputed"
            one.product_id.categ_id = self.average
            one.landed_product_id = False
        move = self.booked_bill(self.inbound(self.receipt(self.light)))
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        product = self.products["base"].with_company(self.company)
        accounts = product._get_product_accounts()
        self.assertEqual(landed.account_id, accounts["stock_valuation"])
        self.assertEqual((move.invoice_line_ids - landed).account_id, accounts["expense"])

    def test_duties_by_value_and_import_vat_not_at_all(self):
        receipt = self.receipt(self.light, self.heavy)
        bill = self.inbound(receipt)
        line = self.line(bill, receipt)
        freight = line.billed_amount
        self.charge(line, "duty", 40.0)
        self.charge(line, "import_tax", 200.0)
        move = self.booked_bill(bill)
        bill.action_create_landed_costs()
        cost = self.costs(bill)
        self.assertAlmostEqual(cost.amount_total, freight + 40)
        duty = cost.cost_lines.filtered(
            lambda one: one.product_id == self.landed_products["government"]
        )
        self.assertEqual((duty.price_unit, duty.split_method), (40.0, "by_current_cost_price"))
        rest = move.invoice_line_ids.filtered(
            lambda one: one.product_id == self.products["government"]
        )
        self.assertEqual((rest.price_subtotal, rest.is_landed_costs_line), (200.0, False))

    def test_how_a_class_is_divided_can_be_said(self):
        of_class = self.env["logistics.freight.product"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "base")]
        )
        bill = self.inbound(self.receipt(self.light))
        self.booked_bill(bill)
        of_class.landed_product_id.split_method_landed_cost = "by_volume"
        bill.action_create_landed_costs()
        base = self.costs(bill).cost_lines.filtered(
            lambda one: one.product_id == of_class.landed_product_id
        )
        self.assertEqual(set(base.mapped("split_method")), {"by_volume"})
        self.costs(bill).button_cancel()
        of_class.landed_split_method = "equal"
        bill.action_create_landed_costs()
        base = self.costs(bill).cost_lines.filtered(
            lambda one: one.product_id == of_class.landed_product_id
        )
        self.assertEqual(set(base.mapped("split_method")), {"equal"})

    def test_nothing_twice_and_again_when_it_was_cancelled_or_deleted(self):
        bill = self.inbound(self.receipt(self.light))
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        first = self.costs(bill)
        with self.assertRaisesRegex(UserError, f"added to them already: {first.name}"):
            bill.action_create_landed_costs()
        amount = first.amount_total
        first.button_cancel()
        self.assertEqual(bill.landed_cost_count, 0)
        bill.action_create_landed_costs()
        second = self.costs(bill)
        self.assertAlmostEqual(second.amount_total, amount)
        second.unlink()
        bill.action_create_landed_costs()
        self.assertAlmostEqual(self.costs(bill).amount_total, amount)

    def test_a_copy_of_a_landed_cost_is_none_of_the_bill(self):
        bill = self.inbound(self.receipt(self.light))
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        cost = self.costs(bill)
        copy = cost.copy()
        self.assertFalse(copy.freight_bill_id or copy.cost_lines.freight_landed_ids)

    def test_what_is_disputed_is_not_added(self):
        receipts = [self.receipt(self.light) for _each in range(10)]
        bill = self.inbound(*receipts, errors={"residential_wrong": 1, "weight_up": 1})
        differing = bill.shipment_line_ids.filtered("stake_amount")
        self.assertTrue(differing)
        differing._decide("disputed", "Not ordered.")
        move = self.booked_bill(bill)
        bill.action_create_landed_costs()
        added = sum(self.costs(bill).mapped("amount_total"))
        disputed = sum(differing.mapped("disputed_amount"))
        inbound = bill.sudo().shipment_line_ids.filtered("shipment_id.picking_ids")
        self.assertAlmostEqual(added, sum(inbound.mapped("billed_amount")) - disputed)
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        self.assertAlmostEqual(added, sum(landed.mapped("price_subtotal")))

    def test_a_later_credit_is_taken_out_again(self):
        receipt = self.receipt(self.light)
        bill = self.inbound(receipt)
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        self.costs(bill).with_company(self.company).button_validate()
        value = receipt.move_ids.value
        note = bill.sudo().copy({"name": "CREDIT", "number_key": "CREDIT", "state": "open"})
        line = self.line(bill, receipt).copy(
            {"bill_id": note.id, "verdict": "clean", "decision": False}
        )
        self.charge(line, "base_freight", -3.0)
        self.assertEqual(line.billed_amount, -3.0)
        note = note.with_user(self.auditor)
        move = self.booked_bill(note)
        self.assertEqual(move.move_type, "in_refund")
        note.action_create_landed_costs()
        cost = self.costs(note)
        self.assertEqual((cost.state, cost.amount_total), ("draft", -3.0))
        cost.with_company(self.company).button_validate()
        self.assertAlmostEqual(receipt.move_ids.value, value - 3)

    def test_at_the_rate_at_which_the_vendor_bill_is_booked(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 2}
        )
        receipts = [self.receipt(self.light) for _each in range(3)]
        bill = self.inbound(*receipts, currency="USD")
        move = self.booked_bill(bill)
        move.invoice_currency_rate = 1.37
        bill.action_create_landed_costs()
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        self.assertTrue(landed)
        billed = sum(self.line(bill, one).billed_amount for one in receipts)
        self.assertAlmostEqual(
            sum(self.costs(bill).mapped("amount_total")), round(billed / 1.37, 2), 2
        )
        self.assertAlmostEqual(
            sum(self.costs(bill).mapped("amount_total")), sum(landed.mapped("balance")), delta=0.02
        )

    def test_of_several_in_one_parcel_each_bears_its_part(self):
        first, second = self.receipt(self.light), self.receipt(self.heavy)
        bill = self.inbound(first)
        line = self.line(bill, first)
        other = line.shipment_id.copy()
        other.picking_ids = second
        outgoing = line.shipment_id.copy()
        outgoing.picking_ids = False
        line.shared_shipment_ids = line.shipment_id | other | outgoing
        weights = dict(zip(line.shared_shipment_ids.ids, (1, 2, 5), strict=True))
        for shipment in line.shared_shipment_ids:
            shipment.package_ids.weight = weights[shipment.id]
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        added = {cost.picking_ids: cost.amount_total for cost in self.costs(bill)}
        whole = line.billed_amount / 8
        self.assertAlmostEqual(added[first], whole * weights[line.shipment_id.id], delta=0.02)
        self.assertAlmostEqual(added[second], whole * weights[other.id], delta=0.02)

    def test_what_is_not_received_yet_is_added_later(self):
        here, later = self.receipt(self.light), self.receipt(self.heavy, done=False)
        bill = self.inbound(here, later)
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        self.assertEqual(self.costs(bill).picking_ids, here)
        self.assertIn(later.name, bill.message_ids[0].body)
        with self.assertRaisesRegex(UserError, f"not received yet: {later.name}"):
            bill.action_create_landed_costs()
        self.receive(later)
        bill.action_create_landed_costs()
        self.assertEqual(self.costs(bill).picking_ids, here | later)

    def test_what_brought_no_goods_that_bear_costs_says_so(self):
        back = self.sent_back(self.light)
        bill = self.inbound(back, self.receipt(self.fixed))
        self.booked_bill(bill)
        with self.assertRaisesRegex(UserError, "none has a receipt of bought goods"):
            bill.action_create_landed_costs()
        self.assertFalse(bill.sudo().move_id.invoice_line_ids.filtered("is_landed_costs_line"))

    def test_nothing_is_a_landed_cost_says_so(self):
        self.env["logistics.freight.product"].search([]).landed_product_id = False
        bill = self.inbound(self.receipt(self.light))
        move = self.booked_bill(bill)
        self.assertFalse(move.invoice_line_ids.filtered("is_landed_costs_line"))
        with self.assertRaisesRegex(UserError, "set a product for goods that come in"):
            bill.action_create_landed_costs()
        # Set afterwards: the account is the one which the vendor bill has debited.
        for one in self.env["logistics.freight.product"].search([]):
            landed = self.landed_products.get(one.kind)
            one.landed_product_id = one.kind != "disputed" and landed
        bill.action_create_landed_costs()
        lines = self.costs(bill).cost_lines
        self.assertEqual(lines.account_id, move.invoice_line_ids.account_id)

    def test_not_before_it_is_in_the_books(self):
        bill = self.inbound(self.receipt(self.light))
        with self.assertRaisesRegex(UserError, "Create the vendor bill"):
            bill.action_create_landed_costs()

    def test_a_company_without_journal_for_it_is_told_where(self):
        bill = self.inbound(self.receipt(self.light))
        self.booked_bill(bill)
        self.company.lc_journal_id = False
        self.env["ir.default"].search([("field_id.name", "=", "property_stock_journal")]).unlink()
        with self.assertRaisesRegex(UserError, "in which journal"):
            bill.action_create_landed_costs()

    def test_the_vendor_bill_cancelled_takes_its_drafts_along(self):
        receipts = [self.receipt(self.light), self.receipt(self.heavy)]
        bill = self.inbound(*receipts)
        move = self.booked_bill(bill)
        bill.action_create_landed_costs()
        posted, draft = self.costs(bill)
        posted.with_company(self.company).button_validate()
        move.button_cancel()
        self.assertEqual((posted.state, draft.state), ("done", "cancel"))
        self.assertTrue(bill.sudo()._is_worked())
        bill.action_create_vendor_bill()
        self.assertEqual(posted.vendor_bill_id, bill.sudo().move_id)
        bill.action_create_landed_costs()
        again = self.costs(bill) - posted
        self.assertEqual(again.picking_ids, draft.picking_ids)
        self.assertAlmostEqual(again.amount_total, draft.amount_total)

    def test_the_vendor_bill_deleted(self):
        bill = self.inbound(self.receipt(self.light))
        move = self.booked_bill(bill)
        bill.action_create_landed_costs()
        cost = self.costs(bill)
        move.unlink()
        self.assertEqual((bill.state, cost.state), ("decided", "cancel"))

    def test_the_receipt_that_a_posted_cost_was_for_is_no_longer_of_the_shipment(self):
        wrong, right = self.receipt(self.light), self.receipt(self.heavy)
        bill = self.inbound(wrong)
        self.booked_bill(bill)
        bill.action_create_landed_costs()
        self.costs(bill).with_company(self.company).button_validate()
        line = self.line(bill, wrong)
        line.shipment_id = line.shipment_id.copy()
        line.shipment_id.picking_ids = right
        bill.action_create_landed_costs()
        drafts = self.costs(bill).filtered(lambda one: one.state == "draft")
        added = {cost.picking_ids: cost.amount_total for cost in drafts}
        self.assertAlmostEqual(added[wrong], -line.billed_amount)
        self.assertAlmostEqual(added[right], line.billed_amount)

    def test_orders_analytics_stay_with_what_goes_out(self):
        receipt = self.receipt(self.light)
        bill = self.inbound(receipt)
        plan = self.env["account.analytic.plan"].create({"name": "Channels"})
        account = self.env["account.analytic.account"].create(
            {"name": "Web", "plan_id": plan.id, "company_id": self.company.id}
        )
        for shipment in self.shipments.values():
            if not shipment.picking_ids:
                shipment.sale_order_ids = self.env["sale.order"].create(
                    {
                        "company_id": self.company.id,
                        "partner_id": self.customer.id,
                        "order_line": [
                            fields.Command.create(
                                {
                                    "product_id": self.products["base"].id,
                                    "analytic_distribution": {str(account.id): 100},
                                }
                            )
                        ],
                    }
                )
        move = self.booked_bill(bill)
        landed = move.invoice_line_ids.filtered("is_landed_costs_line")
        self.assertFalse(any(landed.mapped("analytic_distribution")))
        for line in move.invoice_line_ids - landed:
            self.assertEqual(line.analytic_distribution, {str(account.id): 100})

    def union(self, products):
        return self.env["product.product"].union(*products.values())
