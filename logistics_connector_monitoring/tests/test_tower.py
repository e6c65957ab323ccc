"""The figures of the control tower are what the rows say, for whoever looks."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.logistics_tower import MANAGER, USER
from .common import HealthData


class TowerData(HealthData):
    """Ten shipments of one company and one of another, at known times."""

    @classmethod
    def make_tower(cls):
        cls.make_connections()
        cls.companies = cls.company | cls.other_company
        warehouses = cls.env["stock.warehouse"]
        cls.near, cls.far = (
            warehouses.search([("company_id", "=", company.id)], limit=1)
            for company in cls.companies
        )
        cls.harbour = warehouses.create(
            {"name": "Harbour", "code": "HARB", "company_id": cls.company.id}
        )
        # At noon no zone of the tests is on another day.
        cls.noon = cls.now.replace(hour=12, minute=0, second=0, microsecond=0)
        cls.late = cls.shipment("in_transit", promised=cls.now - timedelta(hours=3))
        cls.fine = cls.shipment("in_transit", promised=cls.now + timedelta(days=2))
        cls.risky = cls.shipment(
            "in_transit",
            cls.harbour,
            promised=cls.now + timedelta(days=1),
            estimated=cls.now + timedelta(days=2),
        )
        cls.shipment("in_transit")
        cls.shipment("draft", promised=cls.now - timedelta(days=9))
        for days, late in ((1, 0), (1, 1), (2, 0), (2, 0), (9, 1)):
            # A little more than whole days ago: bands of age end there.
            delivered = cls.now - timedelta(days=days, minutes=5)
            cls.old = cls.shipment(
                "delivered",
                promised=delivered + timedelta(hours=-1 if late else 1),
                delivered=delivered,
                pod=days == 1,
            )
        cls.shipment("delivered", delivered=cls.noon - timedelta(days=1))
        cls.foreign_late = cls.shipment("in_transit", cls.far, promised=cls.now - timedelta(days=1))
        cls.late.connection_ids = cls.connection
        cls.risky.connection_ids = cls.connection | cls.silent
        cls.trouble("old")
        cls.trouble("new", cls.foreign)
        cls.env.flush_all()

    @classmethod
    def shipment(cls, state, warehouse=None, promised=None, delivered=None, estimated=None, pod=0):
        warehouse = warehouse or cls.near
        shipment = cls.env["logistics.shipment"].create(
            {"company_id": warehouse.company_id.id, "warehouse_id": warehouse.id}
        )
        shipment.write(
            {
                "state": state,
                "promised_delivery_at": promised,
                "delivered_at": delivered,
                "estimated_delivery_at": estimated,
                "pod_received": bool(pod),
            }
        )
        return shipment

    def count(self, **reach):
        return list(self.env["logistics.figure.cell"]._refresh_each(**reach))

    def page(self, user=None, companies=None, **chosen):
        tower = self.env["logistics.tower"].with_user(user or self.clerk)
        tower = tower.with_context(allowed_company_ids=(companies or self.company).ids)
        return {one["code"]: one for one in tower.figures(**chosen)["figures"]}

    def bands(self, figure):
        return {one["code"]: one["quantity"] for one in figure["bands"] if one["quantity"]}

    def rows(self, figure, bands=None, user=None, companies=None, **chosen):
        """The rows that a number opens, as the list asks for them."""
        tower = self.env["logistics.tower"].with_user(user or self.clerk)
        tower = tower.with_context(allowed_company_ids=(companies or self.company).ids)
        action = tower.open_rows(figure, bands, **chosen)
        return tower.env[action["res_model"]].search(action["domain"])


@tagged("post_install", "-at_install")
class TestTower(TowerData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_tower()
        cls.both = new_test_user(
            cls.env,
            "of-both",
            MANAGER,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.companies.ids)],
        )

    def test_each_number_is_counted_by_hand(self):
        self.count(reach=40)
        page = self.page()
        self.assertEqual(
            self.bands(page["shipment_promise"]),
            {"late": 1, "in_time": 1, "expected": 1, "unpromised": 1},
        )
        on_time = page["on_time_delivery"]
        self.assertEqual(self.bands(on_time), {"on_time": 3, "late": 1, "unpromised": 1})
        self.assertEqual((on_time["value"], on_time["of"]), (75.0, 4))
        self.assertEqual(on_time["before"], 0.0)  # one was delivered nine days ago, late
        self.assertEqual(self.bands(page["proof_missing"]), {"0": 1, "1": 2, "2": 1})
        self.assertEqual(page["case_age"]["value"], 1)
        month = self.page(period="month")["on_time_delivery"]
        self.assertEqual((month["value"], month["of"]), (60.0, 5))

    def test_counted_and_rows_agree_for_every_figure(self):
        """Whatever addons are there: the page's numbers are the lengths of the lists behind."""
        self.count()
        self.count(reach=90)
        page = self.page(self.both, self.companies, period="quarter")
        self.assertGreaterEqual(len(page), 5)
        days = {"first": None, "last": None}
        shown = self.env["logistics.tower"].with_user(self.both).figures("quarter")
        days = {name: shown[name] for name in days}
        for code, figure in page.items():
            for band in figure["bands"]:
                with self.subTest(f"{code} {band['code']}"):
                    rows = self.rows(code, [band["code"]], self.both, self.companies, **days)
                    self.assertEqual(len(rows), band["quantity"])

    def test_companies_and_places(self):
        self.count()
        late = self.page(self.both, self.companies)["shipment_promise"]
        self.assertEqual(self.bands(late)["late"], 2)
        self.assertEqual(self.rows("shipment_promise", ["late"]), self.late)
        both = self.rows("shipment_promise", ["late"], self.both, self.companies)
        self.assertEqual(both, self.late | self.foreign_late)
        harbour = self.page(warehouse=self.harbour.id)["shipment_promise"]
        self.assertEqual(self.bands(harbour), {"expected": 1})
        # A shipment of two connections counts for each of them, and once for all.
        for connection, found in ((self.connection, 2), (self.silent, 1)):
            page = self.page(connection=connection.id)
            self.assertEqual(page["shipment_promise"]["value"], found)
            rows = self.rows("shipment_promise", connection=connection.id)
            self.assertEqual(len(rows), found)

    def test_another_company_s_connection_is_refused(self):
        with self.assertRaises(AccessError):
            self.page(connection=self.foreign.id)

    def test_whoever_sees_a_part_gets_its_figures(self):
        self.count()
        scope = self.env["logistics.scope"].create(
            {"name": "Harbour", "warehouse_ids": [(6, 0, self.harbour.ids)]}
        )
        keeper = new_test_user(
            self.env,
            "keeper",
            USER,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        keeper.sudo().logistics_scope_ids = scope
        page = self.page(keeper)
        self.assertEqual(self.bands(page["shipment_promise"]), {"expected": 1})
        self.assertEqual(page["on_time_delivery"]["of"], 0)
        self.assertEqual(self.rows("shipment_promise", user=keeper), self.risky)
        places = self.env["logistics.tower"].with_user(keeper).places()
        self.assertEqual([name for _id, name in places["warehouses"]], ["Harbour"])

    def test_narrowed_to_everything_is_what_was_counted(self):
        """The two ways to the same figures."""
        self.count(reach=70)
        scope = self.env["logistics.scope"].create(
            {"name": "All", "warehouse_ids": [(6, 0, (self.near | self.harbour).ids)]}
        )
        keeper = new_test_user(
            self.env,
            "keeper",
            USER,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        keeper.sudo().logistics_scope_ids = scope
        for period in ("week", "month"):
            counted, live = self.page(period=period), self.page(keeper, period=period)
            for code in ("shipment_promise", "on_time_delivery", "proof_missing"):
                with self.subTest(f"{period} {code}"):
                    for name in ("value", "of", "bands"):
                        self.assertEqual(live[code][name], counted[code][name])

    def test_what_is_corrected_is_counted_anew(self):
        self.count()
        delivered = self.noon - timedelta(days=1)
        self.late.write(
            {"state": "delivered", "delivered_at": delivered, "promised_delivery_at": delivered}
        )
        self.env.flush_all()
        self.assertEqual(self.bands(self.page()["shipment_promise"])["late"], 1)
        self.count()
        page = self.page()
        self.assertNotIn("late", self.bands(page["shipment_promise"]))
        self.assertEqual(
            self.bands(page["on_time_delivery"]), {"on_time": 4, "late": 1, "unpromised": 1}
        )

    def test_old_corrections_are_seen_the_next_night(self):
        self.count(reach=90)
        self.old.delivered_at = self.noon - timedelta(days=20)
        self.env.flush_all()
        self.count()
        before = self.page(period="month")["on_time_delivery"]
        self.count(reach=90)
        after = self.page(period="month")["on_time_delivery"]
        self.assertEqual(before["of"], after["of"])
        self.assertNotEqual(before["series"], after["series"])

    def test_counting_twice_doubles_nothing(self):
        self.count()
        once = self.page(self.both, self.companies)
        self.count()
        self.assertEqual(self.page(self.both, self.companies), once)

    def test_the_day_is_the_company_s(self):
        """A quarter to midnight in Auckland is the morning in UTC."""
        self.company.partner_id.tz = "Pacific/Auckland"
        evening = fields.Datetime.to_datetime("2026-03-10 10:45:00")  # 23:45 there
        for moment in (evening, evening + timedelta(minutes=30)):
            self.shipment("delivered", delivered=moment, promised=moment)
        self.env.flush_all()
        figure = self.env["logistics.figure"]._figures()["on_time_delivery"]
        first = fields.Date.to_date("2026-03-09")
        cells = self.env["logistics.figure.cell"]
        cells._refresh(figure, first, first + timedelta(days=3))
        found = cells.search(
            [("figure", "=", "on_time_delivery"), ("company_id", "=", self.company.id)]
        ).filtered(lambda cell: cell.day < fields.Date.to_date("2026-03-13"))
        self.assertEqual(
            found.mapped(lambda cell: (str(cell.day), cell.quantity)),
            [("2026-03-10", 1), ("2026-03-11", 1)],
        )

    def test_orders_from_confirmation_to_the_van(self):
        partner = self.env["res.partner"].create({"name": "Anke"})
        for hours in (2, 5, 30, 200):
            order = self.env["sale.order"].create(
                {"partner_id": partner.id, "company_id": self.company.id}
            )
            picked_up = self.noon - timedelta(days=1)
            order.write({"state": "sale", "date_order": picked_up - timedelta(hours=hours)})
            shipment = self.shipment("in_transit")
            shipment.write({"sale_order_ids": [(6, 0, order.ids)], "picked_up_at": picked_up})
        self.env.flush_all()
        self.count()
        figure = self.page()["order_to_dispatch"]
        self.assertEqual((figure["value"], figure["of"]), (5, 4))
        self.assertEqual(self.bands(figure), {"h24": 2, "h48": 1, "more": 1})
        page = self.env["logistics.tower"].with_user(self.clerk).figures()
        rows = self.rows("order_to_dispatch", ["more"], first=page["first"], last=page["last"])
        self.assertEqual(len(rows), 1)

    def test_at_risk_by_what_was_observed(self):
        risks = ((self.fine, 60, 40), (self.risky, 20, 30), (self.late, 99, 50))
        for shipment, risk, compared in risks:
            shipment.write({"late_risk": risk, "lane_samples": compared})
        few = self.shipment("in_transit", promised=self.now + timedelta(days=1))
        few.write({"late_risk": 90, "lane_samples": 29})
        self.env.flush_all()
        self.count()
        # The one that is late already is no risk any more.
        self.assertEqual(self.bands(self.page()["late_risk"]), {"likely": 1, "risk": 1})
        self.assertEqual(self.rows("late_risk", ["likely"]), self.fine)

    def test_who_may_look(self):
        plain = new_test_user(self.env, "nobody-here", "base.group_user")
        tower = self.env["logistics.tower"].with_user(plain)
        for call in (tower.places, tower.figures, lambda: tower.open_rows("case_age")):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            self.env["logistics.tower"].with_user(self.clerk).count_now()
        self.env["logistics.tower"].with_user(self.both).count_now()
        self.assertEqual(self.page()["case_age"]["value"], 1)
        for model in ("logistics.figure.cell", "logistics.figure.run"):
            self.assertFalse(self.env[model].with_user(self.clerk).has_access("read"))

    def test_what_a_browser_makes_up_is_refused(self):
        shipments = self.env["logistics.shipment"].with_user(self.clerk)
        for text in ("late", "{}", '{"figure": "case_age"}', '{"figure": "nothing"}'):
            with self.subTest(text), self.assertRaises(UserError):
                shipments.search([("figure_rows", "=", text)])
        with self.assertRaises(UserError):
            shipments.search([("figure_rows", "=", '{"figure": "on_time_delivery"}')])
        with self.assertRaises(UserError):
            self.page(period="century")
        with self.assertRaises(AccessError):
            self.env["logistics.tower"].with_user(self.clerk).open_rows("nothing")

    def test_a_figure_that_breaks_leaves_the_others(self):
        self.count()
        figure = type(self.env["logistics.figure.proof_missing"])
        self.late.write({"promised_delivery_at": self.now + timedelta(days=3)})
        self.patch(figure, "_rows", lambda *_args: self.env.cr.execute("SELECT 1/0"))
        ours = self.assertLogs("odoo.addons.logistics_connector_monitoring", "ERROR")
        with ours, self.assertLogs("odoo.sql_db", "ERROR"):
            self.count()
        page = self.page()
        self.assertNotIn("late", self.bands(page["shipment_promise"]))
        self.assertEqual(self.bands(page["proof_missing"]), {"0": 1, "1": 2, "2": 1})

    def test_before_the_first_count_nothing_is_claimed(self):
        self.env["logistics.figure.cell"].search([]).unlink()
        self.env["logistics.figure.run"].search([]).unlink()
        told = self.env["logistics.tower"].with_user(self.clerk).figures()
        self.assertFalse(told["counted_at"])
        self.assertEqual({figure["of"] for figure in told["figures"]}, {0})

    def test_the_crons_count(self):
        self.env["logistics.figure.cell"].search([]).unlink()
        cron = self.env.ref("logistics_connector_monitoring.cron_figures")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.bands(self.page()["shipment_promise"])["late"], 1)
