"""Each condition: fires to the minute, does not fire one minute before, makes one case however
often it looks, and closes it itself with words of what happened."""

from odoo.tests import tagged

from .detectors import MINUTE, DetectorCommon

MOVING = (("LBL_CREATED", -50), ("PUP_PICKED_UP", -48))
# condition, thresholds, promise, what is told before, hour of firing, what ends it.
STORIES = {
    "no_pickup_scan": ({"hours": 24}, None, [("LBL_CREATED", 0)], 24, ("PUP_PICKED_UP", 30)),
    "stale": ({"hours": 36}, None, [*MOVING, ("MOV_ARRIVED", 0)], 36, ("MOV_DEPARTED", 40)),
    "lost_suspect": (
        {"days": 2},
        10,
        [*MOVING, ("MOV_ARRIVED", 0)],
        58,
        ("MOV_DEPARTED", 60),
    ),
    "late": ({"hours": 2}, 10, MOVING, 12, ("DLV_DELIVERED", 20)),
    "delivery_attempts": (
        {"attempts": 2},
        None,
        [*MOVING, ("DLV_ATTEMPTED", 0), ("DLV_OUT", 20), ("DLV_ATTEMPTED", 24)],
        24,
        ("DLV_AVAILABLE", 30),
    ),
    "final_attempt": (
        {"attempts": 3},
        None,
        [*MOVING, ("DLV_ATTEMPTED", 0), ("DLV_ATTEMPTED", 24), ("DLV_ATTEMPTED", 48)],
        48,
        ("DLV_OUT", 60),
    ),
    "pickup_waiting": (
        {"days": 3},
        None,
        [*MOVING, ("DLV_AVAILABLE", 0)],
        72,
        ("DLV_DELIVERED", 80),
    ),
    "customs_hold": ({"hours": 24}, None, [*MOVING, ("CUS_HELD", 0)], 24, ("CUS_RELEASED", 30)),
    "documents_missing": (
        {"hours": 12},
        None,
        [*MOVING, ("CUS_INFO_REQ", 0)],
        12,
        ("CUS_RELEASED", 30),
    ),
    "pod_missing": ({"hours": 48}, None, [*MOVING, ("DLV_DELIVERED", 0)], 48, ("DOC_POD", 60)),
    "return_stuck": (
        {"days": 4},
        None,
        [*MOVING, ("RTN_INITIATED", 0), ("RTN_IN_TRANSIT", 5)],
        96,
        ("RTN_RECEIVED", 100),
    ),
    "delivered_late": ({"hours": 2, "days": 3}, 0, [*MOVING, ("DLV_DELIVERED", 3)], 3, 75),
    "shipped_after_cancel": (
        {"days": 5},
        None,
        [("LBL_CREATED", -50), ("SHP_CANCELLED", 0), ("PUP_PICKED_UP", 4)],
        4,
        124,
    ),
}


@tagged("post_install", "-at_install")
class TestDetectorConditions(DetectorCommon):
    def _fires(self, name, thresholds, promise, told, at, end):
        self.parcel("1ZD", promised_delivery_at=promise)
        for code, hours in told:
            if hours <= at - MINUTE:
                self.tell("1ZD", code, hours)
        detector = self.detector(name, **thresholds)
        self.assertFalse(self.look(detector, at - MINUTE), f"{name}: a minute too early")
        for code, hours in told:
            if hours > at - MINUTE:
                self.tell("1ZD", code, hours)
        case = self.look(detector, at)
        self.assertEqual(len(case), 1, name)
        self.assertEqual(self.look(detector, at + 1), case, f"{name}: one case for one trouble")
        self.assertEqual((detector.open_count, case.occurrence_count), (1, 1), name)
        self.assertEqual(case.type_id, detector.type_id)
        self.assertIn("Holds since", case.detail)
        if isinstance(end, tuple):
            code, end = end
            self.tell("1ZD", code, end)
        else:
            self.assertTrue(self.look(detector, end - MINUTE))
        self.assertFalse(self.look(detector, end), f"{name}: it heals")
        self.assertEqual(case.state, "resolved")
        self.assertFalse(case.closed_by_id)
        self.assertIn("Last scan", case.outcome)
        self.assertFalse(self.look(detector, end + 1))


def _add_story(name, story):
    def test(self):
        self._fires(name, *story)

    test.__doc__ = name
    setattr(TestDetectorConditions, f"test_{name}", test)


for _name, _story in STORIES.items():
    _add_story(_name, _story)


