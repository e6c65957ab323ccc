"""A manager at the detectors, in a real browser."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .detectors import DetectorCommon
from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestDetectorTour(DetectorCommon, TourCommon):
    browser_size = "1440x1300"

    @staticmethod
    def hour(hours):
        # The page counts back from today.
        return fields.Datetime.now() - timedelta(days=9) + timedelta(hours=hours)

    def test_a_manager_tries_a_number_before_it_counts(self):
        for number, end, service in (("1ZA", 40, ""), ("1ZB", 90, "Express"), ("1ZC", 90, "")):
            self.parcel(number, service=service)
            self.tell(number, "LBL_CREATED", 0)
            self.tell(number, "PUP_PICKED_UP", end)
        detector = self.detector("no_pickup_scan", hours=24)
        detector._refresh_preview()
        self._tour("/odoo/logistics-detectors", "logistics_detector", "tour_manager")
        self.assertEqual(detector.base_ids.value, 60)
        self.assertEqual((detector.override_ids.value, detector.override_ids.name), (500, "hours"))
