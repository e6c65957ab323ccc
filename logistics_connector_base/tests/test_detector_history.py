"""The preview says what would have been: the same cases as a detector opens that really looks, each
time, at what is known by then. A made-up history of random journeys, for every condition."""

import random
from datetime import timedelta

from odoo.addons.logistics_connector_base.core.detectors import Looks
from odoo.tests import tagged

from .detectors import DetectorCommon

STEP, DAYS, PARCELS = 3, 10, 36  # hours, days, number
END = DAYS * 24
# Thresholds so short that each fires now and then within some days.
CONDITIONS = {
    "no_pickup_scan": {"hours": 20},
    "no_pickup": {"hours": 3},
    "stale": {"hours": 20},
    "lost_suspect": {"days": 1},
    "eta_late": {"hours": 1},
    "late": {"hours": 4},
    "delivered_late": {"hours": 1, "days": 2},
    "delivery_attempts": {"attempts": 2},
    "pickup_waiting": {"days": 1},
    "customs_hold": {"hours": 10},
    "documents_missing": {"hours": 7},
    "pod_missing": {"hours": 10, "days": 3},
    "return_stuck": {"days": 1},
    "shipped_after_cancel": {"days": 2},
    "connection_silent": {"hours": 7, "least": 2},
    "latency_high": {"hours": 5, "share": 8, "events": 10},
    "unmapped_share": {"share": 6, "events": 10},
}


def journey(rng):
    """One parcel's scans: ``(hour, code, hours until it is told, what else)``."""
    hour = rng.uniform(-60, END - 60)
    told = []

    def scan(code, least, most, **values):
        nonlocal hour
        hour += rng.uniform(least, most)
        told.append((hour, code, rng.choice((0, 0, 0, 0.2, rng.uniform(1, 9))), values))

    scan("LBL_CREATED", 0, 1)
    if rng.random() < 0.1:
        scan("SHP_CANCELLED", 1, 30)
        if rng.random() < 0.6:
            scan("PUP_PICKED_UP", 1, 30)
        return told
    scan("PUP_PICKED_UP", 2, 45)
    for _ in range(rng.randrange(1, 4)):
        scan(rng.choice(("MOV_DEPARTED", "MOV_ARRIVED", "odd-code")), 2, 40)
        if rng.random() < 0.4:
            expected = hour + rng.uniform(5, 60)
            scan("DLV_ETA", 0.1, 2, classifier="estimated", expected=expected)
    if rng.random() < 0.3:
        scan(rng.choice(("CUS_HELD", "CUS_INFO_REQ")), 1, 10)
        scan("CUS_RELEASED", 4, 40)
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        scan("DLV_OUT", 5, 20)
        scan("DLV_ATTEMPTED", 2, 8)
    if rng.random() < 0.2:
        return told  # nobody hears of it again
    if rng.random() < 0.25:
        scan("DLV_AVAILABLE", 2, 10)
    if rng.random() < 0.2:
        scan("RTN_INITIATED", 5, 50)
        scan("RTN_RECEIVED", 10, 70)
        return told
    scan("DLV_DELIVERED", 5, 60)
    if rng.random() < 0.6:
        scan("DOC_POD", 1, 40)
    return told


@tagged("post_install", "-at_install")
class TestPreviewIsWhatWouldHaveBeen(DetectorCommon):
    def _compare(self, seed):
        rng = random.Random(seed)
        news = []
        for index in range(PARCELS):
            number, story = f"1ZH{index}", journey(rng)
            begin = story[0][0]
            self.parcel(
                number,
                promised_delivery_at=begin + rng.uniform(40, 140) if rng.random() < 0.8 else None,
                ship_date=self.hour(begin + rng.uniform(0, 48)).date(),
            )
            news += [(hour + late, hour, late, number, code, v) for hour, code, late, v in story]
        # Now and then nothing comes at all.
        quiet = rng.uniform(60, 120)
        news = [row for row in news if not quiet < row[0] < quiet + 12]
        news.sort(key=lambda row: row[0])
        looks = Looks(self.hour(0), self.hour(END), timedelta(hours=STEP))
        detectors = {}
        for name, thresholds in CONDITIONS.items():
            detectors[name] = self.detector(name, **thresholds)
            detectors[name].write({"interval_minutes": STEP * 60, "most_open": 0})
        opened = {name: [] for name in detectors}
        known = {name: set() for name in detectors}
        for moment in looks.moments():
            while news and self.hour(news[0][0]) <= moment:
                _at, hour, late, number, code, values = news.pop(0)
                self.tell(number, code, hour, late=late, **values)
            for name, detector in detectors.items():
                # What holding back leaves out is another test's.
                self.patch(type(detector), "_hold_back", lambda self, c, waiting: (waiting, 0))
                detector.sudo()._run(moment)
                keys = set(self.cases(detector).mapped("key"))
                opened[name] += [(moment, key) for key in keys - known[name]]
                known[name] = keys
        for name, detector in detectors.items():
            condition = detector._condition()
            self.patch(type(detector), "_looks_back", lambda self, now: looks)
            preview = [
                (opening.at, condition._case_key(opening.spell.key))
                for opening in detector.sudo()._openings(looks.end, 60)
            ]
            with self.subTest(name):
                self.assertEqual(sorted(preview), sorted(opened[name]))
        return {name for name, cases in opened.items() if cases}

    def test_every_condition(self):
        """Several histories, so that each condition was met at least once."""
        fired = self._compare(1)
        self.assertGreaterEqual(len(fired), 12, sorted(set(CONDITIONS) - fired))

    def test_every_condition_in_another_history(self):
        fired = self._compare(2)
        self.assertGreaterEqual(len(fired), 12, sorted(set(CONDITIONS) - fired))
