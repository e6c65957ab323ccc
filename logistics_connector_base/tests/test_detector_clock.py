"""Thresholds that are counted in working hours: the database counts as the clocks of cases do, a
weekend does not count, whose hours hold, and what people see and may enter."""

import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.logistics_connector_base.conditions.clock import passed
from odoo.addons.logistics_connector_base.core.detectors import DAY_UNIT, HOURS, Looks
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .desks import DeskCommon
from .detectors import MINUTE, DetectorCommon

USER = "logistics_connector_base.group_logistics_user"
# Hour 0 is a Friday, noon UTC: one o'clock in Berlin, so that four working hours are left.
MONDAY_AT_NINE = 68


@tagged("post_install", "-at_install")
class TestDetectorClock(DetectorCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.berlin = DeskCommon.make_calendar.__func__(cls)
        cls.company.logistics_calendar_id = cls.berlin

    def _work(self, detector, *names, **values):
        lines = detector.threshold_ids.filtered(lambda line: line.name in names)
        lines.write({"clock": "working", **values})
        return detector

    def test_the_database_counts_as_the_clocks_of_cases_do(self):
        rng = random.Random(11)
        nights = DeskCommon.make_calendar.__func__(
            type(self),
            tz="America/New_York",
            attendance_ids=[
                (0, 0, {"name": day, "dayofweek": day, "hour_from": begin, "hour_to": end})
                for day in "0126"
                for begin, end in ((0, 4), (22, 24))
            ],
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Easter",
                "calendar_id": self.berlin.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 4, 3),
                "date_to": datetime(2026, 4, 7),
            }
        )
        looks = Looks(datetime(2026, 2, 1), datetime(2026, 6, 1), timedelta(hours=1))
        line = self.detector("no_pickup_scan").base_ids
        for calendar in (self.berlin, nights):
            line.write({"clock": "working", "calendar_id": calendar.id})
            clock = line._as_clock(self.company, looks)
            time = calendar._logistics_time(self.company)
            for _ in range(150):
                moment = datetime(2026, 1, 20) + timedelta(
                    microseconds=rng.randrange(140 * 86_400_000_000)
                )
                value = rng.choice((0, 0.25, 8, rng.uniform(0, 200)))
                unit = rng.choice((HOURS, DAY_UNIT))
                hours = value * (calendar.hours_per_day if unit == DAY_UNIT else 1)
                expected = time.after(moment, timedelta(microseconds=round(hours * 3_600_000_000)))
                query = SQL(
                    "SELECT NULLIF(%s, 'infinity') FROM (SELECT %s AS company_id) s",
                    passed(SQL("%s::timestamp", moment), value, unit, clock),
                    self.company.id,
                )
                ((found,),) = self.env.execute_query(query)
                if expected is None or expected > looks.end:
                    self.assertFalse(found, (moment, hours))
                else:
                    self.assertEqual(found, expected, (moment, hours))

    def test_a_weekend_does_not_count(self):
        self.parcel("1ZW")
        self.tell("1ZW", "LBL_CREATED", 0)
        detector = self._work(self.detector("no_pickup_scan", hours=6), "hours")
        self.assertFalse(self.look(detector, MONDAY_AT_NINE))
        self.assertFalse(self.look(detector, MONDAY_AT_NINE + 2 - MINUTE))
        case = self.look(detector, MONDAY_AT_NINE + 2)
        self.assertEqual(len(case), 1)
        self.tell("1ZW", "PUP_PICKED_UP", MONDAY_AT_NINE + 3)
        self.assertFalse(self.look(detector, MONDAY_AT_NINE + 3))

    def test_a_working_day_is_one_of_the_calendar(self):
        self.tell("1ZNOBODY", "PUP_PICKED_UP", 0)
        detector = self._work(self.detector("parked_old", days=1), "days")
        self.assertEqual(self.berlin.hours_per_day, 8)
        self.assertFalse(self.look(detector, MONDAY_AT_NINE + 4 - MINUTE))
        self.assertTrue(self.look(detector, MONDAY_AT_NINE + 4))

    def test_a_silent_partner_may_have_a_weekend(self):
        detector = self.detector("connection_silent", hours=6, least=1)
        self._work(detector, "hours", "least")
        self.parcel("1ZW")
        self.tell("1ZW", "PUP_PICKED_UP", 0)
        self.assertFalse(self.look(detector, MONDAY_AT_NINE + 2 - MINUTE))
        self.assertTrue(self.look(detector, MONDAY_AT_NINE + 2))
        # Its own usual gap is one of the clock.
        gap = {"kind": "connection", "key": str(self.connection.id), "hours": 100}
        self.env["logistics.usual.gap"].create({**gap, "company_id": self.company.id})
        self.assertFalse(self.look(detector, 199))
        self.assertTrue(self.look(detector, 200))

    def test_whose_hours(self):
        """Those that were chosen, or the ones of the company's exceptions, or its own."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        line = self.detector("no_pickup_scan").base_ids
        line.clock = "working"
        self.assertEqual(line._calendar_of(self.company), self.berlin)
        self.assertEqual(line._calendar_of(other), other.resource_calendar_id)
        line.calendar_id = self.berlin
        self.assertEqual(line._calendar_of(other), self.berlin)
        looks = Looks(self.hour(0), self.hour(1), timedelta(hours=1))
        clock = line._as_clock(self.company | other, looks)
        self.assertEqual(len(clock.tables), 1, "the same hours are asked about once")
        line.clock = "calendar"
        self.assertIsNone(line._as_clock(self.company, looks))

    def test_a_number_for_some_has_a_clock_of_its_own(self):
        for number, service in (("1ZSLOW", "Economy"), ("1ZFAST", "Express")):
            self.parcel(number, service=service)
            self.tell(number, "LBL_CREATED", 0)
        detector = self._work(self.detector("no_pickup_scan", hours=6), "hours")
        line = {"of_id": detector.base_ids.id, "name": "hours", "value": 5}
        detector.override_ids = [(0, 0, {**line, "service": "express", "clock": "calendar"})]
        self.assertEqual(self.look(detector, 5).shipment_id.service, "Express")
        self.assertEqual(len(self.look(detector, MONDAY_AT_NINE + 2)), 2)
        # What is said nothing of is as the number for all is.
        detector.override_ids = [(5, 0, 0), (0, 0, {**line, "service": "economy"})]
        self.assertEqual(detector.override_ids.clock, "working")

    def test_what_makes_no_sense_is_refused(self):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._work(self.detector("late"), "hours")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._work(self.detector("stale"), "times")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        own = self.detector("no_pickup_scan").copy({"company_id": other.id})
        self.berlin.company_id = self.company
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._work(own, "hours", calendar_id=self.berlin.id)

    def test_the_preview_counts_them_and_says_so(self):
        self.parcel("1ZW")
        self.tell("1ZW", "LBL_CREATED", 0)
        detector = self.detector("no_pickup_scan", hours=6)
        detector = detector.with_user(self.make_user("clock_user", USER))
        now = self.hour(MONDAY_AT_NINE)
        with patch.object(fields.Datetime, "now", lambda *args: now):
            found = detector.preview_draft()
            self.assertEqual((found["total"], found["working"]), (1, ""))
            changes = {"base_ids": [(1, detector.base_ids.id, {"clock": "working"})]}
            found = detector.preview_draft(changes)
        self.assertEqual(found["total"], 0)
        self.assertIn("in working hours (of the company)", found["working"])

    def test_who_changed_the_clock_can_be_read(self):
        detector = self.detector("no_pickup_scan").with_context(tracking_disable=False)
        self._work(detector, "hours", calendar_id=self.berlin.id)
        said = detector.message_ids.sorted("id")[-1].body
        self.assertIn("24 → Hours after the label: 24, in working hours (Nine to five", said)
