"""Rules that choose a delivery method, for one and for many."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .rates import RatesCommon, rate, refused, said


@tagged("post_install", "-at_install")
class TestChoiceRules(RatesCommon):
    def rule(self, policy="cheapest", **values):
        return self.env["logistics.choice.rule"].create(
            {"name": policy.title(), "policy": policy, **values}
        )

    def test_the_first_rule_that_finds_one_decides(self):
        self.rule("promised", sequence=1)
        self.rule("cheapest", sequence=2)
        order = self.make_order(self.seller)
        ups = said(rate("03", "9.00"), rate("02", "19.00"))
        with self.answering(ups=ups, fedex=said(rate("HOME", "8.20"))):
            action = self.compare(order).action_choose_by_rule()
        self.assertEqual(order.carrier_id, self.home)
        self.assertIn("cheapest of 3", action["params"]["message"])
        self.assertIn("8.20", action["params"]["message"])
        self.assertIn("cheapest of 3", order.message_ids[0].body)
        self.assertTrue(order.sudo().logistics_quote["charges"])

    def test_what_odoo_gives_away_is_chosen_only_where_a_rule_names_it(self):
        values = {"name": "Freight", "type": "service", "taxes_id": False}
        product = self.env["product.product"].create(values)
        van = self.env["delivery.carrier"].create(
            {"name": "Our van", "product_id": product.id, "fixed_price": 0}
        )
        rule = self.rule()
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            comparison = self.compare(order)
            rows = self.rows(comparison)
            self.assertEqual((rows["Our van"].cost, rows["UPS Ground"].is_cheapest), (0, True))
            comparison.action_choose_by_rule()
            self.assertEqual(order.carrier_id, self.ground)
            rule.carrier_ids = van
            comparison.action_choose_by_rule()
        self.assertEqual(order.carrier_id, van)

    def test_no_rule_changes_nothing(self):
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            comparison = self.compare(order)
            with self.assertRaisesRegex(UserError, "no rule fits"):
                comparison.action_choose_by_rule()
            self.rule("promised")
            with self.assertRaisesRegex(UserError, "no delivery date was promised"):
                comparison.action_choose_by_rule()
        self.assertFalse(order.carrier_id)

    def fits(self, rule, **case):
        usual = {
            "weight": 4.0,
            "value": 80.0,
            "country": self.us,
            "categories": self.pump.categ_id,
        }
        return rule._fits({**usual, **case})

    def test_conditions(self):
        parent = self.env["product.category"].create({"name": "Machines"})
        child = parent.create({"name": "Pumps", "parent_id": parent.id})
        self.assertTrue(self.fits(self.rule()))
        heavy = self.rule(weight_from=4, weight_to=10)
        self.assertTrue(self.fits(heavy))
        self.assertFalse(self.fits(heavy, weight=3.9))
        self.assertFalse(self.fits(heavy, weight=10))
        dear = self.rule(value_from=100)
        self.assertFalse(self.fits(dear))
        self.assertTrue(self.fits(dear, value=100))
        self.assertFalse(self.fits(self.rule(value_to=80)))
        far = self.rule(country_ids=[(6, 0, self.env.ref("base.be").ids)])
        self.assertFalse(self.fits(far))
        self.assertTrue(self.fits(far, country=self.env.ref("base.be")))
        machines = self.rule(category_ids=[(6, 0, parent.ids)])
        self.assertFalse(self.fits(machines))
        self.assertTrue(self.fits(machines, categories=child))
        with self.assertRaises(ValidationError):
            self.rule(weight_from=5, weight_to=5)

    def test_many_are_chosen_for_and_one_holds_up_nobody(self):
        self.rule("cheapest", carrier_ids=[(6, 0, self.ground.ids)])
        good, done = (self.make_order(self.seller) for _each in range(2))
        done.sudo().action_cancel()
        with self.answering(ups=said(rate("03", "9.00")), fedex=refused("Closed")):
            action = (good | done).action_choose_by_rule()
        self.assertEqual(good.carrier_id, self.ground)
        self.assertFalse(done.carrier_id)
        message = action["params"]["message"]
        self.assertIn("chosen: 1", message)
        self.assertIn(f"{done.name}: ", message)
        self.assertEqual(len(self.asked), 2)

    def test_a_packer_chooses_for_many_deliveries(self):
        self.rule("cheapest")
        orders = self.make_order() | self.make_order()
        orders.action_confirm()
        pickings = orders.picking_ids.with_user(self.packer)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said(rate("HOME", "8.00"))):
            pickings.action_choose_by_rule()
        self.assertEqual(pickings.carrier_id, self.home)
        self.assertEqual(len(pickings.filtered("carrier_id")), 2)
        self.assertEqual(len(self.asked), 4)

    def test_rules_belong_to_their_company_and_to_managers(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.rule("cheapest", company_id=other.id)
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            comparison = self.compare(order)
            with self.assertRaisesRegex(UserError, "no rule fits"):
                comparison.action_choose_by_rule()
        groups = "logistics_connector_base.group_logistics_"
        user = new_test_user(self.env, "lou", groups=groups + "user")
        boss = new_test_user(self.env, "mag", groups=groups + "manager")
        rules = self.env["logistics.choice.rule"]
        with self.assertRaises(AccessError):
            rules.with_user(user).create({"name": "mine"})
        rules.with_user(boss).create({"name": "ours"})
        with self.assertRaises(AccessError):
            rules.with_user(boss).create({"name": "theirs", "company_id": other.id})
        self.assertEqual(rules.with_user(user).search([]).mapped("name"), ["ours"])
