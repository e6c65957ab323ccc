"""Rates side by side: what is asked, who sees it, and what taking one does."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .rates import RatesCommon, rate, refused, said


@tagged("post_install", "-at_install")
class TestRates(RatesCommon):
    def test_each_account_is_asked_once_for_all_its_services(self):
        order = self.make_order(self.seller)
        ups = said(rate("03", "9.00", "1.00", days=4), rate("02", "19.00"), rate("01", "40.00"))
        with self.answering(ups=ups, fedex=said(rate("HOME", "8.00"))):
            comparison = self.compare(order)
        self.assertEqual(
            sorted(name for name, _request in self.asked), ["fedex account", "ups account"]
        )
        self.assertFalse(any(request.service for _name, request in self.asked))
        self.assertEqual(
            comparison.line_ids.mapped("name"),
            ["FedEx Home", "UPS Ground", "UPS 2nd Day", "ups account"],
        )
        self.assertEqual(comparison.line_ids.mapped("cost"), [8, 10, 19, 40])
        self.assertEqual(comparison.line_ids.mapped("difference"), [0, 2, 11, 32])
        ground = self.rows(comparison)["UPS Ground"]
        self.assertEqual(ground.details, "base 9.00 + fuel 1.00")
        self.assertIn("4 days", ground.promise)
        self.assertIn("Fuel surcharge", ground.charge_table)
        unsold = comparison.line_ids[-1]
        self.assertFalse(unsold.carrier_id)
        with self.assertRaisesRegex(UserError, "No delivery method"):
            unsold.action_take()

    def test_a_refusal_hides_nobody_else(self):
        order = self.make_order(self.seller)
        with self.answering(ups=refused("Invalid postal code"), fedex=said(rate("HOME", "8.00"))):
            rows = self.rows(self.compare(order))
        self.assertEqual(rows["UPS Ground"].details, "Invalid postal code")
        self.assertEqual(rows["FedEx Home"].cost, 8)
        with self.assertRaisesRegex(UserError, "Invalid postal code"):
            rows["UPS Ground"].action_take()
        with self.answering(ups=UserError("Not filled: Password."), fedex=said()):
            rows = self.rows(self.compare(order))
        self.assertEqual(rows["UPS Ground"].details, "Not filled: Password.")
        self.assertIn("Not offered", rows["FedEx Home"].details)

    def test_an_account_out_of_use_is_not_asked(self):
        self.ups.sudo().write({"state": "retired"})
        rows = self.rows(self.compare(self.make_order(self.seller)))
        self.assertIn("Retired", rows["UPS Ground"].details)
        # This one lacks its access, and says so: nothing is asked for either.
        self.assertIn("fedex account", rows["FedEx Home"].details)

    def own_freight(self):
        values = {"name": "Own freight", "type": "service", "taxes_id": False}
        return self.env["product.product"].create(values)

    def test_methods_that_odoo_prices_stand_beside(self):
        self.env["delivery.carrier"].create(
            {"name": "Our van", "product_id": self.own_freight().id, "fixed_price": 7.5}
        )
        rules = self.env["delivery.carrier"].create(
            {
                "name": "By weight",
                "delivery_type": "base_on_rule",
                "product_id": self.own_freight().id,
                "price_rule_ids": [
                    (
                        0,
                        0,
                        {
                            "variable": "weight",
                            "operator": "<=",
                            "max_value": 1,
                            "list_base_price": 3,
                        },
                    )
                ],
            }
        )
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said(rate("HOME", "8.00"))):
            rows = self.rows(self.compare(order))
            self.assertEqual(rows["Our van"].cost, 7.5)
            self.assertTrue(rows["Our van"].is_cheapest)
            self.assertEqual(rows["By weight"].details, "Not available for current order")
            rules.price_rule_ids.max_value = 50
            self.assertEqual(self.rows(self.compare(order))["By weight"].price, 3)

    def test_carriers_without_an_interface_are_priced_by_their_lists(self):
        account = self.env["logistics.connection"].create(
            {
                "name": "Night Courier",
                "provider_id": self.env.ref("logistics_connector_carrier.provider_own").id,
            }
        )
        night = self.make_method("Night Courier", account, "STD")
        far = self.make_method("Night Courier Express", account, "EXP")
        self.env["logistics.tariff"].create(
            {
                "name": "Courier prices",
                "connection_id": account.id,
                "service_id": night.logistics_service_id.id,
                "currency_id": self.env.ref("base.USD").id,
                "valid_from": "2020-01-01",
                "area_ids": [(0, 0, {"country_id": self.us.id, "zone": "US"})],
                "price_ids": [(0, 0, {"zone": "US", "up_to": 30, "price": 8.5})],
            }
        )
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            rows = self.rows(self.compare(self.make_order(self.seller)))
        self.assertEqual((rows[night.name].cost, rows[night.name].is_cheapest), (8.5, True))
        self.assertIn("no price list", rows[far.name].details)
        self.assertEqual(rows["UPS Ground"].difference, 0.5)

    def test_taking_one_is_as_adding_it_in_odoos_window(self):
        self.home.write({"margin": 0.5, "fixed_margin": 1.0})
        order = self.make_order(self.seller)
        with self.answering(ups=said(), fedex=said(rate("HOME", "8.00"))):
            row = self.rows(self.compare(order))["FedEx Home"]
        self.assertEqual((row.cost, row.price), (8, 13))
        row.action_take()
        self.assertEqual(order.carrier_id, self.home)
        line = order.order_line.filtered("is_delivery")
        self.assertEqual((line.price_unit, line.product_id), (13, self.freight))
        self.assertIn("FedEx Home", order.message_ids[0].body)

    def test_a_free_delivery_is_free_for_the_customer_only(self):
        self.home.write({"free_over": True, "amount": 10})
        order = self.make_order(self.seller)
        with self.answering(ups=said(), fedex=said(rate("HOME", "8.00"))):
            row = self.rows(self.compare(order))["FedEx Home"]
        self.assertEqual((row.cost, row.price, row.has_price), (8, 0, True))
        row.action_take()
        self.assertEqual(order.order_line.filtered("is_delivery").price_unit, 0)

    def test_prices_are_in_the_orders_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([]).unlink()
        company = self.env.company
        self.assertEqual(company.currency_id.name, "USD")
        euro.rate_ids = [(0, 0, {"name": "2020-01-01", "rate": 0.5, "company_id": company.id})]
        pricelist = self.env["product.pricelist"].create({"name": "€", "currency_id": euro.id})
        order = self.make_order(self.seller, pricelist_id=pricelist.id)
        with self.answering(ups=said(rate("03", "9.00", "1.00")), fedex=said()):
            comparison = self.compare(order)
        self.assertEqual(comparison.currency_id, euro)
        row = self.rows(comparison)["UPS Ground"]
        self.assertEqual((row.cost, row.price), (5, 5))
        self.assertIn("1.00 USD", row.details)
        answer = self.ground.with_context(logistics_known_rate=row.cost).rate_shipment(order)
        self.assertEqual(answer["price"], 5)

    def test_a_packer_compares_what_is_packed(self):
        order = self.make_order()
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = 2
        picking.action_put_in_pack()
        picking.move_line_ids.result_package_id.shipping_weight = 4.75
        picking = picking.with_user(self.packer)
        with self.answering(ups=said(rate("03", "9.00")), fedex=refused("Closed", None)):
            comparison = self.compare(picking)
        weights = {parcel.weight for _n, request in self.asked for parcel in request.parcels}
        self.assertEqual(weights, {4.75})
        rows = self.rows(comparison)
        self.assertEqual(rows["FedEx Home"].details, "Closed")
        self.assertFalse(rows["UPS Ground"].has_price)
        rows["UPS Ground"].action_take()
        self.assertEqual(picking.carrier_id, self.ground)
        self.assertFalse(order.order_line.filtered("is_delivery"))

    def test_odoos_own_methods_stand_beside_for_packers_too(self):
        self.env["delivery.carrier"].create(
            {"name": "Our van", "product_id": self.own_freight().id, "fixed_price": 7.5}
        )
        order = self.make_order()
        order.action_confirm()
        sold = order.picking_ids
        alone = self.env["stock.picking"].create(
            {
                "picking_type_id": sold.picking_type_id.id,
                "partner_id": self.receiver.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 1,
                            "location_id": sold.location_id.id,
                            "location_dest_id": sold.location_dest_id.id,
                        },
                    )
                ],
            }
        )
        for picking in sold | alone:
            with self.answering(ups=said(), fedex=said()):
                row = self.rows(self.compare(picking.with_user(self.packer)))["Our van"]
            self.assertEqual((row.cost, row.has_price), (7.5, False))
            row.action_take()
            self.assertEqual(picking.carrier_id.name, "Our van")

    def test_nothing_is_compared_for_what_has_left(self):
        order = self.make_order()
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        picking.button_validate()
        with self.assertRaisesRegex(UserError, "validated"):
            picking.with_user(self.packer).action_compare_rates()
        order.action_cancel()
        with self.assertRaisesRegex(UserError, "no longer"):
            order.action_compare_rates()

    def test_without_a_weight_the_reason_is_said(self):
        self.pump.weight = 0
        with self.answering(ups=said(), fedex=said()):
            rows = self.rows(self.compare(self.make_order(self.seller)))
        self.assertIn("no weight", rows["UPS Ground"].details)
        self.assertFalse(self.asked)

    # -- who ----------------------------------------------------------------------------------

    def test_prices_are_made_by_the_server_only(self):
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            comparison = self.compare(order)
        line = comparison.line_ids[0]
        with self.assertRaises(AccessError):
            line.write({"cost": 0.01})
        with self.assertRaises(AccessError):
            line.copy({})
        with self.assertRaises(AccessError):
            order.read(["logistics_quote"])
        other = new_test_user(self.env, "otto", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            comparison.with_user(other).read(["company_id"])

    def test_who_may_not_change_an_order_takes_nothing(self):
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            comparison = self.compare(order)
        clerk = new_test_user(self.env, "clara", groups="base.group_user")
        with self.assertRaises(AccessError):
            order.with_user(clerk).action_compare_rates()
        other = new_test_user(self.env, "otto", groups="sales_team.group_sale_salesman")
        order.sudo().user_id = other
        with self.assertRaises(AccessError):
            self.rows(comparison)["UPS Ground"].action_take()

    def test_another_companys_accounts_are_not_asked(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.home.sudo().product_id = self.own_freight()  # whose company is the method's
        self.home.sudo().company_id = other
        with self.answering(ups=said(rate("03", "9.00")), fedex=said(rate("HOME", "1.00"))):
            rows = self.rows(self.compare(self.make_order(self.seller)))
        self.assertNotIn("FedEx Home", rows)
        self.assertEqual({name for name, _request in self.asked}, {"ups account"})

    # -- what was quoted ----------------------------------------------------------------------

    def confirmed(self, **answers):
        order = self.make_order(self.seller)
        with self.answering(**{"ups": said(), "fedex": said(), **answers}):
            next(line for line in self.compare(order).line_ids if line.is_priced).action_take()
        order = order.sudo()
        order.action_confirm()
        return order, order.picking_ids

    def test_the_quote_becomes_charges_of_the_shipment_once(self):
        order, picking = self.confirmed(ups=said(rate("03", "9.00", "1.25")))
        shipment = picking._ensure_shipment()
        self.assertEqual(
            [
                (one.kind, one.category, one.code or "", one.amount, one.currency_id.name)
                for one in shipment.charge_ids
            ],
            [("estimated", "base", "", 9.0, "USD"), ("estimated", "fuel", "375", 1.25, "USD")],
        )
        picking._ensure_shipment()
        self.assertEqual(len(shipment.charge_ids), 2)
        # The order's quote was for all of it: a second delivery has none.
        again = picking.copy({"sale_id": order.id, "carrier_id": self.ground.id})
        again.move_ids.sale_line_id = order.order_line[:1]
        self.assertEqual(again.sale_id, order)
        self.assertFalse(again._ensure_shipment().charge_ids)

    def test_a_quote_of_another_method_is_no_charge(self):
        _order, picking = self.confirmed(ups=said(rate("03", "9.00")))
        picking.carrier_id = self.home
        self.assertFalse(picking._ensure_shipment().charge_ids)

    def test_the_packers_quote_takes_the_place_of_the_sellers(self):
        _order, picking = self.confirmed(ups=said(rate("03", "9.00")))
        shipment = picking._ensure_shipment()
        with self.answering(ups=said(rate("03", "11.00")), fedex=said()):
            self.rows(self.compare(picking.with_user(self.packer)))["UPS Ground"].action_take()
        picking._ensure_shipment()
        self.assertEqual(sum(shipment.charge_ids.mapped("amount")), 11)

    def test_odoos_own_window_forgets_the_quote_of_before(self):
        order, _picking = self.confirmed(ups=said(rate("03", "9.00")))
        self.assertTrue(order.sudo().logistics_quote)
        order.set_delivery_line(self.ground, 3)
        self.assertFalse(order.sudo().logistics_quote)

    def own_window(self, order, **values):
        """Odoo's window, as the seller opens it."""
        values = {"order_id": order.id, "carrier_id": self.ground.id, "total_weight": 7.0, **values}
        return self.env["choose.delivery.carrier"].with_user(self.seller).create(values)

    def test_a_price_of_odoos_own_window_is_a_quote_too(self):
        order = self.make_order(self.seller)
        wizard = self.own_window(order)
        with self.answering_odoo(said(rate("02", "20.00"), rate("03", "9.00", "1.25"))):
            wizard.update_price()
        wizard.button_confirm()
        quote = order.sudo().logistics_quote
        self.assertEqual(
            [quote[name] for name in ("method", "service", "total", "currency")],
            [self.ground.id, "03", "10.25", "USD"],
        )
        order.sudo().action_confirm()
        charges = order.sudo().picking_ids._ensure_shipment().charge_ids
        self.assertEqual(set(charges.mapped("kind")), {"estimated"})
        self.assertEqual(charges.mapped("amount"), [9.0, 1.25])

    def test_what_nobody_quoted_in_odoos_own_window_is_no_quote(self):
        order = self.make_order(self.seller)
        wizard = self.own_window(order)
        with self.answering_odoo(said(rate("03", "9.00"))):
            wizard.update_price()
        wizard.write({"carrier_id": self.air.id, "delivery_price": 4.0})
        wizard.button_confirm()
        self.assertFalse(order.sudo().logistics_quote, "another method")
        wizard.write({"carrier_id": self.ground.id, "delivery_price": 4.0})
        wizard.button_confirm()
        self.assertFalse(order.sudo().logistics_quote, "another price")
        with self.answering_odoo(refused("No such address.")), self.assertRaises(UserError):
            wizard.update_price()
        with self.assertRaises(AccessError):
            wizard.read(["logistics_quote"])

    def test_odoos_own_window_opens_again_for_a_new_quote(self):
        order = self.make_order(self.seller)
        order.set_delivery_line(self.ground, 3)
        order.sudo().logistics_quote = {"method": self.ground.id, "key": "of before"}
        window = self.env["choose.delivery.carrier"].with_user(self.seller)
        window = window.with_context(default_order_id=order.id, default_carrier_id=self.ground.id)
        with self.answering_odoo(said(rate("03", "9.00"))):
            wizard = Form(window).save()  # it asks by itself, before there is a record
            wizard.button_confirm()
            self.assertFalse(order.sudo().logistics_quote, "what was quoted before is over")
            wizard.update_price()
            wizard.button_confirm()
        self.assertEqual(order.order_line.filtered("is_delivery").price_unit, 9)
        self.assertEqual(order.sudo().logistics_quote["total"], "9.00")

    def test_the_wizard_compares_for_its_weight(self):
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            self.own_window(order).action_compare_rates()
        self.assertEqual({request.parcels[0].weight for _n, request in self.asked}, {7.0})

    def test_the_promise_is_the_carriers_day(self):
        order = self.make_order(self.seller, commitment_date=fields.Datetime.now())
        with self.answering(ups=said(rate("03", "9.00", delivery_date="2026-03-27")), fedex=said()):
            comparison = self.compare(order)
        self.assertTrue(comparison.promised_on)
        row = self.rows(comparison)["UPS Ground"]
        self.assertEqual(str(row.arrives_on), "2026-03-27")
        self.assertNotIn("about", row.promise)
