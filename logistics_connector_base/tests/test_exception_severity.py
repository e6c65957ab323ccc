"""Severity by impact and urgency, value at risk from the order lines in the shipment."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, tagged

from .desks import DeskCommon


@tagged("post_install", "-at_install")
class TestExceptionSeverity(DeskCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.logistics_high_value = 10_000
        cls.now = fields.Datetime.now()
        cls.product = cls.env["product.product"].create({"name": "Pump", "is_storable": True})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Customer"}).id,
                "order_line": [
                    (0, 0, cls.line(10, 500)),
                    (0, 0, cls.line(1, 7000)),
                ],
            }
        )
        cls.order.action_confirm()
        cls.shipment = cls.env["logistics.shipment"].create({"issuer": "ups"})

    @classmethod
    def line(cls, quantity, price):
        return {
            "product_id": cls.product.id,
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": False,
        }

    def in_hours(self, hours):
        return self.now + timedelta(hours=hours)

    def review(self):
        with self.enter_registry_test_mode():
            self.env.ref("logistics_connector_base.cron_exception_review").method_direct_trigger()
        self.env.invalidate_all()

    # -- who sees it --------------------------------------------------------------------------

    def test_amounts_are_for_those_who_may_see_them(self):
        """Not read, searched, sorted, grouped, summed, exported or chosen in a view by others."""
        self.shipment.sale_order_ids = self.order
        case = self.report("a", shipment_id=self.shipment.id)
        (self.worker | self.manager).group_ids = [(4, self.env.ref("base.group_allow_export").id)]
        name = "value_at_risk"
        ways = {
            "read": lambda cases: cases.read([name]),
            "form": lambda cases: cases.web_read({name: {}}),
            "search": lambda cases: cases.search([(name, ">", 1)]),
            "sort": lambda cases: cases.search([], order=f"{name} desc"),
            "page": lambda cases: cases.web_search_read([], {"name": {}}, order=f"{name} desc"),
            "sum": lambda cases: cases.formatted_read_group([], ["type_id"], [f"{name}:sum"]),
            "group": lambda cases: cases.formatted_read_group([], [name], ["__count"]),
            "having": lambda cases: cases.formatted_read_group(
                [], ["type_id"], ["__count"], having=[(f"{name}:sum", ">", 1)]
            ),
            "export": lambda cases: cases.export_data([name]),
            "of the shipment": lambda cases: (
                self.env["logistics.shipment"]
                .with_user(cases.env.user)
                .search([(f"exception_ids.{name}", ">", 1)])
            ),
        }
        for way, look in ways.items():
            with self.subTest(way), self.assertRaises(AccessError):
                look(case.with_user(self.worker))
            if way != "group":
                look(case.with_user(self.manager))
        for user, seen in ((self.worker, False), (self.manager, True)):
            cases = self.env["logistics.exception"].with_user(user)
            self.assertEqual(name in cases.fields_get(), seen)
            kinds = ("form", "list", "kanban", "search", "pivot", "graph", "calendar")
            views = cases.get_views([(False, kind) for kind in kinds])["views"]
            shown = {kind for kind in kinds if name in views[kind]["arch"]}
            self.assertEqual(shown, {"form", "list", "kanban", "search"} if seen else set())

    def test_the_value_counts_whoever_may_see_it(self):
        self.shipment.sale_order_ids = self.order
        case = self.report("a", shipment_id=self.shipment.id).with_user(self.worker)
        self.assertEqual(case.severity, "critical")
        self.assertIn("Critical", case.severity_why)
        case.severity = "info"
        case.action_reckon_severity()
        self.assertEqual(case.severity, "critical")
        self.assertEqual(case.sudo().value_at_risk, 12_000)

    # -- value at risk ------------------------------------------------------------------------

    def test_of_orders_alone_all_lines_are_at_risk(self):
        self.shipment.sale_order_ids = self.order
        case = self.report("a", shipment_id=self.shipment.id)
        self.assertEqual(case.value_at_risk, 12_000)
        self.assertEqual(case.with_user(self.manager).value_at_risk, 12_000)

    def test_of_deliveries_only_what_is_in_them(self):
        picking = self.order.picking_ids
        picking.move_ids.filtered(lambda move: move.product_uom_qty == 1).picking_id = False
        picking.move_ids.product_uom_qty = 4
        self.shipment.write(
            {"sale_order_ids": [(6, 0, self.order.ids)], "picking_ids": [(6, 0, picking.ids)]}
        )
        self.assertEqual(self.report("a", shipment_id=self.shipment.id).value_at_risk, 2000)

    def test_units_and_currencies_are_the_companys(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.order.order_line[0].write({"product_uom_qty": 12})
        self.order.order_line[0].write({"price_unit": 500})
        picking = self.order.picking_ids
        move = picking.move_ids.filtered(lambda move: move.product_uom_qty > 1)
        (picking.move_ids - move).picking_id = False
        move.write({"product_uom": dozen.id, "product_uom_qty": 0.5})
        self.order.flush_recordset()
        self.env.cr.execute("UPDATE sale_order SET currency_rate = 2")
        self.order.invalidate_recordset()
        self.shipment.picking_ids = picking
        self.assertEqual(self.report("a", shipment_id=self.shipment.id).value_at_risk, 1500)

    def test_it_is_frozen_until_it_is_reported_again(self):
        self.shipment.sale_order_ids = self.order
        case = self.report("a", shipment_id=self.shipment.id)
        self.order.order_line[1].price_unit = 9000
        self.assertEqual(case.value_at_risk, 12_000)
        self.report("a", shipment_id=self.shipment.id)
        self.assertEqual(case.value_at_risk, 14_000)

    def test_without_a_shipment_nothing_is_known(self):
        self.assertEqual(self.report("a").value_at_risk, 0)

    # -- impact × urgency ---------------------------------------------------------------------

    def test_the_types_own_at_normal_urgency_and_value(self):
        self.assertEqual(self.report("a", type="unmapped_code").severity, "minor")

    def test_a_high_value_is_a_step_more(self):
        self.shipment.sale_order_ids = self.order
        case = self.report("a", type="unknown_shipment", shipment_id=self.shipment.id)
        self.assertEqual(case.severity, "minor")
        self.company.logistics_high_value = 1200
        self.report("a", type="unknown_shipment", shipment_id=self.shipment.id)
        self.assertEqual(case.severity, "major")
        self.company.logistics_high_value = 0
        self.report("a", type="unknown_shipment", shipment_id=self.shipment.id)
        self.assertEqual(case.severity, "warning")

    def test_a_promise_that_comes_near_and_passes(self):
        self.shipment.promised_delivery_at = self.in_hours(30)
        case = self.report("a", shipment_id=self.shipment.id)
        self.assertEqual(case.severity, "major")
        self.assertEqual(case.severity_due_at, self.in_hours(6))
        # Another promise counts at once.
        self.shipment.with_user(self.worker).promised_delivery_at = self.in_hours(20)
        self.assertEqual(case.severity, "critical")
        self.shipment.promised_delivery_at = self.in_hours(200)
        self.assertEqual(case.severity, "major")

    def test_time_alone_makes_it_graver(self):
        case = self.report("a")
        self.review()
        self.assertEqual(case.severity, "major", "its time has not come")
        case.write({"opened_at": self.in_hours(-24 * 8), "severity_due_at": self.in_hours(-1)})
        self.review()
        self.assertEqual(case.severity, "critical")
        self.assertFalse(case.severity_due_at, "it cannot become graver by waiting")
        self.assertFalse(case.severity_by_hand)

    def test_a_delivered_shipment_keeps_nobody_waiting(self):
        self.shipment.promised_delivery_at = self.in_hours(-1)
        case = self.report("a", shipment_id=self.shipment.id)
        self.assertEqual(case.severity, "critical")
        self.shipment._record_own_event("DLV_DELIVERED")
        self.assertEqual(case.severity, "major")

    def test_what_a_person_chose_stays_until_they_take_it_back(self):
        case = self.report("a")
        with Form(case.with_user(self.worker)) as form:
            form.severity = "info"
        self.assertTrue(case.severity_by_hand)
        self.report("a")
        case.write({"opened_at": self.in_hours(-24 * 8), "severity_due_at": self.in_hours(-1)})
        self.review()
        self.assertEqual(case.severity, "info")
        case.with_user(self.worker).action_reckon_severity()
        self.assertEqual((case.severity, case.severity_by_hand), ("critical", False))

    def test_it_says_why(self):
        case = self.report("a").with_user(self.worker)
        self.assertEqual(case.severity_why, "Impact Major × urgency Normal")
        case.severity = "minor"
        self.assertEqual(case.severity_why, "Set by hand")
