"""Every screen opens for whoever has the least rights to open it, with all that it would read."""

from unittest.mock import patch

from lxml import etree
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..intake import waker
from .common import InboxCommon

GROUP = "logistics_connector_base.group_logistics_"
ROOT = "logistics_connector_base.menu_logistics_root"
MENUS = {
    "user": {
        "Exceptions",
        "Shipments",
        "Messages",
        "To look at",
        "Incoming",
        "Failed",
        "Conflicts",
        "Waiting for a shipment",
        "Outgoing",
        "Replays",
    },
    "manager": {
        "Configuration",
        "Flows",
        "Polls",
        "Code mappings",
        "Purges",
        "Exception types",
        "Detectors",
    },
    "admin": {
        "Connections",
        "Event codes",
        "Event reasons",
        "Personal data requests",
    },
}
FOLDERS = {"Configuration", "Messages"}


class ViewsCommon(InboxCommon):
    """Reads screens as the web client does: the views, then exactly the fields that they name."""

    def open_action(self, action, user):
        """Load the action's views and read what each would show.

        :return: number of records that its first view shows
        """
        model = self.env[action["res_model"]].with_user(user)
        views = model.get_views([*action["views"], (False, "search")])["views"]
        records = model.search([])
        for kind in {"list", "kanban", "form"} & set(views):
            spec = self.specification(views[kind]["arch"], model)
            model.web_search_read([], spec, limit=80)
            if kind == "form":
                records.web_read(spec)
        self.try_search(views["search"]["arch"], model)
        return len(records)

    def specification(self, arch, model):
        """What the web client asks for to show ``arch``."""
        node = etree.fromstring(arch) if isinstance(arch, str) else arch
        spec = {}
        for field in self.field_nodes(node):
            name = field.get("name")
            definition = model._fields[name]
            inner = {}
            if definition.type in ("one2many", "many2many"):
                for view in field:
                    if view.tag in ("list", "kanban"):
                        inner.update(self.specification(view, model[name]))
            elif definition.type == "many2one":
                inner = {"display_name": {}}
            spec[name] = {"fields": inner} if definition.relational else {}
        return spec

    def field_nodes(self, node):
        """The fields of this view, without those of views inside it."""
        for child in node:
            if child.tag == "field":
                yield child
            elif isinstance(child.tag, str):
                yield from self.field_nodes(child)

    def try_search(self, arch, model):
        """Use every filter and every grouping once."""
        for node in etree.fromstring(arch).iter("filter", "field"):
            if node.get("domain"):
                model.search_count(safe_eval(node.get("domain"), {"uid": model.env.uid}))
            if node.get("filter_domain"):
                model.search_count(safe_eval(node.get("filter_domain"), {"self": "x%_y"}))
            group_by = safe_eval(node.get("context") or "{}", {"uid": 1}).get("group_by")
            if group_by:
                model.formatted_read_group([], [group_by], ["__count"])


