"""When shipments are expected: figures against the rows behind them."""

import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..core.eta import cohorts, conformal, forecast, levels
from ..core.eta.quantiles import quantile

USER = "logistics_connector_base.group_logistics_user"
HOUR = 3600


@tagged("post_install", "-at_install")
class TestEta(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.draw = random.Random(11)
        cls.company = cls.env["res.company"].create({"name": "Northern Shop"})
        cls.other = cls.env["res.company"].create({"name": "Southern Shop"})
        cls.berlin, cls.munich = cls.place("DE", "10115"), cls.place("DE", "80331")
        cls.paris = cls.place("FR", "75 001")
        cls.warehouse = cls.warehouse_of(cls.company)
        cls.clerk = new_test_user(
            cls.env, "eta", USER, company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)]
        )
        # What other tests or demo data left must not count.
        cls.env.cr.execute("DELETE FROM logistics_eta_forecast")
        cls.env.cr.execute("DELETE FROM logistics_eta_calibration")

    @classmethod
    def place(cls, country, postcode):
        country = cls.env.ref(f"base.{country.lower()}")
        return cls.env["res.partner"].create(
            {"name": postcode, "country_id": country.id, "zip": postcode}
        )

    @classmethod
    def warehouse_of(cls, company):
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        warehouse.partner_id = cls.berlin
        return warehouse

    @classmethod
    def shipment(cls, to=None, company=None, **values):
        company = company or cls.company
        return cls.env["logistics.shipment"].create(
            {
                "company_id": company.id,
                "warehouse_id": cls.warehouse_of(company).id,
                "partner_id": (to or cls.munich).id,
                "issuer": "northpost",
                "service": "Standard",
                **values,
            }
        )

    @classmethod
    def delivered(cls, count, hours=(40, 60), days_ago=(10, 80), last_mile=(2, 8), **values):
        """Delivered shipments, each with a scan of its last round."""
        made = cls.env["logistics.shipment"]
        code = cls.env["logistics.event.code"]._ids_by_code()["DLV_OUT"]
        rows = []
        for _n in range(count):
            one = cls.shipment(**values)
            picked = cls.now - timedelta(days=cls.draw.uniform(*days_ago))
            arrived = picked + timedelta(hours=cls.draw.uniform(*hours))
            one.write(
                {
                    "state": "delivered",
                    "picked_up_at": picked.replace(microsecond=0),
                    "delivered_at": arrived.replace(microsecond=0),
                }
            )
            rows.append(
                {
                    "fingerprint": f"eta-{one.id}",
                    "company_id": one.company_id.id,
                    "shipment_id": one.id,
                    "provider": "canonical",
                    "issuer": "northpost",
                    "code_id": code,
                    "classifier": "actual",
                    "received_at": arrived,
                    "processed_at": arrived,
                    "occurred_at": one.delivered_at - timedelta(hours=cls.draw.uniform(*last_mile)),
                    "standing": "active",
                }
            )
            made |= one
        cls.env["logistics.event"].create(rows)
        cls.env.flush_all()
        return made

    def lane(self, level="zone", milestone="picked_up", company=None, **values):
        wanted = {"level": level, "milestone": milestone, **values}
        return self.env["logistics.lane.time"].search(
            [("company_id", "=", (company or self.company).id)]
            + [(name, "=", value) for name, value in wanted.items()]
        )

    def seconds(self, lane):
        self.env.cr.execute("SELECT seconds FROM logistics_lane_time WHERE id = %s", (lane.id,))
        return self.env.cr.fetchone()[0]

    def moving(self, hours_ago=5, **values):
        one = self.shipment(**values)
        one._record_own_event("PUP_PICKED_UP", self.now - timedelta(hours=hours_ago))
        return one

    # -- the roll-up --------------------------------------------------------------------------

    def test_rolled_up_figures_equal_those_recomputed_from_the_rows(self):
        everything = self.delivered(40) | self.delivered(35, to=self.paris, hours=(60, 200))
        everything |= self.delivered(12, to=self.berlin)
        self.env["logistics.lane.time"]._count()
        took = {one: (one.delivered_at - one.picked_up_at).total_seconds() for one in everything}
        ripe = cohorts.ripe_after(took.values())
        out = {e.shipment_id: e.occurred_at for e in everything.event_ids}
        expected = {}
        for one in everything:
            if (self.now - one.picked_up_at).total_seconds() < ripe:
                continue
            to = (one.partner_id.country_id.code, one.partner_id.zip)
            for level, lane in levels.lanes(one.issuer, one.service, ("DE", "10115"), to).items():
                last = round((one.delivered_at - out[one]).total_seconds())
                expected.setdefault((level, *lane, "picked_up"), []).append(round(took[one]))
                expected.setdefault((level, *lane, "out_for_delivery"), []).append(last)
        expected = {key: sorted(times) for key, times in expected.items() if len(times) >= 30}
        rows = self.env["logistics.lane.time"].search([("company_id", "=", self.company.id)])
        found = {
            (r.level, r.carrier, r.service, r.origin, r.destination, r.milestone): r for r in rows
        }
        self.assertEqual(found.keys(), expected.keys())
        self.assertIn(("zone", "northpost", "standard", "DE-10", "FR-75", "picked_up"), found)
        self.assertNotIn("DE-10", rows.mapped("destination"), "twelve are too few")
        for key, row in found.items():
            self.assertEqual(self.seconds(row), expected[key])
            self.assertEqual(row.samples, len(expected[key]))
            for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
                self.assertAlmostEqual(row[name] * HOUR, quantile(expected[key], share), 1)

    def test_cohorts_that_had_no_time_to_arrive_are_left_out(self):
        self.delivered(60, hours=(100, 110), days_ago=(6, 80))
        fast = self.delivered(40, hours=(5, 6), days_ago=(0.5, 2))
        self.env["logistics.lane.time"]._count()
        self.assertEqual(self.lane().samples, 60, "of those of this week only the fast arrived")
        self.assertGreater(self.lane().p10, 100)
        self.assertTrue(all(one.delivered_at < self.now for one in fast))

    def test_the_window_is_a_setting_and_forgets_what_was_before_a_drift(self):
        self.delivered(40, hours=(20, 22), days_ago=(50, 80))
        self.delivered(40, hours=(70, 72), days_ago=(10, 30))
        self.env["logistics.lane.time"]._count()
        self.assertLess(self.lane().p50, 23)
        parameter = "logistics_connector_monitoring.eta_days"
        self.env["ir.config_parameter"].set_param(parameter, "40")
        self.env["logistics.lane.time"]._count()
        self.assertEqual(self.lane().samples, 40)
        self.assertGreater(self.lane().p10, 69)

    def test_companies_do_not_learn_from_each_other(self):
        self.delivered(40, hours=(20, 22))
        self.delivered(40, hours=(90, 92), company=self.other)
        self.delivered(29, hours=(90, 92), company=self.other, service="Express")
        self.env["logistics.lane.time"]._count()
        self.assertLess(self.lane().p90, 23)
        self.assertGreater(self.lane(company=self.other).p10, 89)
        self.assertFalse(self.lane(company=self.other, service="express"))
        self.assertEqual(self.moving(service="EXPRESS").lane_level, "promise")

    # -- a shipment ---------------------------------------------------------------------------

    def test_what_is_said_of_a_shipment_follows_from_the_rows(self):
        self.delivered(40)
        self.env["logistics.lane.time"]._count()
        times = self.seconds(self.lane())
        promised = self.now + timedelta(hours=45)
        one = self.moving(promised_delivery_at=promised)
        start = one.picked_up_at
        left = (promised.replace(microsecond=0) - start).total_seconds()
        late = sum(t > left for t in times)
        self.assertEqual((one.lane_level, one.lane_samples), ("zone", 40))
        self.assertEqual(one.lane_milestone, "picked_up")
        for name, share in (("from", 0.1), ("expected", 0.5), ("to", 0.9)):
            said = one[f"lane_{name}_at"]
            self.assertEqual(said, start + timedelta(seconds=quantile(times, share)))
        self.assertTrue(0 < late < 40)
        self.assertEqual(one.late_samples, late)
        self.assertAlmostEqual(one.late_risk, 100 * late / 40)
        self.assertIn(f"Of 40 deliveries {late} took longer", one.lane_basis)
        one.promised_delivery_at = self.now + timedelta(days=30)
        self.assertEqual((one.late_risk, one.late_samples), (0, 0))

    def test_a_coarser_level_where_the_lane_is_rare(self):
        self.delivered(40)
        self.delivered(5, to=self.paris)
        self.env["logistics.lane.time"]._count()
        hamburg = self.place("DE", "20095")
        self.assertEqual(self.moving(to=hamburg).lane_level, "country")
        one = self.moving(to=self.paris)
        self.assertEqual((one.lane_level, one.lane_samples), ("service", 45))

    def test_below_thirty_only_the_promise_is_shown_and_named_so(self):
        self.delivered(29)
        self.env["logistics.lane.time"]._count()
        one = self.moving(promised_delivery_at=self.now + timedelta(days=1))
        self.assertEqual(one.lane_level, "promise")
        self.assertFalse(one.lane_expected_at or one.lane_from_at or one.lane_samples)
        self.assertIn("The carrier's promise", one.lane_basis)
        self.assertFalse(one.lane_coverage)
        self.assertFalse(self.env["logistics.eta.forecast"].search([("shipment_id", "=", one.id)]))

    def test_a_new_milestone_narrows_and_the_delivery_clears(self):
        self.delivered(40, hours=(30, 150))
        self.env["logistics.lane.time"]._count()
        one = self.moving(hours_ago=40)
        wide = one.lane_to_at - one.lane_from_at
        one._record_own_event("DLV_OUT", self.now - timedelta(hours=1))
        self.assertEqual(one.lane_milestone, "out_for_delivery")
        self.assertLess(one.lane_to_at - one.lane_from_at, wide / 4)
        said = self.env["logistics.eta.forecast"].search([("shipment_id", "=", one.id)])
        self.assertEqual(set(said.mapped("milestone")), {"picked_up", "out_for_delivery"})
        self.assertFalse(any(said.mapped("delivered_at")))
        one._record_own_event("DLV_DELIVERED", self.now)
        self.assertFalse(one.lane_level or one.lane_expected_at or one.lane_basis or one.late_risk)
        self.assertEqual(set(said.mapped("delivered_at")), {one.delivered_at})
        for row in said:
            self.assertEqual(row.is_within, row.from_at <= one.delivered_at <= row.to_at)
        event = one.event_ids.filtered(lambda e: e.code_id.code == "DLV_DELIVERED")
        event.sudo().standing = "retracted"
        self.env.cr.execute("DELETE FROM logistics_event WHERE id = %s", (event.id,))
        self.env.invalidate_all()
        one._refold()
        self.assertEqual(one.lane_milestone, "out_for_delivery", "it is on its way again")
        self.assertFalse(any(said.mapped("delivered_at")) or any(said.mapped("is_within")))

    def test_scans_that_come_in_another_order_say_the_same(self):
        self.delivered(40)
        self.env["logistics.lane.time"]._count()
        scans = [("PUP_PICKED_UP", 30), ("MOV_ARRIVED", 20), ("DLV_OUT", 2)]
        told = []
        for order in (scans, scans[::-1]):
            one = self.shipment()
            for code, hours in order:
                one._record_own_event(code, self.now - timedelta(hours=hours))
            told.append((one.lane_milestone, one.lane_expected_at, one.lane_to_at))
        self.assertEqual(told[0], told[1])
        self.assertEqual(told[0][0], "out_for_delivery")

    # -- the band -----------------------------------------------------------------------------

    def said(self, count, took, low=10 * HOUR, high=20 * HOUR, days_ago=3, **values):
        """Forecasts that were made, of shipments that took ``took()`` hours."""
        model, rows = self.env["logistics.eta.forecast"], []
        shipments = self.delivered(count, **values)
        for one in shipments:
            start = self.now - timedelta(days=days_ago)
            arrived = start + timedelta(hours=took())
            self.env.cr.execute(
                "UPDATE logistics_shipment SET picked_up_at = %s, delivered_at = %s WHERE id = %s",
                (start, arrived, one.id),
            )
            ends = [start + timedelta(seconds=s) for s in ((low + high) / 2, low, high)]
            promised = start + timedelta(hours=1)
            rows.append(
                (one.id, "picked_up", one.company_id.id, "northpost", "standard", start, "zone", 40,
                 low, high, *ends, promised, start)
            )  # fmt: skip
        self.env.invalidate_all()
        model._keep(rows)
        model._settle(shipments)
        return model.search([("shipment_id", "in", shipments.ids)])

    def test_the_band_is_widened_by_what_recent_forecasts_missed_by(self):
        self.delivered(40, hours=(12, 16), days_ago=(15, 60))
        said = self.said(110, lambda: self.draw.uniform(10, 30))
        self.env["logistics.lane.time"]._count()
        row = self.env["logistics.eta.calibration"].search(
            [("company_id", "=", self.company.id), ("level", "=", "service")]
        )
        scores = [
            round(conformal.score(f.low, f.high, (f.delivered_at - f.reached_at).total_seconds()))
            for f in said
        ]
        missed = sum(not f.is_within for f in said)
        alpha = conformal.follow(1 - conformal.TARGET, missed, 110)
        self.assertEqual(row.samples, 110)
        self.assertAlmostEqual(row.alpha, alpha)
        self.assertLess(row.alpha, 0.1, "too many came outside")
        self.assertAlmostEqual(row.widen, conformal.widening(scores, alpha), delta=1)
        self.assertGreater(row.widen, 7 * HOUR)
        one = self.moving()
        times = forecast.sample(self.seconds(self.lane()))
        wanted = forecast.forecast({"zone": times}, row.widen)
        self.assertEqual(one.lane_to_at, one.picked_up_at + timedelta(seconds=wanted.high))
        self.assertGreater(wanted.high, times.high)
        # The next night without news of deliveries changes nothing.
        self.env["logistics.eta.calibration"]._calibrate(self.now + timedelta(days=1))
        self.assertAlmostEqual(row.alpha, alpha)

    def test_coverage_equals_the_rows_and_is_not_shown_below_thirty(self):
        said = self.said(40, lambda: self.draw.uniform(10, 25))
        coverage = self.env["logistics.eta.coverage"].search([("company_id", "=", self.company.id)])
        within = len(said.filtered("is_within"))
        self.assertTrue(0 < within < 40)
        self.assertEqual((coverage.samples, coverage.within), (40, within))
        self.assertAlmostEqual(coverage.coverage, 100 * within / 40)
        self.assertAlmostEqual(coverage.width_hours, 10)
        self.assertGreater(coverage.promise_hours, coverage.error_hours)
        rows = self.env["logistics.eta.forecast"].search(coverage.action_view_forecasts()["domain"])
        self.assertEqual(rows, said)
        said[:11].unlink()
        self.env.invalidate_all()
        coverage = self.env["logistics.eta.coverage"].search([("company_id", "=", self.company.id)])
        self.assertEqual((coverage.samples, coverage.is_enough), (29, False))
        self.assertFalse(coverage.coverage)

    def test_the_form_says_how_often_it_was_right(self):
        self.delivered(40, days_ago=(40, 80))
        self.said(40, lambda: 15)
        self.env["logistics.lane.time"]._count()
        self.assertIn("100 of 100 came within (n = 40, target 90)", self.moving().lane_coverage)

    # -- people and machines ------------------------------------------------------------------

    def test_least_privileged_users_read_their_company_and_write_nothing(self):
        self.delivered(40)
        self.delivered(40, company=self.other)
        self.said(30, lambda: 15)
        self.said(30, lambda: 15, company=self.other)
        self.env["logistics.lane.time"]._count()
        one, foreign = self.moving(), self.moving(company=self.other)
        mine = one.with_user(self.clerk)
        self.assertTrue(mine.lane_expected_at and mine.lane_basis and mine.lane_coverage)
        self.assertTrue(foreign.lane_expected_at)
        for name in ("lane.time", "eta.forecast", "eta.coverage"):
            model = self.env[f"logistics.{name}"].with_user(self.clerk)
            self.assertEqual(model.search([]).company_id, self.company, name)
            with self.assertRaises(AccessError):
                model.check_access("write")
        self.env["logistics.eta.calibration"].with_user(self.clerk).search([])
        with self.assertRaises(AccessError):
            mine.write({"late_risk": 0})
        with self.assertRaises(AccessError):
            mine.create({"company_id": self.company.id, "lane_level": "zone"})

    def test_whoever_sees_a_part_sees_no_figure_of_the_whole(self):
        self.delivered(40)
        self.said(30, lambda: 15)
        self.env["logistics.lane.time"]._count()
        france = self.env["logistics.scope"].create(
            {"name": "France", "country_ids": [(6, 0, self.env.ref("base.fr").ids)]}
        )
        france.user_ids = self.clerk
        for name in ("lane.time", "eta.forecast", "eta.coverage", "eta.calibration"):
            self.assertFalse(self.env[f"logistics.{name}"].with_user(self.clerk).search([]), name)

    def test_crons_count_and_bring_it_to_what_is_on_its_way(self):
        one = self.moving()
        self.assertEqual(one.lane_level, "promise")
        self.delivered(40)
        with self.enter_registry_test_mode():
            for name in ("lane_times", "expected_delivery"):
                cron = self.env.ref(f"logistics_connector_monitoring.cron_{name}")
                self.env.cr.execute(
                    "UPDATE logistics_shipment SET lane_counted_at = %s WHERE id = %s",
                    (self.now - timedelta(days=1), one.id),
                )
                cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((one.lane_level, one.lane_samples), ("zone", 40))
