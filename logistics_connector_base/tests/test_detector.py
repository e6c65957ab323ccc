"""Detectors at work: limits, holding back, what people closed, thresholds for some, two companies,
one that is broken, and what people with the least rights see and may do."""

import random
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.addons.logistics_connector_base.core import detectors as core
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .detectors import MINUTE, DetectorCommon

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"
CONDITION = "odoo.addons.logistics_connector_base.conditions.condition"
PREVIEW = "odoo.addons.logistics_connector_base.models.detector.logistics_detector_preview"
RUN = "odoo.addons.logistics_connector_base.models.detector.logistics_detector_run"


@tagged("post_install", "-at_install")
class TestDetectorRuns(DetectorCommon):
    def _labels(self, count, prefix="1ZR", **values):
        for index in range(count):
            self.parcel(f"{prefix}{index}", **values)
            self.tell(f"{prefix}{index}", "LBL_CREATED", index * MINUTE)

    def test_no_more_than_so_many_cases_and_one_for_the_rest(self):
        self._labels(5)
        detector = self.detector("no_pickup_scan", hours=24)
        detector.most_open = 2
        cases = self.look(detector, 30)
        flood = cases.filtered("is_flood")
        self.assertEqual((len(cases), len(flood), detector.type_id.code), (3, 1, "no_pickup_scan"))
        self.assertEqual(flood.type_id.code, "detector_flood")
        self.assertIn("3 more", flood.name)
        # The longest first; and no more at the next look.
        parcels = (cases - flood).shipment_id
        self.assertEqual(set(parcels.mapped("tracking_numbers")), {"1ZR0", "1ZR1"})
        self.assertEqual(self.look(detector, 31), cases)
        for number in ("1ZR0", "1ZR2", "1ZR3"):
            self.tell(number, "PUP_PICKED_UP", 32)
        cases = self.look(detector, 32)
        self.assertEqual(len(cases), 2)
        self.assertFalse(flood.is_open)

    def test_one_company_s_storm_takes_no_room_from_another(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_connection(company=other, name="theirs")
        self._labels(3)
        self.parcel("1ZTHEIRS", company=other)
        self.tell("1ZTHEIRS", "LBL_CREATED", 10, connection=theirs)
        detector = self.detector("no_pickup_scan", hours=24)
        detector.most_open = 1
        cases = self.look(detector, 40).filtered(lambda case: not case.is_flood)
        self.assertEqual(cases.company_id, self.company | other)

    def test_a_silent_connection_holds_its_parcels_silence_back(self):
        self._labels(3)
        silent = self.detector("connection_silent", hours=10)
        detector = self.detector("no_pickup_scan", hours=24)
        case = self.look(silent, 25)
        self.assertFalse(self.look(detector, 25))
        self.assertEqual((detector._run(self.hour(26))["last_held"], case.held_count), (3, 3))
        stale = self.detector("stale", hours=24)
        self.assertFalse(self.look(stale, 26))
        self.assertEqual(case.held_count, 3, "each detector's own are added")
        # It speaks again, of one parcel: the others have a case now.
        self.tell("1ZR0", "PUP_PICKED_UP", 27)
        self.assertFalse(self.look(silent, 27))
        self.assertEqual(len(self.look(detector, 27)), 2)
        self.assertEqual(case.held_count, 0)

    def test_what_is_late_is_not_held_back(self):
        self.parcel("1ZLATE", promised_delivery_at=20)
        self.tell("1ZLATE", "PUP_PICKED_UP", 0)
        self.assertTrue(self.look(self.detector("connection_silent", hours=10), 25))
        self.assertTrue(self.look(self.detector("late", hours=2), 25))

    def test_what_a_person_closed_stays_closed_as_long_as_it_goes_on(self):
        self._labels(1)
        detector = self.detector("stale", hours=24)
        self.tell("1ZR0", "PUP_PICKED_UP", 1)
        case = self.look(detector, 30)
        case.with_user(self.make_user("det_closer", USER)).action_resolve()
        case.closed_at = self.hour(31)
        self.assertFalse(self.look(detector, 40), "the same silence")
        self.tell("1ZR0", "MOV_ARRIVED", 41)
        self.assertFalse(self.look(detector, 42))
        self.assertEqual(len(self.look(detector, 66)), 1, "another silence")

    def test_what_healed_and_comes_again_opens_again(self):
        self._labels(1)
        self.tell("1ZR0", "PUP_PICKED_UP", 1)
        detector = self.detector("stale", hours=24)
        self.look(detector, 30)
        detector.base_ids.filtered(lambda line: line.name == "hours").value = 100
        self.assertFalse(self.look(detector, 31))
        detector.base_ids.filtered(lambda line: line.name == "hours").value = 24
        self.assertTrue(self.look(detector, 32), "the detector's own closing is no decision")

    def test_off_closes_its_cases(self):
        self._labels(1)
        detector = self.detector("no_pickup_scan", hours=24)
        case = self.look(detector, 30)
        detector.active = False
        self.assertFalse(case.is_open)
        self.assertIn("switched off", case.outcome)

    def test_a_broken_one_stops_no_other_and_calls_somebody(self):
        self._labels(1)
        good, bad = self.detector("no_pickup_scan", hours=24), self.detector("late")
        (good | bad).next_run_at = fields.Datetime.now()
        broken = type(self.env["logistics.condition.late"])
        cron = self.env.ref("logistics_connector_base.cron_detectors")
        with (
            patch.object(broken, "_since", lambda self, question: SQL("no_such_column")),
            mute_logger(RUN, "odoo.sql_db"),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertIn("no_such_column", bad.last_error)
        self.assertFalse(good.last_error)
        self.assertTrue(self.cases(good), "it looked all the same")
        case = self.exceptions("detector_failed")
        self.assertIn("no_such_column", case.detail)
        self.assertTrue(case.activity_ids)
        self.assertGreater(bad.next_run_at, fields.Datetime.now())
        bad._run_guarded()
        self.assertFalse(bad.last_error)
        self.assertFalse(case.is_open)

    def test_the_cron_looks_when_the_time_has_come_only(self):
        detector = self.detector("no_pickup_scan", hours=24)
        self._labels(1)
        detector.next_run_at = fields.Datetime.add(fields.Datetime.now(), minutes=30)
        cron = self.env.ref("logistics_connector_base.cron_detectors")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(detector.last_run_at)
        detector.next_run_at = fields.Datetime.now()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((detector.last_found, detector.open_count), (1, 1))

    def test_a_company_s_own_detector_speaks_for_it_alone(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_connection(company=other, name="theirs")
        self._labels(1)
        self.parcel("1ZTHEIRS", company=other)
        self.tell("1ZTHEIRS", "LBL_CREATED", 0, connection=theirs)
        everybody = self.detector("no_pickup_scan", hours=24)
        own = everybody.copy({"company_id": other.id})
        own.active = True
        own.base_ids.value = 2
        self.assertEqual(self.look(own, 3).company_id, other)
        self.assertEqual(self.look(everybody, 30).company_id, self.company)
        # The same with all the thresholds: nobody's case is doubled.
        self.assertEqual(len(self.exceptions("no_pickup_scan")), 2)

    def test_two_never_look_for_the_same(self):
        everybody = self.detector("no_pickup_scan", hours=24)
        again = everybody.copy()
        self.assertFalse(again.active)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            again.active = True
        other = self.env["res.company"].create({"name": "Elsewhere"})
        again.company_id = other
        again.active = True
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            again.company_id = False
        everybody.active = False
        again.company_id = False

    def test_lanes_usual_gaps_are_counted_from_what_was_delivered(self):
        for index in range(40):
            self.parcel(f"1ZG{index}")
            for code, hours in (("PUP_PICKED_UP", 0), ("MOV_ARRIVED", 5), ("DLV_DELIVERED", 7)):
                self.tell(f"1ZG{index}", code, hours + (20 if index < 1 and hours > 1 else 0))
        with patch.object(fields.Datetime, "now", lambda *args: self.hour(48)):
            self.env["logistics.usual.gap"]._count()
        lane = self.env["logistics.usual.gap"].search([("kind", "=", "lane")])
        self.assertEqual((lane.hours, lane.samples), (5, 40))
        self.parcel("1ZNOW")
        self.tell("1ZNOW", "PUP_PICKED_UP", 30)
        stale = self.detector("stale", hours=48, times=2)
        self.assertFalse(self.look(stale, 40 - MINUTE))
        self.assertTrue(self.look(stale, 40), "twice the five hours of its lane")


@tagged("post_install", "-at_install")
class TestDetectorThresholds(DetectorCommon):
    def test_the_database_chooses_as_the_pure_function_does(self):
        rng = random.Random(7)
        countries = self.env["res.country"].search([], limit=2)
        zips = ("", "1010", "10 20", "80331")
        partners = [
            self.env["res.partner"].create({"name": "x", "country_id": country.id, "zip": code})
            for country in countries
            for code in zips
        ]
        other = self.make_connection(name="other")
        detector = self.detector("no_pickup_scan", hours=9000)
        lines, seen = self.env["logistics.detector.threshold"], set()
        for _ in range(40):
            values = {
                "detector_id": detector.id,
                "name": "hours",
                "is_override": True,
                "value": rng.randrange(1, 900),
                "connection_id": rng.choice((False, self.connection.id, other.id)),
                "service": rng.choice((False, "Express", "economy ")),
                "destination_country_id": rng.choice((False, *countries.ids)),
                "destination_zip": rng.choice((False, "1", "10", "1010")),
            }
            said = any(values[field] for field in list(values)[4:])
            whom = tuple(values[field] for field in list(values)[4:])
            if said and whom not in seen:
                seen.add(whom)
                lines |= lines.create(values)
        subjects = {}
        for index in range(40):
            partner = rng.choice(partners)
            service = rng.choice((False, "EXPRESS", "Economy"))
            connection = rng.choice((self.connection, other))
            shipment = self.parcel(f"1ZT{index}", partner_id=partner.id, service=service)
            self.tell(f"1ZT{index}", "LBL_CREATED", 0, connection=connection)
            subjects[shipment.id] = core.Subject(
                connection.id,
                service or "",
                core.Place(),
                core.Place(partner.country_id.id, partner.zip),
            )
        detector.flush_recordset()
        looks = detector._looks_at(self.hour(9900))
        holders = detector._condition()._holding(detector._question(looks))
        overrides = [line._as_override() for line in lines]
        self.assertEqual(len(holders), 40)
        for holder in holders:
            expected = core.choose(overrides, subjects[holder.subject], 9000)
            self.assertEqual(holder.since, self.hour(expected), subjects[holder.subject])

    def test_a_number_for_some_only_is_looked_up(self):
        self.parcel("1ZFAST", service="Express")
        self.parcel("1ZSLOW")
        for number in ("1ZFAST", "1ZSLOW"):
            self.tell(number, "LBL_CREATED", 0)
        detector = self.detector("no_pickup_scan", hours=24)
        detector.override_ids = [(0, 0, {"name": "hours", "service": "express", "value": 4})]
        self.assertTrue(detector.override_ids.is_override)
        self.assertFalse(self.look(detector, 4 - MINUTE))
        self.assertEqual(self.look(detector, 4).shipment_id.service, "Express")
        self.assertEqual(len(self.look(detector, 24)), 2)

    def test_what_makes_no_sense_is_refused(self):
        detector = self.detector("no_pickup_scan")
        line = {"name": "hours", "value": 5, "service": "x"}
        for wrong in (
            {"name": "days"},
            {"value": 0},
            {"value": 99_999},
            {"service": False, "is_override": True},
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError), self.env.cr.savepoint():
                detector.override_ids = [(0, 0, {**line, **wrong})]
        detector.override_ids = [(0, 0, line)]
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            detector.override_ids = [(0, 0, line)]
        silent = self.detector("connection_silent")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            silent.override_ids = [(0, 0, line)]
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            detector.interval_minutes = 1

    def test_what_only_helps_others_is_not_offered(self):
        offered = {name for name, _words in self.env["logistics.detector"]._condition_selection()}
        self.assertIn("logistics.condition.late", offered)
        for half in ("shipment", "connection", "rolling", "delivered"):
            self.assertNotIn(f"logistics.condition.{half}", offered)

    def test_every_condition_can_be_asked(self):
        looks = core.Looks(self.hour(0), self.hour(24), timedelta(hours=6))
        detectors = self.env["logistics.detector"]
        for name, model in detectors._condition_models().items():
            with self.subTest(name):
                question = detectors.new({"condition": name})._question(looks)
                self.assertEqual(model._held(question), [])

    def test_every_condition_says_what_it_asks_for(self):
        for name, model in self.env["logistics.detector"]._condition_models().items():
            for one in model._thresholds():
                self.assertTrue(one.label, (name, one.name))
                self.assertTrue(one.least <= one.default <= one.most, (name, one.name))


@tagged("post_install", "-at_install")
class TestDetectorPeople(DetectorCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("det_user", USER)
        cls.manager = cls.make_user("det_manager", MANAGER)

    def test_users_see_and_managers_change(self):
        detector = self.detector("no_pickup_scan")
        seen = detector.with_user(self.user)
        self.assertTrue(seen.base_ids.label)
        for change in (
            lambda: seen.write({"active": False}),
            lambda: seen.base_ids.write({"value": 5}),
            lambda: seen.create({"name": "x"}),
        ):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(UserError):
            seen.action_run()
        detector.with_user(self.manager).action_run()
        self.assertTrue(detector.last_run_at)

    def test_who_changed_what_can_be_read(self):
        detector = self.detector("no_pickup_scan").with_user(self.manager)
        detector.with_context(tracking_disable=False).base_ids.value = 36
        detector.override_ids = [
            (0, 0, {"name": "hours", "value": 6, "service": "Express", "destination_zip": "10"})
        ]
        detector.override_ids.unlink()
        texts = detector.message_ids.sorted("id").mapped("body")
        self.assertIn("24 → Hours after the label: 36", texts[-3])
        self.assertIn("New: Hours after the label: 6 (Express, * → 10…)", texts[-2])
        self.assertIn("Removed", texts[-1])
        self.assertEqual(detector.message_ids[:1].author_id, self.manager.partner_id)

    def test_others_companies_detectors_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.detector("no_pickup_scan").copy({"company_id": other.id})
        self.assertFalse(
            self.env["logistics.detector"]
            .with_user(self.manager)
            .with_context(active_test=False)
            .search([("id", "=", theirs.id)])
        )

    def _preview(self, detector, changes=None, at=240):
        with patch.object(fields.Datetime, "now", lambda *args: self.hour(at)):
            return detector.preview_draft(changes or {})

    def _labels(self, connection=None, company=None):
        for index in range(3):
            number = f"1ZP{company.id if company else ''}{index}"
            self.parcel(number, company=company or self.company)
            self.tell(number, "LBL_CREATED", index * 24, connection=connection)

    def test_the_preview_is_of_what_stands_on_the_form(self):
        self._labels()
        self.tell("1ZP0", "PUP_PICKED_UP", 30)
        detector = self.detector("no_pickup_scan", hours=24).with_user(self.user)
        found = self._preview(detector)
        self.assertEqual((found["total"], found["still"], found["standing"]), (3, 2, 0))
        self.assertEqual(sum(found["days"]), 3)
        self.assertEqual((len(found["days"]), found["estimate"]), (30, ""))
        self.assertEqual(len(found["samples"]), 3)
        self.assertIn("SHP/", found["samples"][0]["name"])
        changed = {"base_ids": [(1, detector.base_ids.id, {"value": 31})]}
        self.assertEqual(self._preview(detector, changed)["total"], 2)
        more = {
            "override_ids": [
                (0, "virtual_1", {"name": "hours", "value": 200, "service": "none"}),
                (
                    0,
                    "virtual_2",
                    {"name": "hours", "value": 300, "connection_id": self.connection.id},
                ),
            ]
        }
        self.assertEqual(self._preview(detector, more)["total"], 0)
        # Nothing was written.
        self.env.invalidate_all()
        self.assertEqual((detector.base_ids.value, len(detector.override_ids)), (24, 0))
        self.assertFalse(self.cases(detector))

    def test_what_held_already_is_not_counted_as_new(self):
        self._labels()
        detector = self.detector("no_pickup_scan", hours=24).with_user(self.user)
        found = self._preview(detector, at=24 * 60)
        self.assertEqual((found["total"], found["standing"], found["still"]), (0, 3, 3))

    def test_nobody_counts_others_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.make_connection(company=other, name="theirs")
        self._labels()
        self._labels(theirs, other)
        detector = self.detector("no_pickup_scan", hours=24)
        self.assertEqual(self._preview(detector.with_user(self.user))["total"], 3)
        stranger = self.make_user("det_stranger", USER, company=other)
        self.assertEqual(self._preview(detector.with_user(stranger))["total"], 3)
        with patch.object(fields.Datetime, "now", lambda *args: self.hour(240)):
            detector._refresh_preview()
        self.assertEqual(sum(detector.with_user(stranger).preview_days), 3)

    def test_a_preview_that_takes_too_long_says_so(self):
        self._labels()
        detector = self.detector("no_pickup_scan").with_user(self.user)
        slow = type(self.env["logistics.condition.no_pickup_scan"])
        preview = type(detector)._preview
        with (
            patch.object(
                type(detector),
                "_preview",
                lambda self, now: preview(self, now, 1),
            ),
            patch.object(slow, "_where", lambda self, question: SQL("pg_sleep(3) IS NOT NULL")),
            mute_logger("odoo.sql_db"),
        ):
            found = self._preview(detector)
        self.assertIn("longer than 1 seconds", found["error"])
        self.assertEqual(self._preview(detector)["total"], 3, "and the next one counts")

    def test_what_is_too_much_to_count_is_sampled_and_says_so(self):
        for index in range(12):
            self.parcel(f"1ZS{index}")
            self.tell(f"1ZS{index}", "LBL_CREATED", index)
        detector = self.detector("no_pickup_scan", hours=24).with_user(self.user)
        self.assertEqual(self._preview(detector)["every"], 1)
        with patch(f"{CONDITION}.MOST_SPELLS", 8):
            self.assertIn("200,000", self._preview(detector)["error"], "too few to say anything")
            with patch(f"{PREVIEW}.EVERY", 3), patch(f"{PREVIEW}.ENOUGH", 4):
                found = self._preview(detector)
        self.assertEqual((found["every"], found["total"], sum(found["days"])), (3, 12, 12))
        self.assertEqual(len(found["samples"]), 4)

    def test_spells_that_never_were_are_not_counted_as_many(self):
        """A busy connection has a gap after each message, and hardly one that is long."""
        self.parcel("1ZBUSY")
        for hour in range(10):
            self.tell("1ZBUSY", "MOV_ARRIVED", hour)
        detector = self.detector("connection_silent", hours=5).with_user(self.user)
        with patch(f"{CONDITION}.MOST_SPELLS", 3):
            self.assertEqual(self._preview(detector, at=20)["total"], 1)

    def test_a_new_detector_previews_before_it_is_saved(self):
        self._labels()
        model = self.env["logistics.detector"].with_user(self.manager)
        draft = {"condition": "logistics.condition.no_pickup_scan", "interval_minutes": 60}
        self.assertEqual(self._preview(model, draft)["total"], 3)
        self.assertIn("error", self._preview(model, {}))

    def test_types_say_what_finds_them(self):
        self.detector("no_pickup_scan")
        types = self.env["logistics.exception.type"].with_user(self.user)
        by_code = {kind.code: kind.found_by for kind in types.search([])}
        self.assertEqual(by_code["unmapped_code"], "While reading")
        self.assertEqual(by_code["no_pickup_scan"], "No pick-up scan")
        self.assertEqual(by_code["late"], "Detector is off")