@tagged("post_install", "-at_install")
class TestOtherConditions(DetectorCommon):
    """Those whose stories are not told by one parcel's scans."""

    def test_booked_and_not_picked_up_by_its_day(self):
        self.parcel("1ZB", ship_date="2026-03-20")  # ends at hour 12
        self.tell("1ZB", "LBL_CREATED", -30)
        detector = self.detector("no_pickup", hours=6)
        self.assertFalse(self.look(detector, 18 - MINUTE))
        case = self.look(detector, 18)
        self.assertEqual(len(case), 1)
        self.tell("1ZB", "PUP_PICKED_UP", 20)
        self.assertFalse(self.look(detector, 20))
        self.assertEqual(case.state, "resolved")

    def test_a_planned_pickup_goes_before_the_day(self):
        self.parcel(
            "1ZB",
            ship_date="2026-03-01",
            stop_ids=[(0, 0, {"role": "origin", "name": "Dock", "planned_at": self.hour(2)})],
        )
        self.tell("1ZB", "LBL_CREATED", -30)
        detector = self.detector("no_pickup", hours=1)
        self.assertFalse(self.look(detector, 3 - MINUTE))
        self.assertTrue(self.look(detector, 3))

    def test_expected_after_the_promise_until_it_is_late(self):
        self.parcel("1ZE", promised_delivery_at=40)
        self.tell("1ZE", "PUP_PICKED_UP", -5)
        detector, late = self.detector("eta_late", hours=1), self.detector("late", hours=0)
        self.tell("1ZE", "DLV_ETA", 0, classifier="estimated", expected=41)
        self.assertFalse(self.look(detector, 0), "an hour does not matter")
        self.tell("1ZE", "DLV_ETA", 2, classifier="estimated", expected=50)
        case = self.look(detector, 2)
        self.assertEqual(len(case), 1)
        self.assertFalse(self.look(late, 39))
        self.tell("1ZE", "DLV_ETA", 4, classifier="estimated", expected=39)
        self.assertFalse(self.look(detector, 4))
        self.assertEqual(case.state, "resolved")
        self.tell("1ZE", "DLV_ETA", 6, classifier="estimated", expected=60)
        self.assertEqual(len(self.look(detector, 40 - MINUTE)), 1)
        self.assertFalse(self.look(detector, 40))
        self.assertTrue(self.look(late, 40))

    def test_two_scans_of_one_visit_are_one_attempt(self):
        self.parcel("1ZA")
        self.tell("1ZA", "PUP_PICKED_UP", -30)
        detectors = self.detector("delivery_attempts"), self.detector("final_attempt", attempts=2)
        self.tell("1ZA", "DLV_ATTEMPTED", 0)
        self.tell("1ZA", "DLV_ATTEMPTED", 2, reason="consignee.absent")
        for detector in detectors:
            self.assertFalse(self.look(detector, 3))
        self.tell("1ZA", "DLV_ATTEMPTED", 24)
        for detector in detectors:
            case = self.look(detector, 24)
            self.assertEqual(len(case), 1)
            self.assertEqual(case.detail.count("Attempt: "), 3)

    def test_a_day_is_that_of_the_door(self):
        self.parcel("1ZA")
        self.tell("1ZA", "PUP_PICKED_UP", -30)
        detector = self.detector("delivery_attempts")
        # 1:00 and 23:00 in Auckland (+13), which are two days in UTC.
        for clock in ("01:00", "23:00"):
            event = self.scan("DLV_ATTEMPTED", f"2026-03-21T{clock}:00+13:00", number="1ZA")
            self.receive(self.connection, self.message(event), at=self.hour(23))
        self.assertFalse(self.look(detector, 24))

    def test_attempts_at_two_packages_are_not_added(self):
        shipment = self.parcel("1ZA")
        shipment.package_ids.copy({"shipment_id": shipment.id, "tracking_number": "1ZB"})
        self.assertEqual(len(shipment.package_ids), 2)
        self.tell("1ZA", "PUP_PICKED_UP", -30)
        detector = self.detector("final_attempt", attempts=2)
        self.tell("1ZA", "DLV_ATTEMPTED", 0)
        self.tell("1ZB", "DLV_ATTEMPTED", 24)
        self.assertEqual(len(shipment.event_ids), 3)
        self.assertFalse(self.look(detector, 25))
        self.tell("1ZB", "DLV_ATTEMPTED", 48)
        self.assertTrue(self.look(detector, 48))

    def test_who_goes_out_again_had_not_come_to_the_last_attempt(self):
        self.parcel("1ZA")
        self.tell("1ZA", "PUP_PICKED_UP", -30)
        detector = self.detector("final_attempt", attempts=2)
        for day in (0, 24):
            self.tell("1ZA", "DLV_ATTEMPTED", day)
        case = self.look(detector, 24)
        # Late news of the morning says nothing of tomorrow.
        self.tell("1ZA", "DLV_OUT", 20, late=6)
        self.assertEqual(self.look(detector, 26), case)
        self.tell("1ZA", "DLV_OUT", 44)
        self.assertFalse(self.look(detector, 44))
        self.tell("1ZA", "DLV_ATTEMPTED", 48)
        self.assertEqual(len(self.look(detector, 48)), 1)
        self.tell("1ZA", "RTN_INITIATED", 60)
        self.assertFalse(self.look(detector, 60))

    def test_how_often_a_carrier_tries_is_said_for_a_connection_or_a_service(self):
        for number, service in (("1ZONCE", "Standard"), ("1ZTHRICE", "Express")):
            self.parcel(number, service=service)
            self.tell(number, "PUP_PICKED_UP", -30)
            self.tell(number, "DLV_ATTEMPTED", 0)
        detector = self.detector("final_attempt", attempts=3)
        self.assertFalse(self.look(detector, 1))
        detector.override_ids = [(0, 0, {"name": "attempts", "service": "standard", "value": 1})]
        self.assertEqual(self.look(detector, 2).shipment_id.service, "Standard")
        detector.override_ids = [
            (0, 0, {"name": "attempts", "connection_id": self.connection.id, "value": 1})
        ]
        self.assertEqual(len(self.look(detector, 3)), 2)

    def test_what_waits_at_a_shop_is_not_stale(self):
        self.parcel("1ZS")
        self.tell("1ZS", "PUP_PICKED_UP", 0)
        self.tell("1ZS", "DLV_AVAILABLE", 1)
        self.assertFalse(self.look(self.detector("stale", hours=10), 500))

    def test_a_silent_connection(self):
        detector = self.detector("connection_silent", hours=24, least=2)
        self.assertFalse(self.look(detector, 0), "it was never heard of")
        self.parcel("1ZC")
        self.tell("1ZC", "PUP_PICKED_UP", 0)
        self.assertFalse(self.look(detector, 24 - MINUTE))
        case = self.look(detector, 24)
        self.assertEqual(case.connection_id, self.connection)
        self.assertEqual(self.look(detector, 25), case)
        self.tell("1ZC", "MOV_ARRIVED", 26)
        self.assertFalse(self.look(detector, 26))
        self.assertIn("Messages come again", case.outcome)

    def test_a_connection_that_is_not_live_is_not_silent(self):
        detector = self.detector("connection_silent", hours=24)
        self.parcel("1ZC")
        self.tell("1ZC", "PUP_PICKED_UP", 0)
        case = self.look(detector, 30)
        self.connection.state = "suspended"
        self.assertFalse(self.look(detector, 31))
        self.assertEqual(case.state, "resolved")

    def test_its_own_usual_gap_goes_before_the_hours(self):
        detector = self.detector("connection_silent", hours=24, times=2, least=1)
        self.parcel("1ZC")
        self.tell("1ZC", "PUP_PICKED_UP", 0)
        gap = {"kind": "connection", "key": str(self.connection.id), "hours": 3}
        self.env["logistics.usual.gap"].create({**gap, "company_id": self.company.id})
        self.assertFalse(self.look(detector, 6 - MINUTE))
        self.assertTrue(self.look(detector, 6))

    def test_events_that_wait_for_a_shipment(self):
        self.tell("1ZNOBODY", "PUP_PICKED_UP", 0)
        self.tell("1ZNOBODY2", "PUP_PICKED_UP", 1)
        detector = self.detector("parked_old", days=2)
        self.assertFalse(self.look(detector, 48 - MINUTE))
        case = self.look(detector, 60)
        self.assertEqual(len(case), 1, "one for the connection")
        self.assertIn("2 events", case.detail)
        for number in ("1ZNOBODY", "1ZNOBODY2"):
            self.parcel(number)
        self.work_inbox()
        self.assertFalse(self.look(detector, 61))

    def test_late_events_and_unknown_codes(self):
        self.parcel("1ZL")
        late = self.detector("latency_high", hours=6, share=50, events=4)
        unmapped = self.detector("unmapped_share", share=50, events=4)
        for number in range(3):
            self.tell("1ZL", "MOV_ARRIVED", number, late=8)
            self.tell("1ZL", f"odd-{number}", 12 + number * MINUTE)
        self.assertFalse(self.look(late, 13), "half of them is not more than half")
        self.tell("1ZL", "MOV_DEPARTED", 3, late=9.5)
        case = self.look(late, 13)
        self.assertEqual(case.connection_id, self.connection)
        self.assertFalse(self.look(unmapped, 13))
        # The late ones were received 8, 9, 10 and 12.5 hours after hour 0.
        self.assertTrue(self.look(unmapped, 33), "a day later the first ones do not count")
        self.assertFalse(self.look(late, 33))
        self.assertIn("fewer", case.outcome)
        self.assertFalse(self.look(unmapped, 37), "too few events")

    def test_one_number_on_two_shipments_under_way(self):
        first, second = self.parcel("1ZDUP"), self.parcel("1ZDUP")
        self.parcel("1ZOTHER")
        detector = self.detector("duplicate_tracking")
        now = 24 * 365 * 30
        case = self.look(detector, now)
        self.assertEqual(case.shipment_id, second)
        self.assertIn(first.name, case.detail)
        self.assertEqual(self.look(detector, now), case)
        second.package_ids.tracking_number = "1ZNEW"
        second.reference_ids.filtered(lambda r: r.value == "1ZDUP").unlink()
        self.assertFalse(self.look(detector, now))
        self.assertIn("one shipment only", case.outcome)

    def test_numbers_of_two_companies_are_no_duplicates(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.parcel("1ZDUP")
        self.parcel("1ZDUP", company=other)
        self.assertFalse(self.look(self.detector("duplicate_tracking"), 24 * 365 * 30))