@tagged("post_install", "-at_install")
class TestViews(ViewsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {level: cls.make_user(f"views_{level}", GROUP + level) for level in MENUS}

    def setUp(self):
        super().setUp()
        connection = self.make_connection(name="views")
        self.shipment = self.make_shipment("1Z999")
        self.env["logistics.shipment.charge"].create(
            {"shipment_id": self.shipment.id, "name": "Freight", "kind": "estimated", "amount": 9}
        )
        self.env["logistics.shipment.stop"].create(
            {"shipment_id": self.shipment.id, "role": "origin", "name": "Dock 3"}
        )
        flow = self.env["logistics.flow"].create(
            {
                "name": "Order releases",
                "code": "release",
                "connection_id": connection.id,
                "url": "https://partner.example/orders",
            }
        )
        self.env["logistics.poll"].create(
            {
                "name": "Sweep",
                "kind": "feed",
                "connection_id": connection.id,
                "url": "https://partner.example/feed",
            }
        )
        with patch.object(waker, "wake", lambda dbname: None):
            self.outgoing = self.env["logistics.outbox"]._enqueue(flow, {"order": "S1"}, key="S1")
        delivered = self.scan("DLV_DELIVERED", documents=[self.document(b"%PDF-1.4 x")])
        self.receive(connection, self.message(delivered, self.scan("SRT7")))
        self.receive(connection, self.message(self.scan("MOV_ARRIVED", number="1Z000")))
        self.receive(connection, b"<xml/>")
        self.env["logistics.retention.run"]._write_lines(
            connection._retention_rules(), {}, {}, True
        )
        self.env["logistics.privacy.request"]._note("export", None, self.company, {}, 0, "1")
        self.env["logistics.event.mapping"].create(
            {
                "provider": "ups",
                "raw_code": "X1",
                "code_id": self.env.ref("logistics_connector_base.event_code_dlv_out").id,
            }
        )
        self.env["logistics.replay"].create({"reason": "A test", "kind": "period"})._apply_at_once()

    def test_menus_are_for_whom_they_are(self):
        seen = set()
        for level, more in MENUS.items():
            seen |= more
            menus = self.env["ir.ui.menu"].with_user(self.people[level])
            visible = menus.browse(menus._visible_menu_ids())
            ours = visible.filtered(lambda menu: menu.parent_path.startswith(self._root_path()))
            names = set(ours.mapped("name")) - {"Logistics"}
            # Other addons of the suite may add theirs.
            self.assertEqual({name for name in names if name in set().union(*MENUS.values())}, seen)

    def _root_path(self):
        return self.env.ref(ROOT).parent_path

    def test_who_has_no_part_in_logistics_sees_no_menu(self):
        stranger = self.make_user("views_stranger")
        menus = self.env["ir.ui.menu"].with_user(stranger)
        self.assertNotIn(self.env.ref(ROOT).id, menus._visible_menu_ids())

    def test_every_menu_opens_for_the_least_of_those_who_see_it(self):
        opened = set()
        for level, names in MENUS.items():
            user = self.people[level]
            menus = self.env["ir.ui.menu"].with_user(user)
            visible = menus.browse(menus._visible_menu_ids())
            for menu in visible.filtered(
                lambda menu, names=names: (
                    menu.name in names
                    and menu.action
                    and menu.parent_path.startswith(self._root_path())
                )
            ):
                with self.subTest(menu=menu.name, user=user.login):
                    action = self.env["ir.actions.act_window"].with_user(user)
                    action = action._for_xml_id(menu.action.get_external_id()[menu.action.id])
                    self.assertTrue(self.open_action(action, user), "nothing to look at")
                    self.assertTrue(action["path"], "a readable address")
                    opened.add(menu.name)
        self.assertEqual(opened, set().union(*MENUS.values()) - FOLDERS)

    def test_events_open_without_a_menu(self):
        user = self.people["user"]
        action = (
            self.env["ir.actions.act_window"]
            .with_user(user)
            ._for_xml_id("logistics_connector_base.action_logistics_event")
        )
        self.assertTrue(self.open_action(action, user))

    def test_wizards_open_for_those_who_use_them(self):
        for model, level in (
            ("logistics.exception.map", "manager"),
            ("logistics.exception.link", "user"),
            ("logistics.exception.dismiss", "user"),
            ("logistics.connection.address", "admin"),
            ("logistics.privacy.wizard", "admin"),
            ("logistics.resend", "manager"),
        ):
            with self.subTest(model=model):
                wizard = self.env[model].with_user(self.people[level])
                view = wizard.get_views([(False, "form")])["views"]["form"]
                self.assertTrue(self.specification(view["arch"], wizard))

    def test_an_outgoing_message_opens_in_every_state_and_for_everybody(self):
        view = self.env.ref("logistics_connector_base.view_logistics_message_outgoing_form")
        states = ("scheduled", "pending", "sending", "doubt", "sent", "delivered", "rejected")
        for level, user in self.people.items():
            message = self.outgoing.with_user(user)
            arch = message.get_views([(view.id, "form")])["views"]["form"]["arch"]
            self.assertEqual("body_text" in arch, level != "user", "bodies are for managers")
            spec = self.specification(arch, message)
            for state in states:
                self.outgoing.state = state
                (values,) = message.web_read(spec)
                self.assertEqual(values["state"], state)

    def test_flows_are_changed_by_administrators_and_switched_by_managers(self):
        for level, user in self.people.items():
            flows = self.env["logistics.flow"].with_user(user)
            arch = flows.get_views([(False, "form")])["views"]["form"]["arch"]
            form = etree.fromstring(arch)
            is_shown = bool(form.xpath("//button[@name='action_stop']"))
            self.assertEqual(is_shown, level != "user", level)
            self.assertEqual(form.get("edit") != "False", level == "admin", level)

    def test_all_views_of_ours_are_valid(self):
        views = self.env["ir.ui.view"].search([("key", "=like", "logistics_connector_base.%")])
        data = self.env["ir.model.data"].search(
            [("module", "=", "logistics_connector_base"), ("model", "=", "ir.ui.view")]
        )
        views |= self.env["ir.ui.view"].browse(data.mapped("res_id"))
        self.assertGreater(len(views), 25)
        views._check_xml()

    def test_a_user_is_offered_no_change_that_would_be_refused(self):
        """Lists inside the shipment's form must not offer lines to those who cannot write them."""
        shipment = self.env["logistics.shipment"].with_user(self.people["user"])
        arch = shipment.get_views([(False, "form")])["views"]["form"]["arch"]
        form = etree.fromstring(arch)
        for name in ("package_ids", "stop_ids", "reference_ids", "charge_ids"):
            (listed,) = form.xpath(f"//field[@name='{name}']/list")
            self.assertEqual(listed.get("create"), "False", name)
            self.assertEqual(listed.get("delete"), "False", name)

    def test_secrets_are_on_no_screen_of_those_who_may_not_set_them(self):
        for level, is_shown in (("user", False), ("manager", False), ("admin", True)):
            connection = self.env["logistics.connection"].with_user(self.people[level])
            arch = connection.get_views([(False, "form")])["views"]["form"]["arch"]
            self.assertEqual("credential_ids" in arch, is_shown, level)


@tagged("post_install", "-at_install")
class TestOrdersAndDeliveries(ViewsCommon):
    """Sales and warehouse people see where their goods are, in Logistics or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.env["product.product"].create({"name": "Part", "is_storable": True})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Ada"}).id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
            }
        )
        cls.order.action_confirm()
        cls.picking = cls.order.picking_ids
        cls.shipment = cls.picking._ensure_shipment()

    def _form(self, record, user):
        model = record.with_user(user)
        arch = model.get_views([(False, "form")])["views"]["form"]["arch"]
        model.web_read(self.specification(arch, model))
        return arch

    def test_sales_people_read_orders_with_and_without_logistics(self):
        base = ("sales_team.group_sale_salesman",)
        for groups in (base, (*base, GROUP + "user")):
            user = self.make_user(f"sales_{len(groups)}", *groups)
            self.order.user_id = user
            arch = self._form(self.order, user)
            self.assertIn("logistics_state", arch)
            self.assertEqual("action_view_shipments" in arch, len(groups) == 2)
            orders = self.env["sale.order"].with_user(user)
            views = orders.get_views(
                [
                    (self.env.ref("sale.view_order_tree").id, "list"),
                    (self.env.ref("sale.sale_order_view_search_inherit_sale").id, "search"),
                ]
            )["views"]
            self.assertIn("logistics_state", views["list"]["arch"])
            self.assertIn("logistics_blocked", views["search"]["arch"])
            orders.web_search_read([], self.specification(views["list"]["arch"], orders))

    def test_warehouse_people_read_deliveries_with_and_without_logistics(self):
        # Odoo's own delivery form reads zip prefixes, which a mere stock user may not.
        base = ("stock.group_stock_user", "base.group_partner_manager")
        for groups in (base, (*base, GROUP + "user")):
            user = self.make_user(f"stock_{len(groups)}", *groups)
            arch = self._form(self.picking, user)
            self.assertIn("shipment_status", arch)
            self.assertEqual("action_view_shipments" in arch, len(groups) == 3)
            pickings = self.env["stock.picking"].with_user(user)
            listed = pickings.get_views([(False, "list")])["views"]["list"]["arch"]
            self.assertIn("shipment_status", listed)
            pickings.web_search_read([], self.specification(listed, pickings))

    def test_a_shipment_shows_its_orders_only_to_those_who_may_see_them(self):
        everybody = (
            ("a", (GROUP + "user",), False, False),
            ("b", (GROUP + "user", "stock.group_stock_user"), True, False),
            ("c", (GROUP + "user", "sales_team.group_sale_salesman"), False, True),
        )
        for login, groups, sees_deliveries, sees_orders in everybody:
            arch = self._form(self.shipment, self.make_user(f"ship_{login}", *groups))
            self.assertEqual("action_view_pickings" in arch, sees_deliveries, login)
            self.assertEqual("action_view_sale_orders" in arch, sees_orders, login)
