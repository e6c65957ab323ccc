"""Who sees where orders and transfers stand: as people with the least rights, in two companies."""

import json

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from .orders import OrdersCommon


@tagged("post_install", "-at_install")
class TestBusinessStateAccess(OrdersCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        cls.service.company_ids |= cls.abroad
        cls.clerk = cls.make_user("clerk", "logistics_connector_base.group_logistics_user")
        cls.stranger = cls.make_user(
            "stranger", "logistics_connector_base.group_logistics_user", company=cls.abroad
        )
        cls.seller = cls.make_user(
            "seller", "sales_team.group_sale_salesman_all_leads", "base.group_allow_export"
        )
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user")
        cls.nobody = cls.make_user("nobody")

    def setUp(self):
        super().setUp()
        self.order = self.sell((self.lamp, 5))
        self.shipment = self.ship(self.order.picking_ids, "LBL_CREATED")
        self.tell(self.shipment, "ORD_HELD")
        self.work_states()

    def states(self, user):
        return self.env["logistics.business.state"].with_user(user)

    def test_a_clerk_without_rights_on_sales_sees_the_orders_of_the_company(self):
        state = self.states(self.clerk).search([("sale_order_id", "=", self.order.id)])
        shown = state.read(["name", "state", "blocked_reason", "shipment_count", "reason_links"])
        self.assertEqual(shown[0]["name"], self.order.name)
        self.assertEqual(shown[0]["state"], "blocked")
        self.assertIn("on hold", shown[0]["blocked_reason"])
        self.assertEqual(state.partner_id.name, "Ada")
        self.assertEqual(state.shipment_ids, self.shipment)
        self.assertEqual(state.action_view_shipments()["res_id"], self.shipment.id)
        with self.assertRaises(AccessError):
            state.action_open_document()
        with self.assertRaises(AccessError):
            self.order.with_user(self.clerk).read(["name"])
        for act in (
            lambda: state.write({"state": "closed"}),
            lambda: state.unlink(),
            lambda: state.create({"kind": "order", "state": "closed"}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_another_company_sees_nothing_of_it(self):
        states = self.states(self.stranger)
        self.assertFalse(states.search([("sale_order_id", "=", self.order.id)]))
        groups = states._read_group([], ["state"], ["__count"])
        self.assertEqual(groups, [])
        with self.assertRaises(AccessError):
            states.browse(self.states(self.clerk).search([], limit=1).id).read(["state"])
        theirs = self.sell((self.lamp, 1), company=self.abroad)
        self.work_states()
        found = states.search([("kind", "=", "order")])
        self.assertEqual(found.sale_order_id.ids, theirs.ids)
        self.assertNotIn(theirs.name, self.states(self.clerk).search([]).mapped("name"))

    def test_who_sees_a_part_of_the_shipments_sees_the_states_of_these_alone(self):
        far = self.env["stock.warehouse"].create({"name": "Far away", "code": "FAR"})
        self.env["logistics.scope"].create(
            {
                "name": "Near",
                "user_ids": [(6, 0, self.clerk.ids)],
                "warehouse_ids": [(6, 0, self.shipment.warehouse_id.ids)],
            }
        )
        states = self.states(self.clerk)
        own = states.search([("sale_order_id", "=", self.order.id)])
        self.assertTrue(own)
        self.assertEqual(own.read(["state"])[0]["state"], "blocked")
        self.assertTrue(states.search([("picking_id", "=", self.order.picking_ids.id)]))
        other = self.sell((self.lamp, 1))
        self.work_states()
        self.assertFalse(states.search([("sale_order_id", "=", other.id)]), "it has no shipment")
        self.make_shipment("1ZFAR", warehouse_id=far.id, sale_order_ids=[(6, 0, self.order.ids)])
        self.work_states()
        self.assertFalse(states.search([("sale_order_id", "=", self.order.id)]))
        with self.assertRaises(AccessError):
            own.read(["blocked_reason"])

    def test_who_has_no_group_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.states(self.nobody).search([])

    def test_a_seller_sees_it_on_the_order_and_opens_no_shipment(self):
        order = self.order.with_user(self.seller)
        self.assertEqual(order.logistics_state, "blocked")
        self.assertIn("on hold", order.logistics_blocked_reason)
        self.assertEqual(order.logistics_lines[0]["to_ship"], 5)
        # The line that is being edited is the one that stands there.
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 7
        self.assertEqual(order.logistics_lines[0]["ordered"], 7)
        orders = self.env["sale.order"].with_user(self.seller)
        domain = [("id", "=", order.id), ("logistics_state", "=", "blocked")]
        self.assertEqual(orders.search(domain), order)
        self.assertEqual(orders.search(domain, order="logistics_state, id"), order)
        groups = orders.formatted_read_group(domain, ["logistics_state"], ["__count"])
        self.assertEqual(groups[0]["logistics_state"], "blocked")
        self.assertEqual(order.export_data(["logistics_state"])["datas"], [["Blocked"]])
        with self.assertRaises(AccessError):
            self.states(self.seller).search([])
        with self.assertRaises(AccessError):
            self.shipment.with_user(self.seller).read(["name"])

    def test_a_keeper_sees_it_on_the_transfer(self):
        picking = self.order.picking_ids.with_user(self.keeper)
        self.assertEqual(picking.logistics_state, "blocked")
        pickings = self.env["stock.picking"].with_user(self.keeper)
        found = pickings.search([("logistics_state", "=", "blocked"), ("id", "=", picking.id)])
        self.assertEqual(found, picking)
        groups = pickings._read_group([("id", "=", picking.id)], ["logistics_state"], ["__count"])
        self.assertEqual(groups, [("blocked", 1)])

    def test_over_rpc(self):
        self.authenticate("clerk", "clerk")
        found = self.call("search_read", [[["name", "=", self.order.name]], ["state"]])
        self.assertEqual(found[0]["state"], "blocked")
        groups = self.call("formatted_read_group", [[["kind", "=", "order"]], ["state"]])
        self.assertIn("blocked", [group["state"] for group in groups])
        for method in ("_changed", "_reason_text"):
            with self.assertRaisesRegex(AssertionError, "private|AccessError"):
                self.call(method, [])
        with self.assertRaisesRegex(AssertionError, "AccessError"):
            self.call("write", [[found[0]["id"]], {"state": "closed"}])
        self.authenticate("stranger", "stranger")
        self.assertEqual(self.call("search_read", [[["name", "=", self.order.name]]]), [])

    def call(self, method, arguments):
        params = {
            "model": "logistics.business.state", "method": method, "args": arguments, "kwargs": {},
        }  # fmt: skip
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        self.assertNotIn("error", answer, answer.get("error"))
        return answer["result"]

    def test_the_screens_open(self):
        for user, model, view in (
            (self.clerk, "logistics.business.state", "list"),
            (self.clerk, "logistics.business.state", "kanban"),
            (self.clerk, "logistics.business.state", "form"),
            (self.clerk, "logistics.business.state", "search"),
        ):
            self.env[model].with_user(user).get_views([(False, view)])
        menus = self.env["ir.ui.menu"].with_user(self.clerk)._visible_menu_ids()
        menu = self.env.ref("logistics_connector_base.menu_logistics_business_orders")
        self.assertIn(menu.id, menus)

    def test_a_clerk_finds_what_blocks_an_order(self):
        self.order.partner_id = self.env["res.partner"].create({"name": "Tour Order"})
        self.order.partner_shipping_id = self.order.partner_id
        self.work_states()
        self.start_tour("/odoo/logistics-orders", "logistics_orders", login="clerk")

    def test_a_seller_sees_why_an_order_is_partial(self):
        order = self.sell((self.lamp, 5))
        self.send(order.picking_ids, 3)
        url = f"/odoo/action-sale.action_orders/{order.id}"
        self.start_tour(url, "logistics_order_lines", login="seller")
